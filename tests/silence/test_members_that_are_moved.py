"""A member of an enum is read as one of the client's own, wherever a move takes it from."""

from __future__ import annotations

from enum import Enum

import pytest
from pydantic import BaseModel

from tests.silence.old_client import OLD, gates_of
from timegate import UpgradeError, on


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Car(BaseModel):
    colour: Colour


CAR = on(Car)


def test_a_member_in_an_object_that_the_same_version_renames_and_empties_is_read_as_one() -> None:
    gates = gates_of([Car], CAR.renamed("finish", to="paint"), CAR.moved("paint.colour", to="colour"))
    assert gates.upgrade(Car, {"finish": {"colour": "red"}}, from_version=OLD) == {"colour": "red"}
    assert gates.downgrade(Car, {"colour": "blue"}, to_version=OLD) == {"finish": {"colour": "blue"}}
    with pytest.raises(UpgradeError):
        gates.upgrade(Car, {"finish": {"colour": "green"}}, from_version=OLD)
