"""Schemas that are written by hand hold values of Python: they are plain JSON before anything reads them."""

import json
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel, WithJsonSchema

from tests.silence.exchanges import OLD, Posted, exchange, gated, timeline_of
from timegate import CompileError, Contract, enum, on


class State(StrEnum):
    RETRY = "up_for_retry"
    QUEUED = "queued"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Kind(StrEnum):
    RETRY = "retry"


class Target(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Literal["queued", "done"]


def retry(name: str) -> Any:
    """A closed model whose tag has a schema that is written by hand."""
    # A title of its own: `typing` takes two annotations for one where their metadata are equal, as members are to text.
    tag = {"title": name, **TAGS[name]}

    class Retry(BaseModel):
        model_config = ConfigDict(extra="forbid")

        state: Annotated[Literal[State.RETRY], WithJsonSchema(tag)]
        end_date: str = "x"
        delay: float | None = None

    return Retry


TAGS: dict[str, dict[str, Any]] = {
    "an enum of a member": {"type": "string", "enum": [State.RETRY]},
    "a const that is a member": {"type": "string", "const": State.RETRY},
    "a tuple of members": {"type": "string", "enum": (State.RETRY,)},
    "an enum and a const": {"enum": [State.RETRY], "const": State.RETRY},
    "a union of a member": {"anyOf": [{"const": State.RETRY, "type": "string"}]},
    "plain JSON": {"type": "string", "enum": ["up_for_retry"]},
}


@pytest.mark.parametrize("name", TAGS)
class TestTagsByHand:
    def test_tell_arms_apart_on_the_way_up(self, name: str) -> None:
        kind = retry(name)
        posted = Posted(kind | Target, on(kind).renamed("end", to="end_date"), on(kind).added("delay"))
        status, received = posted.send({"state": "up_for_retry", "end": "y"})
        assert (status, received.end_date, received.delay) == (200, "y", None)
        assert posted.send({"state": "up_for_retry", "end": "y", "delay": 5.0}) == (422, None)
        assert posted.send({"state": "done"}) == (200, Target(state="done"))

    def test_tell_arms_apart_on_the_way_down(self, name: str) -> None:
        kind = retry(name)
        app = FastAPI()

        async def get() -> Any:
            return kind(state=State.RETRY, end_date="y", delay=5.0)

        app.add_api_route("/", get, response_model=kind | Target)
        response = exchange(gated(app, on(kind).renamed("end", to="end_date"), on(kind).added("delay")), "GET", "/")
        assert (response.status, response.json()) == (200, {"state": "up_for_retry", "end": "y"})

    def test_work_at_the_root_of_a_model_without_http(self, name: str) -> None:
        kind = retry(name)
        model: Any = RootModel
        root = model[kind | Target]
        gates = timeline_of(on(kind).renamed("end", to="end_date")).compile(Contract.of_types(root))
        old, head = {"state": "up_for_retry", "end": "y"}, {"state": "up_for_retry", "end_date": "y"}
        assert gates.upgrade(root, old, from_version=OLD) == head
        assert gates.downgrade(root, head, to_version=OLD) == old


EXTRA: Any = {"examples": [{"id": UUID(int=1), "path": Path("/a")}]}


class Described(BaseModel):
    state: Annotated[str, WithJsonSchema({"type": "string", "default": State.QUEUED, "examples": [State.RETRY]})] = "a"
    day: Annotated[str, WithJsonSchema({"type": "string", "examples": (date(2025, 1, 1),)})] = "b"
    price: Annotated[Decimal, WithJsonSchema({"type": "number", "maximum": Decimal("9.5")})] = Decimal(1)
    key: str = Field(default="c", json_schema_extra=EXTRA)
    both: str = Field(default="d", json_schema_extra=lambda schema: schema.update(default=State.RETRY))
    name: str = Field(default="e", examples=[Target(state="done")])


class TestDocuments:
    @pytest.mark.parametrize("version", ["head", "old"])
    def test_are_plain_json(self, version: str) -> None:
        contract = Contract.of_types(Described)
        gates = timeline_of(on(Described).renamed("title", to="name")).compile(contract)
        document = contract.document if version == "head" else gates.contract(OLD)
        assert json.loads(json.dumps(document)) == document
        properties = document["components"]["schemas"]["Described"]["properties"]
        assert [type(properties["state"][key]) for key in ("default", "examples")] == [str, list]
        assert type(properties["state"]["examples"][0]) is str
        assert properties["state"]["default"] == "a"  # the field's own, as pydantic has it
        assert properties["day"]["examples"] == ["2025-01-01"]
        assert properties["price"]["maximum"] == 9.5
        assert properties["key"]["examples"] == [{"id": str(UUID(int=1)), "path": "/a"}]
        assert properties["both"]["default"] == "up_for_retry"

    def test_are_served_to_old_clients(self) -> None:
        app = FastAPI()

        @app.get("/")
        async def get() -> Described:
            return Described()

        response = exchange(gated(app, on(Described).renamed("title", to="name")), "GET", "/openapi.json")
        assert response.status == 200
        properties = response.json()["components"]["schemas"]["Described"]["properties"]
        assert ("title" in properties, "name" in properties) == (True, False)
        assert properties["state"]["examples"] == ["up_for_retry"]


class Rated(BaseModel):
    level: Annotated[Level, WithJsonSchema({"type": "integer", "enum": list(Level)})] = Level.LOW
    kinds: list[Annotated[Kind, WithJsonSchema({"enum": [Kind.RETRY], "type": "string"})]] = []
    note: str = ""


def test_members_in_an_untouched_field_of_a_touched_model_pass() -> None:
    posted = Posted(Rated, on(Rated).renamed("text", to="note"))
    assert posted.send({"level": 2, "kinds": ["retry"], "text": "a"}) == (
        200,
        Rated(level=Level.HIGH, kinds=[Kind.RETRY], note="a"),
    )


class ByLevel(BaseModel):
    level: Annotated[Literal[Level.LOW], WithJsonSchema({"type": "integer", "const": Level.LOW})]
    size: int = 0


class ByOther(BaseModel):
    level: Annotated[Literal[Level.HIGH], WithJsonSchema({"type": "integer", "enum": (Level.HIGH,)})]
    size: int = 0


@pytest.mark.parametrize("listed", [True, False])
def test_int_members_and_sets_of_them_tell_arms_apart(listed: bool) -> None:
    union: Any = ByLevel | ByOther
    posted = Posted(list[union] if listed else union, on(ByLevel).added("size"))
    sent = [{"level": 1, "size": 666}, {"level": 2, "size": 5}]
    if listed:
        assert posted.send(sent) == (200, [ByLevel(level=Level.LOW), ByOther(level=Level.HIGH, size=5)])
    else:
        assert [posted.send(one)[1].size for one in sent] == [0, 5]


class Chosen(BaseModel):
    state: State = State.QUEUED


class Noted(Enum):
    ONE = "one"
    TWO = "two"

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "enum": list(cls), "title": "Noted"}


