"""What the app routes is what is gated: below a root path, after routes changed, with the middleware there twice."""

import json
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Match, Mount, Route, Router

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, exchange, gated, timeline_of
from tests.silence.items import RENAMED, Item, get_item, get_plainly, is_old, items
from timegate import Contract, on
from timegate.asgi import TimegateMiddleware, path


class TestRootPaths:
    @shows("that of `FastAPI(root_path=…)`, with the middleware inside the app or around it.")
    @pytest.mark.parametrize("outside", [True, False])
    @pytest.mark.parametrize("root_path", ["", "/api"])
    @pytest.mark.parametrize("target", ["/api/items", "/items"])
    def test_of_the_app_itself_are_known_outside_and_inside(self, target: str, root_path: str, outside: bool) -> None:
        app: Any = items(root_path="/api")
        if outside:
            app = gated(app, RENAMED)
        else:
            app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        assert is_old(exchange(app, "GET", target, root_path=root_path))

    @pytest.mark.parametrize("target", ["/api/v1/items", "/items"])
    def test_with_several_segments_are_known_too(self, target: str) -> None:
        assert is_old(exchange(gated(items(root_path="/api/v1"), RENAMED), "GET", target))

    @pytest.mark.parametrize("target", ["/api/openapi.json", "/openapi.json"])
    def test_are_known_for_the_document(self, target: str) -> None:
        response = exchange(gated(items(root_path="/api"), RENAMED), "GET", target)
        assert "article" in response.json()["components"]["schemas"]["Item"]["properties"]

    @shows("The `root_path` may be the server's or")
    @pytest.mark.parametrize("target", ["/proxy/items", "/proxy/api/items", "/api/items", "/items"])
    def test_of_the_app_and_of_the_server_are_heeded_as_the_app_heeds_them(self, target: str) -> None:
        app = items(root_path="/api")
        bare = exchange(app, "GET", target, root_path="/proxy")
        response = exchange(gated(app, RENAMED), "GET", target, root_path="/proxy")
        assert response.status == bare.status
        assert bare.status != 200 or is_old(response)

    def test_that_are_only_the_beginning_of_a_name_are_none(self) -> None:
        app = items(root_path="/item")
        bare, response = exchange(app, "GET", "/items"), exchange(gated(app, RENAMED), "GET", "/items")
        assert response.status == bare.status
        assert bare.status != 200 or is_old(response)

    def test_below_other_middleware_are_known(self) -> None:
        inner = items(root_path="/api")

        async def outer(scope: Any, receive: Any, send: Any) -> None:
            await inner(scope, receive, send)

        app = TimegateMiddleware(outer, timeline=timeline_of(RENAMED), contract=inner)
        assert is_old(exchange(app, "GET", "/api/items"))


def swapped_at_the_end(app: Any) -> None:
    app.router.routes[:] = [one for one in app.router.routes if getattr(one, "path", "") != "/one"]
    app.router.add_api_route("/uno", get_item)


def swapped_in_place(app: Any) -> None:
    other = FastAPI()
    other.add_api_route("/uno", get_item)
    index = next(i for i, one in enumerate(app.router.routes) if getattr(one, "path", "") == "/one")
    app.router.routes[index] = other.router.routes[-1]


def a_new_list(app: Any) -> None:
    other = FastAPI()
    other.add_api_route("/uno", get_item)
    app.router.routes = [*app.router.routes[:-1], other.router.routes[-1]]


def moved_to_another_path(app: Any) -> None:
    app.router.routes.pop()
    app.add_api_route("/uno", get_item)


@shows(
    "or replaced later count;",
    "or replaced later make it compile again.",
)
@pytest.mark.parametrize("change", [swapped_at_the_end, swapped_in_place, a_new_list, moved_to_another_path])
def test_a_route_that_takes_the_place_of_another_is_gated(change: Any) -> None:
    app = FastAPI()
    app.add_api_route("/one", get_item)
    changed = gated(app, RENAMED)
    assert is_old(exchange(changed, "GET", "/one"))
    change(app)
    assert is_old(exchange(changed, "GET", "/uno"))


