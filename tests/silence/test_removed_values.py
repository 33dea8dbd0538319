"""A value that head does not get any more is judged as the old server judged it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from timegate import Contract, Timeline, UpgradeError, Version, VersionChange, on


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
