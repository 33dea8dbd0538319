"""What stands in for an arm is one that was there before it, be it one that an older client lacks too."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Discriminator, Field, Tag

from tests.cells.refused import change_of
from timegate import Contract, Gates, Timeline, Version, on
from timegate.changes.base import Fact
from timegate.typing import is_object

VERSIONS = ["2025-04-01", "2025-03-01", "2025-02-01", "2025-01-01"]


class Walk(BaseModel):
    kind: Literal["walk"] = "walk"
    feet: int = 2


class Ride(BaseModel):
    kind: Literal["ride"] = "ride"
    wheels: int = 2


class Drive(BaseModel):
    kind: Literal["drive"] = "drive"
    wheels: int = 4
    doors: int = 5


class Fly(BaseModel):
    kind: Literal["fly"] = "fly"
    wings: int = 2


class Way(BaseModel):
    by: Annotated[Walk | Ride | Drive | Fly, Field(discriminator="kind")]


class Untold(BaseModel):
    by: Walk | Ride | Drive | Fly


def kind_of(value: Any) -> Any:
    return value["kind"] if is_object(value) else value.kind


class Asked(BaseModel):
    by: Annotated[
        Annotated[Walk, Tag("walk")]
        | Annotated[Ride, Tag("ride")]
        | Annotated[Drive, Tag("drive")]
        | Annotated[Fly, Tag("fly")],
        Discriminator(kind_of),
    ]


def gates_of(model: Any, *each: tuple[Fact, ...]) -> Gates:
    """The facts of each version, the newest first."""
    versions = [
        Version(value, *([change_of(f"Changed{number}", *facts)] if facts else []))
        for number, (value, facts) in enumerate(zip(VERSIONS, [*each, ()], strict=True))
    ]
    return Timeline(*versions).compile(Contract.of_types(sends=[model]))


def seen(gates: Gates, model: Any, sent: dict[str, Any]) -> list[Any]:
    """What each older version's clients see, the newest first."""
    return [gates.downgrade(model, {"by": sent}, to_version=value)["by"] for value in VERSIONS[1:]]


def as_ridden(drive: Any) -> Any:
    return {"kind": "ride", "wheels": drive["wheels"]}


FLY = on(Fly).introduced(seen_as={"kind": "drive", "wheels": 6, "doors": 1})
DRIVE = on(Drive).introduced(seen_as=as_ridden)
RIDE = on(Ride).introduced(seen_as={"kind": "walk", "feet": 1})
FLYING = {"kind": "fly", "wings": 4}
DRIVEN = {"kind": "drive", "wheels": 6, "doors": 1}
RIDDEN = {"kind": "ride", "wheels": 6}
WALKED = {"kind": "walk", "feet": 1}


@pytest.mark.parametrize("model", [Way, Untold, Asked])
def test_a_value_of_the_newest_arm_goes_on_through_all_of_them(model: Any) -> None:
    gates = gates_of(model, (FLY,), (DRIVE,), (RIDE,))
    assert seen(gates, model, FLYING) == [DRIVEN, RIDDEN, WALKED]
    assert seen(gates, model, DRIVEN) == [DRIVEN, RIDDEN, WALKED]
    assert seen(gates, model, RIDDEN) == [RIDDEN, RIDDEN, WALKED]
    assert seen(gates, model, {"kind": "walk", "feet": 2}) == [{"kind": "walk", "feet": 2}] * 3


@pytest.mark.parametrize("model", [Way, Untold, Asked])
def test_in_one_version_the_arms_that_are_declared_first_were_there_first(model: Any) -> None:
    gates = gates_of(model, (RIDE, DRIVE, FLY), (), ())
    assert seen(gates, model, FLYING) == [WALKED] * 3


@pytest.mark.parametrize("model", [Way, Untold, Asked])
def test_what_stands_in_has_the_shape_of_its_version_where_the_other_arms_changed_later(model: Any) -> None:
    renamed = on(Ride).renamed("tyres", to="wheels")
    gates = gates_of(model, (FLY,), (DRIVE,), (renamed,))
    assert seen(gates, model, FLYING) == [DRIVEN, RIDDEN, {"kind": "ride", "tyres": 6}]


@pytest.mark.parametrize("model", [Way, Untold, Asked])
def test_what_stands_in_has_the_shape_of_its_version_where_the_other_arms_changed_before(model: Any) -> None:
    renamed = on(Ride).renamed("tyres", to="wheels")
    drive = on(Drive).introduced(seen_as={"kind": "ride", "tyres": 6})
    gates = gates_of(model, (renamed,), (drive,), ())
    assert seen(gates, model, DRIVEN) == [DRIVEN, *[{"kind": "ride", "tyres": 6}] * 2]
