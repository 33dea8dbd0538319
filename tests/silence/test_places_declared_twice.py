"""Where an app declares one place by two types, no class of either passes ungated."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import Body, Cookie, Depends, FastAPI, Form, Header, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.requests import Request

from tests.sentences import shows
from tests.silence.exchanges import exchange, gated, timeline_of
from timegate import CompileError, Contract, DeclarationError, enum, on
from timegate.starlette import operation


class Item(BaseModel):
    sku: str = ""


class Check(BaseModel):
    code: str = ""


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


class Asked(BaseModel):
    state: State = State.OPEN


class Wanted(BaseModel):
    state: str = "open"


CODES = on(Check).renamed("kode", to="code")
STATES = enum(State).renamed("closed", to="shut")


def elsewhere(app: FastAPI) -> None:
    """Make the facts be about something: their classes are at other places as well."""

    @app.post("/elsewhere")
    def check(check: Check, state: State = State.OPEN) -> Check:
        return check


def code_of(item: Check) -> str:
    return item.code


def sku_in_a_part(item: Item, of: Annotated[int, Body()] = 0) -> str:
    return item.sku


def state_of(state: State = State.OPEN) -> State:
    return state


def state_asked(asked: Annotated[Asked, Query()]) -> State:
    return asked.state


def text_in_a_form(state: Annotated[str, Form()]) -> str:
    return state


def of_a_body(app: FastAPI) -> None:
    @app.post("/twice")
    def twice(item: Item, code: Annotated[str, Depends(code_of)]) -> list[str]:
        return [item.sku, code]


def of_a_part_of_a_body(app: FastAPI) -> None:
    @app.post("/twice")
    def twice(sku: Annotated[str, Depends(sku_in_a_part)], item: Annotated[Check, Body()]) -> list[str]:
        return [sku, item.code]


def of_a_parameter(declared: Any, path: str = "/twice") -> Callable[[FastAPI], None]:
    def add(app: FastAPI) -> None:
        def read(state: Any) -> Any:
            return state

        def twice(read: Any, state: Any) -> list[Any]:
            return [read, state]

        read.__annotations__ = {"state": Annotated[State, declared] if declared else State}
        twice.__annotations__ = {
            "read": Annotated[State, Depends(read)],
            "state": Annotated[str, declared] if declared else str,
            "return": list[str],
        }
        app.get(path)(twice)

    return add


def of_a_model(app: FastAPI) -> None:
    @app.get("/twice")
    def twice(wanted: Annotated[Wanted, Query()], state: Annotated[State, Depends(state_asked)]) -> list[str]:
        return [state, wanted.state]


def of_a_form(app: FastAPI) -> None:
    @app.post("/twice")
    def twice(text: Annotated[str, Depends(text_in_a_form)], state: Annotated[State, Form()]) -> list[str]:
        return [text, state]


def of_a_status(responses: dict[int | str, dict[str, Any]], kind: Any = Item) -> Callable[[FastAPI], None]:
    def add(app: FastAPI) -> None:
        def twice() -> Any:
            return JSONResponse({"code": "7"})

        app.get("/twice", response_model=kind, responses=responses)(twice)

    return add


SHOWN = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Check"}}}}
REFUSED = "changes and is reached through another type that is declared for the same place"


@shows(
    "a class that changes, at a place that the app declares by another type as well: "
    "a body or a parameter that a handler and a dependency read under one name by two types, "
    "a status for which FastAPI has a return type and a model or a schema in `responses=`,",
)
@pytest.mark.parametrize(
    ("add", "fact", "place"),
    [
        (of_a_body, CODES, "request of POST /twice: Check"),
        (of_a_part_of_a_body, CODES, "Body_twice_twice_post.item: Check"),
        (of_a_parameter(Query()), STATES, "GET /twice query.state: State"),
        (of_a_parameter(Header()), STATES, "GET /twice headers.state: State"),
        (of_a_parameter(Cookie()), STATES, "GET /twice cookies.state: State"),
        (of_a_parameter(None, "/twice/{state}"), STATES, "GET /twice/{state} path.state: State"),
        (of_a_model, STATES, "GET /twice query.state: State"),
        (of_a_form, STATES, "Body_twice_twice_post.state: State"),
        (of_a_status({200: {"model": Check}}), CODES, "200 of GET /twice: Check"),
        (of_a_status({200: {"model": list[Check]}}, list[Any]), CODES, "200 of GET /twice: Check"),
        (of_a_status({200: SHOWN}), CODES, "200 of GET /twice: Check"),
        (of_a_status({"404": {"model": Item}, 404: {"model": Check}}), CODES, "404 of GET /twice: Check"),
    ],
)
def test_a_class_that_changes_where_a_place_is_declared_twice_is_refused(
    add: Callable[[FastAPI], None], fact: Any, place: str
) -> None:
    app = FastAPI()
    add(app)
    elsewhere(app)
    with pytest.raises(CompileError) as error:
        timeline_of(fact).compile(Contract.of(app))
    told = [f"{fault.place}: {fault.problem}" for fault in error.value.faults]
    assert any(one.startswith(place) and REFUSED in one for one in told), told


@shows("unless a change vouches for what the return type sends;")
def test_a_change_vouches_for_the_return_type_of_a_status_that_has_another_model_too() -> None:
    app = FastAPI()

    @app.get("/twice", responses={200: {"model": Check}})
    def twice() -> Item:
        return Item(sku="a-7")

    elsewhere(app)
    with pytest.raises(CompileError) as error:
        timeline_of(CODES).compile(Contract.of(app))
    (fault,) = error.value.faults
    assert fault.remedy.endswith(", or on(Item).vouched('why it keeps the documented shape')"), fault.remedy
    vouched = on(Item).vouched("only documents show Check")
    served = gated(app, CODES, vouched, on(Item).renamed("article", to="sku"))
    assert exchange(served, "GET", "/twice").json() == {"article": "a-7"}


def test_what_does_not_change_at_a_place_that_is_declared_twice_is_no_fault() -> None:
    app = FastAPI()
    of_a_body(app)
    of_a_status({200: {"model": Check}})(app)
    elsewhere(app)
    served = gated(app, on(Item).renamed("article", to="sku"))
    response = exchange(served, "POST", "/twice", body={"article": "a-7", "code": "7"})
    assert (response.status, response.json()) == (200, ["a-7", "7"])


def test_two_places_of_one_type_are_gated_as_one() -> None:
    app = FastAPI()

    @app.get("/twice")
    def twice(read: Annotated[State, Depends(state_of)], state: State | None = None) -> list[str | None]:
        return [read, state]

    served = gated(app, STATES)
    assert exchange(served, "GET", "/twice?state=closed").json() == ["shut", "shut"]
    assert exchange(served, "GET", "/twice?state=shut").status == 422


@pytest.mark.parametrize("kind", [Any, object, dict, dict[str, Any]])
def test_a_model_of_the_status_says_what_a_return_type_does_not(kind: Any) -> None:
    app = FastAPI()
    of_a_status({200: {"model": Check}}, kind)(app)
    assert Contract.of(app).opaque == ()
    assert exchange(gated(app, CODES), "GET", "/twice").json() == {"kode": "7"}


def test_an_operation_that_declares_one_status_twice_is_refused_where_it_is_written() -> None:
    with pytest.raises(DeclarationError, match="200 is the status of response="):

        @operation(response=Item, errors={200: Check})
        def twice(request: Request) -> Item:
            return Item()
