"""What one fact does to one object, in either direction."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracle.history import targets
from tests.oracle.places import Components, admits_null, behind, inner, key_of, without_null
from tests.oracle.reading import Leaf, Obj, Reader, Refusal, json_type, plain
from timegate.changes.base import UNSET, Fact, FieldsFact, Sibling
from timegate.changes.fields import Added, Moved, Removed, Renamed
from timegate.changes.models import Reshaped
from timegate.changes.values import (
    BecameList,
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    Constrained,
    Defaulted,
    Retyped,
)
from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.typing import Schema, is_array, is_object
from timegate.wire.wire import Component

ABSENT = object()


@dataclass(frozen=True)
class Moment:
    """One fact between the contracts right after and right before it, on one side.

    Args:
        fact: the fact.
        newer: the components right after it.
        older: the components right before it.
        reader: reads what the fact puts in, in the newer shape of its boundary.
    """

    fact: Fact
    newer: Components
    older: Components
    reader: Reader

    @property
    def error(self) -> type[GateError]:
        return UpgradeError if self.reader.direction == "upgrade" else DowngradeError

    def called(self, function: Callable[[Any], Any] | None, value: Any) -> Any:
        """Call a function of the version file on a copy; whatever goes wrong in an answer is our fault."""
        assert function is not None
        try:
            return copy.deepcopy(function(plain(value)))
        except ValueError as error:
            raise self.error("a function refuses") from error
        except Exception as error:
            if self.reader.direction == "downgrade":
                raise DowngradeError("a function fails") from error
            raise

    def filling(self, fill: Any, value: Obj) -> Any:
        """Return what a fact puts in: a value, a sibling's value, or what a function makes of the object."""
        if isinstance(fill, Sibling):
            key = key_of(self.newer[value.component], fill.field)
            return plain(value[key]) if key in value else ABSENT
        if callable(fill):
            return self.called(fill, value)
        return copy.deepcopy(fill)


def undo(value: Obj, moment: Moment) -> Obj:
    """Undo a fact on an object: from the newer shape to the older."""
    match moment.fact:
        case FieldsFact() as fact:
            for name, key, stars in targets(moment.newer, fact):
                if name == value.component:
                    undo_field(value, key, stars, fact, moment)
            return value
        case Renamed(old=old, to=to):
            key = key_of(moment.newer[value.component], to)
            return with_keys(value, {key: old})
        case Moved():
            undo_moved(value, moment.fact, moment)
            return value
        case Reshaped(to_old=function):
            return reshaped(value, function, moment, moment.older)
        case _:
            return value


def redo(value: Obj, moment: Moment) -> Obj:
    """Do a fact to an object: from the older shape to the newer."""
    match moment.fact:
        case FieldsFact() as fact:
            for name, key, stars in targets(moment.newer, fact):
                if name == value.component:
                    redo_field(value, key, stars, fact, moment)
            return value
        case Renamed(old=old, to=to):
            key = key_of(moment.newer[value.component], to)
            return with_keys(value, {old: key})
        case Moved():
            redo_moved(value, moment.fact, moment)
            return value
        case Reshaped(to_head=function):
            return reshaped(value, function, moment, moment.newer)
        case _:
            return value


def undo_field(value: Obj, key: str, stars: int, fact: FieldsFact, moment: Moment) -> None:
    older = moment.older[value.component]

    def put(fill: Any) -> None:
        made = moment.filling(fill, value)
        if made is not ABSENT:
            value[key] = moment.reader.read(made, older.properties[key])

    match fact:
        case Added():
            value.pop(key, None)
        case Removed(backfill=backfill):
            if backfill is UNSET:
                return
            put(backfill)
            if key not in value and fact.required:
                raise DowngradeError("the sibling that an old required field is filled from is absent")
        case Retyped(to_old=function) | Constrained(to_old=function):
            if key in value:
                places = moment.newer[value.component].properties[key], older.properties[key]
                value[key] = moment.reader.refusals.attempt(converted, value[key], function, stars, places, moment)
        case BecameNullable(null_was=was) if was is not UNSET:
            if (key in value and value[key] is None) or (key not in value and key in older.required):
                put(was)
        case BecameOptional(missing_was=was) if was is not UNSET and key not in value:
            put(was)
        case BecameList() if is_array(value.get(key)):
            value[key] = value[key][0] if value[key] else None
        case _:
            pass


def redo_field(value: Obj, key: str, stars: int, fact: FieldsFact, moment: Moment) -> None:
    newer, older = moment.newer[value.component], moment.older[value.component]

    def put(fill: Any) -> None:
        made = moment.filling(fill, value)
        if made is not ABSENT:
            value[key] = moment.reader.read(made, newer.properties[key])

    match fact:
        case Added(default=default) if default is not UNSET:
            put(default)
        case Removed():
            value.pop(key, None)
        case Retyped(to_head=function) if key in value:
            places = older.properties[key], newer.properties[key]
            value[key] = moment.reader.refusals.attempt(converted, value[key], function, stars, places, moment)
        case BecameNonNull(null_is=null_is) if key in value and value[key] is None and null_is is not UNSET:
            put(null_is)
        case BecameRequired(default=default) if key not in value and default is not UNSET:
            put(default)
        case Defaulted(was=was) if key not in value:
            put(was)
        case BecameList() if key in value:
            if value[key] is None:
                value[key] = None if admits_null(newer.properties[key], moment.newer) else []
            elif has_type(value[key], older.properties[key], moment.reader):
                value[key] = [value[key]]
        case _:
            pass


