"""The contract lists the parts of an app that it does not describe, because they are not gated."""

from __future__ import annotations

import pickle
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, WebSocket
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Host, Match, Mount, Route, Router, WebSocketRoute

from tests.sentences import shows
from timegate import Contract, Internal
from timegate.starlette import operation


class Task(BaseModel):
    name: str


@operation(response=Task)
async def declared(request: Request) -> Task:
    raise AssertionError


async def plain(request: Request) -> Response:
    raise AssertionError


class Both(HTTPEndpoint):
    """One method declares its operation, the other does not."""

    @operation(response=Task)
    async def get(self, request: Request) -> Task:
        raise AssertionError

    async def put(self, request: Request) -> Response:
        raise AssertionError


class Own(BaseRoute):
    """A custom route class."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        return Match.NONE, {}


async def socket(websocket: WebSocket) -> None:
    raise AssertionError


def fastapi_app() -> FastAPI:
    app = FastAPI()

    async def task() -> Task:
        raise AssertionError

    async def untyped() -> None:
        raise AssertionError

    app.add_api_route("/task", task)
    app.add_api_route("/untyped", untyped, response_model=None, include_in_schema=False)
    return app


@shows(
    "then the routes that are not operations of the contract,",
    "a route whose handler declares nothing: on Starlette one without `@operation`, on FastAPI one of "
    "`add_route` | declare it",
)
def test_handlers_without_a_declaration_are_listed() -> None:
    routes = [
        Route("/declared", declared),
        Route("/plain", plain),
        Route("/both", Both),
        Route("/several", plain, methods=["POST", "GET"]),
        Route("/ready", PlainTextResponse("x")),
    ]
    assert Contract.of(Starlette(routes=routes)).opaque == (
        "GET /plain: its handler declares nothing",
        "PUT /both: its handler declares nothing",
        "GET, POST /several: its handler declares nothing",
        "every method of /ready: its handler declares nothing",
    )


def test_mounted_apps_are_listed_and_mounts_of_declared_routes_are_read() -> None:
    inner = [Route("/declared", declared), Route("/plain", plain)]
    routes: list[BaseRoute] = [
        Mount("/inner", routes=[Mount("/deeper", routes=inner)]),
        Mount("/fast", app=fastapi_app()),
        Host("api.example.org", Starlette(routes=[Route("/declared", declared)])),
        WebSocketRoute("/socket", socket),
        Own(),
    ]
    assert Contract.of(Starlette(routes=routes)).opaque == (
        "GET /inner/deeper/plain: its handler declares nothing",
        "everything below /fast: an app of its own",
        "everything of the host api.example.org: an app of its own",
        "messages of the websocket /socket",
        "everything that the route Own serves",
    )


def test_a_fastapi_app_lists_what_it_mounts_and_not_its_own_pages() -> None:
    app = fastapi_app()
    app.mount("/fast", fastapi_app())
    app.mount("/stars", Starlette(routes=[Route("/declared", declared)]))
    app.add_route("/declared", declared)
    app.add_route("/plain", plain)
    app.add_api_websocket_route("/socket", socket)
    assert Contract.of(app).opaque == (
        "200 of GET /untyped",
        "everything below /fast: an app of its own",
        "everything below /stars: an app of its own",
        "GET /plain: its handler declares nothing",
        "messages of the websocket /socket",
    )


def test_the_list_is_pickled_with_the_contract() -> None:
    contract = Contract.of(Starlette(routes=[Route("/plain", plain)]))
    assert pickle.loads(pickle.dumps(contract)).opaque == ("GET /plain: its handler declares nothing",)


class Preferences(BaseModel):
    theme: str = "plain"


class Trusted(Preferences):
    is_admin: Annotated[bool, Internal()] = False


async def declared_too() -> Task:
    raise AssertionError


class OfItsOwn(Router):
    """A router that responds itself where no route matches."""

    async def not_found(self, scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError


async def otherwise(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError


class Around:
    """A middleware that does nothing."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError


@shows("what a router's own `default` serves where no route matches | declare a route")
@pytest.mark.parametrize("kind", [FastAPI, Starlette])
def test_a_default_of_the_routers_own_is_listed(kind: Any) -> None:
    app = kind()
    assert Contract.of(app).opaque == ()
    app.router.default = otherwise
    assert Contract.of(app).opaque == ("what no route matches: the router has a default of its own",)


def test_a_default_of_a_router_below_a_mount_is_listed_at_its_path() -> None:
    routes = [Route("/declared", declared)]
    below = ("what no route below /shop matches: the router has a default of its own",)
    for router in (Router(routes, default=otherwise), OfItsOwn(routes)):
        assert Contract.of(Starlette(routes=[Mount("/shop", router)])).opaque == below
        assert Contract.of(Starlette(routes=[Mount("/shop", router, middleware=[Middleware(Around)])])).opaque == below
    assert Contract.of(Starlette(routes=[Mount("/shop", Router(routes))])).opaque == ()
    (listed,) = Contract.of(OfItsOwn(routes)).opaque
    assert listed == "what no route matches: the router has a default of its own"
