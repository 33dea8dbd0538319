"""What later facts of a version may not do to the objects that a move goes through.

The program of an inner object runs as a whole before an outer one takes a value out of it or after that put one into
it. So for the inner object, all facts of the version come before the move, also those written after it.
"""

from __future__ import annotations

from collections.abc import Iterable

from timegate.history.builder import HistoryBuilder
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
            later = builder.later.about(side, name, builder.boundary, key)
            if later is not None:
                builder.fault(
                    text,
                    f"{later.origin.fact} comes later in the same version, and it changes or reads {key!r} of {name}",
                    "put the move after it, with the names of then, or into a version of its own",
                )
