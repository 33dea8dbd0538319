"""A name means one field on both sides of the wire, and an old name is none that another field reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, Field

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of, refusal
from timegate import Contract, on


class Swapped(BaseModel):
    a: int = Field(0, validation_alias="b")
    b: str = Field("", validation_alias="a")
    c: int = 0


@shows(
    "A fact is about one field.",
    "A name that is one field's in requests and another's in responses, by their aliases, names none;",
)
@pytest.mark.parametrize(
    "fact",
    [
        lambda: on(Swapped).renamed("old", to="a"),
        lambda: on(Swapped).retyped("b", was=str, to_head=int, to_old=str),
        lambda: on(Swapped).added("a"),
    ],
    ids=["renamed", "retyped", "added"],
)
def test_a_name_that_is_another_field_on_each_side_is_refused(fact: Callable[[], Any]) -> None:
    reason = refusal(Contract.of_types(Swapped), fact)
    assert "is one field in requests and another in responses" in reason
    assert "give one of the fields another alias" in reason


def test_a_name_that_is_one_field_beside_two_such_is_that_field() -> None:
    gates = gates_of([Swapped], on(Swapped).renamed("old", to="c"))
    sent, returned = {"old": 1, "a": "x"}, {"a": 1, "b": "x", "c": 2}
    assert gates.upgrade(Swapped, sent, from_version=OLD) == {"a": "x", "c": 1}
    assert gates.downgrade(Swapped, returned, to_version=OLD) == {"a": 1, "b": "x", "old": 2}


class Spelled(BaseModel):
    size: int = Field(0, validation_alias=AliasChoices("size", "length"))
    other: int = 0


class Deep(BaseModel):
    size: int = Field(0, validation_alias=AliasChoices("size", AliasPath("length", "cm")))
    other: dict[str, int] = {}


class Beside(BaseModel):
    size: int = Field(0, validation_alias=AliasChoices("size", AliasPath("length", "cm")))
    length: dict[str, int] = {}


@shows("an old name that another field has as a spelling (`AliasChoices`) is taken.")
@pytest.mark.parametrize("model", [Spelled, Deep])
def test_an_old_name_that_another_field_reads_is_refused(model: Any) -> None:
    reason = refusal(Contract.of_types(receives=[model]), lambda: on(model).renamed("length", to="other"))
    assert "'length' is another field of the newer version" in reason


def test_the_spelling_of_a_field_is_a_name_that_it_may_have_had() -> None:
    gates = gates_of([Spelled], on(Spelled).renamed("length", to="size"))
    assert gates.upgrade(Spelled, {"length": 5}, from_version=OLD) == {"size": 5}
    assert gates.downgrade(Spelled, {"size": 5, "other": 0}, to_version=OLD) == {"length": 5, "other": 0}


@shows("also where the key that its path begins with does;")
@pytest.mark.parametrize(
    "fact",
    [
        lambda: on(Beside).added("length"),
        lambda: on(Beside).renamed("was", to="length"),
        lambda: on(Beside).retyped("length", was=dict[str, str], to_head=lambda one: {}, loses="all"),
    ],
    ids=["added", "renamed", "retyped"],
)
def test_a_key_that_an_alias_path_begins_with_does_not_change(fact: Callable[[], Any]) -> None:
    reason = refusal(Contract.of_types(receives=[Beside]), fact)
    assert "Beside.size: its AliasPath, or a key of another field, lets clients spell this field" in reason