class HasNoted(BaseModel):
    noted: Noted = Noted.ONE


def test_an_enum_that_writes_its_own_schema_is_judged_or_refused_at_the_start() -> None:
    try:
        posted = Posted(HasNoted, enum(Noted).grew("two", seen_as="one"))
        status, received = posted.send({"noted": "two"})
    except ValueError:
        return
    assert (status, received) in ((422, None), (500, None))


def test_a_document_of_other_origin_may_hold_members() -> None:
    schema = {
        "type": "object",
        "properties": {"state": {"type": "string", "enum": [State.RETRY]}, "end_date": {"type": "string"}},
        "required": ["state", "end_date"],
        "additionalProperties": False,
    }
    other = {"type": "object", "properties": {"state": {"const": State.QUEUED}}, "required": ["state"]}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "d",
                            "content": {
                                "application/json": {
                                    "schema": {
                                        "anyOf": [
                                            {"$ref": "#/components/schemas/Retry"},
                                            {"$ref": "#/components/schemas/Other"},
                                        ]
                                    }
                                }
                            },
                        }
                    }
                }
            }
        },
        "components": {"schemas": {"Retry": schema, "Other": other}},
    }
    contract = Contract.from_openapi(document, sends=["Retry"])
    gates = timeline_of(on("Retry").renamed("end", to="end_date")).compile(contract)
    assert json.loads(json.dumps(gates.contract(OLD))) == gates.contract(OLD)
    assert gates.contract(OLD)["components"]["schemas"]["Retry"]["properties"]["state"]["enum"] == ["up_for_retry"]


def test_a_default_that_is_a_member_is_plain_in_the_old_document() -> None:
    document = timeline_of(enum(State).renamed("waiting", to="queued")).compile(Contract.of_types(Chosen)).contract(OLD)
    assert type(document["components"]["schemas"]["Chosen"]["properties"]["state"]["default"]) is str


def test_a_value_that_is_no_json_is_a_fault_of_its_type() -> None:
    extra: Any = {"examples": [object()]}

    class Odd(BaseModel):
        name: str = Field(default="a", json_schema_extra=extra)

    with pytest.raises(CompileError, match="its type has no JSON Schema: Unable to serialize unknown type"):
        Contract.of_types(Odd)
