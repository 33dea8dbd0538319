"""Follows a client's value to head: which type reads it, and what becomes of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from timegate.changes.base import UNSET, Sibling
from timegate.gates.plan.absent_objects import AbsentObjects
from timegate.gates.plan.judged import looks
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.type_changes import OtherMembers, TypeChange, TypeChanges, declared, if_known, same
from timegate.history.fills import fills_to_head
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    LimitsConverted,
    MembersConverted,
    MovedThrough,
    ObjectConverted,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.undo_envelopes import is_declared
from timegate.reading.class_fields import field_types
from timegate.reading.type_parts import at_depth, item_type, with_null, without_null
from timegate.typing import Schema, Settings
from timegate.wire.json_types import is_nullable
from timegate.wire.schema import schema_at_depth, single_reference
from timegate.wire.wire import Component

_Met: TypeAlias = dict[str | None, list[tuple[int, Step]]]

_OBJECT: Final = None
"""Stands for the whole object among keys."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What becomes of the value of one key on its way from a client to head.

    Args:
        kind: the type that reads the value, with the limits of head where a fact changed them; UNSET where it is not
            known.
        settings: those that apply to the type at head.
        schema: the value's schema at head; None where head does not get the value.
        required: whether head requires the key, or the client's version decides on a key that head does not get.
        converted: whether a declared function gets the value, a fact compares it, or copies it to another field.
        whole: whether an object that a function gets has the value on its way.
        filled: whether another value replaces null or an absent key on the way.
        made: whether a move makes an object in place of null or an absent key where it has a value to put in.
        place: the component and key that head has the value at.
        limited: the type with the limits of the client's version, by which a union chooses its arm.
    """

    kind: Any
    settings: Settings
    schema: Schema | None
    required: bool
    converted: bool = False
    whole: bool = False
    filled: bool = False
    made: bool = False
    place: tuple[str, str] = ("", "")
    limited: Any = UNSET


class _Field(NamedTuple):
    """A key of a component at a version."""

    name: str
    key: str
    version: int


def _ended(changes: TypeChanges, kind: Any, component: Component, *, required: bool, converted: bool) -> Trace:
    """The trace of a value that goes no further: of a type, with the settings of a component."""
    read, limited = changes.before(kind, kind)
    return Trace(read, component.settings, None, required, converted, limited=limited)


class _Crossed(NamedTuple):
    """A key after a boundary, how its type differs before it, and what the boundary does with its value."""

    field: _Field
    changes: TypeChanges
    converted: bool
    filled: bool
    made: bool


class _MovedOut(NamedTuple):
    """A value that a move takes out of a nested object: the component whose step it is, that step, the new path."""

    name: str
    position: int
    path: tuple[str, ...]


class Traces:
    """The traces of one side's keys, each found once.

    Args:
        reach: the requests and their history.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.absent = AbsentObjects(reach)
        self._known: dict[_Field, Trace] = {}
        self._moves: dict[int, dict[tuple[str, str], _MovedOut]] = {}
        self._steps: dict[tuple[str, int], _Met] = {}
        self._made: dict[tuple[str, str], list[int]] | None = None

    def of(self, name: str, key: str, version: int) -> Trace:
        """The trace of a key of a component's objects as clients of a version send them."""
        passed: list[tuple[_Field, _Crossed]] = []
        field = _Field(name, key, version)
        found = self._known.get(field)
        while found is None:
            result = self._cross(field)
            if isinstance(result, Trace):
                whole = result.whole or self._reach.judged_whole(field.name, field.version)
                found = self._known[field] = replace(result, whole=whole) if whole else result
            else:
                passed.append((field, result))
                field = result.field
                found = self._known.get(field)
        for field, crossed in reversed(passed):
            kind, limited = crossed.changes.before(found.kind, found.limited)
            converted, filled = found.converted or crossed.converted, found.filled or crossed.filled
            made = found.made or crossed.made
            whole = found.whole or self._reach.judged_whole(field.name, field.version)
            now = replace(found, kind=kind, limited=limited, converted=converted, whole=whole, filled=filled, made=made)
            found = self._known[field] = found if now == found else now
        return found

    def of_whole(self, name: str, version: int) -> Any:
        """The type that reads a value which a function converts as a whole, UNSET if unknown; None if none does."""
        enveloped = False
        for boundary in range(version - 1, -1, -1):
            for step in self._reach.steps(name, boundary):
                if isinstance(step, ObjectConverted) and is_declared(step.to_head):
                    return UNSET if enveloped else step.was
                enveloped = enveloped or isinstance(step, ObjectConverted)
        return None

    def _cross(self, field: _Field) -> Trace | _Crossed:
        """What a key is after the next boundary that changes its component, and how its type differs before it."""
        name, key, version = field
        boundary = self._reach.last_crossed(name, version)
        component = self._reach.component(name, boundary + 1)
        made, filled = self._is_made(name, key, range(boundary + 1, version)), False
        if boundary < 0:
            schema, required = component.properties.get(key), key in component.required
            kind = self._head_type(component, key)
            place = name, key
            return Trace(kind, component.settings, schema, required, made=made, place=place, limited=kind)
        changes, converted = TypeChanges(), False
        met, position, below = self._met(name, boundary), -1, tuple[str, ...]()
        while (found := _next(met, key, position)) is not None:
            position, step = found
            match step:
                case _ if _brings(step, key):
                    # Two fields never have one name: a move has taken out of the object what it had.
                    return _taken_apart(component, changes)
                case KeyRenamed():
                    key = step.new
                case _ if _copies(step, key):
                    converted = True
                case ValueMoved():
                    converted = converted or step.empty is not UNSET
                    key, *more = step.new
                    below = (*more, *below)
                case KeyRemoved() | ValueConverted() if below:
                    # What becomes of the object that the value was moved into, nobody knows of the value.
                    return _taken_apart(component, changes, self._type_within(step, name, (key, *below), boundary))
                case ValueReplaced() if below:
                    pass
                case KeyRemoved():
                    return _ended(changes, step.was, component, required=step.checked, converted=converted)
                case ValueConverted():
                    converted = converted or self._reads(step)
                    changes.add(
                        self._conversion(step, boundary), declared(step) if isinstance(step, LimitsConverted) else None
                    )
                case ValueReplaced():
                    filled = filled or step.null_to_head is not UNSET or step.missing_to_head is not UNSET
                    changes.add(self._null_change(step.older, step.newer, boundary))
                case MovedThrough():
                    out = self._moved_out(boundary).get((name, key))
                    if out is None:
                        break
                    # What happens to it after that happens in the object that it was moved into.
                    name, position, (key, *inner) = out
                    met, below = self._met(name, boundary), (*inner, *below)
                case ObjectConverted():
                    kind = self._type_in(step, name, key, boundary + 1)
                    kind = self._type_below(kind, step.older["properties"].get(key, {}), below, boundary)
                    return _ended(changes, kind, component, required=True, converted=True)
                case _:
                    pass
        name, key = self._target(name, (key, *below), boundary)
        if key not in self._reach.component(name, boundary).properties:
            # A function makes one value of it and others, or several values of it.
            return _taken_apart(component, changes)
        made = made or self._is_made(name, key, range(boundary, boundary + 1))
        return _Crossed(_Field(name, key, boundary), changes, converted, filled, made)

    def _met(self, name: str, boundary: int) -> _Met:
        """The steps of a boundary by the keys that they are about."""
        found = self._steps.get((name, boundary))
        if found is None:
            found = self._steps[name, boundary] = {}
            for position, step in enumerate(self._reach.steps(name, boundary)):
                for key in _about(step):
                    found.setdefault(key, []).append((position, step))
        return found

    def _head_type(self, component: Component, key: str) -> Any:
        if key in component.types:
            return component.types[key]
        python_name = next(component.python_names(key), None)
        return UNSET if python_name is None else field_types(component.model).get(python_name, UNSET)

    def _type_in(self, step: ObjectConverted, name: str, key: str, version: int) -> Any:
        python_name = self._reach.component(name, version).python_name(key)
        return UNSET if step.was is UNSET else field_types(step.was).get(python_name, UNSET)

    def _type_within(self, step: KeyRemoved | ValueConverted, name: str, path: tuple[str, ...], boundary: int) -> Any:
        """The type of a value in an object that a step takes away or converts, by the path that a move gave it."""
        key, *below = path
        kind, schema = step.was, step.schema if isinstance(step, KeyRemoved) else step.older
        if kind is UNSET and isinstance(step, ValueConverted) and not step.is_item:
            # The step's functions leave the object's type as it is.
            kind = self.of(name, key, boundary).kind
        return self._type_below(kind, schema, below, boundary)

    def _type_below(self, kind: Any, schema: Schema, path: Sequence[str], boundary: int) -> Any:
        """The type of a value by its path in an object of a type and a schema; UNSET where it is not known."""
        for key in path:
            name = single_reference(schema)
            if kind is UNSET or name is None:
                return UNSET
            component = self._reach.components(boundary).get(name) or self._reach.components(boundary + 1).get(name)
            python_name = key if component is None else component.python_name(key)
            kind = field_types(without_null(kind)).get(python_name, UNSET)
            schema = {} if component is None else component.properties.get(key, {})
        return kind

    def _reads(self, step: ValueConverted) -> bool:
        """Whether a conversion gets what was read; a model that it does not look at goes on as it was sent."""
        return looks(step.to_head) or (step.to_head is not None and not self._reach.names_in(step.older))

    def _conversion(self, step: ValueConverted, boundary: int) -> TypeChange:
        """How the type before a conversion follows from the type after it."""
        if step.is_item and not step.stars:
            return if_known(item_type)
        if step.is_item:
            return lambda _: UNSET
        if isinstance(step, MembersConverted):
            return OtherMembers(step.stars, step.newer_members, step.older_members, step.older)
        if step.was is not UNSET and not isinstance(step, LimitsConverted):
            return declared(step)
        older, newer = (schema_at_depth(schema, step.stars) or {} for schema in (step.older, step.newer))
        change = self._null_change(older, newer, boundary)
        return change if change is same else if_known(lambda kind: at_depth(kind, step.stars, change))

    def _null_change(self, older: Schema, newer: Schema, boundary: int) -> TypeChange:
        """How the type of values follows from the type after a boundary, where only one side admits null."""
        components = self._reach.components(boundary)
        was_nullable = is_nullable(older, components)
        if was_nullable == is_nullable(newer, components):
            return same
        return with_null if was_nullable else if_known(without_null)

    def _target(self, name: str, path: tuple[str, ...], version: int) -> tuple[str, str]:
        """The component and key that a path of a component leads to at a version."""
        for key in path[:-1]:
            inner = single_reference(self._reach.component(name, version).properties.get(key, {}))
            if inner is None:
                break
            name = inner
        return name, path[-1]

    def _moved_out(self, boundary: int) -> dict[tuple[str, str], _MovedOut]:
        """The values that a boundary moves out of a nested object, by their component and key before it."""
        if boundary not in self._moves:
            moves = self._moves[boundary] = {}
            for name in self._reach.differing_at(boundary):
                for position, step in enumerate(self._reach.steps(name, boundary)):
                    if isinstance(step, ValueMoved) and len(step.old) > 1:
                        source = self._target(name, step.old, boundary + 1)
                        moves[source] = _MovedOut(name, position, step.new)
        return self._moves[boundary]

    def _is_made(self, name: str, key: str, boundaries: range) -> bool:
        """Whether a move at one of some boundaries makes an object under a key, by its name in the newer version."""
        if self._made is None:
            self._made = {}
            for (side, holder, boundary), steps in self._reach.history.steps.items():
                names = dict[str, str]()
                for step in reversed(steps if side == self._reach.side else ()):
                    if isinstance(step, KeyRenamed):
                        names[step.old] = names.get(step.new, step.new)
                    elif isinstance(step, ValueMoved):
                        path = names.get(step.new[0], step.new[0]), *step.new[1:]
                        for end in range(1, len(path)):
                            self._made.setdefault(self._target(holder, path[:end], boundary), []).append(boundary)
        found = self._made.get((name, key), [])
        return any(boundary in boundaries for boundary in found)


