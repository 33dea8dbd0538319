"""A named tuple or alias that a class holds at several places is read by the settings by which pydantic reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import pytest
from fastapi import Body
from pydantic import VERSION, BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model, with_config
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypeAliasType, TypedDict

from tests.silence.exchanges import Posted
from timegate import on


class Pair(NamedTuple):
    first: int
    second: str


Text = TypeAliasType("Text", str)

OWN = ConfigDict(populate_by_name=True)


@with_config(OWN)
@dataclass
class Plain:
    pairs: list[Pair] | None
    text: Text | None = None


@with_config(OWN)
class Typed(TypedDict):
    pairs: list[Pair] | None
    text: Text | None


@dataclass
class Bare:
    pairs: list[Pair] | None
    text: Text | None = None


@pydantic_dataclass(config=OWN)
class Alone:
    pairs: list[Pair] | None
    text: Text | None = None


class Model(BaseModel):
    pairs: list[Pair] | None
    text: Text | None = None


CLASSES = Plain, Typed, Bare, Alone, Model

SETTINGS = [
    ConfigDict(),
    ConfigDict(coerce_numbers_to_str=True),
    ConfigDict(str_max_length=2),
    ConfigDict(str_strip_whitespace=True),
    ConfigDict(strict=True),
]

SENT: list[Any] = [
    {"pairs": [[1, 42]], "text": "a"},
    {"pairs": [[1, "a"], ["2", " b "]], "text": "a"},
    {"pairs": [[1, "a"]], "text": 42},
    {"pairs": [[1, "abc"]], "text": "a"},
    {"pairs": [[1, "a"]], "text": "abcd"},
    {"pairs": [["one", "a"]], "text": "a"},
    {"pairs": [], "text": {}},
]


def holding(kind: Any, settings: ConfigDict, *, several: bool) -> Any:
    """A model that holds a class, and the types that this one holds once more."""
    more: dict[str, Any] = {"pair": (Pair | None, None), "text": (Text | None, None)} if several else {}
    return create_model("Holder", __config__=settings, held=(kind, ...), **more)


def skip_what_older_releases_read_otherwise(kind: Any, *, several: bool) -> None:
    if kind is Bare and several and tuple(map(int, VERSION.split(".")[:2])) < (2, 11):
        pytest.skip("this pydantic reads what is shared by no settings where the class between has none")


def read_by_the_app(holder: Any, sent: Any) -> Any:
    """What FastAPI reads of a body, as `Posted` gives it."""
    annotated: Any = Annotated
    try:
        return 200, TypeAdapter[Any](annotated[holder, Body()]).validate_python(sent)
    except ValidationError:
        return 422, None


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("kind", CLASSES)
def test_is_read_as_without_a_gate_where_a_value_became_nullable(kind: Any, settings: Any, several: bool) -> None:
    skip_what_older_releases_read_otherwise(kind, several=several)
    holder = holding(kind, settings, several=several)
    posted = Posted(
        holder, on(kind).became_nullable("pairs", null_was=[]), on(kind).became_nullable("text", null_was="")
    )
    for sent in SENT:
        body = {"held": sent}
        assert posted.send(body) == read_by_the_app(holder, body), body


def reverse(pairs: list[Any]) -> list[Any]:
    return pairs[::-1]


@pytest.mark.parametrize("settings", SETTINGS[:2], ids=str)
@pytest.mark.parametrize("kind", [Plain, Typed, Bare])
def test_a_function_gets_what_was_read(kind: Any, settings: Any) -> None:
    skip_what_older_releases_read_otherwise(kind, several=True)
    holder = holding(kind, settings, several=True)
    posted = Posted(holder, on(kind).retyped("pairs", was=list[Pair] | None, to_head=reverse, to_old=reverse))
    for second in (42, "a"):
        pairs = [[1, "x"], [2, second]]
        body, reversed_body = ({"held": {"pairs": one, "text": "a"}} for one in (pairs, pairs[::-1]))
        assert posted.send(body) == read_by_the_app(holder, reversed_body)


@pytest.mark.parametrize("second", [42, "a"])
def test_is_found_as_the_arm_of_a_union(second: Any) -> None:
    class Other(BaseModel):
        other: int

    holder = holding(Plain | Other, ConfigDict(coerce_numbers_to_str=True), several=True)
    posted = Posted(holder, on(Other).renamed("another", to="other"))
    body = {"held": {"pairs": [[1, second]], "text": "a"}}
    assert posted.send(body) == read_by_the_app(holder, body)
    assert posted.send({"held": {"another": 1}}) == read_by_the_app(holder, {"held": {"other": 1}})
