"""A later fact of a version meets a moved value where it is then, or is refused: it never acts before the move."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.cells.refused import NEW, OLD, change_of, faults_of
from tests.sentences import shows
from timegate import Contract, Timeline, Version, on, sibling
from timegate.changes.base import Fact

MIDDLE = "2025-06-01"
REMEDY = "put the move after it, with the names of then, or into a version of its own"


class Lid(BaseModel):
    size: int
    note: int = 0


class Box(BaseModel):
    lid: Lid
    size: int
    tone: int = 0


class Shelf(BaseModel):
    box: Box
    size: int


BOX, SHELF, LID = on(Box), on(Shelf), on(Lid)
SENT: dict[str, Any] = {"size": 9, "box": {"size": 1, "tone": 2, "lid": {"size": 3, "note": 4}}}


def older(fact: Fact, later: Fact) -> Any:
    """What a client gets from before both facts, each in a version of its own."""
    timeline = Timeline(
        Version(NEW, change_of("Later", later)), Version(MIDDLE, change_of("Moved", fact)), Version(OLD)
    )
    gates = timeline.compile(Contract.of_types(Shelf))
    found = gates.downgrade(Shelf, SENT, to_version=OLD)
    assert gates.upgrade(Shelf, found, from_version=OLD) == SENT
    return found


@shows(
    "What a move takes out of an inner object or puts into it, no later fact of the same version about that object may "
    "change or read: it would come before the move.",
    "or each is in a version of its own.",
)
@pytest.mark.parametrize(
    ("move", "later", "key", "inner", "expected"),
    [
        (
            BOX.moved("lid.size", to="size"), LID.added("size", default=3), "size", "Lid",
            {**SENT, "box": {"tone": 2, "lid": {"size": 1, "note": 4}}},
        ),
        (
            BOX.moved("lid.size", to="size"), LID.renamed("length", to="size"), "size", "Lid",
            {**SENT, "box": {"tone": 2, "lid": {"size": 1, "note": 4, "length": 3}}},
        ),
        (
            BOX.moved("width", to="lid.size"), LID.removed("y", was=int, backfill=sibling("size"), loses="x"),
            "size", "Lid", {**SENT, "box": {"size": 1, "tone": 2, "width": 3, "lid": {"note": 4, "y": 3}}},
        ),
        (
            BOX.moved("width", to="lid.size"), LID.removed("y", was=int, backfill=len, loses="x"),
            "size", "Lid", {**SENT, "box": {"size": 1, "tone": 2, "width": 3, "lid": {"note": 4, "y": 2}}},
        ),
        (
            BOX.moved("lid.width", to="tone"), LID.removed("y", was=int, backfill=len, loses="x"),
            "width", "Lid", {**SENT, "box": {"size": 1, "lid": {"size": 3, "note": 4, "y": 2, "width": 2}}},
        ),
        (
            SHELF.moved("box.lid.width", to="size"), BOX.renamed("top", to="lid"),
            "lid", "Box", {"box": {"size": 1, "tone": 2, "top": {"size": 3, "note": 4}, "lid": {"width": 9}}},
        ),
        (
            SHELF.moved("width", to="box.lid.size"), BOX.removed("y", was=int, backfill=len, loses="x"),
            "lid", "Box", {"size": 9, "width": 3, "box": {"size": 1, "tone": 2, "lid": {"note": 4}, "y": 3}},
        ),
        (
            SHELF.moved("box.wrap.width", to="size"), BOX.moved("wrap.tone", to="tone"),
            "wrap", "Box", {"box": {"size": 1, "lid": {"size": 3, "note": 4}, "wrap": {"tone": 2, "width": 9}}},
        ),
    ],
)  # fmt: skip
def test_a_later_fact_about_what_a_move_takes_or_puts_is_refused(
    move: Fact, later: Fact, key: str, inner: str, expected: Any
) -> None:
    """The inner object's facts all acted before the move: values were lost both ways, and responses were a 500."""
    contract = Contract.of_types(Shelf)
    found = {(one.problem, one.remedy) for one in faults_of(contract, change_of("Both", move, later))}
    assert found == {(f"{later} comes later in the same version, and it changes or reads {key!r} of {inner}", REMEDY)}
    assert older(move, later) == expected


@shows("Both are in one version with the move behind that fact,")
@pytest.mark.parametrize(
    ("earlier", "move", "expected"),
    [
        (
            LID.removed("size", was=int, backfill=7, loses="x"), BOX.moved("width", to="lid.size"),
            {**SENT, "box": {"size": 1, "tone": 2, "width": 3, "lid": {"note": 4, "size": 7}}},
        ),
        (
            BOX.renamed("top", to="lid"), SHELF.moved("width", to="box.lid.size"),
            {"size": 9, "width": 3, "box": {"size": 1, "tone": 2, "top": {"note": 4}}},
        ),
    ],
)  # fmt: skip
def test_a_move_after_another_fact_is_carried_out_in_one_version(earlier: Fact, move: Fact, expected: Any) -> None:
    timeline = Timeline(Version(NEW, change_of("Both", earlier, move)), Version(OLD))
    gates = timeline.compile(Contract.of_types(Shelf))
    assert gates.downgrade(Shelf, SENT, to_version=OLD) == expected
    assert gates.upgrade(Shelf, expected, from_version=OLD) == SENT


def test_an_object_on_the_way_of_one_move_may_be_renamed_to_a_name_that_another_object_had() -> None:
    """The start broke off with a KeyError: the way was looked for by its names at the end of the version."""
    facts = SHELF.moved("box.case.width", to="size"), SHELF.renamed("chest", to="box")
    timeline = Timeline(Version(NEW, change_of("Both", *facts)), Version(OLD))
    gates = timeline.compile(Contract.of_types(Shelf))
    expected = {"chest": SENT["box"], "box": {"case": {"width": 9}}}
    assert gates.downgrade(Shelf, SENT, to_version=OLD) == expected
    assert gates.upgrade(Shelf, expected, from_version=OLD) == SENT
