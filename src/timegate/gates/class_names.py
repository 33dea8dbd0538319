"""Finds the requests whose validation errors name a class that clients of a version know by another name than head."""

from __future__ import annotations

from dataclasses import is_dataclass
from itertools import compress
from operator import attrgetter, ne

from timegate.gates.plan.reach import Reach
from timegate.typing import Schema
from timegate.wire.schema import NULL, objects_in, ref, references
from timegate.wire.wire import Operation


class OtherNames:
    """The classes that are called otherwise at a version than at head, and what holds them where they are named.

    An arm of a union is named by its class, and so is a dataclass of which a value is no object.

    Args:
        reach: the requests and their history.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._renamed = frozenset[str]()
        self._holders = frozenset[str]()

    def go_to(self, version: int) -> None:
        """Take in what an older version than the last one calls otherwise."""
        head, client = self._reach.components(0), self._reach.components(version)
        # Without a loop of Python's, because an API may have very many components.
        names = attrgetter("display_name", "older_class_name")
        called = (map(names, found) for found in (head.values(), map(client.__getitem__, head)))
        fresh = frozenset(compress(head, map(ne, *called))) - self._renamed
        if fresh:
            self._renamed |= fresh
            naming = {name for name in fresh if is_dataclass(head[name].model)}
            naming.update(name for name in self._reach.with_holders(fresh) if _names_an_arm(head[name].schema, fresh))
            self._holders |= self._reach.with_holders(naming)

    def are_told(self, operation: Operation) -> bool:
        """Whether a validation error of a request may name one of them."""
        if not self._renamed:
            return False
        roots = [ref(name) for name in operation.parameters.values()]
        roots += [] if operation.request is None else [operation.request.schema]
        return any(self._reach.holds(root, self._holders) or _names_an_arm(root, self._renamed) for root in roots)


def _names_an_arm(schema: Schema, names: frozenset[str]) -> bool:
    """Whether an arm of a union in a schema, beside others than null, is or holds one of some components."""
    for node in objects_in(schema):
        arms = [arm for arm in node.get("anyOf") or node.get("oneOf") or () if arm != NULL]
        if len(arms) > 1 and any(not names.isdisjoint(references(arm)) for arm in arms):
            return True
    return False
