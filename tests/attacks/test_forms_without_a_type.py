"""What a client sends without a Content-Type is no form, and no message of it reaches the app after ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import pytest
from fastapi import FastAPI, Form, Request, Response
from starlette.testclient import TestClient

from timegate import Timeline, Version, VersionChange, endpoint
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2025-06-01", "2025-01-01"


class Names(VersionChange):
    """The name of a thing is called title."""

    changes = (endpoint("/things", "POST").form("name").renamed(to="title"),)


app = FastAPI()


@app.post("/things")
async def things(request: Request, title: Annotated[str, Form()] = "none") -> dict[str, str | bool]:
    return {"title": title, "gone": await request.is_disconnected()}


@app.middleware("http")
async def around(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """Starlette's middleware of functions takes no message of a body after its end."""
    return await call(request)


app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Names), Version(OLD)))


@pytest.mark.parametrize("body", [b"", b"name=a", b"title=a"])
def test_a_body_without_a_type_is_an_empty_form_and_its_end_is_the_end(body: bytes) -> None:
    client = TestClient(app, headers={"API-Version": OLD})
    response = client.post("/things", content=body)
    assert (response.status_code, response.json()) == (200, {"title": "none", "gone": False})
    assert client.post("/things", data={"name": "a"}).json() == {"title": "a", "gone": False}
