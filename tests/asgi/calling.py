"""Calls an app from a test that is not async, on every release of Starlette.

The ``TestClient`` of older releases leaves streams open that newer releases of anyio warn of.
"""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import httpx


@contextmanager
def files_left_open() -> Generator[None]:
    """FastAPI up to 0.128 leaves the file of a form that is refused to the collector of garbage: it comes here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


class Caller:
    """Sends requests to an app, one after the other, without a server.

    Args:
        app: the app, which compiles at its first request, because there is no lifespan.
        headers: header fields of each request.
    """

    def __init__(self, app: Any, *, headers: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._headers = headers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open between two requests."""

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://testserver", headers=self._headers, follow_redirects=True
            ) as client:
                return await client.request(method, url, **options)

        return asyncio.run(sent())

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self.request("POST", url, **options)
