"""Convert one object by one fact, in either direction."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.oracle.history import targets
from tests.oracle.parts import PartsFact, convert_parts, newer_keys, older_keys
from tests.oracle.places import Components, admits_null, behind, inner, key_of, without_null
from tests.oracle.reading import Leaf, Obj, Reader, Refusal, json_type, plain
from tests.oracle.tables import converts_requests, table_to_head, table_to_old
from timegate.changes.base import UNSET, Fact, FieldsFact, Sibling
from timegate.changes.fields import Added, Merged, Moved, Removed, Renamed, Split
from timegate.changes.members import LiteralFact
from timegate.changes.models import Reshaped
from timegate.changes.values import (
    BecameList,
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    BecameScalar,
    Constrained,
    Defaulted,
    Mapped,
    Retyped,
)
from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.typing import Schema, is_array, is_object
from timegate.wire.wire import Component

ABSENT = object()


@dataclass(frozen=True)
class FactContext:
    """One fact, with the contracts right after and right before it, on one side.

    Args:
        fact: the fact.
        newer: the components right after it.
        older: the components right before it.
        reader: reads the values that the fact puts in, in the newer shape of its boundary.
    """

    fact: Fact
    newer: Components
    older: Components
    reader: Reader

    @property
    def error(self) -> type[GateError]:
        return UpgradeError if self.reader.direction == "upgrade" else DowngradeError

    @property
    def server_error(self) -> type[GateError]:
        return GateError if self.reader.direction == "upgrade" else DowngradeError

    def call(self, function: Callable[..., Any] | None, *values: Any) -> Any:
        """Call a function of the version file on a copy; only a ``ValueError`` for a request is the client's fault."""
        assert function is not None
        given = map(plain, values)
        try:
            return copy.deepcopy(function(*given))
        except ValueError as error:
            raise self.error("a function refuses") from error
        except Exception as error:
            raise self.server_error("a function fails") from error

    def value_of(self, declared: Any, value: Obj) -> Any:
        """Return the value that a fact puts in: as declared, a sibling's, or the result of a function of the object."""
        if isinstance(declared, Sibling):
            key = key_of(self.newer[value.component], declared.field)
            return plain(value[key]) if key in value else ABSENT
        if callable(declared):
            return self.call(declared, value)
        return copy.deepcopy(declared)


def undo(value: Obj, context: FactContext) -> Obj:
    """Convert an object from the shape after a fact to the shape before it."""
    match context.fact:
        case FieldsFact() as fact:
            for name, key, stars in targets(context.newer, fact):
                if name == value.component:
                    undo_field(value, key, stars, fact, context)
            return value
        case Renamed(old=old, to=to):
            key = key_of(context.newer[value.component], to)
            return with_keys(value, {key: old})
        case Moved():
            undo_moved(value, context.fact, context)
            return value
        case Split() | Merged() as fact:
            component = context.newer[value.component]
            keys = newer_keys(component, fact), older_keys(fact)
            parts(value, fact, keys, context, context.older)
            return value
        case Reshaped(to_old=function):
            return reshaped(value, function, context, context.older)
        case _:
            return value


def redo(value: Obj, context: FactContext) -> Obj:
    """Convert an object from the shape before a fact to the shape after it."""
    match context.fact:
        case FieldsFact() as fact:
            for name, key, stars in targets(context.newer, fact):
                if name == value.component:
                    redo_field(value, key, stars, fact, context)
            return value
        case Renamed(old=old, to=to):
            key = key_of(context.newer[value.component], to)
            return with_keys(value, {old: key})
        case Moved():
            redo_moved(value, context.fact, context)
            return value
        case Split() | Merged() as fact:
            component = context.newer[value.component]
            keys = older_keys(fact), newer_keys(component, fact)
            parts(value, fact, keys, context, context.newer)
            return value
        case Reshaped(to_head=function):
            return reshaped(value, function, context, context.newer)
        case _:
            return value


def parts(
    value: Obj, fact: PartsFact, keys: tuple[list[str], list[str]], context: FactContext, target: Components
) -> None:
    """Convert parts to one value or one value to its parts; a refusal is an error only if it is in the result."""

    def attempt() -> None:
        convert_parts(value, fact, keys, target[value.component], context.reader, context.call, context.error)

    refused = context.reader.refusals.attempt(attempt)
    if isinstance(refused, Refusal):
        value[keys[1][0]] = refused


