"""A value that is moved away and back, in one of many versions after the other, is where each version has it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from timegate import Contract, Gates, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact


class Home(BaseModel):
    street: str = ""
    city: int | None = None


class Hero(BaseModel):
    name: str
    home: Home | None = None


AWAY = on(Hero).moved("home.city", to="city")
BACK = on(Hero).moved("city", to="home.city")


def compiled(*versions: Fact) -> Gates:
    """Each version of one fact, newest first, and the oldest of none."""
    changes = [
        type("Changed", (VersionChange,), {"__doc__": "Something changed.", "changes": (fact,)}) for fact in versions
    ]
    numbers = range(len(changes), 0, -1)
    listed = [Version(str(number + 1), change) for number, change in zip(numbers, changes, strict=True)]
    return Timeline(*listed, Version("1"), scheme=int).compile(Contract.of_types(Hero))


def through(gates: Gates, head: dict[str, Any], *versions: str) -> list[Any]:
    """What the clients of each version read of a value of head; each sends it back, and head reads the same."""
    read = [gates.downgrade(Hero, head, to_version=version) for version in versions]
    assert [gates.upgrade(Hero, one, from_version=version) for one, version in zip(read, versions, strict=True)] == [
        head
    ] * len(versions)
    return read


INSIDE = {"name": "a", "home": {"street": "b", "city": 3}}
BESIDE = {"name": "a", "home": {"street": "b"}, "city": 3}


def test_it_is_inside_and_beside_by_turns() -> None:
    gates = compiled(BACK, AWAY, BACK, AWAY, BACK)
    assert through(gates, INSIDE, "6", "5", "4", "3", "2", "1") == [INSIDE, BESIDE] * 3


@pytest.mark.parametrize("home", [{"street": "b"}, {}, None])
def test_what_is_not_there_stays_absent(home: object) -> None:
    head = {"name": "a", "home": home}
    assert through(compiled(BACK, AWAY, BACK, AWAY), head, "5", "4", "3", "2", "1") == [head] * 5


def test_a_null_goes_along() -> None:
    inside: dict[str, Any] = {"name": "a", "home": {"city": None}}
    beside: dict[str, Any] = {"name": "a", "home": {}, "city": None}
    assert through(compiled(BACK, AWAY, BACK), inside, "4", "3", "2", "1") == [inside, beside, inside, beside]


def test_what_happens_to_it_while_it_is_away_is_done() -> None:
    text = on(Hero).retyped("city", was=str | None, to_head=lambda at: at and int(at), to_old=lambda at: at and str(at))
    gates = compiled(BACK, text, AWAY, BACK, AWAY)
    inside, beside = {"name": "a", "home": {"street": "b", "city": "3"}}, {**BESIDE, "city": "3"}
    assert through(gates, INSIDE, "6", "5", "4", "3", "2", "1") == [INSIDE, BESIDE, beside, inside, beside, inside]


def test_what_happens_to_the_object_while_the_value_is_away_is_done() -> None:
    gates = compiled(BACK, on(Home).renamed("road", to="street"), AWAY, BACK, AWAY)
    inside, beside = (
        {"name": "a", "home": {"road": "b", "city": 3}},
        {"name": "a", "home": {"road": "b"}, "city": 3},
    )
    assert through(gates, INSIDE, "6", "5", "4", "3", "2", "1") == [INSIDE, BESIDE, beside, inside, beside, inside]


def test_another_key_of_its_name_that_the_object_had_meanwhile_is_another_value() -> None:
    came, went = on(Home).added("city", default=7), on(Home).removed("city", was=int, backfill=7, loses="a constant")
    gates = compiled(BACK, went, came, AWAY)
    both = {"name": "a", "home": {"street": "b", "city": 7}, "city": 3}
    assert [gates.downgrade(Hero, INSIDE, to_version=version) for version in ("5", "4", "3", "2", "1")] == [
        INSIDE, BESIDE, both, BESIDE, INSIDE,
    ]  # fmt: skip
    assert gates.upgrade(Hero, both, from_version="3") == INSIDE
    assert gates.upgrade(Hero, INSIDE, from_version="1") == INSIDE


def test_the_object_may_have_another_name_in_older_versions() -> None:
    back, away = on(Hero).moved("city", to="house.city"), on(Hero).moved("house.city", to="city")
    gates = compiled(BACK, AWAY, on(Hero).renamed("house", to="home"), back, away)
    inside, beside = ({"house" if key == "home" else key: one[key] for key in one} for one in (INSIDE, BESIDE))
    assert through(gates, INSIDE, "6", "5", "4", "3", "2", "1") == [INSIDE, BESIDE, INSIDE, inside, beside, inside]
