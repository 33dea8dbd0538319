"""Calls an ASGI app without a socket: its lifespan, and requests one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

Message: TypeAlias = MutableMapping[str, Any]
App: TypeAlias = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as any client's library would send it.

    Args:
        method: the HTTP method.
        path: the path.
        version: name and value of the header field that names the version.
        body: the JSON body; empty for none.
    """

    method: str
    path: str
    version: tuple[str, str]
    body: bytes = b""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Its header fields, in a new list."""
        name, value = self.version
        fields = [
            (b"host", b"127.0.0.1:8000"),
            (b"user-agent", b"benchmark/1"),
            (b"accept", b"*/*"),
            (b"accept-encoding", b"gzip, deflate"),
            (b"connection", b"keep-alive"),
            (name.encode(), value.encode()),
        ]
        if self.body:
            fields += [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        return fields


@dataclass(frozen=True, slots=True)
class Response:
    """A response as the client gets it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Caller:
    """Sends one request to one app as often as it is called.

    Args:
        app: the app; its lifespan has begun.
        request: the request.
    """

    __slots__ = ("_app", "_began", "_parts", "_request", "_start")

    def __init__(self, app: App, request: Request) -> None:
        self._app = app
        self._request = request
        self._parts: list[bytes] = []
        self._start: Message = {}
        self._began = False

    async def __call__(self) -> None:
        """Send the request and wait for the whole response, which is kept until the next one."""
        self._parts, self._began = [], False
        request = self._request
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "scheme": "http",
            "method": request.method,
            "root_path": "",
            "path": request.path,
            "raw_path": request.path.encode(),
            "query_string": b"",
            "headers": request.headers(),
            "state": {},
        }
        await self._app(scope, self._receive, self._send)

    @property
    def response(self) -> Response:
        """The response to the last request."""
        return Response(self._start["status"], tuple(self._start["headers"]), b"".join(self._parts))

    async def _receive(self) -> Message:
        if self._began:
            return {"type": "http.disconnect"}
        self._began = True
        return {"type": "http.request", "body": self._request.body, "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))


@asynccontextmanager
async def started(app: App) -> AsyncIterator[App]:
    """An app within its lifespan."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    task = asyncio.ensure_future(
        app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, outbox.put)
    )
    await inbox.put({"type": "lifespan.startup"})
    await _expect(task, outbox, "lifespan.startup.complete")
    try:
        yield app
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await _expect(task, outbox, "lifespan.shutdown.complete")
        await task


async def _expect(task: asyncio.Future[None], outbox: asyncio.Queue[Message], wanted: str) -> None:
    getting = asyncio.ensure_future(outbox.get())
    waiting: set[asyncio.Future[Any]] = {getting, task}
    await asyncio.wait(waiting, timeout=120, return_when=asyncio.FIRST_COMPLETED)
    if not getting.done():
        getting.cancel()
        raise RuntimeError(f"the app's lifespan ended before {wanted}") from (task.exception() if task.done() else None)
    message = getting.result()
    if message["type"] != wanted:
        raise RuntimeError(f"the app sent {message}, not {wanted}")
