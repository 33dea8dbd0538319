"""Promises 57 to 74: data."""

from __future__ import annotations

import logging
from typing import Annotated

import pytest
from fastapi import Cookie, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from tests.cadwyn import NEW, OLD, ask, change_of, fault_of, gated, gates_of, timeline_of
from timegate import (
    Contract,
    DeclarationError,
    Internal,
    Timeline,
    UnsupportedVersion,
    Version,
    VersionChange,
    endpoint,
    on,
)
from timegate.asgi import TimegateMiddleware


class Item(BaseModel):
    sku: str
    size: Annotated[int, Field(ge=0)] = 0
    note: Annotated[str, Internal()] = ""


class Problem(BaseModel):
    why: str


class Page(BaseModel):
    items: list[Item]


app = FastAPI()


@app.post("/items", status_code=201)
def create(item: Item) -> Item:
    return item


@app.get("/items")
def items(
    response: Response,
    page: Annotated[int, Query()] = 1,
    x_team: Annotated[str, Header()] = "",
    theme: Annotated[str, Cookie()] = "",
) -> Page:
    response.headers["X-Count"] = "1"
    response.set_cookie("seen", "1")
    return Page(items=[Item(sku=f"{page} {x_team} {theme}")])


@app.post("/list")
def plain_list(body: list[int], flag: dict[str, int] | None = None) -> list[int]:
    return body


@app.post("/optional")
def optional(item: Item | None = None) -> str:
    return "none" if item is None else item.sku


def missing() -> Item:
    raise HTTPException(404)


async def not_found(request: Request, error: Exception) -> Response:
    return JSONResponse({"why": "gone"}, 404)


@app.get("/teapot", status_code=202)
def teapot() -> Item:
    return Item(sku="t")


@app.get("/text", response_class=PlainTextResponse)
def text() -> str:
    return "plain"


@app.get("/deleted")
def deleted(response: Response) -> Item:
    response.delete_cookie("seen")
    return Item(sku="d")


@app.get("/stream")
def stream() -> StreamingResponse:
    return StreamingResponse(iter([b"a", b"b"]), media_type="text/csv")


RENAMED = on(Item).renamed("article", to="sku")


def test_57_body_header_cookie_and_query_of_a_request_are_converted() -> None:
    facts = (
        RENAMED,
        endpoint("/items", "GET").query("p").renamed(to="page"),
        endpoint("/items", "GET").header("X-Group").renamed(to="X-Team"),
        endpoint("/items", "GET").cookie("skin").renamed(to="theme"),
    )
    found = ask(app, "GET", "/items?p=3", *facts, headers={"X-Group": "red", "Cookie": "skin=dark"}).json()
    assert found["items"][0]["article"] == "3 red dark"
    assert ask(app, "POST", "/items", *facts, json={"article": "a"}).json()["article"] == "a"


def test_58_body_header_and_status_of_a_response_are_converted_and_cookies_pass() -> None:
    facts = (
        RENAMED,
        endpoint("/items", "GET").response_header("X-Total").renamed(to="X-Count"),
        endpoint("/items", "GET").status(200, was=203),
    )
    found = ask(app, "GET", "/items", *facts)
    assert (found.status_code, found.headers["x-total"], found.cookies["seen"]) == (203, "1", "1")
    assert "x-count" not in found.headers
    assert found.json()["items"][0]["article"] == "1  "


def test_59_a_fact_holds_by_model_and_by_endpoint_with_variables_in_its_path() -> None:
    assert ask(app, "GET", "/items", RENAMED).json()["items"][0].keys() == {"article", "size"}
    moved = endpoint("/old/{p}", "GET").moved(to="/items?page={p}")
    assert ask(app, "GET", "/old/3", moved).json()["items"][0]["sku"] == "3  "


def test_60_one_and_two_versions_down_apply_exactly_their_changes() -> None:
    newer, older = change_of(on(Item).added("size")), change_of(RENAMED)
    timeline = Timeline(Version("2025-03-01", newer), Version("2025-02-01", older), Version("2025-01-01"))
    gates = timeline.compile(Contract.of_types(Item))
    head = {"sku": "a", "size": 1}
    assert gates.downgrade(Item, head, to_version="2025-02-01") == {"sku": "a"}
    assert gates.downgrade(Item, head, to_version="2025-01-01") == {"article": "a"}


def test_61_without_a_version_nothing_is_guessed_and_a_default_may_be_given() -> None:
    with gated(app, timeline_of(RENAMED)) as client:
        assert client.get("/items").status_code == 400
        assert client.get("/items", headers={"API-Version": "2026-01-01"}).status_code == 400
        assert client.get("/items", headers={"API-Version": "2024-01-01"}).status_code == 400
    with gated(app, timeline_of(RENAMED), default="latest", newer="latest") as client:
        assert "sku" in client.get("/items").json()["items"][0]
        assert "sku" in client.get("/items", headers={"API-Version": "2026-01-01"}).json()["items"][0]
    with gated(app, timeline_of(RENAMED), default=OLD) as client:
        assert "article" in client.get("/items").json()["items"][0]


def test_62_what_only_handlers_know_reaches_no_client_and_no_client_can_send_it() -> None:
    sent = {"sku": "a", "article": "a", "note": "forged"}
    for version in (OLD, NEW):
        assert "note" not in ask(app, "POST", "/items", RENAMED, version=version, json=sent).json()


