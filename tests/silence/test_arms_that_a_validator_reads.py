"""A value that only a validator of the app can read as an arm: head reads it as the old server did, or it is a 422."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from tests.sentences import shows
from tests.silence.exchanges import Posted, exchange
from timegate import on
from timegate.typing import is_object

REFUSED = 422, None


def split(value: Any) -> Any:
    return [float(part) for part in value.split(",")] if isinstance(value, str) else value


class Many(BaseModel):
    of: int
    size: Annotated[list[float], BeforeValidator(split)]


def split_size(value: Any) -> Any:
    """Makes a `size` that is a text a list, and one object of `both`."""
    if is_object(value) and "both" in value:
        return {"of": value["both"], "size": [value["both"]]}
    return {**value, "size": split(value["size"])} if is_object(value) and "size" in value else value


class Plain(BaseModel):
    of: int
    size: list[float]


class ManyByModel(Plain):
    @model_validator(mode="before")
    @classmethod
    def prepare(cls, value: Any) -> Any:
        return split_size(value)


class ManyAround(Plain):
    @model_validator(mode="wrap")
    @classmethod
    def prepare(cls, value: Any, handler: Any) -> Any:
        return handler(split_size(value))


class ManyClosed(ManyByModel, extra="forbid"):
    pass


class One(BaseModel):
    size: int


class Holder(BaseModel):
    held: Many | One


class HolderByModel(BaseModel):
    held: ManyByModel | One


class HolderAround(BaseModel):
    held: One | ManyAround


class HolderClosed(BaseModel):
    held: ManyClosed | One


class HolderOfAnnotated(BaseModel):
    held: Annotated[Plain, BeforeValidator(split_size)] | One


class HolderByItself(BaseModel):
    held: Plain | One

    @model_validator(mode="before")
    @classmethod
    def prepare(cls, value: Any) -> Any:
        return {**value, "held": split_size(value["held"])} if is_object(value) and "held" in value else value


OF_OBJECTS = [HolderByModel, HolderAround, HolderClosed, HolderOfAnnotated]
holders = pytest.mark.parametrize("holder", [Holder, HolderByItself, *OF_OBJECTS])


class Deep(BaseModel):
    inner: Many | None = None
    other: int = 0


class Flat(BaseModel):
    inner: dict[str, Any] = {}
    size: int


RENAMED = on(One).renamed("width", to="size")


TENFOLD = on(One).retyped("size", was=int, to_head=lambda old: old * 10, to_old=lambda new: new // 10)


@holders
def test_is_not_read_as_an_arm_that_sets_fewer_fields(holder: Any) -> None:
    posted = Posted(holder, TENFOLD)
    assert posted.send({"held": {"of": 1, "size": "7"}}) == REFUSED
    assert posted.send({"held": {"size": 7}}) == (200, holder(held={"size": 70}))
    assert posted.send({"held": {"of": 1, "size": [7]}}) == (200, holder(held={"of": 1, "size": [7]}))


@shows(
    "In a union of which a change touches an arm, what only such a validator could read is a 422 where head "
    "may read another arm.",
)
@holders
@pytest.mark.parametrize("size", ["7", 7])
def test_is_refused_where_head_could_read_it_as_another_arm(holder: Any, size: Any) -> None:
    posted = Posted(holder, RENAMED)
    assert posted.send({"held": {"of": 1, "size": size}}) == REFUSED
    # What is closed has no such key.
    one = (200, HolderClosed(held=One(size=3))) if holder.__name__ == "HolderClosed" else REFUSED
    assert posted.send({"held": {"of": 1, "size": size, "width": 3}}) == one
    assert posted.send({"held": {"width": 3}}) == (200, holder(held={"size": 3}))


@shows("where head may read another arm.")
@pytest.mark.parametrize("holder", [Holder, *OF_OBJECTS])
def test_reaches_its_validator_where_no_other_arm_can_read_it(holder: Any) -> None:
    posted = Posted(holder, RENAMED)
    assert posted.send({"held": {"of": 1, "size": "1.5,2"}}) == (200, holder(held={"of": 1, "size": [1.5, 2]}))
    assert posted.send({"held": {"of": 1, "size": "many"}}) == REFUSED


@shows("An object with a key that no arm has is of the arm whose validator gets it.")
@pytest.mark.parametrize("holder", OF_OBJECTS)
def test_is_the_arm_whose_validator_may_make_keys_of_one_that_no_arm_has(holder: Any) -> None:
    posted = Posted(holder, RENAMED)
    assert posted.send({"held": {"both": 4}}) == (200, holder(held={"of": 4, "size": [4]}))
    assert posted.send({"held": {"both": 4, "size": 7}}) == REFUSED
    posted = Posted(holder, TENFOLD)
    assert posted.send({"held": {"both": 4}}) == (200, holder(held={"of": 4, "size": [4]}))
    assert posted.send({"held": {"both": 4, "size": 7}}) == REFUSED


@shows("the same in an arm of a union, where head may read another arm | one entry for the union")
@pytest.mark.parametrize("holder", [Holder, *OF_OBJECTS])
def test_is_told_in_one_entry_for_the_union(holder: Any) -> None:
    response = exchange(Posted(holder, RENAMED).app, "POST", "/", body={"held": {"of": 1, "size": 7}})
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
