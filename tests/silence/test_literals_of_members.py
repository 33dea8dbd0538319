"""A ``Literal`` of an enum's members is no place of the enum: where a changed one stands in it, the start says so."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.old_client import OLD, gates_of, gates_of_responses, old_client, timeline_of
from timegate import CompileError, Contract, UpgradeError, endpoint, enum, on


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Paint(BaseModel):
    any: Colour = Colour.RED
    warm: Literal[Colour.RED] = Colour.RED
    some: list[Literal[Colour.BLUE, Colour.GREEN] | None] = []


class Numbered(BaseModel):
    any: Level
    part: Literal[Level.LOW, Level.HIGH]


class Red(BaseModel):
    kind: Literal[Colour.RED] = Colour.RED
    x: int = 0


class Blue(BaseModel):
    kind: Literal[Colour.BLUE] = Colour.BLUE
    y: int = 0


class Mixed(BaseModel):
    any: Colour = Colour.RED
    one: Annotated[Red | Blue, Field(discriminator="kind")]


class Whole(BaseModel):
    any: Colour


class Part(BaseModel):
    part: Literal[Colour.GREEN, "other"]


def faults_of(contract: Contract, *facts: Any) -> dict[str, tuple[str, str]]:
    with pytest.raises(CompileError) as refused:
        timeline_of(*facts).compile(contract)
    return {fault.place: (fault.problem, fault.remedy) for fault in refused.value.faults}


def test_a_literal_with_a_member_that_has_another_name_is_named_with_what_it_was() -> None:
    found = faults_of(Contract.of_types(Paint), enum(Colour).renamed("crimson", to="red"))
    assert found == {
        "Paint.warm": (
            "it is a Literal with 'red' of Colour, which no fact about the enum reaches",
            "type it as Colour, or say what it was, on(Paint).retyped('warm', was=Literal['crimson'], …) "
            "in the same version",
        )
    }


def test_a_literal_with_a_member_that_older_versions_lack_is_named_at_any_depth() -> None:
    found = faults_of(Contract.of_types(Paint), enum(Colour).grew("green", seen_as="blue"))
    assert found.keys() == {"Paint.some"}
    assert "was=Literal['blue']" in found["Paint.some"][1]


def test_a_literal_of_numbers_is_named_too() -> None:
    found = faults_of(Contract.of_types(Numbered), enum(Level).renamed(3, to=2))
    assert "was=Literal[1, 3]" in found["Numbered.part"][1]


def test_a_literal_is_named_on_a_side_that_holds_the_enum_nowhere_else() -> None:
    contract = Contract.of_types(sends=[Part], receives=[Whole])
    assert faults_of(contract, enum(Colour).renamed("lime", to="green")).keys() == {"Part.part"}


def test_a_field_of_a_literal_that_older_versions_lack_is_said_to_be_added() -> None:
    found = faults_of(Contract.of_types(Mixed), enum(Colour).grew("blue", seen_as="red"))
    assert found["Blue.kind"][1].endswith("on(Blue).added('kind') in the same version")


def test_a_literal_with_no_member_that_changes_is_left_alone() -> None:
    gates = gates_of([Mixed], enum(Colour).grew("green", seen_as="red"))
    assert gates.upgrade(Mixed, {"one": {"kind": "blue", "y": 1}}, from_version=OLD) == {
        "one": {"kind": "blue", "y": 1}
    }
    assert gates.downgrade(Mixed, {"any": "green", "one": {"kind": "red", "x": 0}}, to_version=OLD) == {
        "any": "red",
        "one": {"kind": "red", "x": 0},
    }


def test_a_literal_of_a_parameter_is_named_with_what_it_was_and_the_line_works() -> None:
    app = FastAPI()

    @app.get("/paints/{colour}")
    def paints(colour: Literal[Colour.RED], also: Literal[Colour.RED, Colour.BLUE] = Colour.BLUE) -> str:
        return f"{colour!r} {also!r}"

    @app.get("/any")
    def any_colour() -> Colour:
        return Colour.RED

    renamed = enum(Colour).renamed("crimson", to="red")
    found = faults_of(Contract.of(app), renamed)
    path, query = (f"endpoint('/paints/{{colour}}', 'GET').{kind}" for kind in ("path('colour')", "query('also')"))
    assert {place: remedy.split(", or say what it was, ")[1] for place, (_, remedy) in found.items()} == {
        "GET /paints/{colour} path.colour": f"{path}.retyped(was=Literal['crimson'], …) in the same version",
        "GET /paints/{colour} query.also": f"{query}.retyped(was=Literal['crimson', 'blue'], …) in the same version",
    }
    at = endpoint("/paints/{colour}", "GET")
    client = old_client(
        app,
        renamed,
        at.path("colour").retyped(was=Literal["crimson"], to_head=lambda _: "red"),
        at.query("also").retyped(was=Literal["crimson", "blue"], to_head=lambda one: {"crimson": "red"}.get(one, one)),
    )
    assert client.get("/paints/crimson?also=crimson").json() == "<Colour.RED: 'red'> <Colour.RED: 'red'>"
    assert client.get("/paints/crimson").json() == "<Colour.RED: 'red'> <Colour.BLUE: 'blue'>"
    assert client.get("/paints/red").status_code == client.get("/paints/crimson?also=red").status_code == 422


def test_the_tag_of_an_arm_that_older_versions_lack_is_no_fault() -> None:
    gates = gates_of_responses(
        [Mixed], enum(Colour).grew("blue", seen_as="red"), on(Blue).introduced(seen_as={"kind": "red", "x": 7})
    )
    assert gates.downgrade(Mixed, {"any": "blue", "one": {"kind": "blue", "y": 1}}, to_version=OLD) == {
        "any": "red",
        "one": {"kind": "red", "x": 7},
    }


def test_what_the_fault_says_to_write_carries_the_literal_too() -> None:
    facts = (
        enum(Colour).renamed("crimson", to="red"),
        on(Paint).retyped("warm", was=Literal["crimson"], to_head=lambda _: "red", to_old=lambda _: "crimson"),
    )
    gates = gates_of([Paint], *facts)
    assert gates.upgrade(Paint, {"any": "crimson", "warm": "crimson"}, from_version=OLD) == {
        "any": "red",
        "warm": "red",
    }
    assert gates.downgrade(Paint, {"any": "red", "warm": "red", "some": []}, to_version=OLD) == {
        "any": "crimson",
        "warm": "crimson",
        "some": [],
    }


def test_a_tag_with_a_member_that_has_another_name_is_carried_where_the_fault_is_followed() -> None:
    facts = (
        enum(Colour).renamed("crimson", to="red"),
        on(Red).retyped("kind", was=Literal["crimson"], to_head=lambda _: "red", to_old=lambda _: "crimson"),
    )
    gates = gates_of([Mixed], *facts)
    old, head = {"any": "blue", "one": {"kind": "crimson", "x": 1}}, {"any": "blue", "one": {"kind": "red", "x": 1}}
    assert gates.upgrade(Mixed, old, from_version=OLD) == head
    assert gates.downgrade(Mixed, head, to_version=OLD) == old
    with pytest.raises(UpgradeError):
        gates.upgrade(Mixed, head, from_version=OLD)


def test_a_parameter_and_a_body_of_a_literal_are_named() -> None:
    app = FastAPI()

    @app.get("/{colour}")
    def get(colour: Literal[Colour.RED, Colour.BLUE], other: Literal[Colour.RED] = Colour.RED) -> Whole:
        return Whole(any=colour)

    @app.get("/")
    def listed() -> list[Literal[Colour.RED]]:
        return [Colour.RED]

    found = faults_of(Contract.of(app), enum(Colour).renamed("crimson", to="red"))
    assert found.keys() == {"GET /{colour} path.colour", "GET /{colour} query.other", "200 of GET /"}
    problem = "it is a Literal with 'red' of Colour, which no fact about the enum reaches"
    assert found["200 of GET /"] == (problem, "type it as Colour")
