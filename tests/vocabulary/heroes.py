"""The models of the examples about models, fields and members."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, Field, field_validator
from typing_extensions import TypedDict


class Rank(StrEnum):
    ROOKIE = "rookie"
    LEGEND = "legend"


class Cape(BaseModel):
    kind: Literal["cape"]
    colour: str


class Mask(BaseModel):
    kind: Literal["mask"]


class Shield(BaseModel):
    kind: Literal["shield"]
    metal: str


class Home(BaseModel):
    city: str


class Hero(BaseModel):
    name: str
    age: int
    note: str | None
    rank: Rank
    state: Literal["on", "off", "away"]
    home: Home
    powers: list[str]


class Sparse(TypedDict):
    name: str
    age: NotRequired[int]


class Limited(BaseModel):
    level: int = 1


class Outfit(BaseModel):
    wears: Annotated[Cape | Mask, Field(discriminator="kind")]


class Full(BaseModel):
    first: str
    last: str


class Person(BaseModel):
    first: str
    last: str


class PersonOut(BaseModel):
    first: str
    last: str


class Pair(BaseModel):
    one: PersonOut
    other: Person


class Meters(BaseModel):
    metres: float


class Feet(BaseModel):
    feet: float


class East(BaseModel):
    east: str = ""
    size: int = 0


class West(BaseModel):
    west: str = ""
    size: int = 0


class Journey(BaseModel):
    to: East | West


class Parsed(BaseModel):
    powers: list[str] | None

    @field_validator("powers", mode="before")
    @classmethod
    def split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value


def in_years(text: str) -> int:
    return int(text)


def as_text(years: int) -> str:
    return str(years)


def apart(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last


def together(first: str, last: str) -> str:
    return f"{first} {last}"


def to_metres(old: Any) -> Any:
    return {"metres": old["feet"] * 0.3}


def to_feet(hero: Any) -> Any:
    return {"feet": hero["metres"] / 0.3}


def as_cape(shield: Any) -> Any:
    return {"kind": "cape", "colour": shield["metal"]}


def at_most_ten(level: int) -> int:
    return min(level, 10)


def by_side(journey: Any) -> Any:
    return West if "west" in journey else East
