"""A function of a change that makes a text which UTF-8 lacks is at fault, and not the client: a 500, told as one."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, Form, Header, Query

from tests.asgi.calling import Caller
from timegate import Timeline, Version, VersionChange, endpoint
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2025-06-01", "2025-01-01"


def half(_: str) -> str:
    return "\ud800"


class Halves(VersionChange):
    """Names are converted by a function that is wrong."""

    changes = tuple(
        fact.retyped(was=str, to_head=half)
        for fact in (
            endpoint("/query").query("name"),
            endpoint("/path/{name}").path("name"),
            endpoint("/form").form("name"),
            endpoint("/header").header("name"),
            endpoint("/cookie").cookie("name"),
        )
    )


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/query")
    def query(name: Annotated[str, Query()]) -> str:
        return name

    @made.get("/path/{name}")
    def path(name: str) -> str:
        return name

    @made.post("/form")
    def form(name: Annotated[str, Form()]) -> str:
        return name

    @made.get("/header")
    def header(name: Annotated[str, Header()]) -> str:
        return name

    @made.get("/cookie")
    def cookie(name: Annotated[str, Cookie()]) -> str:
        return name

    made.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Halves), Version(OLD)))
    return made


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/query?name=Ada", {}),
        ("GET", "/path/Ada", {}),
        ("POST", "/form", {"data": {"name": "Ada"}}),
        ("POST", "/form", {"files": {"name": (None, "Ada")}}),
        ("GET", "/header", {"headers": {"name": "Ada"}}),
        ("GET", "/cookie", {"headers": {"cookie": "name=Ada"}}),
    ],
    ids=["query", "path", "form", "multipart", "header", "cookie"],
)
def test_a_text_that_utf_8_lacks_is_the_servers_fault(
    method: str, path: str, options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with Caller(app(), headers={"API-Version": OLD}) as client, caplog.at_level(logging.ERROR):
        response = client.request(method, path, **options)
    assert (response.status_code, response.json()["type"]) == (500, "urn:timegate:problem:request-not-convertible")
    (line,) = caplog.messages
    assert f"from a client of {OLD}" in line
    assert "Ada" not in line
