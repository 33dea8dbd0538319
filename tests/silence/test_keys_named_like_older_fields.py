"""A key that is no field of the client's keeps its name, also where a version in between had a field of that name."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tests.silence.old_client import changed
from timegate import Contract, Timeline, UpgradeError, Version, on
from timegate.changes.base import Fact


class Leaf(BaseModel):
    model_config = ConfigDict(extra="allow")

    alpha: str | None = None
    delta: list[str] = []


class Root(BaseModel):
    held: list[Leaf] | None = None
    moved: int | None = None


def test_a_key_called_like_a_field_for_a_while_keeps_its_name_below_a_value_that_older_versions_fill_in() -> None:
    boundaries = [
        on(Root).moved("old.place", to="moved"),
        on(Root).defaulted("held", was=[]),
        on(Leaf).added("delta", default=[]),
        on(Leaf).renamed("beta", to="alpha"),
        on(Leaf).renamed("alpha", to="beta"),
    ]
    versions = [Version(f"{2030 - index}-01-01", changed(fact)) for index, fact in enumerate(boundaries)]
    gates = Timeline(*versions, Version("2001-01-01")).compile(Contract.of_types(Root))
    sent = {"held": [{"alpha": "a", "beta": "extra", "zz": 1}]}
    received = gates.upgrade(Root, sent, from_version="2001-01-01")
    assert received == {"held": [{"alpha": "a", "beta": "extra", "zz": 1, "delta": []}]}


class Colour(StrEnum):
    red = "red"
    blue = "blue"


class Painted(BaseModel):
    label: str | None
    paint: Colour = Colour.red


# The object `paint` lost its only field, and another field of the same version took its name.
APART = on(Painted).moved("paint.text", to="label")
TAKEN: dict[str, tuple[Fact, dict[str, Any]]] = {
    "renamed": (on(Painted).renamed("hue", to="paint"), {"hue": "blue"}),
    "added": (on(Painted).added("paint", default="blue"), {}),
    "moved": (on(Painted).moved("hue.name", to="paint"), {"hue": {"name": "blue"}}),
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "one version after the other"])
def test_an_object_whose_field_moved_out_of_it_is_no_value_of_the_field_that_took_its_name(
    taken: str, *, apart: bool
) -> None:
    fact, others = TAKEN[taken]
    boundaries = [(fact,), (APART,)] if apart else [(APART, fact)]
    versions = [Version(f"{2030 - index}-01-01", changed(*one)) for index, one in enumerate(boundaries)]
    gates = Timeline(*versions, Version("2001-01-01")).compile(Contract.of_types(Painted))
    for text in ("t", None):
        old, new = {**others, "paint": {"text": text}}, {"label": text, "paint": "blue"}
        assert gates.upgrade(Painted, old, from_version="2001-01-01") == new
        assert gates.downgrade(Painted, new, to_version="2001-01-01") == old
    with pytest.raises(UpgradeError):
        gates.upgrade(Painted, {**others, "paint": "red"}, from_version="2001-01-01")
