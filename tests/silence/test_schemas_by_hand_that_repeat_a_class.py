"""A schema by hand may be that of a class without a reference, as `Model.model_json_schema()` gives it."""

from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter, WithJsonSchema, computed_field

from tests.sentences import shows
from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, enum, on

PROBLEM, OTHER = "application/problem+json", "application/vnd.shop+json"
DOCUMENTED = {"description": "x"}


class Reason(BaseModel):
    text: str


class Refusal(BaseModel):
    code: str
    reason: str | None = None
    inner: Reason | None = None


class Kind(StrEnum):
    A = "a"
    B = "b"


class Holder(BaseModel):
    thing: Annotated[Any, WithJsonSchema(Reason.model_json_schema())] = None


class Sized(BaseModel):
    kind: Kind

    @computed_field
    def size(self) -> int:
        return 1


def app_of(status: int, schema: Any, *, media: str = PROBLEM, **declared: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/x", responses={status: {**DOCUMENTED, **declared, "content": {media: {"schema": schema}}}})
    def get() -> Refusal:
        return Refusal(code="c")

    @app.get("/y")
    def other() -> Sized:
        return Sized(kind=Kind.A)

    return app


REACHED = "Refusal changes and is reached through a schema by hand that repeats a class, which gates cannot convert"
RENAMED = on(Refusal).renamed("why", to="reason")
HAND: dict[str, Any] = Refusal.model_json_schema()
UNTITLED: dict[str, Any] = {"type": "object", "properties": {key: {} for key in HAND["properties"]}}


@shows(
    "a class that changes, whose title an object in a schema by hand has (`Model.model_json_schema()`, in `responses=`",
    "with no `$ref` that says so;",
)
@pytest.mark.parametrize("status", [200, 201, 404, "default"])
@pytest.mark.parametrize(
    "schema",
    [
        HAND,
        {"type": "array", "items": HAND},
        {"anyOf": [HAND, {"type": "null"}]},
        {"type": "object", "properties": {"kind": {"$ref": "#/components/schemas/Kind"}, "error": HAND}},
        TypeAdapter(list[Refusal]).json_schema(),
    ],
)
def test_a_copy_of_a_class_is_listed_and_refused_where_the_class_changes(status: Any, schema: Any) -> None:
    contract = Contract.of(app_of(status, schema))
    assert any(place.startswith(f"{status} ") and "GET /x" in place for place in contract.opaque)
    assert REACHED in {fault.problem for fault in faults_of(contract, RENAMED)}
    assert faults_of(contract, on(Sized).renamed("old_kind", to="kind")) == ()


def test_beside_a_model_of_the_same_status_it_is_refused_too() -> None:
    contract = Contract.of(app_of(404, HAND, model=Refusal))
    assert contract.opaque == (f"404 ({PROBLEM}) of GET /x",)
    assert [fault.problem for fault in faults_of(contract, RENAMED)] == [REACHED]


@pytest.mark.parametrize(
    ("schema", "fact"),
    [
        (HAND, on(Reason).renamed("words", to="text")),
        (Sized.model_json_schema(), on(Sized).renamed("old_kind", to="kind")),
        (Sized.model_json_schema(), enum(Kind).renamed("z", to="a")),
        (TypeAdapter(list[Kind]).json_schema(), enum(Kind).renamed("z", to="a")),
    ],
)
def test_a_copy_of_what_a_class_holds_is_one_too(schema: Any, fact: Any) -> None:
    faults = faults_of(Contract.of(app_of(404, schema)), fact)
    assert REACHED.partition(" changes ")[2] in {fault.problem.partition(" changes ")[2] for fault in faults}


def test_in_the_place_of_the_routes_own_type_it_is_refused() -> None:
    app = FastAPI()
    by_hand: Any = {200: {"content": {"application/json": {"schema": Sized.model_json_schema()}}}}

    @app.get("/x", responses=by_hand)
    def get() -> Refusal:
        return Refusal(code="c")

    @app.get("/y", response_model=None, responses=by_hand)
    def none() -> Response:
        return JSONResponse({"kind": "a"})

    app.add_api_route("/z", lambda: Sized(kind=Kind.A), response_model=Sized)
    fact = on(Sized).renamed("old_kind", to="kind")
    assert {fault.place for fault in faults_of(Contract.of(app), fact)} == {"200 of GET /x", "200 of GET /y"}


@shows("or in `WithJsonSchema`),")
@pytest.mark.parametrize("sends", [True, False])
@pytest.mark.parametrize("kind", [Holder, list[Annotated[Any, WithJsonSchema(Reason.model_json_schema())]]])
def test_a_copy_in_place_of_a_type_is_listed_and_refused_where_the_class_changes(kind: Any, sends: bool) -> None:
    contract = Contract.of_types(Reason, **{"sends" if sends else "receives": [kind]})
    assert len(contract.opaque) == 1
    problems = {fault.problem for fault in faults_of(contract, on(Reason).renamed("words", to="text"))}
    assert problems == {REACHED.replace("Refusal", "Reason")}


def test_a_copy_of_a_class_of_the_other_side_alone_is_listed() -> None:
    contract = Contract.of_types(sends=[Holder], receives=[Reason])
    assert contract.opaque == ("Holder in the sent: thing",)
    assert faults_of(contract, on(Reason).renamed("words", to="text")) == ()


@shows(
    "an object in a schema by hand with the keys of a class and another title, or none: "
    "`Contract.opaque` lists it | declare the class"
)
@pytest.mark.parametrize("status", [200, 404])
def test_what_only_has_the_keys_of_a_class_is_listed(status: int) -> None:
    app = app_of(status, UNTITLED)
    assert any(place.startswith(f"{status} ") and "GET /x" in place for place in Contract.of(app).opaque)
    assert faults_of(Contract.of(app), RENAMED) == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"title": "Other", "properties": {"code": {"type": "string"}}},
        {"type": "object", "properties": {"code": {"type": "string", "title": "Refusal"}}},
        {"type": "object", "properties": {}},
        {"type": "string", "title": "Refusal"},
    ],
)
def test_what_says_something_else_is_neither_listed_nor_refused(schema: Any) -> None:
    contract = Contract.of(app_of(404, schema))
    assert contract.opaque == ()
    assert faults_of(contract, RENAMED) == ()


def test_a_reference_is_converted_as_ever() -> None:
    app = app_of(404, {"$ref": "#/components/schemas/Refusal"})

    @app.get("/missing", responses={404: {**DOCUMENTED, "content": {PROBLEM: {"schema": HAND_REF}}}})
    def missing() -> Response:
        return JSONResponse({"code": "c", "reason": "r"}, 404, media_type=PROBLEM)

    assert exchange(gated(app, RENAMED), "GET", "/missing").json() == {"code": "c", "why": "r"}


HAND_REF = {"$ref": "#/components/schemas/Refusal"}
