"""A base that a fact names beside its subclass: the fact holds for the subclass once, as if it were not named."""

from __future__ import annotations

from typing import Generic, TypeVar

import pytest
from pydantic import BaseModel

from tests.silence.old_client import OLD, gates_of, refusal
from timegate import Contract, on
from timegate.changes.subjects.models import Models

T = TypeVar("T")


class Weight(BaseModel):
    grams: int
    note: str = ""


class Parcel(Weight):
    sender: str = ""


class Scale(BaseModel, Generic[T]):
    grams: int
    on_it: T | None = None


def test_a_function_converts_a_value_once() -> None:
    fact = on(Weight, Parcel).retyped("grams", to_head=lambda old: old - 1, to_old=lambda new: new + 1)
    gates = gates_of([Weight, Parcel], fact)
    for kind in (Weight, Parcel):
        assert gates.downgrade(kind, {"grams": 5}, to_version=OLD) == {"grams": 6}
        assert gates.upgrade(kind, {"grams": 6}, from_version=OLD) == {"grams": 5}


def test_a_function_converts_a_value_of_a_parametrisation_once() -> None:
    fact = on(Scale, Scale[int]).retyped("grams", to_head=lambda old: old - 1, to_old=lambda new: new + 1)
    gates = gates_of([Scale[int], Scale[str]], fact)
    for kind in (Scale[int], Scale[str]):
        assert gates.downgrade(kind, {"grams": 5}, to_version=OLD) == {"grams": 6}


@pytest.mark.parametrize("both", [on(Weight, Parcel), on(Parcel, Weight)])
def test_each_fact_is_undone_once(both: Models) -> None:
    for fact, old in (
        (both.added("note"), {"grams": 5}),
        (both.renamed("text", to="note"), {"grams": 5, "text": "n"}),
        (both.moved("label.text", to="note"), {"grams": 5, "label": {"text": "n"}}),
        (both.defaulted("note", was="-"), {"grams": 5, "note": "n"}),
    ):
        gates = gates_of([Weight, Parcel], fact)
        for kind in (Weight, Parcel):
            assert gates.downgrade(kind, {"grams": 5, "note": "n"}, to_version=OLD) == old


def test_a_field_that_is_named_twice_is_refused() -> None:
    fact = "on(Weight).retyped(…) names a field twice: name it once"
    assert fact in refusal(Contract.of_types(Weight), lambda: on(Weight).retyped("grams", "grams", to_head=int))
