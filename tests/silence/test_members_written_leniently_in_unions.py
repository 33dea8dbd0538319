"""A member of an enum that is written leniently, at a union whose other arms do not read it, is that member."""

from __future__ import annotations

from datetime import date
from enum import Enum, IntEnum, StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, create_model

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of
from timegate import UpgradeError, enum


class Level(IntEnum):
    low = 1
    high = 2
    urgent = 3


class Rate(float, Enum):
    half = 1.5
    double = 2.0
    triple = 3.0


SWAPPED = (
    enum(Level).renamed(1, to=0),
    enum(Level).renamed(2, to=1),
    enum(Level).renamed(0, to=2),
)


def holding(kind: Any) -> type[BaseModel]:
    return create_model("Holding", value=(kind, ...))


@pytest.mark.parametrize("union", [Literal["none"] | Level, Level | Literal["none"], date | Level, Level | date | None])
@pytest.mark.parametrize("sent", [1, "1", 1.0, "1.0", True])
def test_a_renamed_member_has_its_new_value(union: Any, sent: Any) -> None:
    model = holding(union)
    gates = gates_of([model], *SWAPPED)
    upgraded = gates.upgrade(model, {"value": sent}, from_version=OLD)
    assert model.model_validate(upgraded).model_dump() == {"value": Level.high}


@pytest.mark.parametrize(
    ("kind", "newer", "seen_as", "sent"),
    [(Level, 3, 2, [3, "3", 3.0, "3.0"]), (Rate, 3.0, 2.0, [3, "3", 3.0, "3.0"])],
)
@pytest.mark.parametrize("beside", [Literal["none"], date])
def test_a_member_that_the_client_lacks_reaches_head_in_no_spelling(
    kind: Any, newer: Any, seen_as: Any, sent: list[Any], beside: Any
) -> None:
    model = holding(beside | kind)
    gates = gates_of([model], enum(kind).grew(newer, seen_as=seen_as))
    for value in sent:
        with pytest.raises(UpgradeError):
            gates.upgrade(model, {"value": value}, from_version=OLD)
    known = gates.upgrade(model, {"value": str(seen_as)}, from_version=OLD)
    assert model.model_validate(known).model_dump() == {"value": kind(seen_as)}


def test_what_another_arm_reads_exactly_is_that_arm() -> None:
    model = holding(Level | str)
    gates = gates_of([model], *SWAPPED)
    assert gates.upgrade(model, {"value": "1"}, from_version=OLD) == {"value": "1"}


class Rank(IntEnum):
    low = 1
    high = 2


class Ranked(BaseModel):
    rank: Rank | int


class Colour(StrEnum):
    red = "red"
    blue = "blue"


class Painted(BaseModel):
    colour: Colour | str


class Weighed(BaseModel):
    rank: Rank | float


@shows(
    "a value that an enum lists, beside `int`, `float` or `str` in a union (`Level \\| int`, `Level \\| float`, "
    "`Colour \\| str`): it is converted as the member, though pydantic reads the other type | two fields"
)
@pytest.mark.parametrize("kind", [Ranked, Weighed])
def test_a_value_beside_an_enum_that_lists_it_is_the_member(kind: type[BaseModel]) -> None:
    gates = gates_of([kind], enum(Rank).renamed(3, to=1))
    assert gates.upgrade(kind, {"rank": 3}, from_version=OLD) == {"rank": 1}
    assert gates.upgrade(kind, {"rank": 7}, from_version=OLD) == {"rank": 7}
    assert gates.downgrade(kind, {"rank": 1}, to_version=OLD) == {"rank": 3}
    painted = gates_of([Painted], enum(Colour).renamed("navy", to="blue"))
    assert painted.upgrade(Painted, {"colour": "navy"}, from_version=OLD) == {"colour": "blue"}
    assert painted.upgrade(Painted, {"colour": "grey"}, from_version=OLD) == {"colour": "grey"}
