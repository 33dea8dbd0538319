"""A moved value that an old client leaves out: head gets what it requires besides, and no object that is left empty."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.cells.refused import NEW, OLD, change_of, faults_of
from timegate import Contract, Gates, Timeline, Version, on
from timegate.changes.base import Fact


class Address(BaseModel):
    street: str | None = None


class Customer(BaseModel):
    address: Address


class Order(BaseModel):
    name: str
    customer: Customer


class Person(BaseModel):
    name: str
    address: Address


class Traveller(BaseModel):
    name: str
    address: Address | None


class Owner(BaseModel):
    name: str
    address: Address


class Shop(BaseModel):
    owner: Owner


class Part(BaseModel):
    q: int


class Machine(BaseModel):
    part: Part | None = None
    b: int = 0


def gates_of(kind: type[BaseModel], *facts: Fact) -> Gates:
    return Timeline(Version(NEW, change_of("Moved", *facts)), Version(OLD)).compile(Contract.of_types(kind))


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (Person, "address.street", {"name": "Ada", "address": {}}),
        (Order, "customer.address.street", {"name": "Ada", "customer": {"address": {}}}),
        (Traveller, "address.street", {"name": "Ada", "address": None}),
    ],
)
def test_an_object_that_head_requires_is_made_without_the_value(
    kind: type[BaseModel], path: str, expected: Any
) -> None:
    """Head refused a valid old request, with a 422 about a key that the client does not know."""
    gates = gates_of(kind, on(kind).moved("street", to=path))
    sent = gates.upgrade(kind, {"name": "Ada"}, from_version=OLD)
    assert sent == expected
    assert kind.model_validate(sent).model_dump(by_alias=True, exclude_unset=True) == expected
    assert gates.downgrade(kind, expected, to_version=OLD) == {"name": "Ada"}


def test_an_object_that_head_requires_in_one_that_both_versions_have_is_a_fault() -> None:
    (fault,) = faults_of(
        Contract.of_types(receives=[Shop]), change_of("Moved", on(Shop).moved("street", to="owner.address.street"))
    )
    assert fault.place == "Shop.owner.address.street"
    assert (
        fault.problem == "older clients may leave 'street' out: then the move makes no 'address', which head requires"
    )
    assert fault.remedy == "give 'address' a default in the model"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"part": {"p": 3}}, {"b": 3}),
        ({"part": {"p": 3}, "c": 1}, {"b": 3, "part": {"q": 1}}),
        ({"c": 1}, {"part": {"q": 1}}),
        ({}, {}),
    ],
)
def test_an_object_that_one_move_empties_is_gone_where_another_has_nothing_for_it(sent: Any, expected: Any) -> None:
    """It was left empty, and head refused it."""
    gates = gates_of(Machine, on(Machine).moved("part.p", to="b"), on(Machine).moved("c", to="part.q"))
    found = gates.upgrade(Machine, sent, from_version=OLD)
    assert found == expected
    assert Machine.model_validate(found).model_dump(exclude_unset=True) == expected
