"""Finds what is judged by the client's contract because a function gets it, though no fact names it."""

from __future__ import annotations

from collections.abc import Mapping

from timegate.history.history import History
from timegate.history.steps import ObjectConverted
from timegate.history.undo_envelopes import is_declared
from timegate.typing import Schema
from timegate.wire.schema import references
from timegate.wire.wire import Component


def judged_objects(history: History) -> dict[int, set[str]]:
    """By boundary, the components of the objects in a whole that a declared function converts in an upgrade.

    Head may not read them, or not as the client has sent them. So each is judged by its own program, and is handed to
    the function as it was sent: under the keys of requests, without the defaults of what was left out.
    """
    found: dict[int, set[str]] = {}
    for (side, _, boundary), steps in history.steps.items():
        for step in steps if side == "requests" else ():
            if isinstance(step, ObjectConverted) and is_declared(step.to_head):
                components = history.wires[boundary + 1].requests
                found.setdefault(boundary, set()).update(_objects_in(step.older, components))
    return found


def _objects_in(schema: Schema, components: Mapping[str, Component]) -> set[str]:
    """The components in values of a schema whose values are objects with keys of their own."""
    found, waiting = set[str](), [*references(schema)]
    while waiting:
        name = waiting.pop()
        if name in components and name not in found and "properties" in components[name].schema:
            found.add(name)
            waiting += references(components[name].schema)
    return found
