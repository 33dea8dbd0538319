"""A key that tells the arms of a union apart came with a version: older ones have a union without tags."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from tests.cells.refused import NEW, OLD, change_of, faults_of
from timegate import CompileError, Contract, Gates, Timeline, Version, on
from timegate.changes.base import Fact

MIDDLE = "2025-06-01"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    bark: str


class Fish(BaseModel):
    kind: Literal["fish"] = "fish"
    depth: float = 1.5


class Owner(BaseModel):
    pet: Annotated[Cat | Dog | Fish, Field(discriminator="kind")]


def gates_of(*facts: Fact) -> Gates:
    return Timeline(Version(NEW, change_of("Tagged", *facts)), Version(OLD)).compile(Contract.of_types(Owner))


FISH = on(Fish).added("kind", default="fish")
ALL = on(Cat).added("kind", default="cat"), on(Dog).added("kind", default="dog"), FISH
SWAPPED = on(Cat).retyped("kind", was=Literal["dog"], to_head=lambda _: "cat", to_old=lambda _: "dog")


@pytest.mark.parametrize(
    ("facts", "newer", "older"),
    [
        ((FISH,), {"kind": "cat", "lives": 0}, {"kind": "cat", "lives": 0}),
        ((FISH,), {"kind": "fish", "depth": 2.0}, {"depth": 2.0}),
        (ALL, {"kind": "cat", "lives": 0}, {"lives": 0}),
        (ALL, {"kind": "fish", "depth": 2.0}, {"depth": 2.0}),
        (
            (on(Fish).moved("is.kind", to="kind"),),
            {"kind": "fish", "depth": 2.0},
            {"depth": 2.0, "is": {"kind": "fish"}},
        ),
        ((SWAPPED,), {"kind": "cat", "lives": 0}, {"kind": "dog", "lives": 0}),
    ],
)
def test_an_older_union_without_tags_of_its_own_is_no_choice_of_exactly_one(
    facts: tuple[Fact, ...], newer: Any, older: Any
) -> None:
    """It was `oneOf` with the discriminator of head, so that two arms fitted a value, and it was none."""
    gates = gates_of(*facts)
    schemas = gates.contract(OLD)["components"]["schemas"]
    assert schemas["Owner"]["properties"]["pet"].keys() == {"title", "anyOf"}
    found = gates.downgrade(Owner, {"pet": newer}, to_version=OLD)
    assert found == {"pet": older}
    document = {"$ref": "#/components/schemas/Owner", "components": {"schemas": schemas}}
    validator: Any = Draft202012Validator(document)
    assert validator.is_valid(found)
    assert gates.upgrade(Owner, found, from_version=OLD) == {"pet": newer}


def test_a_tag_that_came_says_what_head_gets_from_old_clients() -> None:
    """Head refused every such request: it reads no arm without the tag."""
    problem = "head tells the arms of a union by this key, and nothing says what it gets from old clients"
    faults = faults_of(Contract.of_types(Owner), change_of("Tagged", on(Cat, Dog).added("kind")))
    assert {(one.place, one.problem, one.remedy) for one in faults} == {
        ("Cat.kind", problem, "on(Cat).added('kind', default='cat')"),
        ("Dog.kind", problem, "on(Dog).added('kind', default='dog')"),
    }


def test_a_tag_that_came_to_another_arm_before_says_it_too() -> None:
    timeline = Timeline(
        Version(NEW, change_of("Later", FISH)), Version(MIDDLE, change_of("First", on(Dog).added("kind"))), Version(OLD)
    )
    with pytest.raises(CompileError) as refused:
        timeline.compile(Contract.of_types(Owner))
    assert [(one.version, one.remedy) for one in refused.value.faults] == [
        (MIDDLE, "on(Dog).added('kind', default='dog')")
    ]


def test_responses_need_no_such_value() -> None:
    gates = Timeline(Version(NEW, change_of("Tagged", on(Fish).added("kind"))), Version(OLD)).compile(
        Contract.of_types(sends=[Owner])
    )
    assert gates.downgrade(Owner, {"pet": {"kind": "fish", "depth": 2.0}}, to_version=OLD) == {"pet": {"depth": 2.0}}
