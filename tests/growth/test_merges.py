"""Rule: a merge of what a client writes back grows at most linearly with its size."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import pytest
from pydantic import BaseModel

from tests.growth.counting import ALLOWED, Steps, exponent
from timegate import Contract, Timeline, Version, VersionChange, on

NEW, OLD = "2026-01-01", "2025-01-01"
COUNTS: Sequence[int] = [25, 100, 400, 1600] if os.environ.get("GROWTH") == "full" else [25, 100, 400]
"""How many items the client sends, and how many there are."""

Lists: TypeAlias = Callable[[int], tuple[list[Any], list[Any]]]
"""The items of today and those that the client sends, at a size."""


class Line(BaseModel):
    id: int | None = None
    text: str = ""


class Job(BaseModel):
    lines: list[Line] = []


class Renamed(VersionChange):
    """The note of a line is called its text."""

    changes = (on(Line).renamed("note", to="text"),)


def _lines(count: int, name: str, *, first: int | None = 0) -> list[dict[str, Any]]:
    return [{name: f"{index}"} | ({} if first is None else {"id": first + index}) for index in range(count)]


CASES: Final[dict[str, Lists]] = {
    "items that are new": lambda count: (_lines(count, "text"), _lines(count, "note", first=count)),
    "items in the opposite order": lambda count: (_lines(count, "text"), _lines(count, "note")[::-1]),
    "items of keys that have one hash": lambda count: (
        _lines(count, "text"),
        [{"id": index * (2**61 - 1), "note": "1"} for index in range(count)],
    ),
    "items without a key, in the opposite order": lambda count: (
        _lines(count, "text", first=None),
        _lines(count, "note", first=None)[::-1],
    ),
    "equal items without a key": lambda count: ([{"text": "1"}] * count, [{"note": "1"}] * count),
    "other items without a key": lambda count: (
        _lines(count, "text", first=None),
        [{"note": f"new {index}"} for index in range(count)],
    ),
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CASES)
def test_a_merge_by_a_key_is_linear_in_the_items(name: str) -> None:
    gates = Timeline(Version(NEW, Renamed), Version(OLD)).compile(Contract.of_types(Job))
    steps, taken = Steps(), dict[int, int]()
    for count in COUNTS:
        today, sent = CASES[name](count)
        merge = partial(
            gates.upgrade, Job, {"lines": sent}, from_version=OLD, onto={"lines": today}, by={"lines": "id"}
        )
        texts = [line["text"] for line in merge()["lines"]]
        assert texts == [line["note"] for line in sent]
        taken[count] = steps.of(merge)
    assert exponent(taken) <= ALLOWED, taken
