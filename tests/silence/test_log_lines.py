"""What the log says of a failed conversion: one line with the operation, the version and the place, and no value."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, create_model
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import OLD, annotate, exchange, gated
from timegate import on
from timegate.starlette import operation

SECRET = "client-secret"


class Item(BaseModel):
    size: str = "small"
    note: float = 0


class Asked(BaseModel):
    size: str = ""


class Fields(BaseModel):
    x_size: str = ""


def asking() -> FastAPI:
    app = FastAPI()

    @app.get("/items")
    async def get(query: Annotated[Asked, Query()], fields: Annotated[Fields, Header()]) -> list[str]:
        return [query.size, fields.x_size]

    return app


def retyped(place: str, to_head: Callable[[Any], Any]) -> Any:
    if place == "query":
        return on(Asked).retyped("size", was=str, to_head=to_head, to_old=str)
    return on(Fields).retyped("x_size", was=str, to_head=to_head, to_old=str)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    formatter = logging.Formatter("%(message)s")
    return [formatter.format(one) for one in caplog.records if one.name.startswith("timegate")]


NO_PARAMETER: dict[str, Callable[[Any], Any]] = {
    "an object": lambda value: {"size": value},
    "a list in a list": lambda value: [[value]],
    "NaN": lambda value: float("nan"),
    "a moment": lambda value: datetime(2020, 1, 1, tzinfo=UTC),
    "bytes": lambda value: value.encode(),
    "an error": lambda value: dict[str, str]()[value],
}


@shows("as a parameter")
@pytest.mark.parametrize("name", NO_PARAMETER)
@pytest.mark.parametrize("place", ["query", "headers"])
def test_what_is_no_parameter_is_a_500_and_one_line(name: str, place: str, caplog: pytest.LogCaptureFixture) -> None:
    app = gated(asking(), retyped(place, NO_PARAMETER[name]))
    target, headers = ("/items?size=" + SECRET, {}) if place == "query" else ("/items", {"x-size": SECRET})
    response = exchange(app, "GET", target, headers=headers)
    assert (response.status, response.json()["type"]) == (500, "urn:timegate:problem:request-not-convertible")
    (line,) = lines(caplog)
    assert [word for word in (place, "GET /items", OLD) if word not in line] == []
    assert SECRET not in line + response.content.decode()
    assert "\n" not in line


@shows("or as a header field")
def test_a_header_that_no_message_can_have_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    app = gated(asking(), retyped("headers", lambda value: "\u65e5\u672c"))
    assert exchange(app, "GET", "/items", headers={"x-size": "7"}).status == 500
    assert len(lines(caplog)) == 1


@pytest.mark.parametrize(
    ("kind", "converted", "seen"),
    [
        (int, 7, 7),
        (bool, True, True),
        (bool, False, False),
        (float, 1.5, 1.5),
        (float, 1e300, 1e300),
        (str, "a b&c=d", "a b&c=d"),
        (list[str], ["x", "y&z"], ["x", "y&z"]),
        (list[str], [], ["none"]),
        (int | None, None, None),
    ],
)
def test_a_converted_parameter_is_written_as_json_writes_a_scalar(kind: Any, converted: Any, seen: Any) -> None:
    model: Any = create_model("Sized", size=(kind, ["none"] if kind == list[str] else None))
    app = FastAPI()

    async def get(query: Any) -> Any:
        return [query.size]

    annotate(get, "query", model, Query())
    app.add_api_route("/items", get)
    fact = on(model).retyped("size", was=str, to_head=lambda value: converted, to_old=str)
    response = exchange(gated(app, fact), "GET", "/items?size=1")
    assert (response.status, response.json()) == (200, [seen])


def posting() -> Starlette:
    @operation(request=Item, response=Item)
    async def post(request: Request, *, body: Item) -> Response:
        return Response(b'{"size": "' + SECRET.encode() + b'", oops', media_type="application/json")

    return Starlette(routes=[Route("/items", post, methods=["POST"])])


RENAMED = on(Item).renamed("length", to="size")


def loud(body: bytes) -> Any:
    """Decode a body; an error repeats all of it."""
    try:
        return json.loads(body)
    except ValueError:
        raise ValueError(body) from None


@shows("and the log says why.")
@pytest.mark.parametrize("decoder", [None, json.loads, loud])
def test_a_response_that_is_no_json_is_one_line(
    decoder: Callable[[bytes], Any] | None, caplog: pytest.LogCaptureFixture
) -> None:
    options: dict[str, Any] = {} if decoder is None else {"decoder": decoder}
    response = exchange(gated(posting(), RENAMED, **options), "POST", "/items", body={"length": "7"})
    (line,) = lines(caplog)
    assert (response.status, SECRET in line, "POST /items" in line) == (500, False, True)


@pytest.mark.parametrize("number", [b"1e400", b"-1e400"])
def test_a_number_of_the_client_that_overflows_is_the_clients_fault(
    number: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    response = exchange(gated(posting(), RENAMED), "POST", "/items", body=b'{"length": "7", "note": ' + number + b"}")
    assert (response.status, response.json()["type"]) == (400, "urn:timegate:problem:body-malformed")
    assert lines(caplog) == []


@shows("and a result that cannot be written as JSON,")
def test_an_encoder_that_fails_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    def failing(value: Any) -> bytes:
        raise ValueError(value)

    response = exchange(gated(posting(), RENAMED, encoder=failing), "POST", "/items", body={"length": SECRET})
    (line,) = lines(caplog)
    assert (response.status, SECRET in line) == (500, False)


def test_a_key_of_the_client_begins_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    class Sizes(BaseModel):
        by_name: dict[str, Item] = {}

    @operation(response=Sizes)
    async def get(request: Request) -> dict[str, Any]:
        return {"by_name": {"a\nERROR forged": {"size": "x", "note": 1}}}

    def fails(value: Any) -> Any:
        raise KeyError(value)

    app = Starlette(routes=[Route("/sizes", get)])
    fact = on(Item).retyped("size", was=str, to_head=str, to_old=fails)
    assert exchange(gated(app, fact), "GET", "/sizes").status == 500
    (line,) = lines(caplog)
    assert "\n" not in line
    assert "/by_name/a?ERROR forged/size" in line
