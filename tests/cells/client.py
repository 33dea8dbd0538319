"""Send one request to an ASGI app, with neither a server nor a client library between the test and the bytes."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.cells.facts import OLD

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Response:
    """The response to a request."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def ask(
    app: Any, method: str, path: str, *, content: bytes = b"", version: str = OLD, headers: Mapping[str, str] = JSON
) -> Response:
    """Send one request as a client of a version."""
    plain, _, query = path.partition("?")
    given = {"host": "test", "api-version": version, "content-length": str(len(content)), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    events: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        events.append(event)

    asyncio.run(app(scope, receive, send))
    start = events[0]
    return Response(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(event.get("body", b"") for event in events[1:]),
    )
