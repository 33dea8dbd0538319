"""A value that head does not get any more is judged as the old server judged it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from tests.silence.exchanges import change_of
from timegate import Contract, Timeline, UpgradeError, Version, VersionChange, enum, on


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str = "a"
    colour: Colour = Colour.RED


TYPES: list[tuple[Any, Any, Any]] = [
    (list[Colour], ["red", "blue"], ["green"]),
    (dict[str, Colour], {"k": "red"}, {"k": 7}),
    (list[int], [1, 2], ["x"]),
    (Decimal, "1.50", "2020-01-01"),
    (Decimal | None, None, "x"),
    (list[Decimal], ["1", "2"], ["x"]),
    (Colour | None, None, "green"),
]


@pytest.mark.parametrize(("kind", "admitted", "wrong"), TYPES, ids=[str(kind) for kind, _, _ in TYPES])
def test_a_removed_value_is_judged_to_its_last_item(kind: Any, admitted: Any, wrong: Any) -> None:
    class Change(VersionChange):
        """A change."""

        changes = (on(Item).removed("gone", was=kind, backfill=admitted, required=False, loses="nobody reads it"),)

    gates = Timeline(Version("2026-01-01", Change), Version("2025-01-01")).compile(Contract.of_types(Item))
    assert gates.upgrade(Item, {"name": "b", "gone": admitted}, from_version="2025-01-01") == {"name": "b"}
    with pytest.raises(UpgradeError, match="gone"):
        gates.upgrade(Item, {"name": "b", "gone": wrong}, from_version="2025-01-01")


class Part(BaseModel):
    size: int = 0


class Painted(NamedTuple):
    size: int
    colour: Colour = Colour.RED


HOLDERS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "a list": (list[Colour], lambda member: [member]),
    "a dict": (dict[str, Colour], lambda member: {"k": member}),
    "a value": (Colour, lambda member: member),
    "a named tuple": (list[Painted], lambda member: [[1, member]]),
    "an optional list": (list[Colour | None] | None, lambda member: [None, member]),
}

CHANGES: dict[str, tuple[Any, ...]] = {
    "at once": ((enum(Colour).grew("blue", seen_as="red"), "removed"),),
    "after": (("removed",), (enum(Colour).grew("blue", seen_as="red"),)),
    "before": ((enum(Colour).grew("blue", seen_as="red"),), ("removed",)),
}


@pytest.mark.parametrize("order", CHANGES)
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_removed_value_holds_members_of_the_clients_version_alone(holder: str, order: str) -> None:
    kind, value_of = HOLDERS[holder]
    removed = on(Item).removed("gone", was=kind, backfill=value_of("red"), required=False, loses="nobody reads it")
    changes = [change_of(*(removed if fact == "removed" else fact for fact in facts)) for facts in CHANGES[order]]
    versions = [Version(f"2026-01-0{index + 2}", change) for index, change in enumerate(changes)]
    gates = Timeline(*reversed(versions), Version("2026-01-01")).compile(Contract.of_types(Item))
    assert gates.upgrade(Item, {"gone": value_of("red")}, from_version="2026-01-01") == {}
    for wrong in ("blue", "green"):
        with pytest.raises(UpgradeError, match="gone"):
            gates.upgrade(Item, {"gone": value_of(wrong)}, from_version="2026-01-01")


@pytest.mark.parametrize("was", ["a list", "a value"])
def test_a_removed_model_is_judged_as_one_that_head_still_reads(was: str) -> None:
    kind: Any = list[Part] if was == "a list" else Part
    facts = (
        on(Part).retyped("size", was=str, to_head=int, to_old=str),
        on(Item).removed(
            "gone", was=kind, backfill=[] if was == "a list" else {}, required=False, loses="nobody reads it"
        ),
    )
    gates = Timeline(Version("2026-01-02", change_of(*facts)), Version("2026-01-01")).compile(Contract.of_types(Item))
    right, wrong = ([{"size": size}] if was == "a list" else {"size": size} for size in ("1", 1))
    assert gates.upgrade(Item, {"gone": right}, from_version="2026-01-01") == {}
    with pytest.raises(UpgradeError, match="size"):
        gates.upgrade(Item, {"gone": wrong}, from_version="2026-01-01")


def test_a_value_that_was_converted_and_then_removed_is_judged_by_its_oldest_type() -> None:
    facts = (
        on(Item).retyped("gone", was=date, to_head=str, to_old=str, loses="a day is a text"),
        on(Item).removed("gone", was=str, backfill="2020-01-01", required=False, loses="nobody reads it"),
    )
    gates = Timeline(Version("2026-01-02", change_of(*facts)), Version("2026-01-01")).compile(Contract.of_types(Item))
    assert gates.upgrade(Item, {"gone": "2020-02-29"}, from_version="2026-01-01") == {}
    with pytest.raises(UpgradeError, match="gone"):
        gates.upgrade(Item, {"gone": "x"}, from_version="2026-01-01")


def test_a_removed_named_tuple_holds_the_older_name_of_a_member() -> None:
    removed = on(Item).removed("gone", was=list[Painted], required=False, backfill=[], loses="nobody reads it")
    renamed = enum(Colour).renamed("crimson", to="red")
    timeline = Timeline(
        Version("2026-01-03", change_of(renamed)), Version("2026-01-02", change_of(removed)), Version("2026-01-01")
    )
    gates = timeline.compile(Contract.of_types(Item))
    assert gates.upgrade(Item, {"gone": [["1", "crimson"], [2, "blue"], [3]]}, from_version="2026-01-01") == {}
    for wrong in ("red", "green"):
        with pytest.raises(UpgradeError, match="gone"):
            gates.upgrade(Item, {"gone": [[1, wrong]]}, from_version="2026-01-01")
