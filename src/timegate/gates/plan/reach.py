"""Finds, for one side, the components that a conversion touches: changed ones and all that contain a changed one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, Final

from timegate.gates.plan.conversion import Conversion
from timegate.history.history import History
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    ModelIntroduced,
    MovedThrough,
    Step,
    ValueMoved,
)
from timegate.typing import Schema, is_object
from timegate.wire.json_types import python_types
from timegate.wire.marks import BEHIND_MARK, NEWER_ARMS_MARK, OPAQUE_MARK, VALIDATED_MARK
from timegate.wire.schema import objects_in, referred, single_reference
from timegate.wire.wire import Component, Side

_KEY_STEPS: Final = (KeyAdded, KeyRemoved, KeyRenamed, ValueMoved, MovedThrough)
"""The steps by which an object has other keys in the older version."""


class Reach:
    """The history of one side, with look-ups of what a conversion touches.

    Args:
        side: requests or responses.
        history: every version's wire and the steps between them.
    """

    def __init__(self, side: Side, history: History) -> None:
        self.side: Side = side
        self.history: History = history
        self._changed: dict[int, set[str]] = {}
        for step_side, name, boundary in history.steps:
            if step_side == side:
                self._changed.setdefault(boundary, set()).add(name)
        self._internal_at: Callable[[int], frozenset[str]] = cache(self._find_internal)
        self.forget()

    def forget(self) -> None:
        """Empty the caches that only the compilation of programs needs."""
        self.own_names: Callable[[Conversion], Set[str]] = cache(self._find_own_names)
        self.touched: Callable[[Conversion], frozenset[str]] = cache(self._find_touched)
        self.affected_by: Callable[[int], frozenset[str]] = cache(self._find_affected)
        self._differing_at: Callable[[int], frozenset[str]] = cache(self._find_differing)
        self._users: dict[int, dict[str, set[str]]] = {}
        self._names: dict[int, tuple[Schema, frozenset[str]]] = {}
        self._keys: dict[tuple[str, int, int], frozenset[str]] = {}
        self._crossed: Callable[[str], list[int]] = cache(self._find_crossed)

    def component(self, name: str, version: int) -> Component:
        """A component at a version."""
        return self.components(version)[name]

    def components(self, version: int) -> Mapping[str, Component]:
        """The components at a version."""
        return self.history.wires[version].components(self.side)

    def keys_at(self, name: str, versions: range) -> frozenset[str]:
        """Every key that a component has at one of some neighbouring versions."""
        first, last = versions.start, versions.stop
        known = self._keys.get((name, first, last))
        if known is None:
            # Programs are written for one version after the other: mostly the range is longer by one.
            shorter = self._keys.get((name, first, last - 1))
            missing = versions if shorter is None else range(last - 1, last)
            known = frozenset(shorter or ()).union(*(self.component(name, at).properties for at in missing))
            self._keys[name, first, last] = known
        return known

    def crossed(self, name: str, conversion: Conversion) -> list[int]:
        """The boundaries of a conversion at which a component differs, in the order in which it crosses them."""
        boundaries = self._crossed(name)
        near, far = sorted((conversion.src, conversion.dst))
        found = boundaries[bisect_left(boundaries, near) : bisect_left(boundaries, far)]
        return found if conversion.src < conversion.dst else found[::-1]

    def _find_crossed(self, name: str) -> list[int]:
        """Every boundary at which a component differs in any way."""
        return [boundary for boundary in range(len(self.history.wires) - 1) if self._differs(name, boundary)]

    def _differs(self, name: str, boundary: int) -> bool:
        older, newer = self.components(boundary + 1).get(name), self.components(boundary).get(name)
        return bool(self.steps(name, boundary)) or older is not newer

    def head_keys(self, name: str) -> set[str]:
        """Every spelling of a key that head accepts for a component."""
        head = self.component(name, 0)
        return {spelling for key in head.properties for spelling in head.accepted(key)}

    def unknown_parents(self, name: str, path: tuple[str, ...], version: int) -> int:
        """How many of the inner objects of a path into a component a version lacks, without the last one."""
        component, known = self.component(name, version), 0
        for key in path[:-1]:
            inner = single_reference(component.properties.get(key, {}))
            if inner is None:
                break
            known += 1
            component = self.component(inner, version)
        return min(len(path) - 1 - known, len(path) - 2)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The components that hold parameters, whose values arrive as texts."""
        operations = self.history.wires[0].operations if self.side == "requests" else ()
        return frozenset(name for one in operations for name in (one.query, one.headers, one.path_parameters))

    @cached_property
    def _header_fields(self) -> frozenset[str]:
        return frozenset(one.headers for one in self.history.wires[0].operations)

    def python_types(self, schema: Schema, version: int) -> frozenset[type]:
        """The Python types that a JSON parser gives for values of a schema of a version."""
        return python_types(schema, lambda name: self.component(name, version))

    def steps(self, name: str, boundary: int) -> tuple[Step, ...]:
        """What happens to a component's objects at a boundary, from old to new."""
        return self.history.steps.get((self.side, name, boundary), ())

    def inserted_by_parents(self, name: str, boundary: int) -> dict[str, Schema]:
        """Keys that a parent's plan has put into an object before it crosses a boundary; its schema lacks them."""
        steps = self.steps(name, boundary)
        return {step.key: step.schema for step in steps if isinstance(step, MovedThrough) and step.older}

    @cached_property
    def changed_enums(self) -> frozenset[str]:
        """The enums whose members change at some boundary."""
        steps = self.history.steps.items()
        return frozenset(
            name
            for (side, name, _), found in steps
            if side == self.side and any(isinstance(step, MembersChanged) for step in found)
        )

    def introduction(self, name: str, boundaries: Iterable[int]) -> tuple[int, ModelIntroduced] | None:
        """The first of the boundaries at which a component was introduced, with the step; None where it was not."""
        steps = ((boundary, step) for boundary in boundaries for step in self.steps(name, boundary))
        return next(((boundary, step) for boundary, step in steps if isinstance(step, ModelIntroduced)), None)

    def own(self, name: str, conversion: Conversion) -> bool:
        """Whether a conversion changes or checks the component's own objects, not only what they contain."""
        return name in self.own_names(conversion)

    def _find_own_names(self, conversion: Conversion) -> Set[str]:
        checked = conversion.from_client if self.side == "requests" else conversion.to_client
        # A client's payload is checked against everything newer, however few boundaries the conversion crosses.
        everything_newer = checked and self.side == "requests"
        boundaries = range(conversion.src) if everything_newer else conversion.boundaries
        changed = set[str]().union(*(self._changed.get(boundary, ()) for boundary in boundaries))
        return changed | (self._internal_at(min(conversion.src, conversion.dst)) if checked else frozenset())

    def _find_internal(self, version: int) -> frozenset[str]:
        """The components with fields that no client of a version knows."""
        return frozenset(name for name, component in self.components(version).items() if component.internal)

    def _find_touched(self, conversion: Conversion) -> frozenset[str]:
        present = self.components(conversion.src).keys()
        return self._with_users(self.own_names(conversion) & present, conversion.src)

    def _with_users(self, names: Set[str], version: int) -> frozenset[str]:
        """The components and all that contain one of them."""
        users = self._users_at(version)
        reached = set(names)
        waiting = list(reached)
        while waiting:
            found = users.get(waiting.pop(), set()) - reached
            reached |= found
            waiting += found
        return frozenset(reached)

    def shortest(self, names: Iterable[str], conversion: Conversion) -> Conversion:
        """The shortest conversion that does the same to payloads of some components.

        Many versions differ in other components only, so one program serves the clients of all of them.
        """
        wanted = frozenset(names)
        near, far = sorted((conversion.src, conversion.dst))
        while far > near and wanted.isdisjoint(self.affected_by(far - 1)):
            far -= 1
        src, dst = (near, far) if conversion.src < conversion.dst else (far, near)
        return replace(conversion, src=src, dst=dst)

    def _find_affected(self, boundary: int) -> frozenset[str]:
        """The components that differ in any way across a boundary, and all that contain one."""
        return self._with_users(self._differing_at(boundary) | self._changed.get(boundary, set()), boundary)

    def _find_differing(self, boundary: int) -> frozenset[str]:
        newer, older = self.components(boundary), self.components(boundary + 1)
        return frozenset(name for name, component in newer.items() if older.get(name) is not component)

    def _users_at(self, version: int) -> dict[str, set[str]]:
        """For each component, the components that contain it."""
        nearest = version
        while nearest and nearest not in self._users and not self._references_differ(nearest - 1):
            nearest -= 1
        users = self._users.get(nearest)
        if users is None:
            users = dict[str, set[str]]()
            for name, component in self.components(nearest).items():
                for target in self.names_in(component.schema):
                    users.setdefault(target, set()).add(name)
        self._users[nearest] = self._users[version] = users
        return users

    def _references_differ(self, boundary: int) -> bool:
        """Whether some component contains other components on one side of a boundary than on the other."""
        newer, older = self.components(boundary), self.components(boundary + 1)
        return newer.keys() != older.keys() or any(
            self.names_in(newer[name].schema) != self.names_in(older[name].schema)
            for name in self._differing_at(boundary)
        )

    def needs(self, schema: Schema, conversion: Conversion) -> bool:
        """Whether payloads of a schema have to be walked in a conversion."""
        touched = self.touched(conversion)
        return bool(touched) and self.holds(schema, touched)

    def holds(self, schema: Schema, names: frozenset[str]) -> bool:
        """Whether a schema contains one of some components."""
        return not names.isdisjoint(self.names_in(schema))

    def names_in(self, schema: Schema) -> frozenset[str]:
        """The components that a schema contains, union arms of newer versions included."""
        known = self._names.get(id(schema))
        if known is None:
            # The cache keeps the schema too: otherwise its id could be reused.
            known = self._names[id(schema)] = (schema, frozenset(self._found_in(schema)))
        return known[1]

    def _found_in(self, schema: Any) -> Iterator[str]:
        properties = schema.get("properties") if is_object(schema) else None
        if not is_object(properties):
            yield from names_in(schema)
            return
        # Most properties of an object that changes stay the same objects, which the cache knows.
        yield from names_in({key: value for key, value in schema.items() if key != "properties"})
        for inner in properties.values():
            yield from self.names_in(inner)

    @cached_property
    def validated(self) -> frozenset[str]:
        """The components of requests whose class has a validator that sees what a client sent."""
        head = self.history.wires[0].requests if self.side == "requests" else dict[str, Component]()
        return frozenset(name for name, component in head.items() if VALIDATED_MARK in component.schema)

    @cached_property
    def seen_by_validators(self) -> frozenset[str]:
        """The components whose objects such a validator sees: its class's own, and all that are held below it."""
        if self.side == "responses":
            return frozenset()
        components = self.components(0)
        schemas = [
            *(schema for _, schema in self.history.wires[0].roots(self.side)),
            *(c.schema for c in components.values()),
        ]
        below = [node for node in objects_in(schemas) if VALIDATED_MARK in node]
        found, waiting = set(self.validated), [*self.validated, *names_in(below)]
        while waiting:
            name = waiting.pop()
            found.add(name)
            waiting += self.names_in(components[name].schema) - found
        return frozenset(found)

    def admits_no_other_keys(self, name: str, version: int) -> bool:
        """Whether a validator sees a component's objects, and could read a key of no contract as one that has changed.

        A model that allows extra keys admits them in its contract, and a request has header fields that are no
        parameters.
        """
        is_open = bool(self.component(name, version).schema.get("additionalProperties"))
        if is_open or name not in self.seen_by_validators or name in self._header_fields:
            return False
        return any(isinstance(step, _KEY_STEPS) for at in range(version) for step in self.steps(name, at))

    def described_only(self, schema: Schema, holder: str | None = None) -> bool:
        """Whether a validator sees the values of a schema as a client sent them, so that no gate reads them leniently.

        Args:
            schema: of the values.
            holder: the component whose key they have; None for a body.
        """
        if self.side == "responses" or holder in self.parameters:
            # A parameter is sent as a text, whatever its type.
            return False
        if VALIDATED_MARK in schema or holder in self.seen_by_validators:
            return True
        return not self.validated.isdisjoint(self.names_in(schema))

    @cached_property
    def undescribed(self) -> frozenset[str]:
        """The components in payloads of head at places whose schemas do not describe them."""
        wire = self.history.wires[0]
        schemas = [schema for _, schema in wire.roots(self.side)]
        schemas += [self.component(name, 0).schema for name in wire.reachable(self.side)]
        nodes = list(objects_in(schemas))
        opaque = [node for node in nodes if node.get(OPAQUE_MARK)]
        behind = [note["schema"] for node in nodes for note in node.get(BEHIND_MARK, ())]
        return frozenset(name for schema in (*opaque, *behind) for name in names_in(schema))


def names_in(schema: object) -> Iterator[str]:
    """The components that a schema contains at any depth, union arms of newer versions included."""
    for node in objects_in(schema):
        if "$ref" in node and (name := referred(node)) is not None:
            yield name
        yield from node.get(NEWER_ARMS_MARK, ())
