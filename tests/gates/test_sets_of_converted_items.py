"""A set holds each item once, also where a conversion makes one of two."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from tests.cells.refused import NEW, OLD, change_of
from timegate import Contract, Timeline, Version, on
from timegate.changes.base import Fact


class Bag(BaseModel):
    sizes: set[int]
    kinds: set[Literal["a", "b"]]
    nested: list[set[int]] | None = None


MAPPED = on(Bag).mapped(
    "sizes.*", {"one": 1, "two": 2}, otherwise=2, was=str, back={1: "one", 2: "two"}, seen_as="one", loses="x"
)


@pytest.mark.parametrize(
    ("fact", "newer", "older"),
    [
        (MAPPED, {"sizes": [1, 7, 2], "kinds": ["a"]}, {"sizes": ["one", "two"], "kinds": ["a"]}),
        (
            on(Bag).literal("kinds.*").grew("b", seen_as="a"),
            {"sizes": [], "kinds": ["a", "b"]}, {"sizes": [], "kinds": ["a"]},
        ),
        (
            on(Bag).retyped("nested.*.*", was=int, to_head=int, to_old=abs),
            {"sizes": [], "kinds": [], "nested": [[1, -1], [-1]]}, {"sizes": [], "kinds": [], "nested": [[1], [1]]},
        ),
    ],
)  # fmt: skip
def test_an_old_client_gets_each_item_of_a_set_once(fact: Fact, newer: Any, older: Any) -> None:
    """One item came twice, which the older document forbids."""
    timeline = Timeline(Version(NEW, change_of("Changed", fact)), Version(OLD))
    assert timeline.compile(Contract.of_types(Bag)).downgrade(Bag, newer, to_version=OLD) == older


def test_head_gets_each_item_of_a_set_once() -> None:
    gates = Timeline(Version(NEW, change_of("Changed", MAPPED)), Version(OLD)).compile(Contract.of_types(Bag))
    sent = {"sizes": ["one", "two", "other"], "kinds": []}
    assert sorted(gates.upgrade(Bag, sent, from_version=OLD)["sizes"]) == [1, 2]
