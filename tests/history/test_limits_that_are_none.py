"""`constrained` is about limits alone: another type is none, nor is a limit that says nothing of the type."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from tests.cells.refused import change_of, faults_of
from tests.sentences import shows
from timegate import Contract, on


class Part(BaseModel):
    size: int


class Order(BaseModel):
    size: int = 1
    note: str | None = None
    part: Part = Part(size=1)


OTHERS: dict[str, tuple[str, Any]] = {
    "a text for a number": ("size", str),
    "null": ("size", int | None),
    "no null": ("note", str),
    "a text for an object": ("part", Annotated[str, Field(max_length=3)]),
    "one more arm": ("size", int | str),
}


@shows("The old type of `constrained` has values of the same JSON types,")
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("side", ["sends", "receives"])
def test_another_type_is_no_limit(name: str, side: str) -> None:
    field, was = OTHERS[name]
    contract: Contract = Contract.of_types(**{side: [Order]})
    fact = on(Order).constrained(field, was=was, tolerated="they can read it")
    (fault,) = faults_of(contract, change_of("Changed", fact))
    assert fault.place == f"Order.{field}"
    assert fault.problem == "the old type has values of other JSON types: it differs by more than limits"


@shows("and other limits on them.")
@pytest.mark.parametrize("limit", [Field(max_length=3), Field(pattern="a")], ids=str)
def test_a_limit_that_says_nothing_of_the_type_is_none(limit: Any) -> None:
    fact = on(Order).constrained("size", was=Annotated[int, limit])
    (fault,) = faults_of(Contract.of_types(receives=[Order]), change_of("Changed", fact))
    assert fault.problem == "the limits are the same right after this fact"