def test_63_a_broken_function_is_a_500_whose_line_in_the_log_names_change_and_field(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fact = on(Item).retyped("size", was=str, to_head=int, to_old=lambda size: 1 / size)
    with caplog.at_level(logging.ERROR):
        response = ask(app, "GET", "/items", fact)
    assert response.status_code == 500
    assert any("Change" in line and "/items/0/size" in line for line in caplog.messages)


def test_63_a_value_that_a_function_refuses_is_a_422() -> None:
    def known(size: str) -> int:
        if size == "7":
            raise ValueError("no size of that version")
        return int(size)

    fact = on(Item).retyped("size", was=str, to_head=known, to_old=str)
    (error,) = ask(app, "POST", "/items", fact, json={"sku": "a", "size": "7"}).json()["detail"]
    assert (error["loc"], error["input"]) == (["body", "size"], "7")
    assert ask(app, "POST", "/items", fact, json={"sku": "a", "size": "8"}).json()["size"] == "8"


def test_64_what_head_refuses_after_a_conversion_is_a_422_in_the_clients_name() -> None:
    facts = (on(Item).renamed("width", to="size"),)
    (error,) = ask(app, "POST", "/items", *facts, json={"sku": "a", "width": -1}).json()["detail"]
    assert (error["loc"], error["input"]) == (["body", "width"], -1)


def test_65_bodies_that_are_no_models_pass() -> None:
    assert ask(app, "POST", "/list", RENAMED, json={"body": [1, 2], "flag": {"a": 1}}).json() == [1, 2]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", None, 200),
        (b'{"article": "a"}', "application/vnd.shop+json", 200),
        (b'{"article": "a"', "application/json", 400),
        (b"<a/>", "application/xml", 415),
    ],
)
def test_66_empty_bodies_vendor_json_malformed_json_and_other_types(body: bytes, kind: str | None, status: int) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    assert ask(app, "POST", "/optional", RENAMED, content=body, headers=headers).status_code == status


def test_68_an_error_is_converted_by_the_model_of_its_status_and_gets_another_one_only_by_a_fact() -> None:
    failing = FastAPI(exception_handlers={404: not_found})
    failing.add_api_route("/missing", missing, response_model=Item, responses={404: {"model": Problem}})
    facts = (on(Problem).renamed("reason", to="why"), endpoint("/missing").status(404, was=410))
    failing.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    with TestClient(failing) as client:
        response = client.get("/missing", headers={"API-Version": OLD})
        assert (response.status_code, response.json()) == (410, {"reason": "gone"})
        assert client.get("/missing", headers={"API-Version": NEW}).status_code == 404


def test_69_declared_custom_and_other_statuses_stay() -> None:
    assert ask(app, "POST", "/items", RENAMED, json={"article": "a"}).status_code == 201
    assert (found := ask(app, "GET", "/teapot", RENAMED)).status_code == 202
    assert found.json()["article"] == "t"


def test_70_response_classes_lengths_and_deleted_cookies() -> None:
    assert ask(app, "GET", "/text", RENAMED).text == "plain"
    found = ask(app, "GET", "/deleted", RENAMED)
    assert int(found.headers["content-length"]) == len(found.content)
    assert 'seen=""' in found.headers["set-cookie"]


def test_71_a_stream_passes() -> None:
    assert ask(app, "GET", "/stream", RENAMED).content == b"ab"


def test_72_a_fact_that_applies_to_nothing_is_refused_and_other_payloads_are_named() -> None:
    class Event(BaseModel):
        name: str

    fact = on(Event).renamed("title", to="name")
    assert "the app does not reach this model" in fault_of(app, fact).problem
    gates = timeline_of(fact).compile(Contract.of(app, sends=[Event]))
    assert gates.downgrade(Event, {"name": "n"}, to_version=OLD) == {"title": "n"}


def test_73_a_payload_is_converted_without_http_for_the_closest_older_version() -> None:
    gates = gates_of(app, RENAMED)
    assert gates.downgrade(Item, {"sku": "a"}, to_version="2025-03-07") == {"article": "a"}
    with pytest.raises(UnsupportedVersion):
        gates.downgrade(Item, {"sku": "a"}, to_version="2024-01-01")


def test_74_a_change_says_whether_it_applies_and_a_forgotten_one_is_an_error() -> None:
    class Flag(VersionChange):
        """Something behaves otherwise."""

    class Forgotten(VersionChange):
        """Stands in no version."""

    asking = FastAPI()

    @asking.get("/flag")
    def flag(forgotten: bool = False) -> bool:
        return (Forgotten if forgotten else Flag).applies()

    versions = [Version("2025-03-01"), Version("2025-02-01", Flag), Version("2025-01-01")]
    with gated(asking, Timeline(*versions)) as client:
        found = {one.value: client.get("/flag", headers={"API-Version": one.value}).json() for one in versions}
        assert found == {"2025-03-01": True, "2025-02-01": True, "2025-01-01": False}
        with pytest.raises(DeclarationError, match="no version of the timeline in force has this change"):
            client.get("/flag?forgotten=true", headers={"API-Version": "2025-01-01"})
    assert Flag.applies()
