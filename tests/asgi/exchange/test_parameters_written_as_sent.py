"""What no fact changes in a query or a form reaches the app as it was written, whatever is beside it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.exchanges import OLD, timeline_of
from timegate import Contract, endpoint
from timegate.asgi import TimegateMiddleware

FORM = {"content-type": "application/x-www-form-urlencoded"}
TEXT: dict[str, Any] = {"type": "string"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/": {
            "post": {
                "parameters": [{"name": name, "in": "query", "schema": TEXT} for name in ("a", "new")],
                "requestBody": {
                    "content": {FORM["content-type"]: {"schema": {"properties": {"a": TEXT, "new": TEXT}}}},
                },
                "responses": {"200": {"description": "d"}},
            }
        }
    },
}
FACTS = (endpoint("/", "POST").query("old").renamed(to="new"), endpoint("/", "POST").form("old").renamed(to="new"))


def reached(query: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The query and the body of a request as the app gets them."""
    found: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.extend((scope["query_string"], (await receive())["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        """The response is of no interest."""

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": query,
        "headers": [(b"api-version", OLD.encode()), (b"content-type", FORM["content-type"].encode())],
    }
    gated = TimegateMiddleware(app, timeline=timeline_of(*FACTS), contract=Contract.from_openapi(DOCUMENT))
    asyncio.run(gated(scope, receive, send))
    return found[0], found[1]


@shows("What no fact changes in the texts of a form or of a query is written as it was sent.")
@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (b"a=(x)'*&old=1", b"a=(x)'*&new=1"),
        (b"a=%c3%a9%20&old=%7e*", b"a=%c3%a9%20&new=%7e*"),
        (b"a&old", b"a&new="),
        (b"old=\xc3\xa9&other=%zz", b"new=\xc3\xa9&other=%zz"),
        # Some readers of forms would find a parameter behind the semicolon.
        (b"a=1;new=2&old=3", b"a=1%3Bnew%3D2&new=3"),
        (b"old=1;new=2", b"new=1%3Bnew%3D2"),
    ],
)
def test_a_text_is_written_as_it_was_sent(sent: bytes, got: bytes) -> None:
    assert reached(sent, sent) == (got, got)


def large() -> FastAPI:
    app = FastAPI()

    def lengths(a: Annotated[str, Form()], new: Annotated[str, Form()]) -> list[int]:
        return [len(a), len(new)]

    app.add_api_route("/", lengths, methods=["POST"])
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(FACTS[1]))
    return app


def test_a_large_form_is_within_the_limits_of_the_framework_as_before() -> None:
    content = b"a=" + "\u00e9".encode() * 300_000 + b"&old=" + "\u00e8".encode() * 300_000
    response = Caller(large()).post("/", content=content, headers={"api-version": OLD, **FORM})
    assert response.json() == [600_000, 600_000]


def test_a_large_part_that_is_no_unicode_is_within_the_limits_of_the_framework_as_before() -> None:
    names = ("a", "old")
    parts = [b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % name.encode() for name in names]
    content = b"".join(part + b"\xe9" * 600_000 + b"\r\n" for part in parts) + b"--b--\r\n"
    fields = {"api-version": OLD, "content-type": "multipart/form-data; boundary=b"}
    assert Caller(large()).post("/", content=content, headers=fields).json() == [600_000, 600_000]
