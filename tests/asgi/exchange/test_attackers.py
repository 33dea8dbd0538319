"""Design: an attacker's afternoon. A clear error or a clean end: never a hang, never an ungated body."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.asgi.api import HEAD, OLD, Client, Task, client_of
from tests.sentences import shows
from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}
SECRET = b'{"id":1,"dag_version_id":"secret"}'


class NameIt(VersionChange):
    """It has a name."""

    changes = (on(Task).renamed("version_id", to="dag_version_id"),)


def named() -> Timeline:
    return Timeline(Version(HEAD, NameIt), Version(OLD))


def http(app: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://api.test", headers={"API-Version": OLD})


@cache
def bomb() -> bytes:
    """200 MB of blanks in 200 kB, made in steps."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as file:
        for _ in range(200):
            file.write(b" " * 1_000_000)
    return packed.getvalue()


async def peak_of(client: Client, method: str, url: str, **request: Any) -> tuple[httpx.Response, int]:
    """A response, and the most memory that was taken on the way."""
    tracemalloc.start()
    try:
        response = await client.call(method, url, **request)
        return response, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@shows(
    "decompressed in steps;",
    "encoded or not | 413",
)
@pytest.mark.parametrize("max_body", [MIB, 16 * MIB])
async def test_a_bomb_takes_no_more_memory_than_the_limit_says(framework: str, max_body: int) -> None:
    packed = bomb()
    assert len(packed) < 200_000
    async with client_of(framework, max_body=max_body) as client:
        await client.call("GET", "/tasks/3")
        said = {**JSON, "Content-Encoding": "gzip"}
        response, peak = await peak_of(client, "POST", "/tasks", content=packed, headers=said)
    assert (response.status_code, response.json()["type"]) == (413, "urn:timegate:problem:body-too-large")
    assert client.seen.handlers == ["get_task"]
    assert peak < max_body + 2 * MIB


@shows(
    "Memory is bounded by `max_body`: a body that must be gated is held whole, once as bytes and once as "
    "the data in it, which takes a multiple of it.",
)
async def test_a_body_without_an_end_takes_no_more_memory_than_the_limit_says(framework: str) -> None:
    sent: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            sent.append(65_536)
            yield b" " * 65_536

    async with client_of(framework, max_body=MIB) as client:
        await client.call("GET", "/tasks/3")
        response, peak = await peak_of(client, "POST", "/tasks", content=endless(), headers=JSON)
    assert (response.status_code, client.seen.handlers) == (413, ["get_task"])
    assert sum(sent) <= MIB + 2 * 65_536
    assert peak < 3 * MIB


@shows("Memory is bounded by `max_body`:")
async def test_a_response_without_an_end_takes_no_more_memory_than_the_limit_says(framework: str) -> None:
    made: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            made.append(65_536)
            yield SECRET * (65_536 // len(SECRET))

    async with client_of(framework, max_body=MIB) as client:
        await client.call("GET", "/tasks/3")
        client.seen.response = StreamingResponse(endless(), media_type="application/json")
        response, peak = await peak_of(client, "GET", "/tasks/3")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert sum(made) <= MIB + 3 * 65_536
    assert peak < 4 * MIB


async def test_nesting_of_100_000_is_refused_in_a_response_too(client: Client) -> None:
    client.seen.response = Response(b"[" * 100_000 + b"]" * 100_000, media_type="application/json")
    response = await client.call("GET", "/tasks/3")
    assert (response.status_code, response.json()["type"]) == (500, "urn:timegate:problem:response-not-convertible")


@shows("nested deeper than 201;")
async def test_nesting_passes_up_to_200_and_no_deeper(client: Client) -> None:
    def nested(depth: int) -> bytes:
        return b'{"id":1,"version_id":"q","size":' + b"[" * depth + b"]" * depth + b"}"

    # One level is the object itself, and three are around what a 422 repeats.
    told = {depth: await client.call("POST", "/tasks", content=nested(depth), headers=JSON) for depth in (198, 201)}
    assert {depth: response.status_code for depth, response in told.items()} == {198: 422, 201: 400}
    assert "dag_version_id" not in told[198].text


@shows("another shape than the model's | 422 in the form of the app's own, with the client's names")
@pytest.mark.parametrize(
    "body",
    [[], "dag_version_id", 7, None, [{"id": 1, "version_id": "q"}], {"id": 1, "version_id": {"dag_version_id": 1}}],
    ids=repr,
)
async def test_a_request_of_another_shape_is_heads_to_refuse_in_the_clients_names(client: Client, body: Any) -> None:
    response = await client.call("POST", "/tasks", content=json.dumps(body).encode(), headers=JSON)
    assert response.status_code == 422
    said = response.json()
    places = [detail["loc"] for detail in said["detail"]]
    assert places
    assert not any("dag_version_id" in place for place in places)
    assert [detail.get("input", body) for detail in said["detail"] if detail["loc"] == ["body"]] in ([], [body])


@shows("a success status that is not declared is converted as the declared one.")
@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226, 299])
async def test_no_success_of_another_status_is_ungated(client: Client, status: int) -> None:
    client.seen.response = Response(SECRET, status_code=status, media_type="application/json")
    response = await client.call("GET", "/tasks/3")
    assert (response.status_code, response.content) == (status, b'{"id":1,"version_id":"secret"}')


