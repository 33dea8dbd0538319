"""What fills null or an absent key serves the clients whose contract admits it, and no older ones."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import pytest
from pydantic import BaseModel

from timegate import Contract, Gates, Timeline, UpgradeError, Version, VersionChange, enum, on
from timegate.changes.base import Fact


class Item(BaseModel):
    size: int
    name: str = "a"


class Level(IntEnum):
    ONE = 1
    NINE = 9


class Levels(BaseModel):
    levels: list[Level]


def gates_of(model: type[BaseModel], *boundaries: tuple[Fact, ...]) -> Gates:
    """The gates of a timeline with these facts at each boundary, the newest first."""
    changes = [
        type(f"Change{index}", (VersionChange,), {"__doc__": "A change.", "changes": facts})
        for index, facts in enumerate(boundaries)
    ]
    versions = [Version(f"20{30 - index}-01-01", change) for index, change in enumerate(changes)]
    return Timeline(*versions, Version("2001-01-01")).compile(Contract.of_types(model))


def test_a_null_that_only_versions_in_between_admit_is_filled_for_them_and_refused_for_older_ones() -> None:
    gates = gates_of(
        Item, (on(Item).became_non_null("size", null_is=0),), (on(Item).became_nullable("size", null_was=0),)
    )
    assert gates.upgrade(Item, {"size": None}, from_version="2029-01-01") == {"size": 0}
    with pytest.raises(UpgradeError, match="size"):
        gates.upgrade(Item, {"size": None}, from_version="2001-01-01")


def test_an_absent_key_that_only_versions_in_between_may_leave_out_is_refused_for_older_ones() -> None:
    facts = (on(Item).became_required("size", default=0),), (on(Item).became_optional("size", missing_was=0),)
    gates = gates_of(Item, *facts)
    assert gates.upgrade(Item, {"name": "b"}, from_version="2029-01-01") == {"name": "b", "size": 0}
    with pytest.raises(UpgradeError, match="size"):
        gates.upgrade(Item, {"name": "b"}, from_version="2001-01-01")


LEVELS: list[tuple[Any, int]] = [([], 1), ([9, 1], 1), ([1], 1)]


@pytest.mark.parametrize(("sent", "read"), LEVELS)
def test_what_a_fact_puts_in_is_a_member_of_the_newer_enum_and_seen_as_an_older_one(sent: Any, read: int) -> None:
    facts = (enum(Level).grew(9, seen_as=1), on(Levels).became_list("levels", was=Level, empty=9))
    assert gates_of(Levels, facts).downgrade(Levels, {"levels": sent}, to_version="2001-01-01") == {"levels": read}


class Kinds(BaseModel):
    kind: str
    shade: str | None = None


def only_one(shades: list[str | None]) -> str | None:
    if len(shades) != 1:
        raise ValueError("not one")
    return shades[0]


def as_list(shade: str | None) -> list[str | None]:
    return [shade]


def no_shades(_: Any) -> list[str | None]:
    return []


@pytest.mark.parametrize("newer", [(), (on(Kinds).renamed("sort", to="kind"),)], ids=["alone", "a key is renamed too"])
def test_what_a_fact_fills_in_and_a_newer_one_cannot_convert_is_told_whatever_else_changes(
    newer: tuple[Fact, ...],
) -> None:
    listed = on(Kinds).retyped("shade", was=list[str | None], to_head=only_one, to_old=as_list, loses="none")
    gates = gates_of(Kinds, newer, (listed,), (on(Kinds).added("shade", default=no_shades),))
    sent = {"sort" if newer else "kind": "k"}
    with pytest.raises(UpgradeError, match="cannot be converted") as refused:
        gates.upgrade(Kinds, sent, from_version="2001-01-01")
    assert refused.value.pointer == "/shade"
    assert gates.upgrade(Kinds, {**sent, "shade": ["x"]}, from_version="2028-01-01") == {"kind": "k", "shade": "x"}


class Sizes(BaseModel):
    name: str
    size: int | None = None


SIZES = on(Sizes)


def keys_of(sizes: dict[str, Any]) -> int:
    return len(sizes)


def test_a_function_sees_the_null_that_a_newer_fact_puts_in() -> None:
    gates = gates_of(
        Sizes, (SIZES.became_optional("size", missing_was=None),), (SIZES.became_nullable("size", null_was=keys_of),)
    )
    assert gates.downgrade(Sizes, {"name": "a"}, to_version="2029-01-01") == {"name": "a", "size": None}
    assert gates.downgrade(Sizes, {"name": "a"}, to_version="2001-01-01") == {"name": "a", "size": 2}


def no_size(_: dict[str, Any]) -> None:
    return None


def test_the_null_that_a_function_gives_is_null_to_older_facts() -> None:
    gates = gates_of(
        Sizes, (SIZES.became_optional("size", missing_was=no_size),), (SIZES.became_nullable("size", null_was=7),)
    )
    assert gates.downgrade(Sizes, {"name": "a"}, to_version="2029-01-01") == {"name": "a", "size": None}
    assert gates.downgrade(Sizes, {"name": "a"}, to_version="2001-01-01") == {"name": "a", "size": 7}


class Sized(BaseModel):
    name: str
    size: int


SIZED = on(Sized)


def test_a_function_sees_the_null_that_an_older_fact_puts_in() -> None:
    gates = gates_of(
        Sized,
        (SIZED.became_non_null("size", null_is=keys_of),),
        (SIZED.became_required("size", default=None),),
    )
    assert gates.upgrade(Sized, {"name": "a"}, from_version="2001-01-01") == {"name": "a", "size": 2}
