"""A route that gets a method after the start has a handler that no gate was made for: it is not reached."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, gated
from timegate import on
from timegate.starlette import operation


class Item(BaseModel):
    sku: str = "a-7"


@operation(response=Item)
async def item(request: Request) -> Item:
    return Item()


def fastapi() -> FastAPI:
    app = FastAPI()
    app.get("/items", response_model=Item)(lambda: Item())
    return app


APPS: dict[str, Any] = {
    "FastAPI": fastapi,
    "Starlette": lambda: Starlette(routes=[Route("/items", item, methods=["GET"])]),
}


@shows('A method that a route gets in place (`route.methods.add("PATCH")`) is a 405.')
@pytest.mark.parametrize("kind", APPS)
@pytest.mark.parametrize("version", [HEAD, OLD])
def test_a_method_that_a_route_gets_in_place_is_a_405(kind: str, version: str) -> None:
    app = APPS[kind]()
    client = Client(gated(app, on(Item).renamed("article", to="sku")), version)
    key = "sku" if version == HEAD else "article"
    assert client.get("/items").json() == {key: "a-7"}
    assert client.request("PATCH", "/items").status_code == 405
    (route,) = (route for route in app.routes if getattr(route, "path", None) == "/items")
    route.methods.add("PATCH")
    response = client.request("PATCH", "/items")
    assert (response.status_code, "a-7" in response.text) == (405, False)
    assert client.get("/items").json() == {key: "a-7"}