def _taken_apart(component: Component, changes: TypeChanges, kind: Any = UNSET) -> Trace:
    """The trace of a value of which head gets parts at most, or one value made of it and others."""
    return _ended(changes, kind, component, required=True, converted=True)


def _brings(step: Step, key: str) -> bool:
    """Whether a field has a key since a step."""
    match step:
        case KeyRenamed(old=old, new=new):
            return new == key != old
        case ValueMoved(old=older, new=newer):
            return newer == (key,) != older
        case _:
            return isinstance(step, KeyAdded) and step.key == key


def _siblings(step: Step) -> list[str]:
    """The keys whose values a step copies to another key in an upgrade."""
    return [one.field for one in fills_to_head(step) if isinstance(one, Sibling)]


def _copies(step: Step, key: str) -> bool:
    """Whether a step copies the value of a key to another one in an upgrade."""
    return isinstance(step, KeyAdded | ValueReplaced) and step.key != key and key in _siblings(step)


def _about(step: Step) -> tuple[str | None, ...]:
    """The keys that a step is about in either version, `_OBJECT` for all of them; nothing for none."""
    match step:
        case KeyRenamed():
            return step.old, step.new
        case KeyAdded() | ValueReplaced():
            return (step.key, *_siblings(step))
        case KeyRemoved() | ValueConverted():
            return (step.key,)
        case ValueMoved():
            return tuple(path[0] for path in {step.old, step.new} if len(path) == 1)
        case MovedThrough(older=True):
            return (step.key,)
        case ObjectConverted():
            return (_OBJECT,)
        case _:
            return ()


def _next(met: _Met, key: str, position: int) -> tuple[int, Step] | None:
    """The first step after a position that is about a key or about the whole object; None where there is none."""
    later: list[tuple[int, Step]] = []
    for found in filter(None, (met.get(key), met.get(_OBJECT))):
        later += found[(start := bisect_right(found, position, key=itemgetter(0))) : start + 1]
    return min(later, key=itemgetter(0), default=None)
