"""A client's fault is a 422 and never a 500; the app's is a 500 with one line in the log, which holds no value."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, old_client
from timegate import endpoint, on

SECRET = "client-secret"


class Item(BaseModel):
    size: str = "small"
    count: int = 1
    when: datetime = datetime(2020, 1, 1, tzinfo=UTC)


def items(seen: list[Item], *facts: Any) -> Client:
    app = FastAPI()

    @app.post("/items")
    async def post(body: Item) -> Item:
        seen.append(body)
        return body

    return old_client(app, *facts)


def fails(error: Exception) -> Any:
    def function(value: Any) -> Any:
        raise error

    return function


def same(value: Any) -> Any:
    return value


def retyped(*, to_head: Callable[[Any], Any] = same, to_old: Callable[[Any], Any] = same) -> Any:
    return on(Item).retyped("size", was=str, to_head=to_head, to_old=to_old)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    formatter = logging.Formatter("%(message)s")
    return [formatter.format(one) for one in caplog.records if one.name.startswith("timegate")]


TO_HEAD: dict[str, Callable[[Any], Any]] = {
    "a KeyError": fails(KeyError(SECRET)),
    "a TypeError": fails(TypeError(SECRET)),
    "an AttributeError": fails(AttributeError(SECRET)),
    "a look-up that finds nothing": {"S": "small"}.__getitem__,
    "an object": lambda value: object(),
    "a moment": lambda value: datetime(2020, 1, 1, tzinfo=UTC),
    "a set": lambda value: {value},
    "bytes": lambda value: value.encode(),
    "NaN": lambda value: float("nan"),
    "a number for a text": lambda value: 5,
    "null for a text": lambda value: None,
    "a list for a text": lambda value: [value],
}


@shows(
    "`request-not-convertible`,",
    "A function of a change that fails on a request,",
    "are the server's fault: a 500 and one line in the log, with the change, the version, the operation and "
    "the place, and with no value of the payload.",
)
@pytest.mark.parametrize("name", TO_HEAD)
def test_a_function_that_fails_on_a_request_is_a_500_and_head_sees_nothing(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Item] = []
    response = items(seen, retyped(to_head=TO_HEAD[name])).post("/items", {"size": SECRET})
    assert (response.status_code, seen) == (500, [])
    assert SECRET not in response.text
    (line,) = lines(caplog)
    assert [word for word in ("Changed", "POST /items", "/size") if word not in line] == []
    assert HEAD in line or OLD in line
    assert SECRET not in line


@pytest.mark.parametrize("name", TO_HEAD)
def test_a_function_that_fails_on_a_response_is_a_500_and_the_client_reads_nothing(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = items([], retyped(to_old=TO_HEAD[name])).post("/items", {"size": SECRET})
    assert response.status_code == 500
    assert SECRET not in response.text
    (line,) = lines(caplog)
    assert [word for word in ("Changed", "POST /items", "/size") if word not in line] == []
    assert HEAD in line or OLD in line
    assert SECRET not in line


def counted(*, to_head: Callable[[Any], Any] = same, to_old: Callable[[Any], Any] = same) -> Any:
    return on(Item).retyped("count", to_head=to_head, to_old=to_old)


def test_a_fraction_for_an_integer_is_the_functions_fault_and_a_whole_float_is_an_integer() -> None:
    seen: list[Item] = []
    assert items(seen, counted(to_head=lambda count: count / 2)).post("/items", {"count": 3}).status_code == 500
    assert items(seen, counted(to_old=lambda count: count / 2)).post("/items", {"count": 3}).status_code == 500
    seen.clear()
    response = items(seen, counted(to_head=lambda count: count / 2, to_old=lambda count: count * 2.0)).post(
        "/items", {"count": 4}
    )
    assert (response.status_code, response.json()["count"], seen[0].count) == (200, 4.0, 2)


def test_a_fraction_for_an_integer_in_a_query_is_the_functions_fault() -> None:
    app = FastAPI()

    @app.get("/pages")
    async def pages(page: int) -> int:
        return page

    client = old_client(app, endpoint("/pages").query("page").retyped(was=int, to_head=lambda page: page / 2))
    assert client.get("/pages?page=4").json() == 2
    assert client.get("/pages?page=3").status_code == 500


def test_a_function_of_a_header_field_that_stops_an_iteration_is_a_500() -> None:
    app = FastAPI()

    @app.get("/total")
    async def total(response: Response) -> int:
        response.headers["X-Total"] = "3"
        return 3

    fact = endpoint("/total").response_header("X-Total").retyped(was=str, to_old=fails(StopIteration()))
    assert old_client(app, fact).get("/total").status_code == 500


@shows("but for a `ValueError`,")
def test_a_value_error_on_a_request_is_the_clients_fault_and_its_text_is_not_sent() -> None:
    seen: list[Item] = []
    response = items(seen, retyped(to_head=fails(ValueError("internal words")))).post("/items", {"size": SECRET})
    assert (response.status_code, seen) == (422, [])
    assert [one["loc"] for one in response.json()["detail"]] == [["body", "size"]]
    assert "internal words" not in response.text


def test_a_value_error_on_a_response_is_the_apps_fault() -> None:
    response = items([], retyped(to_old=fails(ValueError("internal words")))).post("/items", {"size": "small"})
    assert response.status_code == 500
    assert "internal words" not in response.text


BACKFILLS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "a text for a number": (int, lambda item: "x"),
    "null for a number": (int, lambda item: None),
    "an object": (int, lambda item: object()),
    "a number for a list": (list[int], lambda item: 1),
    "a moment": (datetime, lambda item: datetime(2019, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", BACKFILLS)
def test_a_backfill_function_that_gives_another_type_is_a_500(name: str) -> None:
    was, backfill = BACKFILLS[name]
    response = items([], on(Item).removed("age", was=was, backfill=backfill, loses="x")).post("/items", {})
    assert response.status_code == 500
    assert "small" not in response.text


def test_a_function_that_gives_what_the_old_type_lacks_is_a_500() -> None:
    fact = on(Item).retyped("size", was=int, to_head=str, to_old=lambda size: size)
    response = items([], fact).post("/items", {"size": 1})
    assert response.status_code == 500


class Name(BaseModel):
    id: str
    first: str
    last: str


class OldName(BaseModel):
    id: str
    name: str


def apart(old: dict[str, Any]) -> dict[str, Any]:
    first, _, last = old["name"].partition(" ")
    return {"id": old["id"], "first": first, "last": last}


def together(new: dict[str, Any]) -> dict[str, Any]:
    return {"id": new["id"], "name": f"{new['first']} {new['last']}"}


def names(seen: list[Name]) -> Client:
    app = FastAPI()

    @app.post("/names")
    async def post(body: Name) -> Name:
        seen.append(body)
        return body

    return old_client(app, on(Name).reshaped(was=OldName, to_head=apart, to_old=together))


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"id": "u"}, ["body", "name"]),
        ({"id": "u", "name": 7}, ["body", "name"]),
        ({"id": "u", "name": None}, ["body", "name"]),
        ({"id": "u", "name": ["a"]}, ["body", "name"]),
        ({"name": "A B"}, ["body", "id"]),
        ([], ["body"]),
        ("x", ["body"]),
    ],
)
def test_a_whole_object_that_the_old_type_refuses_is_the_clients_fault(body: Any, loc: list[str]) -> None:
    seen: list[Name] = []
    response = names(seen).post("/names", body)
    assert (response.status_code, seen) == (422, [])
    assert [one["loc"] for one in response.json()["detail"]] == [loc]


def test_a_whole_object_that_the_old_type_admits_is_converted_and_back() -> None:
    seen: list[Name] = []
    response = names(seen).post("/names", {"id": "u", "name": "Ada L"})
    assert (response.status_code, response.json()) == (200, {"id": "u", "name": "Ada L"})
    assert seen == [Name(id="u", first="Ada", last="L")]


class Code(BaseModel):
    id: str
    note: str | None = None


@pytest.mark.parametrize(("sent", "given"), [(1, "u-1"), (1.0, "u-1"), ("7", "u-7"), (True, "u-1")])
def test_a_function_is_given_what_the_old_type_reads(sent: Any, given: str) -> None:
    seen: list[Code] = []
    assert codes(seen).post("/codes", {"id": sent}).status_code == 200
    assert seen == [Code(id=given)]


@pytest.mark.parametrize("sent", ["joe", 1.5, None, [1], {"a": 1}, "1.5", ""])
def test_what_the_old_type_does_not_read_is_the_clients_fault(sent: Any) -> None:
    seen: list[Code] = []
    response = codes(seen).post("/codes", {"id": sent})
    assert (response.status_code, seen) == (422, [])
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [(["body", "id"], sent)]


def codes(seen: list[Code]) -> Client:
    app = FastAPI()

    @app.post("/codes")
    async def post(body: Code) -> int:
        seen.append(body)
        return 1

    return old_client(
        app, on(Code).retyped("id", was=int, to_head=lambda code: f"u-{code}", to_old=lambda code: int(code[2:]))
    )
