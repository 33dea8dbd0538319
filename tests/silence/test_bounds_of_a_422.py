"""A 422 of the app is converted in one go: its cost is linear in the request and in the 422, and the entries end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import exchange, gated
from timegate import endpoint, on
from timegate.starlette import operation


class Item(BaseModel):
    sku: int
    stock: int = 0


class Tree(BaseModel):
    name: int = 0
    below: Tree | None = None


class Counted:
    """Counts the bytes that a middleware decodes."""

    def __init__(self) -> None:
        self.decoded = 0

    def decode(self, body: bytes) -> Any:
        self.decoded += len(body)
        return json.loads(body)


def items_fastapi() -> FastAPI:
    app = FastAPI()

    @app.post("/items")
    async def post(body: list[Item]) -> int:
        return len(body)

    @app.get("/items")
    async def get(ids: Annotated[tuple[int, ...], Query(max_length=5000)] = ()) -> int:
        return len(ids)

    return app


def items_starlette() -> Starlette:
    @operation(request=list[Item], response=int)
    async def post(request: Request, *, body: list[Item]) -> int:
        return len(body)

    return Starlette(routes=[Route("/items", post, methods=["POST"])])


RENAMED = on(Item).renamed("article", to="sku")
NUMBERS = endpoint("/items", "GET").query("numbers").renamed(to="ids")


@pytest.mark.parametrize("host", [items_fastapi, items_starlette])
def test_the_body_is_decoded_once_more_for_all_that_is_wrong_in_it(host: Callable[[], Any]) -> None:
    counted = Counted()
    app = gated(host(), RENAMED, decoder=counted.decode)
    body = [{"article": "x"} for _ in range(90)]
    response = exchange(app, "POST", "/items", body=body)
    details = response.json()["detail"]
    assert (response.status, len(details)) == (422, 90)
    assert [detail["loc"] for detail in details] == [["body", index, "article"] for index in range(90)]
    assert [detail["input"] for detail in details] == ["x"] * 90
    # The body on its way up, the response, and the body once more.
    assert counted.decoded < 2 * len(json.dumps(body)) + 2 * 90 * 200


@shows("The first 100 entries of a list are converted; one more entry counts the others.")
@pytest.mark.parametrize(("wrong", "told", "text"), [
    (100, 100, None),
    (101, 101, "1 more validation error"),
    (2000, 101, "1900 more validation errors"),
])  # fmt: skip
def test_the_first_hundred_entries_are_converted_and_the_others_are_counted(
    wrong: int, told: int, text: str | None
) -> None:
    response = exchange(gated(items_fastapi(), RENAMED), "POST", "/items", body=[{"article": "x"}] * wrong)
    details = response.json()["detail"]
    assert (response.status, len(details)) == (422, told)
    assert [detail["loc"] for detail in details[:100]] == [["body", index, "article"] for index in range(100)]
    if text is not None:
        last = {"type": "more_errors", "loc": ["body"], "msg": text, "ctx": {"count": wrong - 100}}
        assert details[-1] == last


def test_entries_that_name_a_pointer_are_counted_too() -> None:
    @operation(request=list[Item], response=int)
    async def post(request: Request, *, body: list[Item]) -> JSONResponse:
        errors = [{"pointer": f"#/{index}/sku", "detail": "is wrong"} for index in range(150)]
        return JSONResponse({"title": "wrong", "errors": errors}, 422)

    app = gated(Starlette(routes=[Route("/items", post, methods=["POST"])]), RENAMED)
    errors = exchange(app, "POST", "/items", body=[{"article": 1}] * 150).json()["errors"]
    assert errors[:100] == [{"pointer": f"#/{index}/article", "detail": "is wrong"} for index in range(100)]
    assert errors[100:] == [{"pointer": "", "detail": "50 more validation errors"}]


def test_a_query_is_converted_however_often_it_is_wrong() -> None:
    response = exchange(gated(items_fastapi(), NUMBERS), "GET", "/items?" + urlencode([("numbers", "x")] * 90))
    assert response.status == 422
    assert [detail["loc"] for detail in response.json()["detail"]] == [["query", "numbers", i] for i in range(90)]
    assert {detail["input"] for detail in response.json()["detail"]} == {"x"}


def test_a_query_of_twenty_kilobytes_that_is_all_wrong_is_converted_at_once() -> None:
    response = exchange(gated(items_fastapi(), NUMBERS), "GET", "/items?" + urlencode([("numbers", "x")] * 1800))
    assert (response.status, len(response.json()["detail"])) == (422, 101)


def test_what_the_app_cut_short_is_repeated_up_to_a_bound() -> None:
    @operation(request=Item, response=int)
    async def post(request: Request, *, body: Item) -> JSONResponse:
        entry = {"type": "unfit", "loc": ["body", "note"], "msg": "is unfit", "input": "xx…"}
        return JSONResponse({"detail": [entry] * 50}, 422)

    app = gated(Starlette(routes=[Route("/items", post, methods=["POST"])]), RENAMED)
    note = "x" * 20_000
    details = exchange(app, "POST", "/items", body={"article": 1, "note": note}).json()["detail"]
    assert [detail.get("input") for detail in details] == [note] * 3 + [None] * 47


def test_a_place_as_deep_as_a_body_may_be_is_converted() -> None:
    app = FastAPI()

    async def post(body: Tree) -> int:
        return 1

    app.add_api_route("/trees", post, methods=["POST"])
    levels = 190
    body: dict[str, Any] = {"called": "x"}
    for _ in range(levels):
        body = {"below": body}
    response = exchange(gated(app, on(Tree).renamed("called", to="name")), "POST", "/trees", body=body)
    assert (response.status, [detail["loc"] for detail in response.json()["detail"]]) == (
        422,
        [["body", *["below"] * levels, "called"]],
    )
