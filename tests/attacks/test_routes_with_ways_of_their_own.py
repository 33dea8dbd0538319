"""Mounts that match by more than their path, and routes that do more than call their handler."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Mount, Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from timegate import CompileError, Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

NEW, OLD = "2025-06-01", "2025-01-01"


class Item(BaseModel):
    sku: str = "a-7"


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Listed(VersionChange):
    """The keys are listed."""

    changes = (endpoint("/v/keys").added(),)


class Beta(Mount):
    """A mount for those who ask for it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if (b"beta", b"1") in scope["headers"] else (Match.NONE, {})


async def beta(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"beta": True})(scope, receive, send)


async def beta_items(request: Request) -> Response:
    return JSONResponse({"beta": True})


@operation(response=Item)
async def item(request: Request) -> Item:
    return Item()


def timeline(*changes: type[VersionChange]) -> Timeline:
    return Timeline(Version(NEW, *changes), Version(OLD))


def of_fastapi() -> FastAPI:
    app = FastAPI()
    app.router.routes.append(Beta("/shop", app=beta))
    app.add_api_route("/shop/items", lambda: Item(), response_model=Item)
    return app


def of_starlette() -> Starlette:
    inner = Beta("/shop", routes=[Route("/items", beta_items)])
    return Starlette(routes=[inner, Route("/shop/items", item)])


@pytest.mark.parametrize("app", [of_fastapi, of_starlette])
def test_a_mount_that_declines_a_request_hides_no_operation(app: Any) -> None:
    made = app()
    made.add_middleware(TimegateMiddleware, timeline=timeline(Skus))
    client = TestClient(made, headers={"API-Version": OLD})
    assert client.get("/shop/items").json() == {"article": "a-7"}
    assert client.get("/shop/items", headers={"beta": "1"}).json() == {"beta": True}


def test_what_is_below_such_a_mount_is_an_app_of_its_own() -> None:
    app = Starlette(routes=[Beta("/shop", routes=[Route("/items", item)]), Route("/shop/items", item)])
    contract = Contract.of(app)
    assert contract.opaque == ("everything below /shop: an app of its own",)
    assert [one.key for one in contract.wire.operations] == ["GET /shop/items"]


class Guarded(APIRoute):
    """A route that lets nobody in without a key."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (b"key", b"1") in scope["headers"]:
            await super().handle(scope, receive, send)
        else:
            await JSONResponse({"detail": "no key"}, 403)(scope, receive, send)


def of_key(key: str) -> Item:
    return Item(sku=key)


def with_guarded_routes(prefix: str) -> FastAPI:
    routes = APIRouter(route_class=Guarded)
    routes.add_api_route("/keys", lambda: Item(sku="keys"), response_model=Item)
    routes.add_api_route("/{key}", of_key)
    app = FastAPI()
    app.include_router(routes, prefix=prefix)
    return app


COPIES_ROUTES = any(isinstance(route, Guarded) for route in with_guarded_routes("/v").routes)
"""Whether the installed FastAPI copies the routes of an included router, class and all."""


def test_no_handover_gets_past_what_the_class_of_a_route_does() -> None:
    app = with_guarded_routes("/v")
    app.add_middleware(TimegateMiddleware, timeline=timeline(Listed))
    client = TestClient(app, headers={"API-Version": OLD})
    if COPIES_ROUTES:
        assert client.get("/v/keys").status_code == 403
        assert client.get("/v/keys", headers={"key": "1"}).json() == {"sku": "keys"}
        return
    with pytest.raises(CompileError, match="past the `handle` of the route's class") as raised, client:
        pass
    assert [fault.place for fault in raised.value.faults] == ["GET /v/{key}"]


def test_such_routes_are_served_where_no_handover_is_needed() -> None:
    app = with_guarded_routes("/v")
    app.add_middleware(TimegateMiddleware, timeline=timeline(Skus))
    with TestClient(app, headers={"API-Version": OLD}) as client:
        assert client.get("/v/x").status_code == 403
        assert client.get("/v/x", headers={"key": "1"}).json() == {"article": "x"}
