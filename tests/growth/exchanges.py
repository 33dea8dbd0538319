"""One request of an old client, and the app behind the gate, which costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic_core import from_json, to_json

from timegate import Timeline
from timegate.asgi import TimegateMiddleware

OLD: Final = "2025-01-01"
NEW: Final = "2026-01-01"
JSON: Final = (b"content-type", b"application/json")
VERSION: Final = (b"api-version", OLD.encode())

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What an old client sends, and what the app responds with.

    Args:
        method: the HTTP method.
        path: the path.
        query: the query string.
        headers: all header fields.
        parts: the body, as the messages it comes in.
        status: the status of the response.
        response: the body of the response, as the messages it goes in.
        response_headers: the header fields of the response.
        told: the status that the client gets.
    """

    method: str = "POST"
    path: str = "/items"
    query: bytes = b""
    headers: Headers = (VERSION, JSON)
    parts: Sequence[bytes] = (b"",)
    status: int = 200
    response: Sequence[bytes] = (b"1",)
    response_headers: Headers = (JSON,)
    told: int = 200

    @property
    def size(self) -> int:
        """The bytes of all that the client sends and the app responds with."""
        fields = sum(len(name) + len(value) for name, value in (*self.headers, *self.response_headers))
        return len(self.path) + len(self.query) + fields + sum(map(len, (*self.parts, *self.response)))


class Told(bytes):
    """Bytes that tell how many of them are copied, which no count of Python's steps sees."""

    add: Callable[[int], None]

    @classmethod
    def of(cls, data: bytes, add: Callable[[int], None]) -> Told:
        """Some bytes, and what is told how many are copied of them."""
        told = cls(data)
        told.add = add
        return told

    def _copied(self, data: Any) -> Told:
        self.add(len(data))
        return Told.of(data, self.add)

    def __getitem__(self, key: Any) -> Any:
        of: Any = super().__getitem__
        return self._copied(of(key)) if isinstance(key, slice) else of(key)

    def __add__(self, other: Any) -> Any:
        return self._copied(bytes(self) + other)

    def __radd__(self, other: Any) -> Any:
        # To a bytearray it is added in place.
        return self._copied(other + bytes(self)) if isinstance(other, bytes) else NotImplemented


class Gated:
    """A gate in front of an app that reads the request and sends a prepared response.

    Args:
        app: declares the contract; its handlers never run.
        timeline: the versions.
        coded: is told how many bytes were decoded, encoded or copied.
        options: more arguments of the middleware.
    """

    def __init__(self, app: Any, timeline: Timeline, *, coded: Callable[[int], None] | None = None, **options: Any):
        self._request = Request()
        self._coded = coded
        self._gate = TimegateMiddleware(
            self._respond, timeline=timeline, contract=app, decoder=self._decoded, encoder=self._encoded, **options
        )

    def _decoded(self, body: bytes) -> Any:
        if self._coded is not None:
            self._coded(len(body))
        # Texts that are kept from one request to the next would make small requests seem smaller than they are.
        return from_json(body, allow_inf_nan=False, cache_strings="none")

    def _encoded(self, value: Any) -> bytes:
        body = to_json(value)
        if self._coded is not None:
            self._coded(len(body))
        return body

    async def _respond(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body", False):
            pass
        request = self._request
        await send({"type": "http.response.start", "status": request.status, "headers": list(request.response_headers)})
        for part in request.response[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": request.response[-1], "more_body": False})

    def start(self) -> None:
        """Compile everything, as the first request does where no lifespan has started."""
        self.exchange(Request())()

    def exchange(self, request: Request) -> Callable[[], tuple[int, bytes]]:
        """What serves a request once; no event loop is needed, because nothing in it ever waits."""

        def serve() -> tuple[int, bytes]:
            self._request = request
            sent: list[Any] = []
            parts = iter(request.parts if self._coded is None else [Told.of(one, self._coded) for one in request.parts])
            left = len(request.parts)

            async def receive() -> Any:
                nonlocal left
                left -= 1
                return {"type": "http.request", "body": next(parts), "more_body": left > 0}

            async def send(message: Any) -> None:
                sent.append(message)

            scope = {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.3"},
                "http_version": "1.1",
                "method": request.method,
                "scheme": "http",
                "path": request.path,
                "raw_path": request.path.encode(),
                "query_string": request.query,
                "root_path": "",
                "headers": list(request.headers),
                "client": ("127.0.0.1", 1),
                "server": ("test", 80),
            }
            coroutine = self._gate(scope, receive, send)
            try:
                coroutine.send(None)
            except StopIteration:
                return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
            raise AssertionError("an exchange waited for something")

        return serve
