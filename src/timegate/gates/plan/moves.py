"""Says what moves leave behind, and which of them take each other back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from timegate.changes.base import UNSET
from timegate.history.fills import fills
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


def emptied(
    steps: Sequence[Step], sent: Component, received: Component, *, upgrades: bool
) -> Mapping[int, frozenset[str]]:
    """Where moves across a boundary may have left objects empty that the shape at that point does not have.

    Args:
        steps: of the component that holds them, from old to new; none where the moves are those of an outer one.
        sent: the component at the version before the boundary, in the direction of payloads.
        received: the component at the version behind it.
        upgrades: the direction.

    Returns:
        By the number of a step that payloads meet, each step before which a function sees the object, and the number
        of steps for the end of the boundary: the keys of the shape there.
    """
    if steps and not any(isinstance(step, ValueMoved | MovedThrough) for step in steps):
        return {}
    met = [*enumerate(steps if upgrades else reversed(steps))]
    shapes, shape = {len(met): frozenset(received.properties)}, set(received.properties)
    for number, step in reversed(met):
        shape = _before(step, shape, upgrades=upgrades)
        if isinstance(step, ObjectConverted) or any(map(callable, fills(step))):
            shapes[number] = frozenset(shape)
    keys, found = set(sent.properties), dict[int, frozenset[str]]()
    for number in range(len(met) + 1):
        if number in shapes and not keys <= shapes[number]:
            found[number] = shapes[number]
            keys &= shapes[number]
        keys = _after(met[number][1], keys, upgrades=upgrades) if number < len(met) else keys
    return found


def _after(step: Step, keys: set[str], *, upgrades: bool) -> set[str]:
    """The keys of an object after a step, those of emptied objects among them."""
    match step:
        case KeyAdded() | KeyRemoved() if isinstance(step, KeyAdded) == upgrades:
            # It comes, with a value that nobody sent, and a move of the same boundary may empty that.
            keys.add(step.key)
        case KeyAdded() | KeyRemoved() | MovedThrough():
            keys.discard(step.key)
        case KeyRenamed():
            _rename(keys, *((step.old, step.new) if upgrades else (step.new, step.old)))
        case ValueMoved():
            left, reached = (step.old, step.new) if upgrades else (step.new, step.old)
            keys -= {left[0]} if len(left) == 1 else set()
            keys.add(reached[0])
        case ObjectConverted():
            return set((step.newer if upgrades else step.older).get("properties", ()))
        case _:
            pass
    return keys


def _before(step: Step, keys: set[str], *, upgrades: bool) -> set[str]:
    """The keys of the shape before a step, from those of the shape after it."""
    if isinstance(step, MovedThrough):
        return keys | {step.key}
    return _after(step, keys, upgrades=not upgrades)


def _rename(keys: set[str], source: str, target: str) -> None:
    if source in keys:
        keys.remove(source)
        keys.add(target)


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
