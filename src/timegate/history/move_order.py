"""What later facts of a version may not do to the objects that a move goes through.

The program of an inner object runs as a whole before an outer one takes a value out of it or after that put one into
it. So for the inner object, all facts of the version come before the move, also those written after it.
"""

from __future__ import annotations

from collections.abc import Iterable

from timegate.changes.base import Sibling
from timegate.history.builder import HistoryBuilder
from timegate.history.fills import fills
from timegate.history.steps import KeyRenamed, MovedThrough, ObjectConverted, Step, ValueMoved
from timegate.wire.wire import Side

Parents = list[tuple[str, str, str]]
"""The objects on a way, outermost first: the component that holds each, its key there, and its own component."""


def check_order(builder: HistoryBuilder, side: Side, text: str, ways: Iterable[Parents], last: str) -> None:
    """Note a fault for each later fact about what a move takes out of an inner object or puts into it.

    Args:
        builder: the walk so far; the move is being undone.
        side: whether clients send or receive the value.
        text: the place as faults write it.
        ways: the ways to the value; behind their first objects, all are the same.
        last: the key of the value.
    """
    for way in ways:
        keys = [*(key for _, key, _ in way[1:]), last]
        for (*_, name), key in zip(way, keys, strict=False):
            later = next((step for step in builder.later_steps(side, name) if _meets(step, key)), None)
            if later is not None:
                builder.fault(
                    text,
                    f"{later.origin.fact} comes later in the same version, and it changes or reads {key!r} of {name}",
                    "put the move after it, with the names of then, or into a version of its own",
                )


def is_renamed(builder: HistoryBuilder, side: Side, name: str, key: str) -> bool:
    """Whether a later fact of the boundary gives a key of a component another name."""
    return any(isinstance(step, KeyRenamed) and step.old == key for step in builder.later_steps(side, name))


def _meets(step: Step, key: str) -> bool:
    """Whether a step changes or reads a key, other than by a move of an outer object, which comes in its order."""
    match step:
        case MovedThrough():
            return False
        case ObjectConverted():
            return True
        case KeyRenamed(old=older, new=newer) | ValueMoved(old=(older, *_), new=(newer, *_)):
            changed = key in (older, newer)
        case _:
            changed = key == getattr(step, "key", None)
    return changed or any(one.field == key if isinstance(one, Sibling) else callable(one) for one in fills(step))
