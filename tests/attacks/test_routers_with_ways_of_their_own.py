"""Included routers that match by more than their paths, or do more than call their routes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Form
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tests.sentences import shows
from timegate import CompileError, Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

NEW, OLD = "2025-06-01", "2025-01-01"
BETA = {"beta": "1"}


class Item(BaseModel):
    sku: str = "a-7"


class Plain(BaseModel):
    sku: str = "plain"


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Listed(VersionChange):
    """The keys are listed."""

    changes = (endpoint("/v/keys").added(),)


class ListedByPost(VersionChange):
    """The keys are listed."""

    changes = (endpoint("/v/keys", "POST").added(),)


def asked_for(scope: Scope) -> bool:
    return (b"beta", b"1") in scope["headers"]


class Moved(VersionChange):
    """What is new has a path of its own."""

    changes = (endpoint("/old").moved(to="/new"), endpoint("/old/{key}").moved(to="/new/{key}"))


class Beta(APIRouter):
    """A router for those who ask for it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if asked_for(scope) else (Match.NONE, {})


class BetaRoute(APIRoute):
    """A route for those who ask for it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if asked_for(scope) else (Match.NONE, {})


class Guarded(APIRouter):
    """A router that lets nobody in without a key."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (b"key", b"1") in scope["headers"]:
            await super().handle(scope, receive, send)
        else:
            await JSONResponse({"detail": "no key"}, 403)(scope, receive, send)


def with_included(router: APIRouter, **options: Any) -> FastAPI:
    app = FastAPI()
    app.include_router(router, **options)
    return app


def keeps_routers() -> bool:
    """Whether the installed FastAPI keeps included routers, and asks them."""
    router = Guarded()
    router.add_api_route("/x", Item)
    return TestClient(with_included(router)).get("/x").status_code == 403


pytestmark = pytest.mark.skipif(not keeps_routers(), reason="this FastAPI copies the routes of included routers")


def item() -> Item:
    return Item()


def item_of(key: str) -> Item:
    return Item(sku=key)


def plain() -> Plain:
    return Plain()


def plain_of(name: str) -> Plain:
    return Plain(sku=f"plain {name}")


def old_client(app: FastAPI, *changes: type[VersionChange]) -> TestClient:
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, *changes), Version(OLD)))
    return TestClient(app, headers={"API-Version": OLD})


@shows(
    "a second operation of one method and path, where the first is behind a route or router with a `matches` of its "
    "own | give one of them another path"
)
def test_a_second_operation_behind_a_router_that_lets_requests_through_is_listed() -> None:
    beta = Beta()
    beta.add_api_route("/second", plain)
    app = with_included(beta)
    app.add_api_route("/second", item)
    app.add_api_route("/alone", item)
    assert Contract.of(app).opaque == ("GET /second: another route of this path, which matches by more, comes before",)
    client = old_client(app, Skus)
    assert client.get("/alone").json() == {"article": "a-7"}
    assert client.get("/second", headers=BETA).json() == {"sku": "plain"}
    assert client.get("/second").json() == {"sku": "a-7"}


def beta_router() -> APIRouter:
    router = Beta()
    router.add_api_route("/items", item)
    return router


def beta_route() -> APIRouter:
    router = APIRouter(route_class=BetaRoute)
    router.add_api_route("/items", item)
    return router


def beta_route_before_another() -> APIRouter:
    router = beta_route()
    router.add_api_route("/{name}", plain_of, route_class_override=APIRoute)
    return router


def inner_beta_router() -> APIRouter:
    outer = APIRouter(prefix="/deep")
    outer.include_router(beta_router(), prefix="/inner")
    outer.add_api_route("/inner/{name}", plain_of)
    return outer


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (beta_router, "/v/items"),
        (beta_route, "/v/items"),
        (beta_route_before_another, "/v/items"),
        (inner_beta_router, "/v/deep/inner/items"),
    ],
)
def test_what_a_router_declines_is_gated_as_the_route_that_takes_it(made: Callable[[], APIRouter], path: str) -> None:
    app = with_included(made(), prefix="/v")
    app.add_api_route("/v/{name}", plain_of)
    client = old_client(app, Skus)
    assert client.get(path, headers=BETA).json() == {"article": "a-7"}
    assert client.get(path).json() == {"sku": "plain items"}


@pytest.mark.parametrize("prefix", ["/{tenant}", "/{tenant:int}", "/of/{tenant}-{rest}"])
def test_so_it_is_below_a_prefix_with_parameters(prefix: str) -> None:
    client = old_client(with_included(inner_beta_router(), prefix=prefix), Skus)
    path = f"{prefix.replace('{tenant:int}', '7').replace('{tenant}', '7').replace('{rest}', '8')}/deep/inner/items"
    assert client.get(path, headers=BETA).json() == {"article": "a-7"}
    assert client.get(path).json() == {"sku": "plain items"}


def test_an_operation_that_a_router_lets_through_is_gated_at_another_template() -> None:
    beta = Beta()
    beta.add_api_route("/items", plain)
    app = with_included(beta, prefix="/v")
    app.add_api_route("/v/{key}", item_of)
    client = old_client(app, Skus)
    assert client.get("/v/items").json() == {"article": "items"}
    assert client.get("/v/items", headers=BETA).json() == {"sku": "plain"}


