"""Design: many clients at once, clients that go away and apps that die: each gets its own response, or none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.asgi.api import APIS, HEAD, OLD, Seen, Task, timeline
from tests.asgi.servers import client_at, serving
from timegate import Timeline, Version, VersionChange, current_version, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

pytestmark = pytest.mark.anyio

CLIENTS = 10_000
SERVED = {
    HEAD: (HEAD, "dag_version_id"),
    OLD: (OLD, "version_id"),
    "2025-05-17": (OLD, "version_id"),
    "2025-08-01": ("2025-06-01", "version_id"),
}


class NameIt(VersionChange):
    """It has a name."""

    changes = (on(Task).renamed("version_id", to="dag_version_id"),)


@dataclass
class Gathering:
    """Holds every handler back until all have been reached, so that all requests are under way at once."""

    wanted: int
    arrived: int = 0
    most: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Arrive, and wait for the others."""
        self.arrived += 1
        if self.arrived == self.wanted:
            self.complete.set()
        await self.complete.wait()


def _app(framework: str, gathering: Gathering) -> Starlette:
    async def served(task: Task) -> Task:
        before = current_version()
        await gathering.wait()
        assert before == current_version()
        return Task(id=task.id, dag_version_id=f"{task.dag_version_id} as {before}")

    @operation(request=Task, response=Task)
    async def put(request: Request, *, body: Task) -> Task:
        return await served(body)

    async def put_too(body: Task) -> Task:
        return await served(body)

    if framework == "starlette":
        return Starlette(routes=[Route("/tasks", put, methods=["PUT"])])
    app = FastAPI()
    app.add_api_route("/tasks", put_too, methods=["PUT"])
    return app


def _scope(version: str, *, path: str = "/tasks", method: str = "PUT", spec: str = "2.3") -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": spec},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"api-version", version.encode()), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("api.test", 80),
    }


async def _ask(app: Any, version: str, body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(_scope(version), receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(part.get("body", b"") for part in sent[1:])


async def test_ten_thousand_requests_under_way_at_once_each_get_their_own_versions_response(framework: str) -> None:
    gathering = Gathering(CLIENTS)
    app = _app(framework, gathering)
    app.add_middleware(TimegateMiddleware, timeline=timeline_of_tasks())
    versions = [list(SERVED)[number % len(SERVED)] for number in range(CLIENTS)]
    bodies = [{"id": number, SERVED[versions[number]][1]: f"v{number}"} for number in range(CLIENTS)]
    async with asyncio.timeout(250):
        responses = await asyncio.gather(
            *(_ask(app, version, json.dumps(body).encode()) for version, body in zip(versions, bodies, strict=True))
        )
    for number, (status, headers, content) in enumerate(responses):
        force, name = SERVED[versions[number]]
        assert (status, headers[b"api-version"]) == (200, force.encode())
        assert json.loads(content) == {"id": number, name: f"v{number} as {force}", "size": 0}
    assert gathering.arrived == CLIENTS
    assert current_version() is None


def timeline_of_tasks() -> Timeline:
    return Timeline(Version(HEAD, NameIt), Version("2025-06-01"), Version(OLD))


@pytest.mark.parametrize("spec", ["2.0", "2.3", "2.4", "2.5"])
async def test_an_app_learns_that_the_client_of_a_gated_response_has_gone(framework: str, spec: str) -> None:
    made: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100_000):
            made.append(1)
            yield b'{"dag_version_id":"a"},'
            await asyncio.sleep(0)

    app = APIS[framework](Seen(response=StreamingResponse(endless(), media_type="application/json")))
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        await asyncio.sleep(0)
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async with asyncio.timeout(60):
        await app(_scope(OLD, path="/tasks/3", method="GET", spec=spec), receive, send)
    assert sent == []
    assert len(made) < 1000


async def test_a_server_that_cannot_send_any_more_ends_the_request(framework: str) -> None:
    app = APIS[framework](Seen())
    app.add_middleware(TimegateMiddleware, timeline=timeline())

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        raise OSError("gone")

    async with asyncio.timeout(60):
        with pytest.raises(OSError, match="gone"):
            await app(_scope(OLD, path="/tasks/3", method="GET"), receive, send)
    assert current_version() is None


async def test_a_real_client_that_goes_away_from_a_gated_response_stops_the_app(framework: str) -> None:
    made: list[int] = []
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            for _ in range(2_000):
                made.append(1)
                yield b'{"dag_version_id":"a"},'
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    seen = Seen(response=StreamingResponse(endless(), media_type="application/json"))
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    async with serving(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /tasks/3 HTTP/1.1\r\nHost: x\r\nAPI-Version: {OLD}\r\n\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(60):
            await ended.wait()
        seen.response = None
        async with client_at(port) as http:
            response = await http.get("/tasks/3", headers={"API-Version": OLD})
    assert len(made) < 1500
    assert response.json()["version_id"] == "v1"


async def test_an_app_that_dies_half_way_through_a_response_ends_a_real_connection_cleanly(framework: str) -> None:
    async def dying() -> AsyncIterator[bytes]:
        yield b'{"dag_version_id":"secret",'
        raise RuntimeError("boom")

    seen = Seen(response=StreamingResponse(dying(), media_type="application/json"))
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    async with serving(app) as port, client_at(port) as http:
        gated = await http.get("/tasks/3", headers={"API-Version": OLD})
        seen.response = StreamingResponse(dying(), media_type="application/json")
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/variables/x", headers={"API-Version": OLD})
        seen.response = None
        well = await http.get("/tasks/3", headers={"API-Version": OLD})
    assert (gated.status_code, gated.text) == (500, "Internal Server Error")
    assert well.json()["version_id"] == "v1"


async def test_a_header_of_64_kb_over_a_real_connection_is_refused_and_nobody_else_is_hurt(framework: str) -> None:
    app = APIS[framework](Seen())
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    async with serving(app) as port, client_at(port) as http:
        huge = await http.get("/tasks/3", headers={"API-Version": "2" * 65_536})
        well = await http.get("/tasks/3", headers={"API-Version": OLD})
    assert huge.status_code in (400, 431)
    assert len(huge.content) < 1000
    assert well.json()["version_id"] == "v1"
