"""An object may be a named tuple, too: beside models, each is read as the client's server read it, at every arm."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

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


HEADS_NAMES = {"celsius": "degrees", "length": "size"}


def said(value: Any) -> Any:
    """A value as the models of both versions name it."""
    kind = type(value).__name__.removeprefix("Old")
    if isinstance(value, BaseModel):
        return kind, {HEADS_NAMES.get(name, name): said(one) for name, one in dict(value).items()}
    if isinstance(value, Place | Hot | Shown | OldShown):
        return kind, list(map(said, value))
    return value


def read(kind: Any, value: Any) -> Any:
    try:
        return said(TypeAdapter(kind).validate_python(value))
    except ValidationError:
        return "refused"


def upgraded(kind: Any, sent: Any, fact: Any) -> Any:
    """What head reads of what an old client sent."""
    try:
        return read(kind, gates_of_requests([kind], fact).upgrade(kind, sent, from_version=OLD))
    except UpgradeError:
        return "refused"


HEADS = {"degrees": 20.5}
HOT = ("Hot", [20.5])


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("sent", SENT, ids=str)
def test_is_read_by_head_as_the_old_server_read_it(pair: str, sent: Any) -> None:
    new, old = PAIRS[pair]
    expected = read(old, {"one": sent})
    if pair == "a named tuple of the same key" and sent == {"celsius": 20.5} and read(Celsius | Hot, HEADS) == HOT:
        # Before 2.14 pydantic takes an object with an exact number for the named tuple, whichever comes first.
        expected = "refused"
    assert upgraded(new, {"one": sent}, RENAMED) == expected


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
}


@pytest.mark.parametrize("name", LISTS)
def test_what_head_would_read_as_another_arm_is_refused(name: str) -> None:
    new, old, sent = LISTS[name]
    facts = [on(model).renamed("length", to="size") for model in (Whole, Yes) if model.__name__ in repr(new)]
    assert read(old, sent) != read(new, sent)
    with pytest.raises(UpgradeError, match="head may read it as another arm"):
        gates_of_requests([new], *facts).upgrade(new, sent, from_version=OLD)


@pytest.mark.parametrize("tag", [1, 1.0, True, 2, 2.0], ids=repr)
def test_a_literal_is_told_from_what_equals_it_as_the_old_server_told_it(tag: Any) -> None:
    fact = on(Yes).renamed("length", to="size")
    new, old = Yes | OneOrTwo, OldYes | OneOrTwo
    for sent in ({"tag": tag, "length": 3}, {"tag": tag, "size": 3}, {"tag": tag}):
        expected = read(old, sent)
        # What is of the other arm may look like head's own Yes: then it is refused.
        looks_like_heads = expected[0] == "OneOrTwo" and read(new, sent)[0] == "Yes"
        assert upgraded(new, sent, fact) == ("refused" if looks_like_heads else expected)
