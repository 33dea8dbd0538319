"""What the app routes is what is gated: below a root path, after routes changed, with the middleware there twice."""

import json
import logging
import warnings
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.routing import Match, Mount, Route, Router

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, Response, change_of, connected, exchange, failed_start, gated, timeline_of
from timegate import Contract, Timeline, Version, on
from timegate.asgi import TimegateMiddleware, path
from timegate.starlette import operation


class Item(BaseModel):
    sku: str = "default"
    note: str | None = None


RENAMED = on(Item).renamed("article", to="sku")
NOTED = on(Item).renamed("memo", to="note")


async def get_item() -> Item:
    return Item(sku="s")


@operation(response=Item)
async def get_plainly(request: Request) -> object:
    return Item(sku="s")


@operation(request=Item, response=Item)
async def post_plainly(request: Request, *, body: Item) -> object:
    return body


def items(*, root_path: str = "") -> FastAPI:
    app = FastAPI()
    # As `FastAPI(root_path=…)` does, which newer releases warn of.
    app.root_path = root_path
    app.add_api_route("/items", get_item)
    return app


def is_old(response: Response) -> bool:
    return response.status == 200 and response.json() == {"article": "s", "note": None}


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


def noted() -> tuple[FastAPI, list[Item]]:
    app, seen = FastAPI(), list[Item]()

    @app.post("/i")
    async def post(item: Item) -> Item:
        seen.append(item)
        return item

    return app, seen


def sent_twice(app: Any, seen: list[Item], *, sent: Any = None) -> tuple[Any, list[Item]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failed = failed_start(app)
        assert failed is None
        response = exchange(app, "POST", "/i", body=sent or {"article": "a-7", "memo": "pay!"})
    return response.json(), seen


TOLD = {"article": "a-7", "memo": "pay!"}
KNOWN = [Item(sku="a-7", note="pay!")]


class TestTwiceRoundOneApp:
    def test_added_twice_gates_once(self) -> None:
        app, seen = noted()
        timeline = timeline_of(RENAMED, NOTED)
        for _ in range(2):
            app.add_middleware(TimegateMiddleware, timeline=timeline)
        assert sent_twice(app, seen) == (TOLD, KNOWN)

    @shows("A second middleware around the same app, with the same timeline, passes requests through,")
    def test_wrapped_twice_gates_once(self) -> None:
        app, seen = noted()
        timeline = timeline_of(RENAMED, NOTED)
        inner = TimegateMiddleware(app, timeline=timeline)
        assert sent_twice(TimegateMiddleware(inner, timeline=timeline, contract=app), seen) == (TOLD, KNOWN)

    def test_added_and_wrapped_gates_once(self) -> None:
        app, seen = noted()
        timeline = timeline_of(RENAMED, NOTED)
        app.add_middleware(TimegateMiddleware, timeline=timeline)
        assert sent_twice(TimegateMiddleware(app, timeline=timeline), seen) == (TOLD, KNOWN)

    def test_three_times_with_others_between_gates_once(self) -> None:
        app, seen = noted()
        timeline = timeline_of(RENAMED, NOTED)

        def passing(app: Any) -> Any:
            async def passed(scope: Any, receive: Any, send: Any) -> None:
                await app(scope, receive, send)

            return passed

        for _ in range(3):
            app.add_middleware(TimegateMiddleware, timeline=timeline)
            app.add_middleware(passing)
        assert sent_twice(app, seen) == (TOLD, KNOWN)

    def test_on_starlette_gates_once_both_ways(self) -> None:
        app = Starlette(routes=[Route("/i", post_plainly, methods=["POST"])])
        timeline = timeline_of(RENAMED, NOTED)
        for _ in range(2):
            app.add_middleware(TimegateMiddleware, timeline=timeline)
        assert sent_twice(app, []) == (TOLD, [])

    def test_without_a_lifespan_gates_once(self) -> None:
        app = items()
        timeline = timeline_of(RENAMED)
        for _ in range(2):
            app.add_middleware(TimegateMiddleware, timeline=timeline)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert [exchange(app, "GET", "/items").json() for _ in range(2)] == [{"article": "s", "note": None}] * 2

    @shows("and the log warns of it once.")
    def test_is_warned_of_at_the_start(self, caplog: pytest.LogCaptureFixture) -> None:
        app, timeline = items(), timeline_of(RENAMED)
        for _ in range(2):
            app.add_middleware(TimegateMiddleware, timeline=timeline)
        with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.WARNING):
            warnings.simplefilter("always")
            assert failed_start(app) is None
        told = [str(one.message) for one in caught] + [record.getMessage() for record in caplog.records]
        assert len([text for text in told if "TimegateMiddleware" in text]) == 1

    def test_once_is_no_reason_to_warn(self, caplog: pytest.LogCaptureFixture) -> None:
        app = items()
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        with caplog.at_level(logging.WARNING):
            assert failed_start(app) is None
        assert caplog.records == []

    @shows("With another timeline the app does not start.")
    def test_with_another_timeline_does_not_start(self) -> None:
        app = items()
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(NOTED))
        assert failed_start(app) is not None
        assert exchange(app, "GET", "/items").status == 500

    def test_with_another_timeline_of_other_versions_does_not_start(self) -> None:
        app = items()
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        other = Timeline(Version("2024-06-01", change_of(NOTED)), Version("2024-01-01"))
        app.add_middleware(TimegateMiddleware, timeline=other)
        assert failed_start(app) is not None


