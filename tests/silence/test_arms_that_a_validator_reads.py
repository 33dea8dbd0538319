"""A value that only a validator of the app can read as an arm: head reads it as the old server did, or it is a 422."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, Field

from tests.sentences import shows
from tests.silence.exchanges import Posted, exchange
from timegate import on

REFUSED = 422, None


def split(value: Any) -> Any:
    return [float(part) for part in value.split(",")] if isinstance(value, str) else value


class Many(BaseModel):
    of: int
    size: Annotated[list[float], BeforeValidator(split)]


class One(BaseModel):
    size: int


class Holder(BaseModel):
    held: Many | One


class Deep(BaseModel):
    inner: Many | None = None
    other: int = 0


class Flat(BaseModel):
    inner: dict[str, Any] = {}
    size: int


RENAMED = on(One).renamed("width", to="size")


def test_is_not_read_as_an_arm_that_sets_fewer_fields() -> None:
    retyped = on(One).retyped("size", was=int, to_head=lambda old: old * 10, to_old=lambda new: new // 10)
    posted = Posted(Holder, retyped)
    assert posted.send({"held": {"of": 1, "size": "7"}}) == REFUSED
    assert posted.send({"held": {"size": "7"}}) == (200, Holder(held=One(size=70)))
    assert posted.send({"held": {"of": 1, "size": [7]}}) == (200, Holder(held=Many(of=1, size=[7])))


@shows(
    "In a union of which a change touches an arm, what only such a validator could read is a 422 where head "
    "may read another arm.",
)
@pytest.mark.parametrize("size", ["7", 7])
def test_is_refused_where_head_could_read_it_as_another_arm(size: Any) -> None:
    posted = Posted(Holder, RENAMED)
    assert posted.send({"held": {"of": 1, "size": size}}) == REFUSED
    assert posted.send({"held": {"of": 1, "size": size, "width": 3}}) == REFUSED


@shows("where head may read another arm.")
def test_reaches_its_validator_where_no_other_arm_can_read_it() -> None:
    posted = Posted(Holder, RENAMED)
    assert posted.send({"held": {"of": 1, "size": "1.5,2"}}) == (200, Holder(held=Many(of=1, size=[1.5, 2])))
    assert posted.send({"held": {"of": 1, "size": "many"}}) == REFUSED


@shows("the same in an arm of a union, where head may read another arm | one entry for the union")
def test_is_told_in_one_entry_for_the_union() -> None:
    response = exchange(Posted(Holder, RENAMED).app, "POST", "/", body={"held": {"of": 1, "size": 7}})
    told = response.json()["detail"]
    assert [(entry["loc"], entry["type"]) for entry in told] == [(["body", "held"], "value_error")]


def test_is_refused_below_an_arm_too() -> None:
    kind: Any = Deep | Flat
    posted = Posted(kind, on(Flat).renamed("width", to="size"))
    assert posted.send({"inner": {"of": 1, "size": 7}, "size": 8}) == REFUSED
    assert posted.send({"inner": {"of": 1, "size": [7]}}) == (200, Deep(inner=Many(of=1, size=[7])))


class Colour(StrEnum):
    RED = "red"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 0


class Dog(BaseModel):
    kind: Literal["dog"]
    # No schema is written for the values.
    about: dict[Colour, Any] = {}


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


def test_a_dict_of_members_and_anything_stands_in_an_arm() -> None:
    kind: Any = Pet | int
    posted = Posted(kind, on(Cat).renamed("chances", to="lives"))
    assert posted.send({"kind": "cat", "chances": 9}) == (200, Cat(kind="cat", lives=9))
    dog = {"kind": "dog", "about": {"red": [1, {"a": None}]}}
    assert posted.send(dog) == (200, Dog(kind="dog", about={Colour.RED: [1, {"a": None}]}))
