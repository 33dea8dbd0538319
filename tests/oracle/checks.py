"""Judge each value of a client's object by the client's own contract, wherever head's contract of it differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError

from tests.oracle.arms import gone
from tests.oracle.history import HOLDER_MARK, History, targets
from tests.oracle.parts import older_keys, parts_subjects
from tests.oracle.places import (
    Components,
    admits_null,
    arms_of,
    behind,
    is_enum,
    key_of,
    members_of,
    subjects,
    without_null,
)
from tests.oracle.reading import Reader, Refusals, read_scalar
from tests.oracle.whole import judged_whole, reads
from timegate.changes.base import UNSET, FieldsFact
from timegate.changes.fields import Merged, Moved, Removed, Renamed, Split
from timegate.changes.models import Reshaped, Retired
from timegate.changes.values import BecameNonNull, BecameRequired, Defaulted
from timegate.errors import UpgradeError
from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import NULL, referred
from timegate.wire.wire import Component

NOT_THE_TYPE = frozenset({"title", "description", "examples", "deprecated", "default", "maximum"})
"""The keys of a schema that do not say which types of values it admits."""


class Fate(NamedTuple):
    """What becomes of a client's value.

    Args:
        place: its schema at head; None where head does not get it.
        required: whether head requires it; of a value that head does not get, whether a fact says so itself.
        converted: whether a function gets it.
        filled: whether a fact puts a value in the place of null or of an absent key.
        at: the component and the key that head gets it at; None where it does not.
    """

    place: Schema | None
    required: bool
    converted: bool
    filled: bool = False
    at: tuple[str, str] | None = None


def fills(fact: FieldsFact) -> bool:
    """Whether a fact puts a value in the place of null or of an absent key in a request."""
    match fact:
        case BecameNonNull(null_is=value) | BecameRequired(default=value):
            return value is not UNSET
        case _:
            return isinstance(fact, Defaulted)


def parents_of(path: str, component: Component, components: Components) -> list[tuple[str, str]]:
    """The components and keys of the objects on the way to a place, which a move makes where they are absent."""
    segments = path.split(".")
    return [place_of(".".join(segments[:end]), component, components) for end in range(1, len(segments))]


class UnreadError(Exception):
    """An old server could not have read a value."""


@dataclass(frozen=True)
class Checks:
    """Judges the objects of a client.

    Args:
        history: the contract of every version.
        index: of the client's version.
        touched: the components that a fact since the version is about.
    """

    history: History
    index: int
    touched: frozenset[str]

    @property
    def components(self) -> Components:
        return self.history.states[self.index]["requests"]

    def fate(self, name: str, key: str) -> Fate:
        """Follow a key of a component's objects to head, fact by fact."""
        converted = filled = False
        for boundary in reversed(range(self.index)):
            for step in self.history.boundaries[boundary]:
                newer, older, fact = step.newer["requests"], step.older["requests"], step.fact
                match fact:
                    case FieldsFact():
                        meant = (name, key) in [target[:2] for target in targets(newer, fact)]
                        if meant and isinstance(fact, Removed):
                            return Fate(None, fact.required is True, converted)
                        converted = converted or (meant and reads(fact, older[name].properties[key]))
                        filled = filled or (meant and fills(fact))
                    case Renamed(models=models, old=old, to=to):
                        renamed = {component.name: component for component in subjects(newer, models, to)}
                        if name in renamed and key == old:
                            key = key_of(renamed[name], to)
                    case Moved(models=models, old=old, to=to):
                        for component in subjects(newer, models, to.split(".")[0]):
                            if place_of(old, older[component.name], older) == (name, key):
                                name, key = place_of(to, component, newer)
                            elif (name, key) in parents_of(to, component, newer):
                                filled = True
                    case Split() | Merged() if name in [c.name for c in parts_subjects(newer, fact)]:
                        if key in older_keys(fact):
                            is_part = isinstance(fact, Merged) and key in older[name].required
                            return Fate(None, is_part, True)
                    case Reshaped(models=models) if name in [c.name for c in subjects(newer, models)]:
                        return Fate(None, key in older[name].required, True)
                    case Retired() if name == gone(fact):
                        return Fate(None, key in older[name].required, True)
                    case _:
                        pass
                if name in newer and key not in newer[name].properties:
                    return Fate(None, False, converted)
        head = self.history.states[0]["requests"].get(name)
        if head is None:
            return Fate(None, False, converted)
        return Fate(head.properties[key], key in head.required, converted, filled, (name, key))

    def is_whole(self, component: Component) -> bool:
        """Whether head never gets the objects of a component from these clients, so that their contract judges all."""
        # What no fact is about is read by head too, or was read with the value that holds it.
        if component.name not in judged_whole(self.history, self.index):
            return False
        reader = Reader(self.components, "upgrade", self.touched, Refusals())
        return component.name in self.touched or reader.leads_to_touched(component.schema)

    def is_function_s(self, component: Component) -> bool:
        """Whether a function gets the objects of a component, alone or in what holds them."""
        return self.is_whole(component) or any(
            isinstance(step.fact, Reshaped)
            and component.name in [one.name for one in subjects(step.newer["requests"], step.fact.models)]
            for boundary in range(self.index)
            for step in self.history.boundaries[boundary]
        )

    def is_judged(self, component: Component, key: str) -> bool:
        """Whether the client's contract decides about the value of a key, and not head's."""
        fate = self.fate(holder_of(component), key)
        return (
            fate.converted
            or self.is_whole(component)
            or fate.place is None
            or self.is_needed(component, key)
            or (fate.filled and not admits_null(component.properties[key], self.components))
            or type_of(component.properties[key]) != type_of(fate.place)
        )

    def is_needed(self, component: Component, key: str) -> bool:
        """Whether an object without the key is refused."""
        fate = self.fate(holder_of(component), key)
        fillable = fate.filled and fate.place is not None
        alone = fillable or fate.required is (fate.place is None)
        return key in component.schema.get("required", ()) and (alone or self.is_whole(component))

    def missing(self, component: Component, found: dict[str, Any]) -> list[UpgradeError]:
        """Return an error for each key that only the client's contract requires and that an object lacks."""
        own = [key for key in component.properties if key not in component.internal and key not in found]
        return [UpgradeError("a key is required") for key in own if self.is_needed(component, key)]

    def judged(self, component: Component, key: str, value: Any) -> Any:
        """Return the value of a key as head or a function gets it.

        Raises:
            UpgradeError: the client's contract does not admit the value.
        """
        if not self.is_judged(component, key):
            return value
        schema = component.properties[key]
        if value is None:
            if admits_null(schema, self.components):
                return value
            raise UpgradeError("null, where only head admits it")
        enum = behind(schema, self.components)
        if enum is not None and is_enum(enum.schema) and value not in members_of(enum.schema):
            raise UpgradeError("no member of the client's enum")
        try:
            read = self.read(value, schema)
        except UnreadError as error:
            raise UpgradeError("a value of another type") from error
        is_named = self.names(value, schema)
        if not is_named and not self.names(read, schema):
            raise UpgradeError("a value of another type")
        converted = self.fate(holder_of(component), key).converted or self.is_whole(component)
        return value if is_named and not converted else read

    def names(self, value: Any, schema: Schema) -> bool:
        """Whether a schema names the JSON type of a value."""
        name = referred(schema)
        if name is not None:
            return self.names(value, self.components[name].schema)
        arms = arms_of(schema)
        if arms is not None:
            return any(self.names(value, arm) for arm in arms)
        if is_enum(schema):
            return any(type(value) is type(member) for member in members_of(schema))
        match schema.get("type"):
            case "integer":
                return isinstance(value, int) and not isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case kind:
                kinds: dict[Any, type] = {
                    "string": str,
                    "boolean": bool,
                    "array": list,
                    "object": dict,
                    "null": type(None),
                }
                return kind not in kinds or isinstance(value, kinds[kind])

    def read(self, value: Any, schema: Schema, *, alone: bool = True) -> Any:
        """Read a value as an old server did; a component reads what is inside of its own objects.

        Args:
            value: as sent.
            schema: of it.
            alone: whether a value of no other type may stand there, null aside.
        """
        arms = arms_of(schema)
        if arms is not None:
            if "discriminator" in schema and not is_object(value):
                raise UnreadError
            ordered = sorted(arms, key=lambda arm: not self.names(value, arm))
            return self.read_any(value, ordered, alone=sum(arm != NULL for arm in arms) == 1)
        name = referred(schema)
        if name is not None and is_enum(self.components[name].schema):
            if value not in members_of(self.components[name].schema):
                raise UnreadError
            return value
        if name is not None:
            if alone and "properties" in self.components[name].schema and not is_object(value):
                raise UnreadError
            return value
        if is_enum(schema) and not any(type(value) is type(one) and value == one for one in members_of(schema)):
            raise UnreadError
        match schema.get("type"):
            case "array" if is_array(value):
                first, rest = schema.get("prefixItems"), schema.get("items", {})
                if first is not None and len(first) != len(value):
                    raise UnreadError
                places = first or [rest] * len(value)
                return [self.read_nested(item, place) for item, place in zip(value, places, strict=True)]
            case "object" if is_object(value):
                places = schema.get("additionalProperties")
                if not is_object(places):
                    return value
                return {key: self.read_nested(item, places) for key, item in value.items()}
            case "string" if isinstance(value, str):
                return value
            case "integer" | "number" | "boolean" as kind:
                try:
                    read = read_scalar(value, kind)
                except ValidationError as error:
                    raise UnreadError from error
                if "maximum" in schema and read > schema["maximum"]:
                    raise UnreadError
                return read
            case None:
                return value
            case _:
                raise UnreadError

    def read_nested(self, value: Any, schema: Schema) -> Any:
        if value is None and not admits_null(schema, self.components):
            raise UnreadError
        return value if value is None else self.read(value, schema)

    def read_any(self, value: Any, arms: list[Schema], *, alone: bool) -> Any:
        for arm in arms:
            try:
                return self.read(value, arm, alone=alone)
            except UnreadError:
                continue
        raise UnreadError


def holder_of(component: Component) -> str:
    """Return what tells an object's keys from those of others: its component, or the path that leads to it."""
    return component.name or component.schema.get(HOLDER_MARK, "")


def place_of(path: str, component: Component, components: Components) -> tuple[str, str]:
    """Return the holder and the key that a path leads to."""
    first, *rest = path.split(".")
    if not rest:
        return holder_of(component), key_of(component, first)
    schema = without_null(component.properties.get(key_of(component, first), {}))
    name = referred(schema)
    inner = Component("", schema) if name is None else components[name]
    return place_of(".".join(rest), inner, components)


def type_of(schema: Any) -> Any:
    """Return what a schema says of the types of its values, its unions in a fixed order."""
    if is_array(schema):
        return [type_of(part) for part in schema]
    if not is_object(schema):
        return schema
    found = {
        key: value if key in ("enum", "required") else type_of(value)
        for key, value in schema.items()
        if key not in NOT_THE_TYPE and not key.startswith("x-")
    }
    for key in ("anyOf", "oneOf"):
        if key in found:
            found[key] = sorted(found[key], key=repr)
    return found
