"""A route that only differs by a convertor from a declared one is another route: it takes no operation of that one."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.silence.exchanges import exchange, gated
from timegate import Contract, on


class Item(BaseModel):
    sku: str


async def plain(request: Request) -> JSONResponse:
    return JSONResponse({"plain": 1})


def test_an_undeclared_route_with_a_convertor_takes_no_operation_of_the_route_without() -> None:
    app = FastAPI()
    app.add_route("/items/{key:int}", plain, methods=["GET", "PUT"])

    @app.get("/items/{key}")
    def get(key: str) -> Item:
        return Item(sku=key)

    @app.put("/items/{key}")
    def put(key: str, item: Item) -> Item:
        return item

    assert Contract.of(app).opaque == ("GET, PUT /items/{key:int}: its handler declares nothing",)
    served = gated(app, on(Item).renamed("article", to="sku"))
    assert exchange(served, "GET", "/items/7").json() == {"plain": 1}
    assert exchange(served, "GET", "/items/seven").json() == {"article": "seven"}
    assert exchange(served, "PUT", "/items/seven", body={"article": "a"}).json() == {"article": "a"}
    assert exchange(served, "PUT", "/items/seven", body={"sku": "a"}).status == 422
