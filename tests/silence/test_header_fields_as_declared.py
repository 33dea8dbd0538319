"""A 422 calls a header field as the old server declares it, though clients may write it in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import fastapi
import pytest
from fastapi import FastAPI, Header
from pydantic import BaseModel, Field, create_model

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.exchanges import OLD, annotate, faults_of, gated
from timegate import Contract, endpoint, on

AT = endpoint("/", "GET")

RELEASE = tuple(int(part) for part in fastapi.__version__.split(".")[:3])

FINDS_ALIASES = pytest.mark.skipif(RELEASE < (0, 128), reason="this release finds no alias of a class of header fields")


def alone(kind: Any, alias: str, beside: str) -> FastAPI:
    app = FastAPI()

    def handler(value: Any, other: Any = "none") -> Any:
        return value

    annotate(handler, "value", kind, Header(alias=alias))
    annotate(handler, "other", str, Header(alias=beside))
    app.add_api_route("/", handler, response_model=None)
    return app


def of_a_class(kind: Any, alias: str, beside: str) -> FastAPI:
    app = FastAPI()
    fields: dict[str, Any] = {"value": (kind, Field(alias=alias)), "other": (str, Field("none", alias=beside))}
    model: Any = create_model("Fields", **fields)

    def handler(given: Any) -> Any:
        return given.value

    annotate(handler, "given", model, Header())
    app.add_api_route("/", handler, response_model=None)
    return app


DECLARED = [alone, pytest.param(of_a_class, marks=FINDS_ALIASES)]


def told(app: Any, *sent: tuple[str, str]) -> list[tuple[Any, ...]]:
    response = Caller(app).get("/", headers=[("api-version", OLD), *sent])
    assert response.status_code == 422
    return [(one["type"], one["loc"], one.get("input") if sent else None) for one in response.json()["detail"]]


@pytest.mark.parametrize("sent", [(), (("x-token", "many"),), (("X-TOKEN", "many"),)])
@pytest.mark.parametrize("alias", ["X-Token", "x-token"])
@pytest.mark.parametrize("declared", DECLARED)
def test_it_has_the_capitals_of_its_declaration(
    declared: Callable[[Any, str, str], FastAPI], alias: str, sent: tuple[tuple[str, str], ...]
) -> None:
    before = declared(int, alias, "x-old")
    expected = told(before, *sent)
    # What the gate refuses, and what the app does.
    retyped = AT.header(alias).retyped(was=int, to_head=str)
    assert told(gated(declared(str, alias, "x-old"), retyped), *sent) == expected
    renamed = AT.header("x-old").renamed(to="X-New")
    assert told(gated(declared(int, alias, "X-New"), renamed), *sent) == expected


@shows("a header field that had another name | its old name in lower case")
@pytest.mark.parametrize("declared", DECLARED)
def test_of_one_that_was_renamed_no_fact_knows_the_capitals(declared: Callable[[Any, str, str], FastAPI]) -> None:
    app = gated(declared(int, "X-Token", "x-old"), AT.header("X-Key").renamed(to="X-Token"))
    assert told(app, ("X-Key", "many")) == [("int_parsing", ["header", "x-key"], "many")]
    assert told(app) == [("missing", ["header", "x-key"], None)]


class Fields(BaseModel):
    token: Annotated[str, Field(alias="X-Token")] = "none"


def test_a_move_from_a_name_that_no_client_sends_is_refused() -> None:
    app = FastAPI()

    def handler(given: Annotated[Fields, Header()]) -> str:
        return given.token

    app.add_api_route("/", handler)
    (fault,) = faults_of(Contract.of(app), on(Fields).moved("X-Key", to="token"))
    assert fault.problem.startswith("'X-Key' reaches no app: header fields are in lower case")
    assert fault.remedy == "as clients send it: on(Fields).moved('x-key', to='token')"