def has_type(value: Any, place: Schema, reader: Reader) -> bool:
    """Whether a value has the JSON type of its place."""
    bare = value.value if isinstance(value, Leaf) else value
    return isinstance(value, Refusal) or reader.has_type(bare, reader.target(place))


def converted(
    value: Any, function: Callable[[Any], Any] | None, stars: int, places: tuple[Schema, Schema], moment: Moment
) -> Any:
    """Convert a value, or each value in it.

    Args:
        value: what is there.
        function: what converts it; None where it stays.
        stars: how many times "each value of it" is meant.
        places: the schema before the conversion and after it.
        moment: the fact.
    """
    before, after = places
    if stars == 0 and function is None:
        return value
    if not has_type(value, before, moment.reader):
        if moment.reader.direction == "downgrade":
            raise DowngradeError("an answer holds another JSON type than its contract promises")
        return value
    if stars == 0:
        return moment.reader.read(moment.called(function, value), after)
    components = moment.reader.components
    deeper = inner(before, components) or {}, inner(after, components) or {}
    if is_array(value):
        return [converted(each, function, stars - 1, deeper, moment) for each in value]
    if is_object(value):
        return {key: converted(each, function, stars - 1, deeper, moment) for key, each in value.items()}
    return value


def with_keys(value: Obj, names: dict[str, str]) -> Obj:
    """Return an object with other names at the same positions."""
    found = Obj(value.component, value.union)
    for key, item in value.items():
        found[names.get(key, key)] = item
    return found


def reshaped(value: Obj, function: Callable[[Any], Any], moment: Moment, target: Components) -> Obj:
    """Let a function make another object of an object; keys that are nobody's stay nobody's."""
    extras = {key for key in value if key.startswith("\0")}
    made = moment.called(function, value)
    if not is_object(made):
        raise moment.error("a function makes something else than an object")
    component = target[value.component]
    reader = Reader(
        moment.reader.components,
        moment.reader.direction,
        frozenset(),
        moment.reader.refusals,
        lambda owner, key, _: "\0" + key if "\0" + key in extras or key not in owner.properties else key,
    )
    found = reader.read_object(made, component, value.union)
    assert isinstance(found, Obj)
    return found


def undo_moved(value: Obj, fact: Moved, moment: Moment) -> None:
    component = moment.newer[value.component]
    source, target = path_of(fact.to, component), path_of(fact.old, component)
    moving = taken(value, source, moment.older[value.component], moment.older)
    if moving is not ABSENT:
        planted(value, target, moving, moment.older[value.component], moment.older)
    elif fact.empty is not UNSET and parent_is_empty(value, source):
        planted(value, target, moment.filling(fact.empty, value), moment.older[value.component], moment.older)


def redo_moved(value: Obj, fact: Moved, moment: Moment) -> None:
    component = moment.newer[value.component]
    source, target = path_of(fact.old, component), path_of(fact.to, component)
    moving = taken(value, source, moment.newer[value.component], moment.newer)
    if moving is ABSENT:
        return
    if fact.empty is not UNSET and is_same_json(plain(moving), moment.filling(fact.empty, value)):
        return
    planted(value, target, moving, moment.newer[value.component], moment.newer)


def path_of(path: str, component: Component) -> list[str]:
    first, *rest = path.split(".")
    return [key_of(component, first), *rest]


def is_same_json(one: Any, other: Any) -> bool:
    return json_type(one) == json_type(other) and bool(one == other)


def parent_is_empty(value: dict[str, Any], path: list[str]) -> bool:
    """Whether one of the objects on the way to a place is null or absent."""
    for segment in path[:-1]:
        if value.get(segment) is None:
            return True
        value = value[segment]
        if not is_object(value):
            return False
    return False


def taken(value: dict[str, Any], path: list[str], component: Component, components: Components) -> Any:
    """Take the value at a path away, and with it the parents it leaves empty that the target contract does not have."""
    first, *rest = path
    if not rest:
        return value.pop(first, ABSENT)
    if not is_object(value.get(first)):
        return ABSENT
    place = component.schema.get("properties", {}).get(first)
    known = None if place is None else behind(place, components) or Component("", without_null(place))
    found = taken(value[first], rest, known or Component("", {}), components)
    if not value[first] and place is None:
        del value[first]
    return found


def planted(value: dict[str, Any], path: list[str], moving: Any, component: Component, components: Components) -> None:
    """Put a value at a path, and make the parents that are missing."""
    first, *rest = path
    if not rest:
        value[first] = moving
        return
    place = component.schema.get("properties", {}).get(first, {})
    known = behind(place, components) or Component("", without_null(place))
    if value.get(first) is None:
        value[first] = Obj(known.name)
    if is_object(value[first]):
        planted(value[first], rest, moving, known, components)