@pytest.mark.parametrize("plain", [True, False])
def test_a_route_that_takes_the_place_of_another_below_a_mount_is_gated(plain: bool) -> None:
    inner = [Route("/one", get_plainly)]
    mount = Mount("/in", routes=inner) if plain else Mount("/in", app=Router(routes=inner))
    app = Starlette(routes=[mount])
    changed = gated(app, RENAMED)
    assert is_old(exchange(changed, "GET", "/in/one"))
    routes: Any = mount.routes
    routes[0] = Route("/uno", get_plainly)
    assert is_old(exchange(changed, "GET", "/in/uno"))


def test_a_router_that_is_included_in_the_place_of_a_route_is_gated() -> None:
    app = FastAPI()
    app.add_api_route("/one", get_item)
    changed = gated(app, RENAMED)
    assert is_old(exchange(changed, "GET", "/one"))
    app.router.routes.pop()
    router = APIRouter(prefix="/in")
    router.add_api_route("/uno", get_item)
    app.include_router(router)
    assert is_old(exchange(changed, "GET", "/in/uno"))


def test_a_route_of_the_same_handler_with_another_type_is_gated() -> None:
    class Other(BaseModel):
        sku: str = "default"

    app = FastAPI()
    app.add_api_route("/other", get_item, response_model=Other)
    app.add_api_route("/one", get_item, response_model=Other)
    app.add_api_route("/items", get_item)
    app.router.routes.insert(0, app.router.routes.pop())
    changed = gated(app, RENAMED, on(Other).renamed("number", to="sku"))
    assert exchange(changed, "GET", "/one").json() == {"number": "s"}
    app.router.routes.pop()
    app.add_api_route("/one", get_item, response_model=Item)
    assert is_old(exchange(changed, "GET", "/one"))


@pytest.mark.parametrize("root_path", ["", "/api"])
@pytest.mark.parametrize("target", ["/api/2025-01-01/items", "/2025-01-01/items"])
@pytest.mark.parametrize("outside", [True, False])
def test_a_version_in_the_path_stands_below_the_root_path(target: str, root_path: str, outside: bool) -> None:
    app: Any = items(root_path="/api")
    options: dict[str, Any] = {"timeline": timeline_of(RENAMED), "select": path("/{version}")}
    if outside:
        app = TimegateMiddleware(app, **options)
    else:
        app.add_middleware(TimegateMiddleware, **options)
    assert is_old(exchange(app, "GET", target, version=None, root_path=root_path))


def test_an_app_that_sends_requests_to_itself_gates_them() -> None:
    app = items()

    @app.get("/batch")
    async def batch() -> Any:
        # As a handler with a client of its own app does, in the context of the request.
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/items", "headers": [(b"api-version", OLD.encode())]}
        await app({**scope, "query_string": b"", "root_path": ""}, receive, send)
        return json.loads(sent[1]["body"])

    app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    assert exchange(app, "GET", "/batch", version=NEW).json() == {"article": "s", "note": None}


class OnlyWithBeta(APIRoute):
    """A route that matches by a header field too."""

    def matches(self, scope: Any) -> Any:
        asked = any(name == b"x-beta" for name, _ in scope["headers"])
        return super().matches(scope) if asked else (Match.NONE, {})


def test_a_second_route_of_one_path_that_another_lets_through_is_listed_as_opaque() -> None:
    app, beta = FastAPI(), APIRouter(route_class=OnlyWithBeta)

    @beta.get("/second")
    async def with_beta() -> Item:
        return Item(sku="1")

    app.include_router(beta)

    @app.get("/second")
    async def without() -> Item:
        return Item(sku="2")

    @app.get("/alone")
    async def alone() -> Item:
        return Item(sku="3")

    assert Contract.of(app).opaque == ("GET /second: another route of this path, which matches by more, comes before",)
