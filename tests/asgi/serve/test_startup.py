"""Design: compiled at start-up and again when routes come; a fault is never an ungated response. The app's document."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, PlainSerializer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router

from tests.asgi.api import APIS, HEAD, OLD, Seen, Task, client_of, timeline
from tests.sentences import shows
from timegate import Contract, DeclarationError, TimegateError, Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

pytestmark = pytest.mark.anyio


class NameIt(VersionChange):
    """It has a name."""

    changes = (on(Task).renamed("version_id", to="dag_version_id"),)


class Impossible(VersionChange):
    """A field that does not exist is renamed."""

    changes = (on(Task).renamed("a", to="no_such_field"),)


def named(*changes: type[VersionChange]) -> Timeline:
    return Timeline(Version(HEAD, *(changes or (NameIt,))), Version(OLD))


@operation(response=Task)
async def get_task(request: Request) -> object:
    return Task(id=1, dag_version_id="a")


def http(app: Any, **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, **options)
    return httpx.AsyncClient(transport=transport, base_url="http://api.test", headers={"API-Version": OLD})


async def lifespan(app: Any) -> list[dict[str, Any]]:
    """What an app sends when it is started and stopped."""
    waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    except TimegateError:
        sent.append({"type": "raised"})
    return sent


@shows("timegate compiles when the app has started, after the app's own lifespan startup.")
@pytest.mark.parametrize("make", [Starlette, FastAPI])
async def test_routes_added_in_the_lifespan_count(make: Any) -> None:
    @asynccontextmanager
    async def adding(app: Any) -> AsyncGenerator[None]:
        app.router.routes.append(Route("/late/{key}", get_task))
        yield

    app = make(lifespan=adding)
    app.add_middleware(TimegateMiddleware, timeline=named())
    assert [message["type"] for message in await lifespan(app)] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    async with http(app) as client:
        assert "version_id" in (await client.get("/late/1")).json()


@shows(
    "A change that cannot be carried out makes the start fail.",
    "If a declared change cannot be carried out on data, the app does not start.",
)
@pytest.mark.parametrize("make", [Starlette, FastAPI])
async def test_a_fault_is_a_failed_start_that_says_it_and_cleans_up(make: Any) -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def noting(app: Any) -> AsyncGenerator[None]:
        steps.append("up")
        try:
            yield
        finally:
            steps.append("down")

    app = make(lifespan=noting)
    app.router.routes.append(Route("/tasks", get_task))
    app.add_middleware(TimegateMiddleware, timeline=named(Impossible))
    failed, raised = await lifespan(app)
    assert (failed["type"], raised["type"]) == ("lifespan.startup.failed", "raised")
    assert "Impossible" in failed["message"]
    assert steps == ["up", "down"]


@shows(
    "`not-ready` | 500",
    "Without a lifespan it compiles on the first request; then a fault is a 500 on every request, never an "
    "ungated response.",
)
async def test_without_a_lifespan_a_fault_is_a_500_on_each_request(caplog: pytest.LogCaptureFixture) -> None:
    app = Starlette(routes=[Route("/tasks", get_task)])
    app.add_middleware(TimegateMiddleware, timeline=named(Impossible))
    async with http(app) as client:
        responses = [await client.get("/tasks") for _ in range(3)]
    assert {(response.status_code, response.json()["type"]) for response in responses} == {
        (500, "urn:timegate:problem:not-ready")
    }
    assert "dag_version_id" not in responses[0].text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@shows(
    "and routes that are added",
    "Routes that are added,",
)
@pytest.mark.parametrize("make", [Starlette, FastAPI])
async def test_a_route_that_comes_late_is_gated(make: Any) -> None:
    app = make()
    app.add_middleware(TimegateMiddleware, timeline=named())
    app.router.routes.append(Route("/tasks", get_task))
    async with http(app) as client:
        assert "version_id" in (await client.get("/tasks")).json()
        app.router.routes.append(Route("/more/tasks", get_task))
        late = await client.get("/more/tasks")
    assert late.json() == {"id": 1, "version_id": "a", "size": 0}


async def test_a_route_that_comes_late_to_an_included_router_is_gated() -> None:
    app, router = FastAPI(), APIRouter(prefix="/v")
    router.add_api_route("/tasks", _fastapi_task, response_model=Task)
    app.include_router(router)
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app) as client:
        assert "version_id" in (await client.get("/v/tasks")).json()
        router.add_api_route("/late", _fastapi_task, response_model=Task)
        late = await client.get("/v/late")
    # Older releases copy what is included and never serve it.
    assert late.status_code == 404 or "version_id" in late.json()


async def _fastapi_task() -> object:
    return Task(id=1, dag_version_id="a")


async def test_a_late_route_that_cannot_be_carried_stops_the_service(caplog: pytest.LogCaptureFixture) -> None:
    class Wrapped(BaseModel):
        task: Annotated[Task, PlainSerializer(lambda task: task)]

    @operation(response=Wrapped)
    async def opaque(request: Request) -> object:
        raise AssertionError

    app = Starlette(routes=[Route("/tasks", get_task)])
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app) as client:
        assert (await client.get("/tasks")).status_code == 200
        app.router.routes.append(Route("/opaque", opaque))
        after = await client.get("/tasks")
    assert after.status_code == 500
    assert "cannot be carried out" in caplog.text


@shows("With `gates=timeline.compile(Contract.of(app))` you pass in what is already compiled,")
async def test_ready_gates_need_no_compiling() -> None:
    app = Starlette(routes=[Route("/tasks", get_task)])
    gates = named().compile(Contract.of(app))
    app.add_middleware(TimegateMiddleware, timeline=gates.timeline, gates=gates)
    async with http(app) as client:
        assert "version_id" in (await client.get("/tasks")).json()


@shows("from the same timeline.")
def test_gates_of_another_timeline_are_refused() -> None:
    gates = named().compile(Contract.of(Starlette(routes=[Route("/tasks", get_task)])))
    with pytest.raises(DeclarationError, match="another timeline"):
        TimegateMiddleware(Starlette(), timeline=Timeline(Version("2020-01-01")), gates=gates)


@pytest.mark.parametrize("wrap", ["app", "router", "contract", "app as contract"])
async def test_the_app_is_found_wherever_the_middleware_stands(wrap: str) -> None:
    routes = [Route("/tasks", get_task)]
    app = Starlette(routes=routes)

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    gated: Any = {
        "app": lambda: TimegateMiddleware(app, timeline=named()),
        "router": lambda: TimegateMiddleware(Router(routes=routes), timeline=named()),
        "contract": lambda: TimegateMiddleware(behind, timeline=named(), contract=Contract.of(app)),
        "app as contract": lambda: TimegateMiddleware(behind, timeline=named(), contract=app),
    }[wrap]()
    async with http(gated) as client:
        assert "version_id" in (await client.get("/tasks")).json()


async def test_without_an_app_to_read_nothing_is_served(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError

    async with http(TimegateMiddleware(app, timeline=named())) as client:
        assert (await client.get("/tasks")).status_code == 500
    assert "give contract=" in caplog.text


@shows(
    "A mounted app with a middleware of its own is left to it.",
    "| give it a middleware of its own",
)
async def test_a_mounted_app_is_gated_below_its_mount() -> None:
    inner = Starlette(routes=[Route("/tasks", get_task)])
    inner.add_middleware(TimegateMiddleware, timeline=named())
    outer = Starlette(routes=[Mount("/api", app=inner), Route("/tasks", _plain)])
    async with http(outer) as client:
        assert (await client.get("/api/tasks")).json()["version_id"] == "a"
        assert (await client.get("/tasks")).text == "plain"


@shows("on Starlette mounts of routes,")
async def test_operations_below_a_mount_of_routes_are_gated() -> None:
    app = Starlette(routes=[Mount("/api/{tenant}", routes=[Route("/tasks", get_task)]), Mount("/x", app=_plain_app)])
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app) as client:
        assert (await client.get("/api/t/tasks")).json()["version_id"] == "a"
        assert (await client.get("/x/tasks")).text == "plain"


@shows("without the `root_path`;")
async def test_a_root_path_is_not_a_part_of_an_operations_path() -> None:
    app = Starlette(routes=[Route("/tasks", get_task)])
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app, root_path="/api") as client:
        assert (await client.get("/api/tasks")).json()["version_id"] == "a"
        # Starlette reads a path that does not begin with the root path as it is.
        assert "dag_version_id" not in (await client.get("/tasks")).text


@pytest.mark.parametrize("url", ["/v1.0/tasks", "/v1x0/tasks", "/v1.0tasks", "/v1.0//tasks", "/v1.0/v1.0/tasks"])
async def test_whatever_a_release_takes_for_the_root_path_nothing_below_it_is_ungated(url: str) -> None:
    app = Starlette(routes=[Route("/tasks", get_task)])
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app, root_path="/v1.0") as client:
        response = await client.get(url)
    # Older releases of Starlette read it as a regular expression, and find the handler in `/v1x0` too.
    assert (response.status_code, "version_id" in response.text) in ((200, True), (404, False))
    assert "dag_version_id" not in response.text
    assert url != "/v1.0/tasks" or response.status_code == 200


async def _plain(request: Request) -> Response:
    return PlainTextResponse("plain")


async def _plain_app(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("plain")(scope, receive, send)


@shows(
    "A `GET` of the app's own OpenAPI URL returns the document of the selected version, and head's document "
    "if no version is selected.",
)
async def test_the_apps_document_is_that_of_the_version_selected() -> None:
    async with client_of("fastapi") as client:
        documents = [(await client.call("GET", "/openapi.json", version)).json() for version in (OLD, HEAD, None)]
        docs = await client.call("GET", "/docs", None)
        echoed = await client.call("GET", "/openapi.json", OLD)
    old, head, none = (document["components"]["schemas"]["Task"]["properties"] for document in documents)
    assert ("version_id" in old, "dag_version_id" in old) == (True, False)
    assert set(head) == set(none) == {"id", "dag_version_id", "size"}
    assert "/jobs/{task_id}" in documents[0]["paths"]
    assert "/variables/keys" not in documents[0]["paths"]
    assert docs.status_code == 200
    assert (echoed.headers["api-version"], echoed.headers["vary"]) == (OLD, "API-Version")


async def test_the_apps_document_says_where_the_app_is_mounted() -> None:
    async with client_of("fastapi", root_path="/api") as client:
        document = (await client.call("GET", "/api/openapi.json", OLD)).json()
    assert document["servers"] == [{"url": "/api"}]


@shows("A client that may not read the app's document may not read a version's document either.")
async def test_whoever_may_not_read_the_apps_document_may_not_read_a_versions() -> None:
    app = APIS["fastapi"](Seen())

    def closed(app: Any) -> Any:
        async def refusing(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                await PlainTextResponse("no", status_code=403)(scope, receive, send)

        return refusing

    app.add_middleware(closed)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    async with http(app) as client:
        response = await client.get("/openapi.json")
    assert (response.status_code, response.text) == (403, "no")