class TestMountedApps:
    @pytest.mark.parametrize("shared", [True, False])
    def test_gate_on_their_own_once(self, shared: bool) -> None:
        outer, inner = items(), items()
        timeline = timeline_of(RENAMED)
        inner.add_middleware(TimegateMiddleware, timeline=timeline if shared else timeline_of(RENAMED))
        outer.mount("/sub", inner)
        outer.add_middleware(TimegateMiddleware, timeline=timeline)
        assert failed_start(outer) is None
        for target in ("/items", "/sub/items"):
            assert is_old(exchange(outer, "GET", target))
            assert exchange(outer, "GET", target, version=NEW).json() == {"sku": "s", "note": None}

    def test_gate_by_another_timeline_of_their_own(self) -> None:
        outer, inner = items(), items()
        inner.add_middleware(TimegateMiddleware, timeline=timeline_of(NOTED))
        outer.mount("/sub", inner)
        outer.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        assert failed_start(outer) is None
        assert is_old(exchange(outer, "GET", "/items"))
        assert exchange(outer, "GET", "/sub/items").json() == {"sku": "s", "memo": None}

    def test_gate_the_bodies_of_requests_once(self) -> None:
        outer, _ = noted()
        inner, seen = noted()
        timeline = timeline_of(RENAMED, NOTED)
        inner.add_middleware(TimegateMiddleware, timeline=timeline)
        outer.mount("/sub", inner)
        outer.add_middleware(TimegateMiddleware, timeline=timeline)
        response = exchange(outer, "POST", "/sub/i", body={"article": "a-7", "memo": "pay!"})
        assert (response.json(), seen) == ({"article": "a-7", "memo": "pay!"}, [Item(sku="a-7", note="pay!")])

    @pytest.mark.parametrize("times", [1, 2])
    def test_wrapped_where_they_are_mounted_gate_once(self, times: int) -> None:
        inner: Any = items()
        timeline = timeline_of(RENAMED)
        for _ in range(times):
            inner = TimegateMiddleware(inner, timeline=timeline)
        outer = FastAPI()
        outer.mount("/sub", inner)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert is_old(exchange(outer, "GET", "/sub/items"))


def plain_items() -> Starlette:
    routes = [Route("/items", get_plainly), Route("/i", post_plainly, methods=["POST"])]
    return Starlette(routes=routes)


def added(app: Any, timeline: Timeline) -> Any:
    app.add_middleware(TimegateMiddleware, timeline=timeline)
    return Mount("/sub", app=app)


def wrapped(app: Any, timeline: Timeline) -> Any:
    return Mount("/sub", app=TimegateMiddleware(app, timeline=timeline))


def below_other_middleware(app: Any, timeline: Timeline) -> Any:
    app.add_middleware(TimegateMiddleware, timeline=timeline)
    return Mount("/sub", app=app, middleware=[Middleware(GZipMiddleware)])


def in_the_mount(app: Any, timeline: Timeline) -> Any:
    return Mount("/sub", routes=app.routes, middleware=[Middleware(TimegateMiddleware, timeline=timeline)])


@pytest.mark.parametrize("mount", [added, wrapped, below_other_middleware, in_the_mount])
class TestMountedAppsOfStarlette:
    def test_gate_by_the_same_timeline_once(self, mount: Any) -> None:
        timeline = timeline_of(RENAMED, NOTED)
        outer = plain_items()
        outer.router.routes.append(mount(plain_items(), timeline))
        outer.add_middleware(TimegateMiddleware, timeline=timeline)
        told = {"article": "a-7", "memo": "pay!"}
        for target in ("/i", "/sub/i"):
            assert exchange(outer, "POST", target, body=told).json() == told
            assert exchange(outer, "GET", target.replace("/i", "/items")).json() == {"article": "s", "memo": None}

    @shows("A mounted app with a middleware of its own is left to it.")
    def test_gate_by_a_timeline_of_their_own(self, mount: Any) -> None:
        outer = plain_items()
        outer.router.routes.append(mount(plain_items(), timeline_of(NOTED)))
        outer.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        assert exchange(outer, "GET", "/items").json() == {"article": "s", "note": None}
        assert exchange(outer, "GET", "/sub/items").json() == {"sku": "s", "memo": None}


def behind(app: Any) -> Any:
    """An app whose routes nobody sees."""

    async def passed(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    return passed


@pytest.mark.parametrize("above", [False, True])
def test_an_app_that_cannot_be_seen_below_a_mount_is_not_taken_for_the_app_with_the_mount(above: bool) -> None:
    inner: Any = TimegateMiddleware(behind(plain_items()), timeline=timeline_of(RENAMED))
    mount = Mount("/sub", app=behind(inner) if above else inner)
    outer = Starlette(routes=[mount, Route("/other", get_plainly)])
    assert exchange(outer, "GET", "/sub/items").status == 500


def test_an_app_below_a_mount_is_seen_behind_other_middleware() -> None:
    inner = plain_items()
    inner.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    outer = Starlette(routes=[Mount("/sub", app=behind(inner)), Route("/other", get_plainly)])
    assert is_old(exchange(outer, "GET", "/sub/items"))


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


@pytest.mark.parametrize(("version", "closed"), [("1999-01-01", True), (OLD, False)])
def test_a_websocket_of_a_mounted_app_is_its_own_matter(version: str, closed: bool) -> None:
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    inner, outer = FastAPI(), items()
    inner.add_api_websocket_route("/talk", talk)
    outer.mount("/sub", inner)
    outer.add_api_websocket_route("/talk", talk)
    outer.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    assert connected(outer, "/sub/talk", version=version)[0]["type"] == "websocket.accept"
    assert connected(outer, "/talk", version=version)[0]["type"] == (
        "websocket.close" if closed else "websocket.accept"
    )


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