def with_keys(router: APIRouter) -> APIRouter:
    router.add_api_route("/keys", lambda: Item(sku="keys"), response_model=Item)
    router.add_api_route("/{key}", item_of)
    return router


def nested(router: APIRouter) -> APIRouter:
    outer = APIRouter()
    outer.include_router(router)
    return outer


def test_a_handover_asks_what_a_router_matches_by() -> None:
    client = old_client(with_included(with_keys(Beta()), prefix="/v"), Listed)
    assert client.get("/v/keys", headers=BETA).json() == {"sku": "keys"}
    assert client.get("/v/keys").status_code == 404


@pytest.mark.parametrize("path", ["/old", "/old/a"])
def test_no_moved_path_gets_past_what_a_router_matches_by(path: str) -> None:
    beta = Beta()
    beta.add_api_route("/new", item)
    beta.add_api_route("/new/{key}", item_of)
    client = old_client(with_included(beta), Moved)
    assert client.get(path).status_code == 404
    assert client.get(path, headers=BETA).status_code == 200


@pytest.mark.parametrize("made", [with_keys(Guarded()), nested(with_keys(Guarded()))])
def test_no_handover_gets_past_what_the_class_of_a_router_does(made: APIRouter) -> None:
    client = old_client(with_included(made, prefix="/v"), Listed)
    with pytest.raises(CompileError, match="do in a dependency what its class does in `handle`") as raised, client:
        pass
    assert [fault.place for fault in raised.value.faults] == ["GET /v/{key}"]


def test_such_a_router_is_served_where_no_handover_is_needed() -> None:
    client = old_client(with_included(with_keys(Guarded()), prefix="/v"), Skus)
    assert client.get("/v/keys").status_code == 403
    assert client.get("/v/keys", headers={"key": "1"}).json() == {"article": "keys"}


def test_a_route_of_the_app_itself_takes_handovers_through_its_class() -> None:
    class Route(APIRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            await JSONResponse({"by": "its class"})(scope, receive, send)

    app = FastAPI()
    app.router.route_class = Route
    app.add_api_route("/v/keys", item)
    app.add_api_route("/v/{key}", item_of)
    assert old_client(app, Listed).get("/v/keys").json() == {"by": "its class"}


def form_app(of_router: dict[str, Any], of_route: dict[str, Any]) -> FastAPI:
    def made(key: str, name: Annotated[str, Form()], more: Annotated[str, Form()] = "") -> Item:
        return Item(sku=key + name)

    router = APIRouter()
    router.add_api_route("/keys", lambda: Item(), response_model=Item, methods=["POST"])
    router.add_api_route("/{key}", made, methods=["POST"], **of_route)
    return with_included(router, prefix="/v", **of_router)


def test_no_handover_gets_past_the_form_limits_of_a_router() -> None:
    limits = {"form_limits": {"max_fields": 1}}
    fields = {"name": "x", "more": "y"}
    client = old_client(form_app(limits, {}), Listed)
    with pytest.raises(CompileError, match=re.escape("give these form_limits= to the route itself")) as raised, client:
        pass
    assert [fault.place for fault in raised.value.faults] == ["POST /v/{key}"]
    with old_client(form_app(limits, limits), Listed) as client:
        assert client.post("/v/keys", data=fields).status_code == 400
        assert client.post("/v/keys", data={"name": "x"}).json() == {"sku": "keysx"}
    assert old_client(form_app(limits, {}), Skus).post("/v/a", data=fields).status_code == 400


LIMITS = pytest.mark.skipif(
    "max_body_size" not in inspect.signature(APIRouter).parameters, reason="this FastAPI has no limits of bodies"
)


def limited(**options: Any) -> APIRouter:
    make: Any = APIRouter
    router: APIRouter = make(**options)
    return router


@LIMITS
def test_no_handover_gets_past_the_largest_body_of_a_router() -> None:
    router = limited(max_body_size=10)

    @router.post("/keys")
    def keys(sent: dict[str, str]) -> Item:
        return Item(sku="keys")

    @router.post("/{key}")
    def one(key: str, sent: dict[str, str]) -> Item:
        return Item(sku=key)

    client = old_client(with_included(router, prefix="/v"), ListedByPost)
    assert client.post("/v/keys", json={}).json() == {"sku": "keys"}
    assert client.post("/v/keys", json={"a": "much too much"}).status_code == 413


@LIMITS
def test_a_plain_route_of_such_a_router_takes_no_handover() -> None:
    @operation(request=dict[str, str], response=Item)
    async def handler(_: Request, *, body: dict[str, str]) -> Item:
        return Item(sku=str(body))

    router = limited(max_body_size=10)
    router.add_route("/keys", handler, methods=["POST"])
    router.add_route("/{key}", handler, methods=["POST"])
    client = old_client(with_included(router, prefix="/v"), ListedByPost)
    with (
        pytest.raises(CompileError, match="a handover would get past the `max_body_size=` of an included router"),
        client,
    ):
        pass
