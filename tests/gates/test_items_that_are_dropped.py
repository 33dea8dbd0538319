"""The items of an old list that head does not get are judged by the client's contract like the one that it gets."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tests.cells.refused import NEW, OLD, change_of
from timegate import Contract, Gates, Timeline, UpgradeError, Version, on


class Part(BaseModel):
    model_config = ConfigDict(extra="allow")
    size: int


class Machine(BaseModel):
    part: Part


@pytest.fixture(scope="module")
def gates() -> Gates:
    fact = on(Machine).became_scalar("part", was=list[Part], empty={"size": 0}, loses="nobody has several")
    contract = Contract.of_types(receives=[Machine])
    return Timeline(Version(NEW, change_of("One", fact)), Version(OLD)).compile(contract)


@pytest.mark.parametrize("second", [{"weight": 2}, {"size": None}, {"size": "much"}, 3])
def test_an_item_that_is_dropped_must_be_one_of_the_older_version(gates: Gates, second: Any) -> None:
    """It passed: the old server refused such a request."""
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Machine, {"part": [{"size": 1}, second]}, from_version=OLD)
    assert refused.value.pointer.startswith("/part/1")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([{"size": 1}, {"size": 2}], {"size": 1}),
        ([{"size": 1, "note": "x"}], {"size": 1, "note": "x"}),
        ([{"size": "1"}], {"size": 1}),
        ([], {"size": 0}),
    ],
)
def test_head_gets_the_first_item(gates: Gates, sent: Any, expected: Any) -> None:
    assert gates.upgrade(Machine, {"part": sent}, from_version=OLD) == {"part": expected}
