"""Finds which components contain which, version by version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, Final

from timegate.typing import Schema, is_object
from timegate.wire.marks import NEWER_ARMS_MARK
from timegate.wire.schema import objects_in, referred
from timegate.wire.wire import Component

_NONE: Final = frozenset[str]()
"""One for all the schemas that contain no component, since Python makes a new empty set each time."""


class Containment:
    """Which components of one side contain which, at each version.

    Args:
        components: those of a version.
        differing: the components that differ across a boundary.
    """

    def __init__(
        self, components: Callable[[int], Mapping[str, Component]], differing: Callable[[int], frozenset[str]]
    ) -> None:
        self._components, self._differing = components, differing
        self._holders: list[Mapping[str, frozenset[str]]] = []
        self._reached: dict[int, list[tuple[frozenset[str], frozenset[str]]]] = {}
        self._names: dict[int, frozenset[str]] = {}
        # They are kept, because otherwise their ids could be reused.
        self._schemas: list[Schema] = []

    def with_holders(self, names: Set[str], version: int) -> frozenset[str]:
        """The components and all that contain one of them."""
        holders = self._holders_at(version)
        # Most names are those that were asked for at one of the two versions before, with a few more.
        latest = self._reached.get(id(holders), [(_NONE, _NONE)])
        known, before = next((one for one in reversed(latest) if one[0] <= names), (_NONE, _NONE))
        reached = {*names, *before}
        waiting = list(holders.keys() & (names - before))
        while waiting:
            found = holders.get(waiting.pop(), _NONE) - reached
            reached |= found
            waiting += found
        found = frozenset(reached)
        if len(names) >= len(latest[-1][0]) and names != known:
            self._reached[id(holders)] = [latest[-1], (frozenset(names), found)]
        return found

    def _holders_at(self, version: int) -> Mapping[str, frozenset[str]]:
        """For each component, the components that contain it."""
        while len(self._holders) <= version:
            self._holders.append(self._next_holders(len(self._holders)))
        return self._holders[version]

    def _next_holders(self, version: int) -> Mapping[str, frozenset[str]]:
        """The same at the version after the last one that is known, from those of that one."""
        newer = self._holders[-1] if version else dict[str, frozenset[str]]()
        holders: dict[str, frozenset[str]] | None = None
        for name in self._differing(version - 1) if version else self._components(0):
            now = self.names_in(self._components(version)[name].schema)
            before = self.names_in(self._components(version - 1)[name].schema) if version else _NONE
            if now == before:
                continue
            holders = dict(newer) if holders is None else holders
            for target in before - now:
                holders[target] -= {name}
            for target in now - before:
                holders[target] = holders.get(target, _NONE) | {name}
        # Most versions have those of the newer one, as one object.
        return newer if holders is None else holders

    def names_in(self, schema: Schema) -> frozenset[str]:
        """The components that a schema contains, union arms of newer versions included."""
        known = self._names.get(id(schema))
        if known is None:
            self._schemas.append(schema)
            known = self._names[id(schema)] = frozenset(self._found_in(schema)) or _NONE
        return known

    def _found_in(self, schema: Any) -> Iterator[str]:
        properties = schema.get("properties") if is_object(schema) else None
        if not is_object(properties):
            yield from names_in(schema)
            return
        # Most properties of an object that changes stay the same objects, which the cache knows.
        yield from names_in({key: value for key, value in schema.items() if key != "properties"})
        for inner in properties.values():
            yield from self.names_in(inner)


def names_in(schema: object) -> Iterator[str]:
    """The components that a schema contains at any depth, union arms of newer versions included."""
    for node in objects_in(schema):
        if "$ref" in node and (name := referred(node)) is not None:
            yield name
        yield from node.get(NEWER_ARMS_MARK, ())
