"""Which old values head never reads: what a function gets, and what is removed. The old contract judges all of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from tests.oracle.arms import gone
from tests.oracle.history import History, Step, targets
from tests.oracle.parts import older_keys, parts_subjects
from tests.oracle.places import subjects
from tests.oracle.tables import converts_requests
from timegate.changes.base import FieldsFact
from timegate.changes.fields import Merged, Removed, Split
from timegate.changes.models import Reshaped, Retired
from timegate.changes.values import BecameScalar, Retyped
from timegate.typing import is_array, is_object
from timegate.wire.schema import referred


@functools.cache
def judged_whole(history: History, index: int, *, removed: bool = True) -> frozenset[str]:
    """Return the components in values that head never gets from the clients of a version.

    Args:
        history: the contract of every version.
        index: of the version.
        removed: whether those in values that are removed count, or only those that a function gets.
    """
    if index == 0:
        return frozenset()
    components = history.states[index]["requests"]
    found, waiting = set[str](), list(judged_whole(history, index - 1, removed=removed))
    for step in history.boundaries[index - 1]:
        if removed or not isinstance(step.fact, Removed):
            for schema in _unread(step):
                waiting += _names_in(schema)
    while waiting:
        name = waiting.pop()
        if name not in found and name in components:
            found.add(name)
            waiting += _names_in(components[name].schema)
    return frozenset(found)


def converts(fact: Any) -> bool:
    """Whether a fact about a field gives the value of a request to a function."""
    if isinstance(fact, BecameScalar):
        # As into a list: it does not look at the item.
        return False
    return bool(isinstance(fact, Retyped) and fact.to_head) or converts_requests(fact)


def reads(fact: Any, older: Any) -> bool:
    """Whether what a fact makes of a value of a request is made of what was read.

    Args:
        fact: about the value.
        older: its older schema; a model in it goes as it was sent.
    """
    return converts(fact) or (isinstance(fact, BecameScalar) and not any(_names_in(older)))


def _unread(step: Step) -> Iterator[Any]:
    """The older schemas of what a function gets, or of what is removed."""
    newer, older, fact = step.newer["requests"], step.older["requests"], step.fact
    match fact:
        case FieldsFact() if isinstance(fact, Removed) or converts(fact):
            for name, key, _ in targets(newer, fact):
                yield older[name].properties.get(key)
        case Split() | Merged():
            for component in parts_subjects(newer, fact):
                yield from (older[component.name].properties.get(key) for key in older_keys(fact))
        case Retired():
            yield older[gone(fact)].schema
        case Reshaped(models=models):
            yield from (older[component.name].schema for component in subjects(newer, models))
        case _:
            pass


def _names_in(schema: Any) -> Iterator[str]:
    """Every component that a schema refers to."""
    if is_array(schema):
        for part in schema:
            yield from _names_in(part)
    elif is_object(schema):
        name = referred(schema)
        if name is not None:
            yield name
        for key, value in schema.items():
            if key not in ("default", "discriminator", "const", "enum"):
                yield from _names_in(value)
