"""Every method that a class of endpoints declares is gated, also one that this package does not know."""

from __future__ import annotations

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tests.asgi.calling import Caller
from tests.sentences import shows
from timegate import Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

NEW, OLD = "2025-06-01", "2025-01-01"


class Item(BaseModel):
    sku: str = "a-7"


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Queries(VersionChange):
    """Items can be queried."""

    changes = (endpoint("/items", "QUERY").added(),)


class Items(HTTPEndpoint):
    @operation(response=Item)
    async def get(self, request: Request) -> Item:
        return Item()

    @operation(request=Item, response=Item)
    async def query(self, request: Request, *, body: Item) -> Item:
        return body

    @operation(request=Item, response=Item)
    async def purge(self, request: Request, *, body: Item) -> Item:
        return body


class Undeclared(HTTPEndpoint):
    @operation(response=Item)
    async def get(self, request: Request) -> Item:
        return Item()

    async def query(self, request: Request) -> Response:
        return JSONResponse({"sku": "b"})


def client_of(app: Starlette, change: type[VersionChange] = Skus) -> Caller:
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, change), Version(OLD)))
    return Caller(app, headers={"API-Version": OLD})


def serves_queries() -> bool:
    """Whether a class of the installed Starlette responds to QUERY."""
    bare = Caller(Starlette(routes=[Route("/items", Items)]))
    return bare.request("QUERY", "/items", json={"sku": "b"}).status_code == 200


@pytest.mark.parametrize("path", ["/items", "/shop/items"])
@pytest.mark.parametrize("method", ["QUERY", "PURGE"])
def test_a_declared_handler_of_any_method_is_gated_wherever_the_class_serves_it(path: str, method: str) -> None:
    app = Starlette(routes=[Route("/items", Items), Mount("/shop", routes=[Route("/items", Items)])])
    client = client_of(app)
    assert client.get(path).json() == {"article": "a-7"}
    response = client.request(method, path, json={"article": "b"})
    if response.status_code != 405:
        assert (response.status_code, response.json()) == (200, {"article": "b"})
        refused = client.request(method, path, json={"sku": "b"})
        assert refused.json() == {"article": "a-7"}
    assert method != "QUERY" or response.status_code == (200 if serves_queries() else 405)


def test_a_handler_that_declares_nothing_is_listed_under_its_method() -> None:
    contract = Contract.of(Starlette(routes=[Route("/items", Undeclared)]))
    assert contract.opaque == ("QUERY /items: its handler declares nothing",)


def test_an_operation_of_this_method_can_be_a_fact() -> None:
    client = client_of(Starlette(routes=[Route("/items", Items)]), Queries)
    assert client.request("QUERY", "/items", json={"sku": "b"}).status_code == 405
    assert client.get("/items").json() == {"sku": "a-7"}


class Purging(HTTPEndpoint):
    @operation(response=Item)
    async def get(self, request: Request) -> Item:
        return Item()

    async def purge(self, request: Request) -> Response:
        return JSONResponse({"sku": "b"})


@shows(
    "before Starlette 1.1, a function of a class of endpoints whose name is no HTTP method (`purge`): a request of "
    "that method reaches it | begin its name with an underscore, or declare it",
)
def test_a_function_of_a_class_that_is_no_method_of_http_is_reached_as_the_release_does() -> None:
    bare = Caller(Starlette(routes=[Route("/items", Purging)])).request("PURGE", "/items")
    response = client_of(Starlette(routes=[Route("/items", Purging)])).request("PURGE", "/items")
    assert (response.status_code, response.text) == (bare.status_code, bare.text)
    assert response.status_code in (200, 405)
