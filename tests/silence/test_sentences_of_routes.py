"""What the page on HTTP says of routes, methods and header fields, sentence by sentence."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, annotate, exchange, gated
from timegate import on
from timegate.asgi import header
from timegate.starlette import operation


class Item(BaseModel):
    sku: str = "a"


RENAMED = on(Item).renamed("article", to="sku")


def get_item() -> Item:
    return Item()


def shop() -> FastAPI:
    app = FastAPI()
    app.add_api_route("/items", get_item, methods=["GET"])

    async def options(request: Request) -> Response:
        return PlainTextResponse("what the app says", 200, headers={"Allow": "GET, OPTIONS"})

    app.add_route("/items", options, methods=["OPTIONS"], include_in_schema=False)
    return app


@shows("`OPTIONS` outside the contract | passes;")
@pytest.mark.parametrize("version", [OLD, NEW, None, "nonsense"])
def test_options_outside_the_contract_are_for_the_app_to_respond_to(version: str | None) -> None:
    response = exchange(gated(shop(), RENAMED), "OPTIONS", "/items", version=version)
    assert (response.status, response.content, response.headers["allow"]) == (
        200,
        b"what the app says",
        "GET, OPTIONS",
    )


@shows("Routes that are added, removed or replaced later make it compile again.")
@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_route_that_is_removed_is_there_for_no_version(version: str) -> None:
    app = shop()
    app.add_api_route("/more", get_item, methods=["GET"])
    served = gated(app, RENAMED)
    key = "article" if version == OLD else "sku"
    assert exchange(served, "GET", "/more", version=version).json() == {key: "a"}
    app.router.routes.pop()
    assert exchange(served, "GET", "/more", version=version).status == 404
    assert exchange(served, "GET", "/items", version=version).json() == {key: "a"}


@shows("no HTML form can set | it counts as JSON, and the app gets that `Content-Type`")
@pytest.mark.parametrize("framework", [FastAPI, Starlette])
def test_an_app_gets_the_type_that_a_body_without_one_is_read_by(framework: Any) -> None:
    got: list[str | None] = []

    @operation(request=Item, response=Item)
    async def put(request: Request, *, body: Item) -> Item:
        got.append(request.headers.get("content-type"))
        return body

    async def put_too(request: Request, body: Item) -> Item:
        got.append(request.headers.get("content-type"))
        return body

    app: Any = framework()
    if framework is FastAPI:
        app.add_api_route("/items", put_too, methods=["PUT"])
    else:
        app.router.routes.append(Route("/items", put, methods=["PUT"]))
    response = exchange(gated(app, RENAMED), "PUT", "/items", body=b'{"article": "b"}', untyped=True)
    assert (response.json(), got) == ({"article": "b"}, ["application/json"])


@shows("or in the selecting header field.", "`Vary` names what selects the version")
@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_header_field_that_selects_the_version_tells_it_too(version: str) -> None:
    app = gated(shop(), RENAMED, select=header("X-Shop-Version"))
    response = exchange(app, "GET", "/items", version=None, headers={"x-shop-version": version})
    assert (response.status, response.headers["x-shop-version"], response.headers["vary"]) == (
        200,
        version,
        "X-Shop-Version",
    )
    assert "api-version" not in response.headers


LIMIT = 16 * 1024 * 1024


@shows("more than `max_body` bytes (16 MiB),")
@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_a_body_may_have_16_mib_where_nothing_else_is_said(size: int, status: int) -> None:
    app = FastAPI()

    @app.post("/items")
    def post(body: Item) -> Item:
        return body

    response = exchange(gated(app, RENAMED), "POST", "/items", body=b'{"article":"b"}'.ljust(size))
    assert response.status == status
    assert response.json() == (
        {"article": "b"} if status == 200 else response.json() | {"title": "The body is too large"}
    )


class Anything(BaseModel):
    sku: str = "a"
    held: Any = None


@shows("nested deeper than 201; an integer of more than 4,300 digits;")
@pytest.mark.parametrize(
    ("held", "status"),
    [
        (b"[" * 200 + b"]" * 200, 200),
        (b"[" * 201 + b"]" * 201, 400),
        (b"9" * 4300, 200),
        (b"9" * 4301, 400),
    ],
    ids=["201 levels", "202 levels", "4,300 digits", "4,301 digits"],
)
def test_what_is_just_not_too_much_reaches_the_app_and_comes_back(held: bytes, status: int) -> None:
    app = FastAPI()

    @app.post("/items")
    def post(body: Anything) -> Anything:
        return body

    served = gated(app, on(Anything).renamed("article", to="sku"))
    sent = b'{"article":"a","held":' + held + b"}"
    response = exchange(served, "POST", "/items", body=sent)
    assert response.status == status
    assert status != 200 or response.content == sent


@shows("It may be nested deeper than a request, so that what a client sent may be a part of it.")
@pytest.mark.parametrize("around", [1, 40])
@pytest.mark.parametrize(
    "held", [b"[" * 200 + b"]" * 200, b'{"a":' * 199 + b"[]" + b"}" * 199], ids=["lists", "objects"]
)
def test_what_a_client_nested_to_the_limit_may_come_back_within_more(held: bytes, around: int) -> None:
    app = FastAPI()

    def wrapped(body: Any) -> Any:
        kept: Any = body.held
        for _ in range(around):
            kept = [kept]
        return Anything(held=kept)

    annotate(wrapped, "body", Anything, None)
    app.add_api_route("/items", wrapped, methods=["POST"], response_model=Anything)
    served = gated(app, on(Anything).renamed("article", to="sku"))
    response = exchange(served, "POST", "/items", body=b'{"article":"a","held":' + held + b"}")
    assert (response.status, response.content) == (
        200,
        b'{"article":"a","held":' + b"[" * around + held + b"]" * around + b"}",
    )


class Counted(BaseModel):
    n: int = 0
    sku: str = "a"


def test_what_a_client_nested_to_the_limit_is_repeated_to_it_where_the_app_refuses_it() -> None:
    app = FastAPI()

    @app.post("/items")
    def post(body: Counted) -> Counted:
        return body

    deep = b"[" * 200 + b"]" * 200
    served = gated(app, on(Counted).renamed("article", to="sku"))
    response = exchange(served, "POST", "/items", body=b'{"article":"a","n":' + deep + b"}")
    assert (response.status, response.json()["detail"][0]["loc"], deep in response.content) == (
        422,
        ["body", "n"],
        True,
    )
