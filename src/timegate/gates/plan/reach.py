"""Finds, for one side, the components that a conversion touches: changed ones and all that contain a changed one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache, cached_property
from itertools import compress
from operator import is_not
from typing import Any, Final

from timegate.gates.plan.calls import call_of
from timegate.gates.plan.containment import Containment, names_in
from timegate.gates.plan.conversion import Conversion, incomplete
from timegate.gates.plan.course import Course, Passed
from timegate.gates.plan.judged import judged_objects, judged_whole
from timegate.gates.plan.last_affected import LastAffected
from timegate.gates.plan.moves import emptied
from timegate.gates.plan.undescribed import Undescribed
from timegate.gates.run.runtime import Call
from timegate.history.history import History
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    ModelIntroduced,
    MovedThrough,
    ObjectConverted,
    Origin,
    Step,
    ValueConverted,
    ValueMoved,
    names_after,
)
from timegate.typing import Schema
from timegate.wire.json_types import python_types
from timegate.wire.marks import VALIDATED_MARK, Validated
from timegate.wire.schema import objects_in, single_reference
from timegate.wire.wire import Component, Operation, Side, Wire

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
        self._judged: Mapping[int, Set[str]] = {}
        if side == "requests":
            self._changed, self._judged = judged_objects(history), judged_whole(history)
        self._judged_at = {name: boundary for boundary, names in self._judged.items() for name in names}
        for step_side, name, boundary in history.steps:
            if step_side == side:
                self._changed.setdefault(boundary, set()).add(name)
        self.forget()

    def forget(self) -> None:
        """Empty the caches that only the compilation of programs needs."""
        self.own_names: Callable[[Conversion], frozenset[str]] = cache(self._find_own_names)
        self.touched: Callable[[Conversion], frozenset[str]] = cache(self._find_touched)
        self.affected_by: Callable[[int], frozenset[str]] = cache(self._find_affected)
        self.differing_at: Callable[[int], frozenset[str]] = cache(self._find_differing)
        self._last_affected = LastAffected(self.affected_by)
        self._containment = Containment(self.components, self.differing_at)
        self._keys: dict[tuple[str, int], list[frozenset[str]]] = {}
        self._internal: list[frozenset[str]] = []
        self._ranges: dict[int, list[frozenset[str]]] = {}
        self._courses: dict[tuple[str, int], Course] = {}
        self.filled_below: dict[tuple[str, Conversion], Origin | None] = {}
        self._calls: dict[int, Call | None] = {}
        self.members: dict[tuple[str, int], list[Any]] = {}
        self._met: dict[tuple[int, int], tuple[Operation, ...]] = {}
        self._at_head: dict[int, Collection[str]] = {}
        self._undescribed = Undescribed(self.side)
        self._first_steps: dict[tuple[str, tuple[type[Step], ...]], int] = {}
        self._names_at_head: dict[str, list[Mapping[str, str | None]]] = {}

    def met(self, at: int, version: int) -> Wire:
        """The wire of one version, with only the operations that the clients of another version have."""
        wire, own = self.history.wires[at], self.history.wires[version].operations
        # Few boundaries touch operations. The wires keep both objects alive, so their ids are not reused.
        key = id(wire.operations), id(own)
        if key not in self._met:
            kept = {one.key for one in own if one.exists}
            met = (one for one in wire.operations if one.key in kept)
            # The app serves them all the same to those clients, whether its own version has them or not.
            self._met[key] = tuple(one if one.exists else replace(one, exists=True) for one in met)
        return replace(wire, operations=self._met[key])

    def component(self, name: str, version: int) -> Component:
        """A component at a version."""
        return self.components(version)[name]

    def components(self, version: int) -> Mapping[str, Component]:
        """The components at a version."""
        return self.history.wires[version].components(self.side)

    def keys_at(self, name: str, versions: range) -> frozenset[str]:
        """Every key that a component has at one of some neighbouring versions."""
        if not versions:
            return frozenset()
        boundaries = self._crossed.get(name, [])
        first, end = (bisect_left(boundaries, version) for version in (versions.start, versions.stop - 1))
        # Programs are written for one version after the other, each with a few more keys.
        known = self._keys.get((name, first))
        if known is None:
            known = self._keys[name, first] = [frozenset(self.component(name, versions.start).properties)]
        for boundary in boundaries[first + len(known) - 1 : end]:
            known.append(known[-1].union(self.component(name, boundary + 1).properties))
        return known[end - first]

    def course(self, name: str, conversion: Conversion) -> Sequence[Passed]:
        """What a conversion does with a component's objects, in the order in which they meet it."""
        upgrades, (near, far) = self.side == "requests", sorted((conversion.src, conversion.dst))
        course = self._courses.get((name, near))
        if course is None:
            course = self._courses[name, near] = Course(
                upgrades=upgrades,
                call_of=self.call_of,
                holds_components=self.names_in,
                steps_between=self._steps_between,
            )
        boundaries = self.crossed(name, near, far)
        for boundary in boundaries[course.length :]:
            newer, older = (self.component(name, at) for at in (boundary, boundary + 1))
            sent, received = (older, newer) if upgrades else (newer, older)
            steps = self.steps(name, boundary)
            course.cross(boundary, steps, emptied(steps, sent, received, upgrades=upgrades))
        return course.to(len(boundaries))

    def crossed(self, name: str, near: int, far: int) -> list[int]:
        """The boundaries between two versions at which a component differs, the newest first."""
        boundaries = self._crossed.get(name, [])
        return boundaries[bisect_left(boundaries, near) : bisect_left(boundaries, far)]

    def last_crossed(self, name: str, version: int) -> int:
        """The boundary nearest to a version, among the newer ones at which a component differs; -1 for none."""
        return [-1, *self.crossed(name, 0, version)][-1]

    def _steps_between(self, name: str, near: int, far: int) -> list[Step]:
        """What happens to a component's objects between two versions."""
        return [step for boundary in self.crossed(name, near, far) for step in self.steps(name, boundary)]

    def call_of(self, step: ValueConverted | ObjectConverted, boundary: int) -> Call | None:
        """The call of the function that a step at a boundary declares; None where it declares none for this side."""
        if id(step) not in self._calls:
            self._calls[id(step)] = call_of(step, self.components(boundary), upgrades=self.side == "requests")
        return self._calls[id(step)]

    @cached_property
    def _crossed(self) -> Mapping[str, list[int]]:
        """Every boundary at which a component differs in any way, by the component."""
        found: dict[str, list[int]] = {}
        for boundary in range(len(self.history.wires) - 1):
            for name in self.differing_at(boundary):
                found.setdefault(name, []).append(boundary)
        return found

    def head_keys(self, name: str) -> set[str]:
        """Every spelling of a key that head accepts for a component."""
        head = self.component(name, 0)
        return {spelling for key in head.properties for spelling in head.accepted(key)}

    def names_at_head(self, name: str, version: int) -> Mapping[str, str | None]:
        """Head's name of each key of a component at a version or at head; None where head does not get the key."""
        component, known = self.component(name, version), self._names_at_head.setdefault(name, [])
        boundaries = self.crossed(name, 0, version)
        if not known:
            known.append({key: key for key in self.component(name, 0).properties})
        for boundary in boundaries[len(known) - 1 :]:
            keys = self.component(name, boundary + 1).properties
            newer = names_after(keys, self.steps(name, boundary))
            known.append({key: at and known[-1].get(at, at) for key, at in newer.items()})
        found: dict[str, str | None] = dict.fromkeys(self.head_keys(name) - component.properties.keys())
        return found | dict(known[len(boundaries)]) | dict.fromkeys(component.internal)

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
        return self.history.wires[0].parameter_holders if self.side == "requests" else frozenset()

    @cached_property
    def _header_fields(self) -> frozenset[str]:
        return frozenset(one.headers for one in self.history.wires[0].operations)

    def python_types(self, schema: Schema, version: int) -> frozenset[type]:
        """The Python types that a JSON parser gives for values of a schema of a version."""
        return python_types(schema, lambda name: self.component(name, version))

    def steps(self, name: str, boundary: int) -> tuple[Step, ...]:
        """What happens to a component's objects at a boundary, from old to new."""
        return self.history.steps.get((self.side, name, boundary), ())

    def has_step(self, name: str, kinds: tuple[type[Step], ...], version: int) -> bool:
        """Whether a step of some kinds happens to a component's objects between head and a version."""
        if (name, kinds) not in self._first_steps:
            found = (
                at for at in self._crossed.get(name, ()) for step in self.steps(name, at) if isinstance(step, kinds)
            )
            self._first_steps[name, kinds] = next(found, len(self.history.wires))
        return self._first_steps[name, kinds] < version

    @cached_property
    def changed_enums(self) -> frozenset[str]:
        """The enums whose members change at some boundary."""
        steps = self.history.steps.items()
        return frozenset(
            name
            for (side, name, _), found in steps
            if side == self.side and any(isinstance(step, MembersChanged) for step in found)
        )

    def introduction(self, name: str, boundaries: range) -> tuple[int, ModelIntroduced] | None:
        """The first of the boundaries at which a component was introduced, with the step; None where it was not."""
        own = [(at, step) for at, step in self._introductions.get(name, ()) if at in boundaries]
        return next(iter(own[:: boundaries.step]), None)

    @cached_property
    def _introductions(self) -> Mapping[str, Sequence[tuple[int, ModelIntroduced]]]:
        """The boundaries at which each component was introduced, the newest first, each with the step."""
        found: dict[str, list[tuple[int, ModelIntroduced]]] = {}
        for (side, name, boundary), steps in self.history.steps.items():
            own = next((step for step in steps if isinstance(step, ModelIntroduced)), None)
            if own is not None and side == self.side:
                found.setdefault(name, []).append((boundary, own))
        return found

    def own(self, name: str, conversion: Conversion) -> bool:
        """Whether a conversion changes or checks the component's own objects, not only what they contain."""
        return name in self.own_names(conversion)

    def _find_own_names(self, conversion: Conversion) -> frozenset[str]:
        if conversion.complete:
            return incomplete(self.components(conversion.src), conversion.left_out)
        checked = conversion.from_client if self.side == "requests" else conversion.to_client
        # A client's payload is checked against everything newer, however few boundaries the conversion crosses.
        everything_newer = checked and self.side == "requests"
        near, far = (0, conversion.src) if everything_newer else sorted((conversion.src, conversion.dst))
        internal = self._internal_at(min(conversion.src, conversion.dst)) if checked else frozenset[str]()
        return self._changed_between(near, far) | internal

    def _changed_between(self, near: int, far: int) -> frozenset[str]:
        """The components that change at one of some neighbouring boundaries."""
        # Mostly the range is longer by one than the last time.
        known = self._ranges.setdefault(near, [frozenset()])
        while len(known) <= far - near:
            known.append(known[-1].union(self._changed.get(near + len(known) - 1, ())))
        return known[far - near]

    def judged_whole(self, name: str, version: int) -> bool:
        """Whether a component's objects are in values of a version that a function converts or that are removed.

        Head never reads those as clients have sent them.
        """
        return self._judged_at.get(name, version) < version

    def _internal_at(self, version: int) -> frozenset[str]:
        """The components with fields that no client of a version knows."""
        known = self._internal
        while len(known) <= version:
            at = len(known)
            differing = self.differing_at(at - 1) if at else self.components(0).keys()
            found = frozenset(name for name in differing if self.component(name, at).internal)
            known.append((known[-1] - differing) | found if at else found)
        return known[version]

    def _find_touched(self, conversion: Conversion) -> frozenset[str]:
        present = self.components(conversion.src).keys()
        return self._containment.with_holders(self.own_names(conversion) & present, conversion.src)

    def shortest(self, names: Iterable[str], conversion: Conversion) -> Conversion:
        """The shortest conversion that does the same to payloads of some components.

        Many versions differ in other components only, so one program serves the clients of all of them.
        """
        near, far = sorted((conversion.src, conversion.dst))
        far = max(near, self._last_affected.end(frozenset(names), far))
        src, dst = (near, far) if conversion.src < conversion.dst else (far, near)
        return conversion._replace(src=src, dst=dst)

    def _find_affected(self, boundary: int) -> frozenset[str]:
        """The components that differ or are judged in any way across a boundary, and all that contain one."""
        judged = self._judged.get(boundary, frozenset())
        return self._containment.with_holders(self.differing_at(boundary) | judged, boundary)

    def _find_differing(self, boundary: int) -> frozenset[str]:
        newer, older = self.components(boundary), self.components(boundary + 1)
        # Without a loop of Python's, because an API may have very many components, and each version changes a few.
        others = compress(newer, map(is_not, newer.values(), map(older.__getitem__, newer)))
        return frozenset(others) | self._changed.get(boundary, set())

    def with_holders(self, names: Set[str]) -> frozenset[str]:
        """Some components, and all that contain one of them at head."""
        return self._containment.with_holders(names, 0)

    def needs(self, schema: Schema, conversion: Conversion) -> bool:
        """Whether payloads of a schema have to be walked in a conversion."""
        touched = self.touched(conversion)
        return bool(touched) and self.holds(schema, touched)

    def holds(self, schema: Schema, names: frozenset[str]) -> bool:
        """Whether a schema contains one of some components."""
        return not names.isdisjoint(self.names_in(schema))

    def names_in(self, schema: Schema) -> frozenset[str]:
        """The components that a schema contains, union arms of newer versions included."""
        return self._containment.names_in(schema)

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
        schemas = [*self.history.wires[0].payloads(self.side), *(component.schema for component in components.values())]
        found, waiting = set(self.validated), [*self.validated]
        for node in (node for node in objects_in(schemas) if VALIDATED_MARK in node):
            validated: Validated = node[VALIDATED_MARK]
            waiting += (name for name in names_in(node) if validated.is_of(components[name].model))
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
        return self.has_step(name, _KEY_STEPS, version)

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
    def names_of_class(self) -> Mapping[int, Sequence[str]]:
        """The components of each class, by its `id`, which are the same at every version."""
        found: dict[int, list[str]] = {}
        for wire in (self.history.wires[0], self.history.wires[-1]):
            for name, component in wire.components(self.side).items():
                names = found.setdefault(id(component.model), [])
                if component.model is not None and name not in names:
                    names.append(name)
        return found

    def at_head(self, version: int) -> Collection[str]:
        """The components in payloads of head, for a version's clients."""
        wire = self.met(0, version)
        found = self._at_head.get(id(wire.operations))
        if found is None:
            found = self._at_head[id(wire.operations)] = wire.reachable(self.side)
        return found

    def undescribed(self, version: int) -> frozenset[str]:
        """The components in payloads of head at places whose schemas do not describe them, for a version's clients."""
        return self._undescribed.of(self.met(0, version), self.at_head(version))
