"""The members of an enum as keys of a dict, which are texts in JSON, and as items of a set."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tests.silence.old_client import OLD, gates_of, gates_of_requests, gates_of_responses, timeline_of
from timegate import CompileError, Contract, UpgradeError, enum, on


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Plain(Enum):
    LOW = 1
    HIGH = 2


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Counted(BaseModel):
    by_level: dict[Level, int] = {}
    level: Level = Level.LOW


class PlainCounted(BaseModel):
    by_level: dict[Plain, int] = {}


class Painted(BaseModel):
    by_colour: dict[Colour, int] = {}


class Nested(BaseModel):
    all: dict[str, list[dict[Colour, int]]] = {}


class Palette(BaseModel):
    colours: set[Colour] = set()


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    a: int = 0
    x: int = 0


class Items(BaseModel):
    items: frozenset[Frozen] = frozenset()


@pytest.mark.parametrize(("kind", "of"), [(Counted, Level), (PlainCounted, Plain)])
def test_a_number_that_has_another_value_is_converted_as_a_key_in_both_directions(kind: Any, of: Any) -> None:
    gates = gates_of([kind], enum(of).renamed(20, to=2))
    assert gates.downgrade(kind, {"by_level": {"1": 5, "2": 3}}, to_version=OLD) == {"by_level": {"1": 5, "20": 3}}
    assert gates.upgrade(kind, {"by_level": {"1": 5, "20": 3}}, from_version=OLD) == {"by_level": {"1": 5, "2": 3}}
    with pytest.raises(UpgradeError):
        gates.upgrade(kind, {"by_level": {"2": 3}}, from_version=OLD)


def test_a_number_is_read_as_a_key_as_the_old_server_read_it() -> None:
    gates = gates_of_requests([Counted], enum(Level).renamed(20, to=2))
    assert gates.upgrade(Counted, {"by_level": {" 20 ": 3}}, from_version=OLD) == {"by_level": {"2": 3}}


def faults_of(contract: Contract, *facts: Any) -> dict[str, str]:
    with pytest.raises(CompileError) as refused:
        timeline_of(*facts).compile(contract)
    return {fault.place: fault.problem for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("kind", "fact", "place"),
    [
        (Painted, enum(Colour).grew("green", seen_as="red"), "Painted.by_colour"),
        (Nested, enum(Colour).grew("green", seen_as="red"), "Nested.all"),
        (Counted, enum(Level).grew(2, seen_as=1), "Counted.by_level"),
        (dict[Colour, int], enum(Colour).grew("green", seen_as="red"), "sent"),
    ],
)
def test_keys_of_which_two_become_one_in_a_response_are_a_fault(kind: Any, fact: Any, place: str) -> None:
    found = faults_of(Contract.of_types(sends=[kind]), fact)
    name = "Level" if kind is Counted else "Colour"
    told = f"its keys are members of {name}, of which two are one to old clients, so that an entry could be lost"
    assert found == {place: told}


def test_keys_of_which_two_become_one_in_a_request_are_a_fault() -> None:
    fact = enum(Colour).shrank("pink", read_as="red", loses="pink")
    found = faults_of(Contract.of_types(receives=[Painted]), fact)
    told = "its keys are members of Colour, of which two are one to head, so that an entry could be lost"
    assert found == {"Painted.by_colour": told}


def test_new_members_are_refused_as_keys_of_a_request_and_are_no_fault() -> None:
    gates = gates_of_requests([Painted], enum(Colour).grew("green"))
    assert gates.upgrade(Painted, {"by_colour": {"red": 1}}, from_version=OLD) == {"by_colour": {"red": 1}}
    with pytest.raises(UpgradeError):
        gates.upgrade(Painted, {"by_colour": {"green": 1}}, from_version=OLD)


def test_a_function_may_say_what_becomes_of_both_entries() -> None:
    def to_old(counts: dict[str, int]) -> dict[str, int]:
        return {"red": counts.get("red", 0) + counts.get("green", 0)}

    gates = gates_of_responses(
        [Painted],
        enum(Colour).grew("green", seen_as="red"),
        on(Painted).retyped("by_colour", was=dict[str, int], to_old=to_old),
    )
    head = {"by_colour": {"red": 1, "green": 2}}
    assert gates.downgrade(Painted, head, to_version=OLD) == {"by_colour": {"red": 3}}


def test_members_of_a_set_that_become_one_are_sent_once() -> None:
    gates = gates_of_responses([Palette], enum(Colour).grew("green", seen_as="red"))
    head = {"colours": ["green", "blue", "red"]}
    assert gates.downgrade(Palette, head, to_version=OLD) == {"colours": ["red", "blue"]}


def test_models_of_a_set_that_become_equal_are_sent_once() -> None:
    gates = gates_of_responses([Items], on(Frozen).added("x"))
    head = {"items": [{"a": 1, "x": 1}, {"a": 2, "x": 1}, {"a": 1, "x": 2}]}
    assert gates.downgrade(Items, head, to_version=OLD) == {"items": [{"a": 1}, {"a": 2}]}
