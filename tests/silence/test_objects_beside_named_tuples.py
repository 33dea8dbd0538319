"""An object may be a named tuple, too: beside models, each is read as the client's server read it, at every arm."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import pydantic
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.silence.old_client import OLD, gates_of_requests, refusal
from timegate import Contract, UpgradeError, on


class Celsius(BaseModel):
    degrees: float


class OldCelsius(BaseModel):
    celsius: float


class Place(NamedTuple):
    at: int
    name: str = "here"


class Hot(NamedTuple):
    degrees: float


class Shown(NamedTuple):
    temperature: Celsius
    at: int = 0


class OldShown(NamedTuple):
    temperature: OldCelsius
    at: int = 0


class Page(BaseModel):
    number: int


class At(BaseModel):
    at: int
    celsius: float = 0


class Held(BaseModel):
    one: Celsius | Place


class OldHeld(BaseModel):
    one: OldCelsius | Place


class HeldSecond(BaseModel):
    one: Place | Celsius


class OldHeldSecond(BaseModel):
    one: Place | OldCelsius


class HeldAlike(BaseModel):
    one: Celsius | Hot


class OldHeldAlike(BaseModel):
    one: OldCelsius | Hot


class HeldWithNumbers(BaseModel):
    one: Celsius | Place | int | None


class OldHeldWithNumbers(BaseModel):
    one: OldCelsius | Place | int | None


class HeldBelow(BaseModel):
    one: Shown | Page


class OldHeldBelow(BaseModel):
    one: OldShown | Page


RELEASE = tuple(map(int, pydantic.VERSION.split(".")[:2]))
RENAMED = on(Celsius).renamed("celsius", to="degrees")

PAIRS: dict[str, tuple[Any, Any]] = {
    "a model first": (Held, OldHeld),
    "a named tuple first": (HeldSecond, OldHeldSecond),
    "a named tuple of the same key": (HeldAlike, OldHeldAlike),
    "a number and null besides": (HeldWithNumbers, OldHeldWithNumbers),
    "a model that changes in the named tuple": (HeldBelow, OldHeldBelow),
}

SENT: list[Any] = [
    {"celsius": 20.5}, {"celsius": "20.5"}, {"degrees": 20.5}, {"at": 1}, {"at": 1, "name": "there"}, {"at": "1"},
    {"at": 1, "degrees": 20.5}, {"at": 1, "celsius": 20.5}, {"name": "there"}, {}, [1, "there"], [1], [20.5],
    {"temperature": {"celsius": 20.5}}, {"temperature": {"degrees": 20.5}}, [{"celsius": 20.5}, 1],
    {"at": 2, "temperature": {"celsius": 20.5}}, {"number": 3}, {"number": 3, "at": 1}, 7, None,
]  # fmt: skip


def said(value: Any) -> Any:
    """A value as the models of both versions name it."""
    kind = type(value).__name__.removeprefix("Old")
    if isinstance(value, BaseModel):
        return kind, {"degrees" if name == "celsius" else name: said(one) for name, one in dict(value).items()}
    if isinstance(value, Place | Hot | Shown | OldShown):
        return kind, list(map(said, value))
    return value


def read(kind: Any, value: Any) -> Any:
    try:
        return said(TypeAdapter(kind).validate_python(value))
    except ValidationError:
        return "refused"


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("sent", SENT, ids=str)
def test_is_read_by_head_as_the_old_server_read_it(pair: str, sent: Any) -> None:
    new, old = PAIRS[pair]
    if pair == "a named tuple of the same key" and RELEASE < (2, 14) and sent == {"celsius": 20.5}:
        pytest.skip("this pydantic takes an object with an exact number for the named tuple, whichever comes first")
    expected = read(old, {"one": sent})
    gates = gates_of_requests([new], RENAMED)
    try:
        found = read(new, gates.upgrade(new, {"one": sent}, from_version=OLD))
    except UpgradeError:
        found = "refused"
    assert found == expected


class Misread(BaseModel):
    one: Hot | Celsius


def test_that_head_would_read_as_a_named_tuple_stop_the_start() -> None:
    reason = refusal(Contract.of_types(receives=[Misread]), lambda: RENAMED)
    assert "Hot | Celsius: head reads some values as the first that old clients mean as the second" in reason


class Whole(BaseModel):
    size: int


class OldWhole(BaseModel):
    length: int


class Part(BaseModel):
    size: int


Counted: TypeAlias = tuple[Whole, int] | tuple[Part, str]
OldCounted: TypeAlias = tuple[OldWhole, int] | tuple[Part, str]


class Yes(BaseModel):
    tag: Literal[True]
    size: int = 0


class OldYes(BaseModel):
    tag: Literal[True]
    length: int = 0


class OneOrTwo(BaseModel):
    tag: Literal[1, 2]
    size: int = 0


LISTS: dict[str, tuple[Any, Any, Any]] = {
    "tuples that read their lists leniently": (Counted, OldCounted, [{"size": 1}, "1"]),
    "a literal that is equal to what was sent": (Yes | OneOrTwo, OldYes | OneOrTwo, {"tag": 1, "size": 3}),
    "a literal that is written as a float": (Yes | OneOrTwo, OldYes | OneOrTwo, {"tag": 1.0, "size": 3}),
}


@pytest.mark.parametrize("name", LISTS)
def test_what_head_would_read_as_another_arm_is_refused(name: str) -> None:
    new, old, sent = LISTS[name]
    if name == "a literal that is written as a float" and RELEASE < (2, 12):
        pytest.skip("this pydantic compares a float with literals otherwise")
    facts = [on(model).renamed("length", to="size") for model in (Whole, Yes) if model.__name__ in repr(new)]
    assert read(old, sent) != read(new, sent)
    with pytest.raises(UpgradeError, match="head may read it as another arm"):
        gates_of_requests([new], *facts).upgrade(new, sent, from_version=OLD)
