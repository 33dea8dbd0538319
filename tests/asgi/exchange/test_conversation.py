"""Design: what happens between the messages: streams, clients that go away, apps that die, real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.asgi.api import APIS, HEAD, OLD, Seen, Task, timeline
from tests.asgi.servers import client_at, serving
from tests.sentences import shows
from timegate import Timeline, Version, VersionChange, current_version, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

pytestmark = pytest.mark.anyio

GONE = {"type": "http.disconnect"}


def scope_of(method: str, path: str, *headers: tuple[bytes, bytes], version: str = OLD) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"api.test"), (b"api-version", version.encode()), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("api.test", 80),
    }


async def talk(app: Any, scope: dict[str, Any], *received: dict[str, Any]) -> list[dict[str, Any]]:
    """What an app sends when it receives these messages; afterwards the client is gone."""
    waiting = list(received)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else GONE

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent


def under(app: Any, **options: Any) -> TimegateMiddleware:
    """An app under timegate whose contract is that of the small API."""
    return TimegateMiddleware(app, timeline=timeline(), contract=APIS["starlette"](Seen()), **options)


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


JSON = (b"content-type", b"application/json")


async def test_a_client_that_goes_away_before_its_body_is_whole_reaches_no_handler() -> None:
    seen = Seen()
    app = APIS["starlette"](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    sent = await talk(app, scope_of("POST", "/tasks", JSON), part(b'{"id":1,', more=True))
    assert (sent, seen.handlers) == ([], [])


async def test_a_body_in_pieces_is_put_together() -> None:
    seen = Seen()
    app = APIS["starlette"](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    pieces = [part(bytes([byte]), more=True) for byte in b'{"id":1,"version_id":"q"}']
    sent = await talk(app, scope_of("POST", "/tasks", JSON), *pieces, part(b""))
    assert [message.get("status") for message in sent] == [201, None]
    assert sent[1]["body"] == b'{"id":1,"version_id":"q","size":0}'


async def test_after_the_body_receive_is_the_servers_again() -> None:
    got: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.extend([await receive(), await receive()])

    await talk(under(app), scope_of("POST", "/tasks", JSON), part(b'{"id":1,"version_id":"q"}'))
    assert got == [part(b'{"id":1,"dag_version_id":"q"}'), GONE]


async def test_nothing_of_a_response_is_sent_when_the_app_dies_in_the_middle() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [JSON]})
        await send({"type": "http.response.body", "body": b'{"dag_version_id":', "more_body": True})
        raise RuntimeError("boom")

    sent: list[Any] = []
    with pytest.raises(RuntimeError, match="boom"):
        sent = await talk(under(app), scope_of("GET", "/tasks/3"))
    assert sent == []


async def test_an_app_that_dies_in_the_middle_gets_the_frameworks_500(framework: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"dag_version_id":'
        raise RuntimeError("boom")

    seen = Seen(response=StreamingResponse(pieces(), media_type="application/json"))
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        response = await http.get("/tasks/3", headers={"API-Version": OLD})
    assert (response.status_code, response.text) == (500, "Internal Server Error")


@shows("Of one that ends in the middle nothing is sent, and the server responds as to an app that sent none.")
async def test_an_app_that_ends_before_its_response_does_sends_nothing() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [JSON]})
        await send({"type": "http.response.body", "body": b'{"dag_version_id":"a"}', "more_body": True})

    assert await talk(under(app), scope_of("GET", "/tasks/3")) == []


@shows("a body in an ASGI extension's message that would bypass the gate.")
@pytest.mark.parametrize("kind", ["http.response.pathsend", "http.response.zerocopysend", "http.response.unheard"])
async def test_a_message_that_carries_a_body_past_the_gate_is_refused(kind: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [JSON]})
        await send({"type": kind, "path": "/etc/secret"})

    sent = await talk(under(app), scope_of("GET", "/tasks/3"))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 500


async def test_names_of_headers_in_capitals_are_the_same_headers() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"29"), (b"ETag", b'"a"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id":1,"dag_version_id":"a"}'})

    start, body = await talk(under(app), scope_of("GET", "/tasks/3"))
    assert body["body"] == b'{"id":1,"version_id":"a"}'
    assert [value for name, value in start["headers"] if name.lower() == b"content-length"] == [b"25"]
    assert [value for name, value in start["headers"] if name.lower() == b"etag"] == [b'"a;2025-04-11"']


@shows(
    "It is never parsed and never held back,",
    "it streams, and no byte of it is read",
)
async def test_an_untouched_response_streams_as_it_comes() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            counts.append(len(sent))
        await send({"type": "http.response.body", "body": b""})

    counts: list[int] = []
    sent: list[Any] = []

    async def receive() -> Any:
        return GONE

    async def send(message: Any) -> None:
        sent.append(message)

    await under(app)(scope_of("GET", "/variables/x"), receive, send)
    assert counts == [2, 3, 4]
    assert [message.get("body") for message in sent] == [None, b"x", b"x", b"x", b""]


@shows("never parsed and never held back,")
async def test_an_untouched_request_streams_as_it_comes() -> None:
    asked: list[int] = []
    waiting = [part(b"a", more=True), part(b"b", more=True), part(b"c")]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(len(waiting))
        assert (await receive())["body"] == b"a"
        asked.append(len(waiting))

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError(message)

    await under(app)(scope_of("PUT", "/variables/x", JSON), receive, send)
    assert asked == [3, 2]


@shows("messages of a websocket; its version is in `current_version()`")
async def test_a_websocket_passes_with_its_version_in_the_context() -> None:
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(str(current_version()))
        await websocket.close()

    app = Starlette(routes=[WebSocketRoute("/ws", echo)])
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD), Version(OLD)))
    for version, told in (("2025-05-05", OLD), (HEAD, HEAD)):
        scope: dict[str, Any] = {**scope_of("GET", "/ws", version=version), "type": "websocket", "subprotocols": []}
        sent = await talk(app, scope, {"type": "websocket.connect"})
        assert sent[1]["text"] == told


async def test_many_clients_of_mixed_versions_each_get_their_own(framework: str) -> None:
    seen = Seen()
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    names = {HEAD: "dag_version_id", OLD: "version_id", "2025-05-17": "version_id", "2025-06-01": "version_id"}

    async def one(http: httpx.AsyncClient, number: int) -> None:
        version = list(names)[number % 4]
        body = {"id": number, names[version]: str(number)}
        response = await http.post("/tasks", json=body, headers={"API-Version": version})
        assert response.json() == {**body, "size": 0}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        await asyncio.gather(*(one(http, number) for number in range(400)))
    assert len(seen.handlers) == 400


async def test_real_sockets_see_each_version_apart(framework: str) -> None:
    seen = Seen()
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    async with serving(app) as port, client_at(port) as http:
        old = await http.get("/tasks/3", headers={"API-Version": OLD})
        new = await http.get("/tasks/3", headers={"API-Version": HEAD})
        head = await http.head("/tasks/3", headers={"API-Version": OLD})
        posted = await http.post("/tasks", headers={"API-Version": OLD}, json={"id": 1, "version_id": "x"})
        refused = await http.post("/tasks", headers={"API-Version": OLD}, content=b"[" * 100_000)
        shadowed = await http.get("/variables/keys", headers={"API-Version": OLD})
    assert (old.json()["version_id"], new.json()["dag_version_id"]) == ("v1", "v1")
    assert (head.status_code, head.content) == (200 if framework == "starlette" else 405, b"")
    assert (posted.status_code, refused.status_code, shadowed.json()) == (201, 400, {"key": "keys"})


async def test_a_real_client_that_goes_away_half_way_leaves_the_server_well(framework: str) -> None:
    seen = Seen()
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    start = f"POST /tasks HTTP/1.1\r\nHost: x\r\nAPI-Version: {OLD}\r\nContent-Type: application/json\r\n"
    async with serving(app) as port:
        for _ in range(5):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f'{start}Content-Length: 100\r\n\r\n{{"id":1'.encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        async with client_at(port) as http:
            response = await http.get("/tasks/3", headers={"API-Version": OLD})
    assert (response.status_code, seen.handlers) == (200, ["get_task"])


async def test_a_response_that_is_refused_ends_the_connection_cleanly() -> None:
    @operation(response=Task)
    async def endless(request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                produced.append(1)
                yield b'{"dag_version_id":"secret"},' * 100

        return StreamingResponse(pieces(), media_type="application/json")

    async def well(request: Request) -> Response:
        return PlainTextResponse("well")

    produced: list[int] = []
    app = Starlette(routes=[Route("/tasks/{task_id:int}", endless), Route("/well", well)])
    app.add_middleware(TimegateMiddleware, timeline=_named(), max_body=10_000)
    async with serving(app) as port, client_at(port) as http:
        response = await http.get("/tasks/3", headers={"API-Version": OLD})
        assert (response.status_code, (await http.get("/well")).text) == (500, "well")
        made = len(produced)
        await asyncio.sleep(0.1)
    assert "secret" not in response.text
    assert len(produced) == made < 20


class NameIt(VersionChange):
    """It has a name."""

    changes = (on(Task).renamed("version_id", to="dag_version_id"),)


def _named() -> Timeline:
    return Timeline(Version(HEAD, NameIt), Version(OLD))
