"""Says what moves leave behind, and which of them take each other back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from timegate.changes.base import UNSET
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MovedThrough,
    ObjectConverted,
    Step,
    ValueMoved,
)
from timegate.wire.schema import single_reference
from timegate.wire.wire import Component


def empties(steps: Sequence[Step], sent: Component, received: Component, *, upgrades: bool) -> bool:
    """Whether moves across a boundary may leave an object empty that the receiving version does not have.

    Args:
        steps: of the component that holds it, from old to new; none where the moves are those of an outer one.
        sent: the component at the version before the boundary, in the direction of payloads.
        received: the component at the version behind it.
        upgrades: the direction.
    """
    if steps and not any(isinstance(step, ValueMoved | MovedThrough) for step in steps):
        return False
    keys = set(sent.properties)
    for step in steps if upgrades else reversed(steps):
        match step:
            case KeyAdded() | KeyRemoved() if isinstance(step, KeyAdded) == upgrades:
                # It comes, with a value that nobody sent, and a move of the same boundary may empty that.
                keys.add(step.key)
            case KeyAdded() | KeyRemoved() | MovedThrough():
                keys.discard(step.key)
            case KeyRenamed():
                source, target = (step.old, step.new) if upgrades else (step.new, step.old)
                keys = {target if key == source else key for key in keys}
            case ValueMoved():
                left, reached = (step.old, step.new) if upgrades else (step.new, step.old)
                keys = (keys - {left[0]} if len(left) == 1 else keys) | {reached[0]}
            case ObjectConverted():
                return True
            case _:
                pass
    return not keys <= received.properties.keys()


def is_way_back(newer: ValueMoved, older: ValueMoved) -> bool:
    """Whether an older move is the way back of a newer one, through the same object and without a value for none."""
    return (
        (newer.new, newer.old) == (older.old, older.new)
        and newer.empty is UNSET
        and older.empty is UNSET
        and single_reference(newer.newer_parent) == single_reference(older.older_parent)
        and single_reference(newer.older_parent) == single_reference(older.newer_parent)
        and max(len(newer.new), len(newer.old)) == 2
    )


def is_alone(move: ValueMoved, steps: Callable[[str], Sequence[Step]]) -> bool:
    """Whether a move and its way back are all that happens to the objects that the value goes through.

    Args:
        move: one of both.
        steps: gives all that happens to a component's objects.
    """
    ways = ((move.new, move.newer_parent), (move.old, move.older_parent))
    through = [(steps(single_reference(parent) or ""), path[-1]) for path, parent in ways if len(path) > 1]
    return all(isinstance(step, MovedThrough) and step.key == key for found, key in through for step in found)
