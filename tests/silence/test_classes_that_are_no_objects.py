"""A value of a class that is no object, or of a tagged union, is read as the old server read it, null included."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model

from tests.silence.old_client import OLD, gates_of_requests
from timegate import UpgradeError, enum, on


class Number(RootModel[int]):
    pass


class Sizes(RootModel[list[int]]):
    pass


class Maybe(RootModel[int | None]):
    pass


class Strictly(RootModel[int]):
    model_config = ConfigDict(strict=True)


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


def holding(kind: Any) -> type[BaseModel]:
    fields: Any = {"held": (kind, ...)}
    return create_model("Holder", **fields)


@pytest.mark.parametrize("kind", [Number, Sizes, Pet, Cat, Level], ids=str)
@pytest.mark.parametrize("within", [list, dict], ids=str)
@pytest.mark.parametrize("grown", [True, False])
def test_null_that_only_head_admits_in_a_list_or_dict_is_refused(kind: Any, within: Any, grown: bool) -> None:
    now, then = (list[kind | None], list[kind]) if within is list else (dict[str, kind | None], dict[str, kind])
    holder = holding(now)
    facts: list[Any] = [on(holder).retyped("held", was=then, to_old=lambda value: value)]
    facts += [enum(Level).grew("high", seen_as="low")] if grown and kind is Level else []
    gates = gates_of_requests([holder], *facts)
    for sent in ([None], {"a": None}):
        with pytest.raises(UpgradeError):
            gates.upgrade(holder, {"held": sent}, from_version=OLD)
    empty = json.loads("[]" if within is list else "{}")
    assert gates.upgrade(holder, {"held": empty}, from_version=OLD) == {"held": empty}


def test_null_that_the_class_itself_admits_passes() -> None:
    holder = holding(list[Maybe | str])
    gates = gates_of_requests([holder], on(holder).retyped("held", was=list[Maybe]))
    assert gates.upgrade(holder, {"held": [None, 1]}, from_version=OLD) == {"held": [None, 1]}


@pytest.mark.parametrize(
    ("kind", "sent", "got"),
    [(Number, "5", 5), (Number, 1.0, 1), (Number, True, 1), (Sizes, ["5"], ["5"]), (Strictly, 5, 5), (Pet, {}, {})],
    ids=str,
)
def test_what_the_old_server_read_of_a_class_is_read(kind: Any, sent: Any, got: Any) -> None:
    holder = holding(kind | None)
    gates = gates_of_requests([holder], on(holder).became_nullable("held", null_was=0))
    assert gates.upgrade(holder, {"held": sent}, from_version=OLD) == {"held": got}


@pytest.mark.parametrize(("kind", "sent"), [(Number, "a"), (Number, 1.5), (Sizes, ["a"]), (Strictly, "5"), (Pet, 5)])
def test_what_the_old_server_did_not_read_of_a_class_is_refused(kind: Any, sent: Any) -> None:
    holder = holding(kind | None)
    gates = gates_of_requests([holder], on(holder).became_nullable("held", null_was=0))
    with pytest.raises(UpgradeError):
        gates.upgrade(holder, {"held": sent}, from_version=OLD)
