"""A class of routes that reads bodies in a way of its own is listed: no gate knows what it finds in them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import exchange, gated
from timegate import Contract, on


class Item(BaseModel):
    sku: str = ""


class Unwrapped(Request):
    async def json(self) -> Any:
        return (await super().json())["data"]


class Unwrapping(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def unwrap(request: Request) -> Response:
            return await handle(Unwrapped(request.scope, request.receive))

        return unwrap


class Named(APIRoute):
    """A class of routes that reads as FastAPI's does."""


def app_of(kind: type[APIRoute]) -> FastAPI:
    app = FastAPI()
    router = APIRouter(route_class=kind)

    @router.post("/items")
    def add(item: Item) -> Item:
        return item

    app.include_router(router, prefix="/shops")

    @app.get("/items")
    def items() -> list[Item]:
        return []

    return app


@shows(
    "a body that a class of FastAPI's routes reads in a way of its own (`get_route_handler`), "
    "where it unwraps or decrypts it"
)
def test_a_route_whose_class_reads_in_a_way_of_its_own_is_listed() -> None:
    found = "POST /shops/items: Unwrapping.get_route_handler may read another body than it declares"
    assert Contract.of(app_of(Unwrapping)).opaque == (found,)
    assert Contract.of(app_of(Named)).opaque == Contract.of(app_of(APIRoute)).opaque == ()
    served = gated(app_of(Unwrapping), on(Item).renamed("article", to="sku"))
    response = exchange(served, "POST", "/shops/items", body={"data": {"sku": "a-7"}})
    assert (response.status, response.json()) == (200, {"article": "a-7"})


@shows("| do so in a middleware outside timegate")
def test_what_a_middleware_outside_unwraps_is_gated() -> None:
    inner = gated(app_of(APIRoute), on(Item).renamed("article", to="sku"))

    async def unwrapping(scope: Any, receive: Any, send: Any) -> None:
        async def unwrapped() -> Any:
            message = await receive()
            body = message.get("body", b"")
            return {**message, "body": body.removeprefix(b'{"data": ').removesuffix(b"}")} if body else message

        headers = [item for item in scope["headers"] if item[0] != b"content-length"]
        await inner({**scope, "headers": headers}, unwrapped, send)

    response = exchange(unwrapping, "POST", "/shops/items", body={"data": {"article": "a-7"}})
    assert (response.status, response.json()) == (200, {"article": "a-7"})