def undo_field(value: Obj, key: str, stars: int, fact: FieldsFact, context: FactContext) -> None:
    older = context.older[value.component]

    def put(declared: Any) -> None:
        made = context.value_of(declared, value)
        if made is not ABSENT:
            value[key] = context.reader.read(made, older.properties[key])

    match fact:
        case Added():
            value.pop(key, None)
        case Removed(backfill=backfill):
            if backfill is UNSET:
                return
            put(backfill)
            if key not in value and fact.required is not False:
                raise DowngradeError("the sibling that an old required field is filled from is absent")
        case Retyped(to_old=function) | Constrained(to_old=function):
            if key in value:
                places = context.newer[value.component].properties[key], older.properties[key]
                value[key] = context.reader.refusals.attempt(converted, value[key], function, stars, places, context)
        case (Mapped() | LiteralFact() | BecameScalar()) as table if key in value:
            places = context.newer[value.component].properties[key], older.properties[key]
            function = partial(table_to_old, table)
            value[key] = context.reader.refusals.attempt(converted, value[key], function, stars, places, context)
        case BecameNullable(null_was=was) if was is not UNSET:
            if (key in value and value[key] is None) or (key not in value and key in older.required):
                put(was)
        case BecameOptional(missing_was=was) if was is not UNSET and key not in value:
            put(was)
        case BecameList(empty=empty) if is_array(value.get(key)) or (key in value and value[key] is None):
            if value[key]:
                value[key] = value[key][0]
            elif value[key] is None and not admits_null(context.newer[value.component].properties[key], context.newer):
                pass
            elif empty is not UNSET:
                put(empty)
            elif admits_null(older.properties[key], context.older):
                value[key] = None
            else:
                del value[key]
        case BecameList() if key in value:
            raise DowngradeError("a response holds another JSON type than its contract declares")
        case _:
            pass


def redo_field(value: Obj, key: str, stars: int, fact: FieldsFact, context: FactContext) -> None:
    newer, older = context.newer[value.component], context.older[value.component]

    def put(declared: Any) -> None:
        made = context.value_of(declared, value)
        if made is not ABSENT:
            value[key] = context.reader.read(made, newer.properties[key])

    match fact:
        case Added(default=default) if default is not UNSET:
            put(default)
        case Removed():
            value.pop(key, None)
        case Retyped(to_head=function) if key in value:
            places = older.properties[key], newer.properties[key]
            value[key] = context.reader.refusals.attempt(converted, value[key], function, stars, places, context)
        case (Mapped() | LiteralFact() | BecameScalar()) as table if key in value and converts_requests(table):
            places = older.properties[key], newer.properties[key]
            function = partial(table_to_head, table)
            made = context.reader.refusals.attempt(converted, value[key], function, stars, places, context)
            if made is UNSET:
                del value[key]
            else:
                value[key] = made
        case BecameNonNull(null_is=null_is) if key in value and value[key] is None and null_is is not UNSET:
            put(null_is)
        case BecameRequired(default=default) if key not in value and default is not UNSET:
            put(default)
        case Defaulted(was=was) if key not in value:
            put(was)
        case BecameList() if key in value:
            if value[key] is None:
                value[key] = None if admits_null(newer.properties[key], context.newer) else []
            elif has_type(value[key], older.properties[key], context.reader):
                value[key] = [value[key]]
        case _:
            pass


def has_type(value: Any, place: Schema, reader: Reader) -> bool:
    """Whether a value has the JSON type of its place."""
    bare = value.value if isinstance(value, Leaf) else value
    return isinstance(value, Refusal) or reader.has_type(bare, reader.target(place))


def converted(
    value: Any, function: Callable[[Any], Any] | None, stars: int, places: tuple[Schema, Schema], context: FactContext
) -> Any:
    """Convert a value, or each value in it.

    Args:
        value: the value.
        function: converts it; None where the value does not change.
        stars: how many levels of "each value of it" the path has.
        places: the schema before the conversion and after it.
        context: the fact with its contracts.
    """
    before, after = places
    if stars == 0 and function is None:
        return value
    components = context.reader.components
    given = admits_null(before, components) and not admits_null(after, components)
    if value is None and not (stars == 0 and given):
        # A function sees null only where its side has it and the other side has not.
        return value
    if not has_type(value, before, context.reader):
        if context.reader.direction == "downgrade":
            raise DowngradeError("a response holds another JSON type than its contract declares")
        return value
    if stars == 0:
        made = context.call(function, value)
        if made is UNSET:
            return made
        if not has_type(made, after, context.reader):
            raise context.server_error("a function returns another JSON type than it declares")
        return context.reader.read(made, after)
    deeper = inner(before, components) or {}, inner(after, components) or {}
    if is_array(value):
        return [converted(each, function, stars - 1, deeper, context) for each in value]
    if is_object(value):
        return {key: converted(each, function, stars - 1, deeper, context) for key, each in value.items()}
    return value


