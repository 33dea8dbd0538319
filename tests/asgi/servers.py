"""A real server for an app, on a free port of the loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import uvicorn


class Announced(uvicorn.Server):
    """A server that says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncGenerator[int]:
    """A real server on a free port of the loopback; gives the port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_level="critical", lifespan="on", timeout_graceful_shutdown=5, timeout_keep_alive=75
        )
        server = Announced(config)
        task = asyncio.create_task(server.serve([listener]))
        try:
            async with asyncio.timeout(60):
                await server.up.wait()
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task


def client_at(port: int) -> httpx.AsyncClient:
    """A client of a server here; it lets idle connections go before the server does, and waits for a slow machine."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
