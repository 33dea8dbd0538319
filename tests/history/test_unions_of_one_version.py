"""What facts of one version change of a union is written together, as if each had written it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import permutations
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.cells.refused import change_of
from timegate import CompileError, Contract, Gates, Timeline, Version, endpoint, on
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


TAG = on(Drive).literal("kind").renamed("car", to="drive")
SINK = on(Walk).retired(was=Sunk, read_as=lambda old: WALKED, loses="it sank")
PLACES = (TAG, RIDE, SINK, on(Way).renamed("metres", to="length"))


def way_or_body() -> FastAPI:
    """An app that has the union in a model, and as a body of its own."""
    app = FastAPI()

    @app.post("/way")
    def way(body: Way) -> Way:
        return body

    @app.post("/by")
    def by(body: By) -> By:
        return body

    return app


def old_unions(*boundaries: Sequence[Fact]) -> list[dict[str, str]]:
    """The tags of the union in the oldest version, each with its arm: in the model, in a request, in a response."""
    versions = [Version(f"2025-0{9 - i}-01", change_of(f"Changed{i}", *facts)) for i, facts in enumerate(boundaries)]
    document = Timeline(*versions, Version("2025-01-01")).compile(Contract.of(way_or_body())).contract("2025-01-01")
    operation = document["paths"]["/by"]["post"]
    schemas = [
        *(one["properties"]["by"] for name, one in document["components"]["schemas"].items() if name.startswith("Way")),
        operation["requestBody"]["content"]["application/json"]["schema"],
        operation["responses"]["200"]["content"]["application/json"]["schema"],
    ]
    return [
        {tag: target.rsplit("/", 1)[1].partition("-")[0] for tag, target in one["discriminator"]["mapping"].items()}
        for one in schemas
    ]


@pytest.mark.parametrize("facts", list(permutations(PLACES)))
def test_facts_about_one_union_give_the_same_older_one_in_any_order(facts: Sequence[Fact]) -> None:
    for older in old_unions(facts):
        assert older == {"walk": "Walk", "sink": "Sunk", "car": "Drive"}


def test_facts_of_one_version_are_as_those_of_several() -> None:
    assert old_unions(PLACES) == old_unions(*([fact] for fact in PLACES))


def test_a_tag_may_be_what_that_of_another_arm_was() -> None:
    swapped = on(Ride).literal("kind").renamed("bike", to="ride"), on(Drive).literal("kind").renamed("ride", to="drive")
    for older in old_unions(tuple(reversed(swapped))):
        assert older == {"walk": "Walk", "bike": "Ride", "ride": "Drive"}


def test_arms_that_came_while_an_operation_was_gone_were_none_of_it_before() -> None:
    for older in old_unions([RIDE], [endpoint("/by", "POST").removed()]):
        assert older == {"walk": "Walk", "drive": "Drive"}
    unlike = [on(Walk, Ride, Drive).renamed("type", to="kind")]
    timeline = Timeline(
        Version("2025-03-01", change_of("Renamed", *unlike)),
        Version("2025-02-01", change_of("Removed", endpoint("/by", "POST").removed())),
        Version("2025-01-01"),
    )
    operation = timeline.compile(Contract.of(way_or_body())).contract("2025-01-01")["paths"]["/by"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["discriminator"]["propertyName"] == "type"


def test_an_arm_of_a_union_and_of_one_in_it_leaves_both() -> None:
    kinds = {name: {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}} for name in "ABC"}
    held = {"anyOf": [{"oneOf": [ref("A"), ref("B")]}, ref("A"), ref("C")]}
    way: Schema = {"type": "object", "required": ["held"], "properties": {"held": held}}
    content = {"application/json": {"schema": ref("Way")}}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Ways", "version": "1"},
        "paths": {"/way": {"get": {"responses": {"200": {"description": "A way.", "content": content}}}}},
        "components": {"schemas": {**kinds, "Way": way}},
    }
    versions = Version("2025-02-01", change_of("Came", on("A").introduced(seen_as={"C": 1}))), Version("2025-01-01")
    gates = Timeline(*versions).compile(Contract.from_openapi(document))
    older = gates.contract("2025-01-01")["components"]["schemas"]["Way"]["properties"]["held"]
    assert older["anyOf"] == [ref("B"), ref("C")]


class Short(BaseModel):
    size: Literal["short"] = "short"


class Long(BaseModel):
    size: Literal["long"] = "long"


class Stay(BaseModel):
    how: Annotated[Short | Long, Field(discriminator="size")]
    by: By


def test_each_union_is_told_apart_by_the_key_that_its_own_arms_had() -> None:
    gates = gates_of(
        on(Walk, Ride, Drive).renamed("type", to="kind"), on(Short, Long).renamed("days", to="size"), sends=Stay
    )
    held = gates.contract("2025-01-01")["components"]["schemas"]["Stay"]["properties"]
    assert {name: one["discriminator"]["propertyName"] for name, one in held.items()} == {"how": "days", "by": "type"}
