"""Facts about arms of unions: the shapes that have an arm which only one of both versions knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tests.cells.shapes import SHAPES, Object
from timegate import on
from timegate.changes.base import Fact


class TaggedSack(BaseModel):
    kind: Literal["sack"]
    litres: int


class ClosedSack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    litres: int


class StoppedSack(BaseModel):
    state: Literal["torn"]
    litres: int


@dataclass(frozen=True)
class Arms:
    """A shape whose payloads are lists of the arms of a union.

    Args:
        other: an object of the arm that no fact is about.
        tags: what an object of the arm of the cells has besides.
        sack: the arm that only older versions have.
        sack_tags: what an object of it has besides; None where head's own function tells the arms apart, so that no
            older version can have one more.
    """

    other: Object
    tags: Mapping[str, str]
    sack: type[BaseModel] | None = None
    sack_tags: Mapping[str, str] | None = None


ARMS: Mapping[str, Arms] = {
    "a discriminated union": Arms(
        {"kind": "letter", "title": "a letter's", "net_weight": 3}, {"kind": "parcel"}, TaggedSack, {"kind": "sack"}
    ),
    "a plain union with closed arms": Arms({"pages": 2, "colour": "white"}, {}, ClosedSack, {}),
    "arms that share tags": Arms({"state": "failed", "until": 4}, {"state": "skipped"}, StoppedSack, {"state": "torn"}),
    "a callable discriminator": Arms({"kind": "letter", "title": "a letter's"}, {"kind": "parcel"}),
    "a callable discriminator on the touched field": Arms({"pages": 1}, {}),
}


def introduced(name: str) -> Fact:
    """The arm of the cells is new; older clients see the other one."""
    return on(*SHAPES[name].models).introduced(seen_as=ARMS[name].other)


def retired(name: str) -> Fact:
    """A sack is read as a parcel of its weight."""
    return on(*SHAPES[name].models).retired(was=ARMS[name].sack, read_as=parcel_in(name), loses="no sacks any more")


def parcel_in(name: str) -> Callable[[Object], Object]:
    def as_parcel(sack: Object) -> Object:
        return {**ARMS[name].tags, "parcel_label": "a sack", "net_weight": sack["litres"]}

    return as_parcel


FACTS: Mapping[str, Callable[[str], Fact]] = {"introduced": introduced, "retired": retired}
