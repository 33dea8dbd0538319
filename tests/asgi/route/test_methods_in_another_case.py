"""A method in another case gets past no gate, though a class of endpoints may find its own method for it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

NEW, OLD = "2025-06-01", "2025-01-01"


class Item(BaseModel):
    sku: str = "a-7"


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Items(HTTPEndpoint):
    @operation(response=Item)
    async def get(self, request: Request) -> Item:
        return Item()

    @operation(request=Item, response=Item)
    async def post(self, request: Request, *, body: Item) -> Item:
        return body


def of_starlette() -> Starlette:
    return Starlette(routes=[Route("/items", Items)])


def of_fastapi() -> FastAPI:
    app = FastAPI()

    @app.get("/items")
    def items() -> Item:
        return Item()

    @app.post("/items")
    def add(item: Item) -> Item:
        return item

    return app


def called(app: ASGIApp, method: str, version: str | None, body: bytes = b"") -> tuple[int, Any]:
    """The status and the problem of a request whose method is sent as it is written."""
    sent: list[Message] = []
    fields = [(b"content-type", b"application/json")]
    fields += [] if version is None else [(b"api-version", version.encode())]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method,
        "path": "/items", "raw_path": b"/items", "query_string": b"", "headers": fields, "root_path": "",
    }  # fmt: skip

    async def run() -> None:
        await app(scope, receive, send)

    asyncio.run(run())
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("app", [of_starlette, of_fastapi])
@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize(("method", "body"), [("get", b""), ("Get", b""), ("post", b'{"sku": "b"}'), ("dispatch", b"")])
def test_a_method_in_another_case_is_none_of_the_operations(app: Any, version: str, method: str, body: bytes) -> None:
    made = app()
    made.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Skus), Version(OLD)))
    status, problem = called(made, method, version, body)
    assert (status, problem["type"]) == (405, "urn:timegate:problem:method-not-allowed")


@pytest.mark.parametrize("app", [of_starlette, of_fastapi])
def test_it_needs_a_version_as_in_capitals(app: Any) -> None:
    made = app()
    made.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Skus), Version(OLD)))
    assert called(made, "GET", None)[1] == called(made, "get", None)[1]
    status, problem = called(made, "get", None)
    assert (status, problem["type"]) == (400, "urn:timegate:problem:version-missing")


def test_the_same_methods_in_capitals_are_gated() -> None:
    made = of_starlette()
    made.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Skus), Version(OLD)))
    assert called(made, "GET", OLD) == (200, {"article": "a-7"})
    assert called(made, "POST", OLD, b'{"article": "b"}') == (200, {"article": "b"})
