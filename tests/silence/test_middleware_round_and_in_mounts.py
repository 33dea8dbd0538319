"""An app with more than one middleware: round itself, or on apps that it mounts."""

import logging
import warnings
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, change_of, connected, exchange, failed_start, timeline_of
from tests.silence.items import NOTED, RENAMED, Item, get_plainly, is_old, items, post_plainly
from timegate import Timeline, Version, VersionChange, current_version
from timegate.asgi import TimegateMiddleware, header


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

    def test_a_request_that_a_handler_sends_to_the_app_is_gated_by_its_own_version(self) -> None:
        timeline = timeline_of(RENAMED)
        app, got = items(), list[Any]()

        @app.get("/calls")
        async def calls(version: str) -> None:
            for called in (app, around):
                async with httpx.AsyncClient(transport=httpx.ASGITransport(called), base_url="http://test") as client:
                    got.append((await client.get("/items", headers={"api-version": version})).json())

        for _ in range(2):
            app.add_middleware(TimegateMiddleware, timeline=timeline)
        around = TimegateMiddleware(app, timeline=timeline)
        for version, named in ((OLD, "article"), (NEW, "sku")):
            for outer in (OLD, NEW):
                got.clear()
                assert exchange(around, "GET", f"/calls?version={version}", version=outer).status == 200
                assert [next(iter(one)) for one in got] == [named, named]

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


def asked(app: FastAPI, path: str) -> None:
    """A route that says which version it sees, and whether a change applies."""

    @app.get(path)
    def seen() -> list[Any]:
        return [current_version(), Noted.applies()]


class Noted(VersionChange):
    """Nothing but what handlers ask for."""


def test_no_version_is_in_force_at_an_unversioned_operation_of_a_mounted_app() -> None:
    inner, outer = FastAPI(), FastAPI()
    asked(inner, "/health")
    own = Timeline(Version("2001-01-01", Noted), Version("2000-01-01"))
    inner.add_middleware(TimegateMiddleware, timeline=own, unversioned=("/health",), select=header("Inner-Version"))
    assert exchange(inner, "GET", "/health", version=None).json() == [None, True]
    outer.mount("/sub", inner)
    outer.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED), sends=[Item])
    for version in (None, OLD, NEW):
        assert exchange(outer, "GET", "/sub/health", version=version).json() == [None, True]
    older = exchange(outer, "GET", "/sub/health", headers={"inner-version": "2000-01-01"})
    assert older.json() == ["2000-01-01", False]


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
