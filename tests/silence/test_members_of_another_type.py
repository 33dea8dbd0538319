"""An older member of an enum of numbers or texts may have been of another type: the older enum had no such mixin."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any

import pytest
from pydantic import BaseModel

from tests.silence.old_client import OLD, gates_of
from timegate import UpgradeError, enum


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Colour(StrEnum):
    RED = "red"


class Room(BaseModel):
    level: Level = Level.LOW
    colour: Colour = Colour.RED


FACTS: dict[str, Any] = {
    "renamed": [enum(Level).renamed("low", to=1), enum(Colour).renamed(7, to="red")],
    "shrank": [
        enum(Level).shrank("low", read_as=1, loses="what was low"),
        enum(Colour).shrank(7, read_as="red", loses="what was 7"),
    ],
}


@pytest.mark.parametrize("facts", FACTS)
def test_an_older_member_of_another_type_is_read(facts: str) -> None:
    gates = gates_of([Room], *FACTS[facts])
    assert gates.upgrade(Room, {"level": "low", "colour": 7}, from_version=OLD) == {"level": 1, "colour": "red"}
    assert gates.upgrade(Room, {"level": 2}, from_version=OLD) == {"level": 2}
    for sent in ({"level": "high"}, {"level": 3}, {"colour": "7"}):
        with pytest.raises(UpgradeError):
            gates.upgrade(Room, sent, from_version=OLD)


def test_a_renamed_member_of_another_type_is_what_old_clients_get() -> None:
    gates = gates_of([Room], *FACTS["renamed"])
    assert gates.downgrade(Room, {"level": 1, "colour": "red"}, to_version=OLD) == {"level": "low", "colour": 7}
