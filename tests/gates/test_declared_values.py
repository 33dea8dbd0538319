"""A value that a fact declares must convert to every older version, or the app does not start."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from timegate import CompileError, Contract, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact


class Node(BaseModel):
    name: str
    next: Node | None = None


class Leaf(BaseModel):
    colour: str


class Tree(BaseModel):
    leaf: Leaf


def faults(kind: type[BaseModel], *facts: Fact) -> list[tuple[str, str]]:
    class Change(VersionChange):
        """A change."""

        changes = facts

    with pytest.raises(CompileError) as caught:
        Timeline(Version("2025-02-01", Change), Version("2025-01-01")).compile(Contract.of_types(sends=[kind]))
    return [(fault.place, fault.problem) for fault in caught.value.faults]


def test_a_value_that_would_repeat_without_end_is_refused() -> None:
    found = faults(Node, on(Node).became_nullable("next", null_was={"name": "end", "next": None}))
    assert found == [("Node.next", "the conversion of the declared value never ends")]


def test_a_value_that_does_not_fit_its_type_is_refused() -> None:
    found = faults(Tree, on(Tree).removed("twig", was=Leaf, backfill=7), on(Leaf).renamed("color", to="colour"))
    assert found == [("Tree.twig", "backfill=7 is not of its type: it is no object")]


def test_a_move_through_a_model_whose_key_a_later_fact_renames_is_refused() -> None:
    later = on(Leaf).renamed("color", to="colour")
    found = faults(Tree, on(Tree).moved("paint", to="leaf.color"), later)
    problem = f"{later} comes later in the same version, and it changes or reads 'color' of Leaf"
    assert found == [("Tree.leaf.color", problem)]