def with_keys(value: Obj, names: dict[str, str]) -> Obj:
    """Return an object with other names at the same positions."""
    found = Obj(value.component, value.union)
    found.refused = value.refused
    for key, item in value.items():
        found[names.get(key, key)] = item
    return found


def reshaped(value: Obj, function: Callable[[Any], Any], context: FactContext, target: Components) -> Obj:
    """Convert an object by a function of the whole object; extra keys stay extra keys."""
    extras = {key for key in value if key.startswith("\0")}
    made = context.call(function, value)
    if not is_object(made):
        raise context.server_error("a function returns something else than an object")
    component = target[value.component]
    reader = Reader(
        context.reader.components,
        context.reader.direction,
        frozenset(),
        context.reader.refusals,
        lambda owner, key, _: "\0" + key if "\0" + key in extras or key not in owner.properties else key,
    )
    found = reader.read_object(made, component, value.union)
    assert isinstance(found, Obj)
    return found


def undo_moved(value: Obj, fact: Moved, context: FactContext) -> None:
    component = context.newer[value.component]
    source, target = path_of(fact.to, component), path_of(fact.old, component)
    moving = take_from(value, source, context.older[value.component], context.older)
    if moving is not ABSENT:
        put_at(value, target, moving, context.older[value.component], context.older)
    elif fact.empty is not UNSET and parent_is_empty(value, source):
        put_at(value, target, context.value_of(fact.empty, value), context.older[value.component], context.older)


def redo_moved(value: Obj, fact: Moved, context: FactContext) -> None:
    component = context.newer[value.component]
    source, target = path_of(fact.old, component), path_of(fact.to, component)
    moving = take_from(value, source, context.newer[value.component], context.newer, drops=True)
    if moving is ABSENT:
        return
    stands_in = fact.empty is not UNSET and parent_is_empty(value, target)
    if stands_in and is_same_json(plain(moving), context.value_of(fact.empty, value)):
        # An old client sends it back.
        return
    put_at(value, target, moving, context.newer[value.component], context.newer)


def path_of(path: str, component: Component) -> list[str]:
    first, *rest = path.split(".")
    return [key_of(component, first), *rest]


def is_same_json(one: Any, other: Any) -> bool:
    return json_type(one) == json_type(other) and bool(one == other)


def parent_is_empty(value: dict[str, Any], path: list[str]) -> bool:
    """Whether one of the objects on the path to a place is null or absent."""
    for segment in path[:-1]:
        if value.get(segment) is None:
            return True
        value = value[segment]
        if not is_object(value):
            return False
    return False


def take_from(
    value: dict[str, Any], path: list[str], component: Component, components: Components, *, drops: bool = False
) -> Any:
    """Remove the value at a path, with the parents that this leaves empty and that the target contract lacks.

    Args:
        value: the object.
        path: the keys to the value.
        component: what the object is.
        components: those of the target contract.
        drops: whether keys that no contract has go with a parent, as in a request.
    """
    first, *rest = path
    if not rest:
        return value.pop(first, ABSENT)
    if not is_object(value.get(first)):
        return ABSENT
    place = component.schema.get("properties", {}).get(first)
    known = None if place is None else behind(place, components) or Component("", without_null(place))
    found = take_from(value[first], rest, known or Component("", {}), components, drops=drops)
    if place is None and all(drops and key.startswith("\0") for key in value[first]):
        del value[first]
    return found


def put_at(value: dict[str, Any], path: list[str], moving: Any, component: Component, components: Components) -> None:
    """Put a value at a path, and create the parents that are missing."""
    first, *rest = path
    if not rest:
        value[first] = moving
        return
    place = component.schema.get("properties", {}).get(first, {})
    known = behind(place, components) or Component("", without_null(place))
    if value.get(first) is None:
        value[first] = Obj(known.name)
    if is_object(value[first]):
        put_at(value[first], rest, moving, known, components)
