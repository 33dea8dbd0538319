"""Finds what is judged by the client's contract because head never reads it, though no fact names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from timegate.history.fills import fills_to_head
from timegate.history.history import History
from timegate.history.list_values import FirstItem, WrapInList
from timegate.history.steps import KeyRemoved, MovedThrough, ObjectConverted, Step, ValueConverted
from timegate.history.undo_envelopes import is_declared
from timegate.typing import Function, Schema
from timegate.wire.schema import references
from timegate.wire.wire import Component


def judged_objects(history: History) -> dict[int, set[str]]:
    """By boundary, the components of the objects in what a declared function converts in an upgrade.

    Head may not read them, or not as the client has sent them. So each is judged by its own program, and is handed to
    the function as it was sent: under the keys of requests, without the defaults of what was left out.
    """
    return _by_boundary(history, given_by)


def judged_whole(history: History) -> dict[int, set[str]]:
    """The same, with those in what is removed: a reader judges them there, and their own program elsewhere."""
    return _by_boundary(history, lambda step: [step.schema] if isinstance(step, KeyRemoved) else given_by(step))


def looks(function: Function | None) -> bool:
    """Whether a conversion looks at the value: into a list and out of one it goes as it is, if all of it does."""
    return not (
        function is None or isinstance(function, WrapInList) or (isinstance(function, FirstItem) and function.alone)
    )


def given_by(step: Step) -> list[Schema]:
    """The schemas of what a step gives to a function of a version file."""
    match step:
        case ObjectConverted(older=schema) if is_declared(step.to_head):
            return [schema]
        case ValueConverted(older=schema) if looks(step.to_head):
            return [schema]
        case _:
            return []


def _by_boundary(history: History, of: Callable[[Step], list[Schema]]) -> dict[int, set[str]]:
    """By boundary, the components of objects that functions get, unless newer boundaries list them.

    They are those in the values that steps are about, and those of which a function fills in a key.
    """
    steps_at, moved = dict[int, list[Step]](), dict[tuple[str, int], list[Schema]]()
    filled = dict[int, list[str]]()
    for (side, name, boundary), steps in history.steps.items():
        if side == "requests":
            steps_at.setdefault(boundary, []).extend(steps)
            if any(callable(one) for step in steps for one in fills_to_head(step)):
                filled.setdefault(boundary, []).append(name)
            # What a function gets in parts is only put together at the boundary.
            moved[name, boundary] = [one.schema for one in steps if isinstance(one, MovedThrough) and not one.older]
    found, known = dict[int, set[str]](), set[str]()
    for boundary in range(len(history.wires) - 1):
        newer, older = (history.wires[at].requests for at in (boundary, boundary + 1))
        waiting = [name for step in steps_at.get(boundary, ()) for schema in of(step) for name in references(schema)]
        waiting += filled.get(boundary, ())
        waiting += (one for name in known if older.get(name) is not newer.get(name) for one in _held(name, older))
        seen = set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen and name not in known:
                seen.add(name)
                waiting += _held(name, older)
                waiting += (one for schema in moved.get((name, boundary), ()) for one in references(schema))
        known |= seen
        if objects := {name for name in seen if name in older and "properties" in older[name].schema}:
            found[boundary] = objects
    return found


def _held(name: str, components: Mapping[str, Component]) -> Iterator[str]:
    """The components that a component holds, where there is such a one."""
    yield from components[name].references if name in components else ()
