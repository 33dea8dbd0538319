"""Arms that one version introduces leave their unions together, as if each had left by itself."""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.cells.refused import change_of
from timegate import CompileError, Contract, Gates, Timeline, Version, on
from timegate.changes.base import Fact
from timegate.history.schema_edits import without_arms
from timegate.typing import Schema
from timegate.wire.schema import ref


class Walk(BaseModel):
    kind: Literal["walk"] = "walk"
    feet: int = 2


class Ride(BaseModel):
    kind: Literal["ride"] = "ride"
    wheels: int = 2


class Drive(BaseModel):
    kind: Literal["drive"] = "drive"
    doors: int = 5


By = Annotated[Walk | Ride | Drive, Field(discriminator="kind")]


class Way(BaseModel):
    by: By
    length: int = 0


class Sunk(BaseModel):
    kind: Literal["sink"] = "sink"


WALKED = {"kind": "walk", "feet": 1}
RIDE = on(Ride).introduced(seen_as=WALKED)


def gates_of(*facts: Fact, sends: Any = Way) -> Gates:
    timeline = Timeline(Version("2025-02-01", change_of("Changed", *facts)), Version("2025-01-01"))
    return timeline.compile(Contract.of_types(sends=[sends]))


def problems(*facts: Fact) -> list[str]:
    with pytest.raises(CompileError) as refused:
        gates_of(*facts)
    return [fault.problem for fault in refused.value.faults]


def old_arms(gates: Gates) -> set[str]:
    schemas = gates.contract("2025-01-01")["components"]["schemas"]
    by = schemas["Way"]["properties"]["by"]
    return {arm["$ref"].rsplit("/", 1)[1] for arm in by.get("oneOf", [by])}


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ([RIDE, on(Way).renamed("metres", to="length"), on(Drive).introduced(seen_as=WALKED)], {"Walk"}),
        ([RIDE, on(Walk).renamed("legs", to="feet"), on(Drive).introduced(seen_as=WALKED)], {"Walk"}),
        (
            [RIDE, on(Walk).retired(was=Sunk, read_as=lambda old: WALKED), on(Drive).introduced(seen_as=WALKED)],
            {"Walk", "Sunk"},
        ),
        (
            [on(Ride, Walk).retired(was=Sunk, read_as=lambda old: WALKED), on(Drive).introduced(seen_as=WALKED)],
            {"Walk", "Ride", "Sunk"},
        ),
    ],
)
def test_a_fact_between_them_sees_the_unions_that_are_left(facts: list[Fact], kinds: set[str]) -> None:
    assert old_arms(gates_of(*facts)) == kinds


def test_an_arm_that_left_by_a_later_fact_is_nothing_to_be_seen_as() -> None:
    driven = {"kind": "drive", "doors": 2}
    assert problems(on(Ride).introduced(seen_as=driven), on(Drive).introduced(seen_as=WALKED)) == [
        f"seen_as={driven!r} is not of its type: at kind: it is none of 'walk'"
    ]
    assert gates_of(on(Drive).introduced(seen_as=WALKED), on(Ride).introduced(seen_as=driven)) is not None


def test_the_last_arm_of_a_union_cannot_leave_it() -> None:
    found = problems(*(on(model).introduced(seen_as=WALKED) for model in (Walk, Ride, Drive)))
    assert any("which version 2025-01-01 does not have" in problem for problem in found)


NESTED: list[Schema] = [
    {"anyOf": [ref("A"), ref("B"), ref("C")]},
    {"oneOf": [ref("A"), ref("B"), {"type": "null"}], "title": "One of two"},
    {"anyOf": [{"anyOf": [ref("A"), ref("B")]}, ref("C")]},
    {"anyOf": [{"oneOf": [ref("A"), ref("B")]}, {"oneOf": [ref("B"), ref("C")]}]},
    {"anyOf": [ref("A"), {"type": "array", "items": {"anyOf": [ref("B"), ref("A")]}}]},
    {
        "type": "object",
        "properties": {"x": {"anyOf": [ref("A"), ref("A"), ref("B")]}, "y": {"anyOf": [ref("C"), ref("B")]}},
    },
]


@pytest.mark.parametrize("schema", NESTED)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_together_is_as_one_by_one(schema: Schema, count: int) -> None:
    for names in permutations("ABC", count):
        one_by_one = reduce(lambda left, name: without_arms(left, [name]), names, schema)
        assert without_arms(schema, names) == one_by_one
