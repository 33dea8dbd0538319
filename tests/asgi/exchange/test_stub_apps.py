"""Design: an app may response in any way that ASGI allows, and a response leaves nothing behind."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.asgi.models import JSON, OLD, Thing, asked, timeline
from timegate.asgi import TimegateMiddleware

pytestmark = pytest.mark.anyio

VALIDATION_ERROR = b'{"detail":[{"loc":["body","new"],"msg":"m","type":"missing"}]}'


class Endless(BaseModel):
    top: float = Field(default=float("inf"))


def contract() -> FastAPI:
    app = FastAPI()

    @app.post("/things")
    async def create(thing: Thing) -> Thing:
        return thing

    @app.get("/keys")
    async def keys() -> list[str]:
        return []

    return app


class Stub:
    """An app that sends what it is told to, gated by the contract of things.

    Args:
        status: of its response.
        headers: the fields of its response.
        parts: the parts of its response's body.
        head: the app whose contract it is.
    """

    def __init__(
        self, status: int, headers: Callable[[], Iterable[Any]], *parts: Any, head: FastAPI | None = None
    ) -> None:
        self.status = status
        self.headers = headers
        self.parts = parts
        self.client = TimegateMiddleware(self.app, timeline=timeline(), contract=head or contract())

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers()})
        for part in self.parts[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": self.parts[-1], "more_body": False})

    async def asked(
        self,
        method: str = "POST",
        path: str = "/things",
        body: bytes = b'{"id":"1","old":"x"}',
        told: Callable[[Any], None] = lambda message: None,
    ) -> tuple[int, list[Any], bytes]:
        """What an old client gets; each message of it is told to a function."""
        return await asked(self.client, method, path, JSON, body=body, told=told)


@contextmanager
def no_collection() -> Generator[None]:
    # What earlier tests left is gone when nothing is found; a finalizer leaves garbage of its own.
    for _ in range(10):
        if not gc.collect():
            break
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("status", "response", "body"),
    [
        (200, b'{"id":"1","new":"x"}', b'{"id":"1","old":"x"}'),
        (422, VALIDATION_ERROR, b'{"id":"1","old":"x"}'),
        (200, b"[]", b'{"id":"1","old":"x"}'),
        (200, b"{", b'{"id":"1","old":"x"}'),
        (200, b"{}", b"{"),
    ],
    ids=["told", "validation error", "misshapen", "no JSON", "request is no JSON"],
)
async def test_no_response_is_left_to_the_garbage_collector(status: int, response: bytes, body: bytes) -> None:
    stub = Stub(status, lambda: [JSON], response)
    for _ in range(3):
        await stub.asked(body=body)
    with no_collection():
        for _ in range(50):
            await stub.asked(body=body)
        assert gc.collect() == 0


async def test_a_response_in_parts_is_held_once_while_it_is_sent() -> None:
    part = b" " * 1_000_000
    stub = Stub(200, lambda: [JSON], b'{"id":"1",', *[part] * 8, b'"new":"x"}')
    held: list[int] = []

    def told(message: Any) -> None:
        held.append(tracemalloc.get_traced_memory()[0])

    await stub.asked()
    tracemalloc.start()
    try:
        await stub.asked(told=told)
    finally:
        tracemalloc.stop()
    # What the client gets has no blanks, so the eight megabytes that came in are nowhere any more.
    assert len(held) == 2
    assert max(held) < 1_000_000


@pytest.mark.parametrize("headers", [[JSON], [JSON, (b"vary", b"Origin")]], ids=["usual", "unusual"])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_an_app_may_send_anything_that_is_bytes(headers: list[Any], kind: Callable[[bytes], Any]) -> None:
    stub = Stub(200, lambda: headers, kind(b'{"id":"1","new":"x"}'))
    status, _, body = await stub.asked()
    assert (status, body) == (200, b'{"id":"1","old":"x"}')


@pytest.mark.parametrize("pair", [tuple, list])
@pytest.mark.parametrize("extra", [[], [(b"vary", b"Origin")]], ids=["usual", "unusual"])
@pytest.mark.parametrize(
    ("method", "path", "response", "expected"),
    [
        ("POST", "/things", b'{"id":"1","new":"x"}', {"id": "1", "old": "x"}),
        ("GET", "/keys", b'["a"]', ["a"]),
    ],
    ids=["touched", "untouched"],
)
async def test_header_fields_may_be_gone_once_they_are_read(
    pair: Callable[[Any], Any], extra: list[Any], method: str, path: str, response: bytes, expected: Any
) -> None:
    stub = Stub(200, lambda: iter([pair(item) for item in (JSON, *extra)]), response)
    status, headers, body = await stub.asked(method, path)
    assert (status, json.loads(body)) == (200, expected)
    assert tuple(headers[0]) == JSON
    assert (b"api-version", OLD.encode()) in headers
    assert dict(map(tuple, headers))[b"vary"] == (b"Origin, API-Version" if extra else b"API-Version")


async def test_a_document_with_a_number_that_json_lacks_is_told_without_it() -> None:
    head = contract()

    @head.get("/endless")
    async def endless() -> Endless:
        return Endless()

    stub = Stub(200, lambda: [JSON], b'{"openapi":"3.1.0"}', head=head)
    status, _, body = await stub.asked("GET", "/openapi.json")
    assert (status, b"Infinity" in body) == (200, False)
