"""A header field means to the app what it is called at head, and to the client what it was called in its version."""

from typing import Any

import pytest
from fastapi import FastAPI, Header, Response
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import NEW, annotate, exchange, gated
from timegate import endpoint, on

TAG = '"v1"'


class Item(BaseModel):
    sku: str = "s"


RENAMED = on(Item).renamed("article", to="sku")


class Shop:
    """An app whose handler of ``PUT /item`` notes a header field.

    Args:
        name: of the header field, at head.
        marker: of the parameter, where it is required.
    """

    def __init__(self, name: str, marker: Any = None) -> None:
        self.app = FastAPI()
        self.got: list[str | None] = []

        @self.app.get("/item")
        async def get(response: Response) -> Item:
            response.headers["ETag"] = TAG
            return Item()

        async def put(item: Item, field: Any) -> Item:
            self.got.append(field)
            return item

        kind: Any = str if marker else str | None
        annotate(put, "field", kind, marker or Header(default_factory=lambda: None, alias=name))
        self.app.add_api_route("/item", put, methods=["PUT"])

    def put(self, *facts: Any, headers: dict[str, str]) -> list[str | None]:
        """What the handler gets of an old client."""
        app = gated(self.app, RENAMED, *facts)
        response = exchange(app, "PUT", "/item", body={"article": "b"}, headers=headers)
        assert (response.status, response.json()) == (200, {"article": "b"})
        return self.got


PUT = endpoint("/item", "PUT")


@shows("A tag has its version removed in a field that a fact renames to one of these, too,")
@pytest.mark.parametrize("new", ["If-Match", "If-None-Match"])
def test_a_tag_in_a_field_that_became_a_condition_is_heads_own(new: str) -> None:
    shop = Shop(new)
    tag = exchange(gated(shop.app, RENAMED), "GET", "/item").headers["etag"]
    assert shop.put(PUT.header("X-Cond").renamed(to=new), headers={"x-cond": tag}) == [TAG]


@shows("and in one that was called so.")
@pytest.mark.parametrize("old", ["If-Match", "If-None-Match"])
def test_a_tag_in_a_condition_that_became_another_field_is_heads_own(old: str) -> None:
    shop = Shop("X-Cond")
    tag = exchange(gated(shop.app, RENAMED), "GET", "/item").headers["etag"]
    assert shop.put(PUT.header(old).renamed(to="X-Cond"), headers={old.lower(): tag}) == [TAG]


@pytest.mark.parametrize("tag", [TAG, f'"v1;{NEW}"', "v1"])
def test_a_tag_of_another_version_in_such_a_field_cannot_match(tag: str) -> None:
    (got,) = Shop("If-Match").put(PUT.header("X-Cond").renamed(to="If-Match"), headers={"x-cond": tag})
    assert got
    assert "v1" not in got
    assert Shop("If-None-Match").put(PUT.header("X-Cond").renamed(to="If-None-Match"), headers={"x-cond": tag}) == [
        None
    ]


def test_any_tag_passes_in_such_a_field() -> None:
    assert Shop("If-Match").put(PUT.header("X-Cond").renamed(to="If-Match"), headers={"x-cond": "*"}) == ["*"]


def test_a_tag_that_a_change_makes_is_the_apps_own() -> None:
    shop = Shop("If-Match", Header(alias="If-Match"))
    assert shop.put(PUT.header("If-Match").became_required(default=TAG), headers={}) == [TAG]


@shows("It counts how a field is called at head.")
@pytest.mark.parametrize("name", ["Range", "If-Range", "Accept-Encoding"])
def test_what_asks_for_a_part_is_removed_by_its_name_at_head(name: str) -> None:
    assert Shop("X-Part").put(PUT.header(name).renamed(to="X-Part"), headers={name.lower(): "bytes=0-1"}) == [
        "bytes=0-1"
    ]
    assert Shop(name).put(PUT.header("X-Part").renamed(to=name), headers={"x-part": "bytes=0-1"}) == [None]


@shows("It is a link by how head calls the field, or the version.")
@pytest.mark.parametrize(("old", "new"), [("X-Where", "Location"), ("Location", "X-Where")])
def test_a_link_is_one_under_the_name_at_head_and_under_the_clients(old: str, new: str) -> None:
    app = FastAPI()

    @app.post("/jobs")
    async def start(response: Response) -> int:
        response.headers[new] = "/results/1"
        return 1

    @app.get("/results/{number}")
    async def result(number: int) -> int:
        return number

    shop = gated(
        app,
        endpoint("/jobs", "POST").response_header(old).renamed(to=new),
        endpoint("/jobs/{number}/result", "GET").moved(to="/results/{number}"),
    )
    response = exchange(shop, "POST", "/jobs")
    assert new.lower() not in response.headers
    assert response.headers[old.lower()] == "/jobs/1/result"


def test_a_link_under_another_name_is_given_on_once() -> None:
    app = FastAPI()

    @app.post("/jobs")
    async def start(response: Response) -> int:
        response.headers["Location"] = "/b/1"
        return 1

    @app.get("/b/{number}")
    async def one(number: int) -> int:
        return number

    @app.get("/a/{number}")
    async def other(number: int) -> int:
        return -number

    shop = gated(
        app,
        endpoint("/jobs", "POST").response_header("X-Where").renamed(to="Location"),
        endpoint("/a/{number}", "GET").moved(to="/b/{number}"),
        endpoint("/c/{number}", "GET").moved(to="/a/{number}"),
    )
    where = exchange(shop, "POST", "/jobs").headers["x-where"]
    assert (where, exchange(shop, "GET", where).json()) == ("/a/1", 1)
