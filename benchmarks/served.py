"""Calls an app as uvicorn does when a request comes, without a socket: parsing, the task, the response's bytes."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from benchmarks.client import App, Request


class _Connection(asyncio.Transport):
    """The server's end of a connection to nobody."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50000), "sockname": ("127.0.0.1", 8000)})

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take what the server sends."""

    def is_closing(self) -> bool:
        """Whether the connection is about to end: it never does."""
        return False


class Served:
    """Sends one request to one app under uvicorn as often as it is called.

    Args:
        app: the app; its lifespan has begun.
        request: the request.
        loop: runs the server's tasks; nothing else runs in it.
    """

    __slots__ = ("_loop", "_protocol", "_raw", "_tasks")

    def __init__(self, app: App, request: Request, loop: asyncio.AbstractEventLoop) -> None:
        given: Any = app
        config = Config(given, http="httptools", lifespan="off", access_log=False, log_level="warning")
        config.load()
        state = ServerState()
        self._loop, self._tasks = loop, state.tasks
        self._protocol = HttpToolsProtocol(config, state, {}, loop)
        self._protocol.connection_made(_Connection())
        lines = [f"{request.method} {request.path} HTTP/1.1".encode()]
        lines += [name + b": " + value for name, value in request.headers()]
        self._raw = b"\r\n".join([*lines, b"", request.body])

    async def __call__(self) -> None:
        """Send the request and wait for the whole response."""
        self._protocol.data_received(self._raw)
        while self._tasks:
            self._loop.call_soon(self._loop.stop)
            self._loop.run_forever()
