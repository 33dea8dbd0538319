"""One model, one change of it, and a client that says exactly what it sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, on

NEW, OLD = "2025-06-01", "2025-01-01"
JSON = (b"content-type", b"application/json")


class Thing(BaseModel):
    id: str
    new: str = "n"


class Renamed(VersionChange):
    """`old` is now called `new`."""

    changes = (on(Thing).renamed("old", to="new"),)


def timeline() -> Timeline:
    return Timeline(Version(NEW, Renamed), Version(OLD))


def _unheard(message: Any) -> None:
    """Nobody listens."""


async def asked(
    app: Any,
    method: str,
    path: str,
    *fields: tuple[bytes, bytes],
    body: bytes = b"",
    version: str = OLD,
    told: Callable[[Any], None] = _unheard,
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """What an app responds with to one request; each message of it is told to a function."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"api-version", version.encode()), *fields],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        told(message)
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent[0]["status"], sent[0]["headers"], b"".join(message.get("body", b"") for message in sent[1:])
