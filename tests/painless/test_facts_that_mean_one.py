"""Where fields went and others came in one change, a fault also says the one fact that may be meant, and it helps."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, RootModel

from tests.silence.exchanges import faults_of
from timegate import Contract, enum, on
from timegate.changes.calls import WrongCall


class Person(BaseModel):
    first: str
    last: str


class Aged(BaseModel):
    age: str


class Named(BaseModel):
    name: str


def apart(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last


def together(first: str, last: str) -> str:
    return f"{first} {last}"


WENT = on(Person).removed("name", was=str, loses="it is in two")
MEANT: dict[str, tuple[Any, list[Any], set[str], str, list[Any]]] = {
    "one became two": (
        Person, [WENT, on(Person).added("first", "last")], {"Person.name", "Person.first", "Person.last"},
        "on(Person).split('name', into=('first', 'last'), was=str, apart=…, together=…) if it became these",
        [on(Person).split("name", into=("first", "last"), was=str, apart=apart, together=together)],
    ),
    "one was renamed and another came": (
        Person, [on(Person).renamed("name", to="first"), on(Person).added("last")], {"Person.last"},
        "on(Person).split('name', into=('first', 'last'), was=…, apart=…, together=…) if it became these",
        [on(Person).split("name", into=("first", "last"), was=str, apart=apart, together=together)],
    ),
    "two became one": (
        Named, [on(Named).removed("first", "last", was=str, loses="they are in one"), on(Named).added("name")],
        {"Named.first", "Named.last", "Named.name"},
        "on(Named).merged(('first', 'last'), into='name', was=(str, str), together=…, apart=…) if they became it",
        [on(Named).merged(("first", "last"), into="name", was=(str, str), together=together, apart=apart)],
    ),
    "a field has another name and another type": (
        Aged, [on(Aged).removed("years", was=int, loses="it is the age"), on(Aged).added("age")],
        {"Aged.years", "Aged.age"},
        "on(Aged).renamed('years', to='age') if it is the same field, and on(Aged).retyped('age', was=int, …) "
        "if its values differ",
        [on(Aged).renamed("years", to="age"), on(Aged).retyped("age", was=int, to_head=str, to_old=int)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEANT)
def test_the_fact_that_says_both_at_once_is_named_and_helps(name: str) -> None:
    model, facts, places, hint, meant = MEANT[name]
    contract = Contract.of_types(model)
    faults = faults_of(contract, *facts)
    assert {fault.place for fault in faults} == places
    assert {fault.remedy.partition("; or ")[2] for fault in faults} == {hint}
    assert faults_of(contract, *meant) == ()


def test_a_type_beside_a_new_name_is_a_fact_of_its_own() -> None:
    renamed: Any = on(Aged).renamed
    with pytest.raises(WrongCall) as refused:
        renamed("years", to="age", was=int, to_head=str)
    assert str(refused.value) == (
        "on(Aged).renamed(…): there is no argument was=; "
        "write on(Aged).renamed('years', to='age') and on(Aged).retyped('age', was=int, to_head=str)"
    )


def test_facts_about_other_models_give_no_hint() -> None:
    faults = faults_of(Contract.of_types(Person, Aged), WENT, on(Aged).added("age"))
    assert {fault.place: "; or " in fault.remedy for fault in faults} == {"Person.name": False, "Aged.age": False}


class Colour(Enum):
    RED = "red"
    PINK = "pink"


class Counted(BaseModel):
    by_colour: dict[Colour, int] = {}


class Counts(RootModel[dict[Colour, int]]):
    pass


def merged(counts: dict[str, int]) -> dict[str, int]:
    return {"red": sum(counts.values())}


def kept(counts: dict[str, int]) -> dict[str, int]:
    return counts


GREW = enum(Colour).grew("pink", seen_as="red")


@pytest.mark.parametrize(
    ("kind", "fact", "meant"),
    [
        (
            Counted, "on(Counted).retyped('by_colour', was=…, to_head=…, to_old=…)",
            on(Counted).retyped("by_colour", was=dict[str, int], to_head=kept, to_old=merged),
        ),
        (
            Counts, "on(Counts).reshaped(was=…, to_head=…, to_old=…)",
            on(Counts).reshaped(was=dict[str, int], to_head=kept, to_old=merged),
        ),
    ],
)  # fmt: skip
def test_keys_of_which_two_become_one_are_told_the_fact_for_their_place(kind: Any, fact: str, meant: Any) -> None:
    contract = Contract.of_types(sends=[kind])
    (fault,) = faults_of(contract, GREW)
    keys = "old keys of Literal['red']"
    assert fault.remedy == f"{fact} with {keys}, and functions that say what becomes of both entries"
    assert faults_of(contract, GREW, meant) == ()


def test_keys_at_the_root_of_a_payload_are_told_to_become_a_model() -> None:
    (fault,) = faults_of(Contract.of_types(sends=[dict[Colour, int]]), GREW)
    assert fault.remedy.startswith("declare it as a RootModel, and on(…).reshaped(was=…, to_head=…, to_old=…) of that")
