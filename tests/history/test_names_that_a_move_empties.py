"""A name whose object a move has emptied may be another field's, but not for a part of one version only."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.cells.refused import NEW, OLD, change_of, faults_of
from timegate import Contract, Timeline, Version, on
from timegate.changes.base import Fact


class Leaf(BaseModel):
    size: int
    note: int = 5


LEAF = on(Leaf)


@pytest.mark.parametrize(
    ("facts", "sent", "head"),
    [
        ((LEAF.moved("size.x", to="size"),), {"size": {"x": 3}}, {"size": 3}),
        ((LEAF.moved("note.x", to="size"), LEAF.added("note", default=7)), {"note": {"x": 3}}, {"size": 3, "note": 7}),
        (
            (LEAF.moved("note.x", to="size"), LEAF.renamed("text", to="note")),
            {"note": {"x": 3}, "text": 4},
            {"size": 3, "note": 4},
        ),
    ],
)
def test_the_name_is_free_for_another_field(facts: tuple[Fact, ...], sent: Any, head: Any) -> None:
    timeline = Timeline(Version(NEW, change_of("Moved", *facts)), Version(OLD))
    assert timeline.compile(Contract.of_types(Leaf)).upgrade(Leaf, sent, from_version=OLD) == head


def test_a_name_that_comes_and_goes_in_one_version_is_refused() -> None:
    """An old client's object was taken for the value of the field that had its name for a moment."""
    facts = (
        LEAF.moved("box.x", to="weight"), LEAF.renamed("weight", to="box"), LEAF.renamed("box", to="size"),
    )  # fmt: skip
    (fault,) = faults_of(Contract.of_types(Leaf), change_of("Moved", *facts))
    assert (fault.place, fault.problem) == ("Leaf.weight", "a later fact of the same version renames another 'box'")
    assert fault.remedy == "move and rename it at once: to= with the name that it has in the end"
    at_once = Timeline(Version(NEW, change_of("Moved", LEAF.moved("box.x", to="size"))), Version(OLD))
    gates = at_once.compile(Contract.of_types(Leaf))
    assert gates.upgrade(Leaf, {"box": {"x": 3}}, from_version=OLD) == {"size": 3}
