"""Each fact about endpoints and parameters does over HTTP what the table of the vocabulary promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Cookie, FastAPI, Header, Query, Response
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.vocabulary.examples import OLD, timeline_of
from timegate import endpoint
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact


class Page(BaseModel):
    items: list[str]
    total: int


class Given(BaseModel):
    """What a handler was given."""

    num: int
    need: int


def app_of(fact: Fact) -> FastAPI:
    app = FastAPI()

    @app.get("/query")
    def query(need: Annotated[int, Query()], num: Annotated[int, Query()] = 1) -> Given:
        return Given(num=num, need=need)

    @app.get("/header")
    def header(need: Annotated[int, Header()], num: Annotated[int, Header()] = 1) -> Given:
        return Given(num=num, need=need)

    @app.get("/cookie")
    def cookie(need: Annotated[int, Cookie()], num: Annotated[int, Cookie()] = 1) -> Given:
        return Given(num=num, need=need)

    @app.get("/items/{key}")
    def item(key: str, response: Response) -> str:
        response.headers["Link"] = f"</items/{key}>; rel=self"
        return key

    @app.get("/previous")
    def previous(key: str, more: str = "") -> list[str]:
        return [key, more]

    @app.post("/items", status_code=201)
    def create() -> int:
        return 1

    @app.put("/pages")
    def replace() -> int:
        return 1

    @app.get("/pages")
    def pages(response: Response) -> Page:
        response.headers.append("x-part", "a")
        response.headers.append("x-part", "b")
        return Page(items=["a"], total=1)

    app.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    return app


def half(text: str) -> int:
    return int(text) // 2


def loud(text: str) -> str:
    return text.upper()


PLACES = {"query": "params", "header": "headers", "cookie": "cookies"}
"""By the kind of a parameter, where a client sends it; forms: tests/asgi/exchange/test_forms_of_frameworks.py."""

PARAMETERS: dict[str, tuple[Callable[[Any], Fact], dict[str, str], Given]] = {
    "added: a default is set where it is absent": (
        lambda named: named("num").added(default=5), {"need": "2"}, Given(num=5, need=2),
    ),
    "removed: it is dropped": (
        lambda named: named("gone").removed(was=int, loses="unread"), {"need": "2", "gone": "3"}, Given(num=1, need=2),
    ),
    "renamed: it has head's name": (
        lambda named: named("old").renamed(to="num"), {"need": "2", "old": "4"}, Given(num=4, need=2),
    ),
    "defaulted: absent is the old default": (
        lambda named: named("num").defaulted(was=9), {"need": "2"}, Given(num=9, need=2),
    ),
    "retyped: by a function": (
        lambda named: named("num").retyped(was=str, to_head=half), {"need": "2", "num": "8"}, Given(num=4, need=2),
    ),
    "became_required: absent is the value": (
        lambda named: named("need").became_required(default=7), {"num": "3"}, Given(num=3, need=7),
    ),
}  # fmt: skip


def asked(place: str, fact: Fact, sent: dict[str, str]) -> httpx.Response:
    """The response to an old client that sends some parameters of one kind."""
    where: dict[str, dict[str, str]] = {"params": {}, "headers": {}, "cookies": {}}
    where[PLACES[place]] |= sent
    where["headers"]["Cookie"] = "; ".join(f"{name}={text}" for name, text in where["cookies"].items())
    with Caller(app_of(fact), headers={"API-Version": OLD}) as client:
        return client.get(f"/{place}", params=where["params"], headers=where["headers"])


@pytest.mark.parametrize("promise", PARAMETERS)
@pytest.mark.parametrize("place", PLACES)
def test_a_parameter_of_an_old_request(place: str, promise: str) -> None:
    declare, sent, given = PARAMETERS[promise]
    response = asked(place, declare(getattr(endpoint(f"/{place}", "GET"), place)), sent)
    assert (response.status_code, response.json()) == (200, given.model_dump())


@pytest.mark.parametrize("place", PLACES)
def test_a_removed_parameter_that_is_not_of_its_type_is_refused(place: str) -> None:
    fact = getattr(endpoint(f"/{place}", "GET"), place)("gone").removed(was=int, loses="unread")
    response = asked(place, fact, {"need": "2", "gone": "much"})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == [place, "gone"]


ITEM, PAGES = endpoint("/items/{key}", "GET"), endpoint("/pages", "GET")
ENDPOINTS: dict[str, tuple[Fact, str, str, int, Any]] = {
    "added: 404": (ITEM.added(), "GET", "/items/a", 404, None),
    "added: 405 where another method is there": (endpoint("/pages", "PUT").added(), "PUT", "/pages", 405, None),
    "removed: older clients see it": (ITEM.removed(), "GET", "/items/a", 200, "a"),
    "moved: the path is rewritten": (
        endpoint("/things/{key}", "GET").moved(to="/items/{key}"), "GET", "/things/a%20b", 200, "a b",
    ),
    "moved: into the query, where a smuggled name decides nothing": (
        endpoint("/items/{key}/previous", "GET").moved(to="/previous?key={key}"), "GET", "/items/a/previous?key=z", 200,
        ["a", ""],
    ),
    "status: it is replaced": (endpoint("/items", "POST").status(201, was=200), "POST", "/items", 200, 1),
    "enveloped: bare": (PAGES.enveloped("items"), "GET", "/pages", 200, ["a"]),
    "rewritten: by a function": (
        PAGES.rewritten(response=lambda page: page["total"], was=int), "GET", "/pages", 200, 1,
    ),
    "a path parameter that was a number": (
        ITEM.path("key").retyped(was=int, to_head="{:03}".format), "GET", "/items/7", 200, "007",
    ),
}  # fmt: skip


@pytest.mark.parametrize("promise", ENDPOINTS)
def test_an_endpoint_of_an_old_client(promise: str) -> None:
    fact, method, url, status, body = ENDPOINTS[promise]
    with Caller(app_of(fact), headers={"API-Version": OLD}) as client:
        response = client.request(method, url)
    assert response.status_code == status
    assert body is None or response.json() == body


def test_links_of_a_moved_endpoint_lead_to_its_old_path() -> None:
    fact = endpoint("/things/{key}", "GET").moved(to="/items/{key}")
    with Caller(app_of(fact), headers={"API-Version": OLD}) as client:
        assert client.get("/things/a").headers["link"] == "</things/a>; rel=self"


HEADERS: dict[str, tuple[Fact, list[tuple[str, str]]]] = {
    "added: gone": (PAGES.response_header("x-part").added(), []),
    "removed: put back": (
        PAGES.response_header("x-old").removed(was=int, backfill=1), [("x-part", "a"), ("x-part", "b"), ("x-old", "1")],
    ),
    "renamed: repeats and order are kept": (
        PAGES.response_header("x-bit").renamed(to="x-part"), [("x-bit", "a"), ("x-bit", "b")],
    ),
    "retyped: each by a function": (
        PAGES.response_header("x-part").retyped(was=str, to_old=loud), [("x-part", "A"), ("x-part", "B")],
    ),
    "became_list: the first": (PAGES.response_header("x-part").became_list(), [("x-part", "a")]),
    "became_optional: always there": (
        PAGES.response_header("x-hint").became_optional(missing_was=0),
        [("x-part", "a"), ("x-part", "b"), ("x-hint", "0")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("promise", HEADERS)
def test_a_header_field_of_a_response_to_an_old_client(promise: str) -> None:
    fact, expected = HEADERS[promise]
    with Caller(app_of(fact), headers={"API-Version": OLD}) as client:
        found = client.get("/pages").headers.multi_items()
    assert [(name, value) for name, value in found if name.startswith("x-")] == expected
