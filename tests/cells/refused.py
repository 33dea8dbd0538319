"""The rows of the tables of faults that compiling must find, and the head models that they are about."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from timegate import CompileError, Contract, Fault, Timeline, Version, VersionChange
from timegate.changes.base import Fact

NEW, OLD = "2025-09-23", "2025-04-11"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Spot(BaseModel):
    x: int = 0


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    lives: int = 1


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Item(BaseModel):
    name: str
    size: int = 0
    note: str | None = None
    tags: list[str] = []
    colour: Colour = Colour.RED
    spot: Spot | None = None
    other: Spot | None = None
    pet: Pet | None = None


class Unreached(BaseModel):
    x: int = 0


BOTH, SENT, RECEIVED = Contract.of_types(Item), Contract.of_types(sends=[Item]), Contract.of_types(receives=[Item])


def change_of(name: str, *facts: Fact) -> type[VersionChange]:
    return type(name, (VersionChange,), {"__doc__": "Something changed.", "changes": facts})


def faults_of(contract: Contract, *changes: type[VersionChange]) -> tuple[Fault, ...]:
    with pytest.raises(CompileError) as refused:
        Timeline(Version(NEW, *changes), Version(OLD)).compile(contract)
    return refused.value.faults


@dataclass(frozen=True)
class ExpectedFault:
    """Facts of one change, and the one fault that compiling reports for them."""

    facts: tuple[Fact, ...]
    place: str
    problem: str
    remedy: str
    contract: Contract = BOTH
