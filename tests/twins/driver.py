"""Speaks ASGI to an app, in the process and without a client library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.types import ASGIApp, Message


@dataclass(slots=True)
class Response:
    """What came back; `error` is what the app raised after its 500."""

    status: int
    headers: dict[str, str]
    body: bytes
    error: BaseException | None = None
    fields: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> list[str]:
        """Every value of a header field, in order."""
        return [value for key, value in self.fields if key == name]


async def call(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    query: tuple[tuple[str, str], ...] = (),
    tail: str = "",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    body: bytes = b"",
) -> Response:
    """Send one request; `path` is percent-encoded, and so is `tail`, the end of the query."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "server": ("api.test", 80),
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": "&".join(filter(None, [urlencode(query), tail])).encode(),
        "root_path": "",
        "headers": [(b"host", b"api.test"), *headers],
    }
    sent: list[Message] = []
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    error: BaseException | None = None
    try:
        await app(scope, receive, send)
    except Exception as raised:
        error = raised
    if not sent:
        return Response(500, {}, b"", error)
    fields = tuple((key.decode().lower(), value.decode()) for key, value in sent[0]["headers"])
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return Response(sent[0]["status"], dict(fields), body, error, fields)
