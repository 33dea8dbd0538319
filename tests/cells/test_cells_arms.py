"""An arm of a union that only head knows is not there for old clients, and one that only they know is read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cells.arms import ARMS, introduced, parcel_in, retired
from tests.cells.facts import HEAD, NEW, OLD, timeline_of
from tests.cells.shapes import SHAPES
from timegate import Contract, Gates, UpgradeError
from timegate.changes.base import Fact

WITH_SACKS = [name for name, arms in ARMS.items() if arms.sack is not None]


def gates_of(name: str, fact: Fact) -> Gates:
    return timeline_of(fact).compile(Contract.of_types(SHAPES[name].type))


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_that_was_introduced_is_seen_as_another_one(name: str) -> None:
    shape, arms = SHAPES[name], ARMS[name]
    gates = gates_of(name, introduced(name))
    other = shape.others[0][0]
    response: list[Any] = shape.in_response(HEAD)
    expected = [item if item.keys() == other.keys() else arms.other for item in response]
    assert expected.count(arms.other) >= 1
    assert gates.downgrade(shape.type, response, to_version=OLD) == expected
    assert gates.downgrade(shape.type, response, to_version=NEW) == response


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_that_was_introduced_is_refused_in_a_request(name: str) -> None:
    shape, arms = SHAPES[name], ARMS[name]
    gates = gates_of(name, introduced(name))
    assert gates.upgrade(shape.type, [arms.other], from_version=OLD) == [arms.other]
    with pytest.raises(UpgradeError, match="at /0"):
        gates.upgrade(shape.type, [{**HEAD, **arms.tags}], from_version=OLD)


@pytest.mark.parametrize("name", WITH_SACKS)
def test_an_arm_that_was_retired_is_read_as_another_one(name: str) -> None:
    shape, arms = SHAPES[name], ARMS[name]
    gates = gates_of(name, retired(name))
    sack = {**(arms.sack_tags or {}), "litres": 5}
    sent = [arms.other, sack, {**HEAD, **arms.tags}]
    expected = [arms.other, parcel_in(name)(sack), {**HEAD, **arms.tags}]
    assert gates.upgrade(shape.type, sent, from_version=OLD) == expected
    with pytest.raises(UpgradeError, match="at /0"):
        gates.upgrade(shape.type, [{**sack, "litres": "much"}], from_version=OLD)


@pytest.mark.parametrize("name", WITH_SACKS)
def test_no_response_holds_an_arm_that_was_retired(name: str) -> None:
    shape = SHAPES[name]
    response = shape.in_response(HEAD)
    assert gates_of(name, retired(name)).downgrade(shape.type, response, to_version=OLD) == response
