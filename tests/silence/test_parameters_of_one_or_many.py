"""A parameter whose type is a list or one value is read as the old server read it: as a list, but for a cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import Cookie, FastAPI, Form, Header, Query

from tests.asgi.calling import Caller
from tests.silence.exchanges import OLD, annotate, gated
from timegate import endpoint

KINDS: dict[str, Any] = {
    "text or texts": str | list[str],
    "number or texts": int | list[str],
    "number or numbers": int | list[int],
    "texts": list[str],
    "anything": Any,
}

PLACES: dict[str, Any] = {"query": Query(), "header": Header(), "cookie": Cookie(), "form": Form()}


def app_of(kind: Any, place: str, told: Callable[[Any], Any]) -> FastAPI:
    """An app whose handler tells what it got of one parameter."""
    app = FastAPI()

    def handler(given: Any) -> Any:
        return told(given)

    annotate(handler, "given", kind, PLACES[place])
    app.add_api_route("/", handler, methods=["POST"], response_model=None)
    return app


def response_to(app: Any, place: str, *values: str) -> tuple[int, Any]:
    """What an app responds to a request with one parameter, which may be repeated."""
    written = [f"given={value}" for value in values]
    fields = [("api-version", OLD)]
    if place == "header":
        fields += [("given", value) for value in values]
    if place == "cookie":
        fields.append(("cookie", "; ".join(written)))
    content = b""
    if place == "form":
        fields.append(("content-type", "application/x-www-form-urlencoded"))
        content = "&".join(written).encode()
    url = f"/?{'&'.join(written)}" if place == "query" else "/"
    response = Caller(app).post(url, content=content, headers=fields)
    return response.status_code, response.json()


@pytest.mark.parametrize("values", [("1",), ("1", "2"), ("x",), ("1", "x")], ids=" ".join)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_a_function_gets_what_the_old_server_read(place: str, kind: Any, values: tuple[str, ...]) -> None:
    subject: Any = getattr(endpoint("/", "POST"), place)("given")
    fact = subject.retyped(was=kind, to_head=repr, loses="a list becomes a text")
    expected = response_to(app_of(kind, place, repr), place, *values)
    assert response_to(gated(app_of(str, place, str), fact), place, *values) == expected