def _apps(path: Path) -> dict[str, Starlette]:
    """An app whose declared response is sent as a file, on each framework."""

    @operation(response=Task)
    async def get_task(request: Request) -> Response:
        return FileResponse(path)

    async def get_task_too() -> Response:
        return FileResponse(path)

    fast = FastAPI()
    fast.add_api_route("/tasks", get_task_too, response_model=Task, include_in_schema=False)
    return {"starlette": Starlette(routes=[Route("/tasks", get_task)]), "fastapi": fast}


async def test_a_file_is_gated_as_any_response(framework: str, tmp_path: Path) -> None:
    path = tmp_path / "task.json"
    path.write_bytes(SECRET)
    app = _apps(path)[framework]
    app.add_middleware(TimegateMiddleware, timeline=named())

    async def on_a_server(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "extensions": {"http.response.pathsend": {}}}, receive, send)

    async with http(on_a_server) as client:
        whole = await client.get("/tasks")
        part = await client.get("/tasks", headers={"Range": "bytes=2-9"})
        tag = whole.headers["etag"]
        unchanged = await client.get("/tasks", headers={"If-None-Match": tag.replace(OLD, HEAD)})
    for response in (whole, part, unchanged):
        assert (response.status_code, response.json()) == (200, {"id": 1, "version_id": "secret"})
        assert "accept-ranges" not in response.headers
    assert tag.endswith(f';{OLD}"')


async def test_a_file_of_another_type_is_not_sent(framework: str, tmp_path: Path) -> None:
    path = tmp_path / "task.bin"
    path.write_bytes(SECRET)
    app = _apps(path)[framework]
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app) as client:
        response = await client.get("/tasks")
    assert response.status_code == 500
    assert "secret" not in response.text


@shows("Hidden routes (`include_in_schema=False`),")
async def test_a_hidden_route_is_gated_like_any_other(framework: str) -> None:
    @operation(request=Task, response=Task)
    async def put(request: Request, *, body: Task) -> Task:
        return body

    async def put_too(body: Task) -> Task:
        return body

    app = FastAPI() if framework == "fastapi" else Starlette()
    if isinstance(app, FastAPI):
        app.add_api_route("/hidden", put_too, methods=["PUT"], include_in_schema=False)
        app.add_api_route("/seen", put_too, methods=["PUT"])
    else:
        app.router.routes.append(Route("/hidden", put, methods=["PUT"], include_in_schema=False))
        app.router.routes.append(Route("/seen", put, methods=["PUT"]))
    app.add_middleware(TimegateMiddleware, timeline=named())
    async with http(app) as client:
        for url in ("/hidden", "/seen"):
            old = await client.put(url, json={"id": 1, "version_id": "q"})
            assert (old.status_code, old.json()) == (200, {"id": 1, "version_id": "q", "size": 0})
            assert (await client.put(url, json={"id": 1, "dag_version_id": "evil"})).status_code == 422
