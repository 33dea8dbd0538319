"""Read a payload: find the component of each object once, and the keys that belong to no field."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from tests.oracle.places import Components, arms_of, has_fields, is_enum, is_null, members_of, newer_arms_of
from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.typing import Direction, Schema, is_array, is_object
from timegate.wire.schema import referred
from timegate.wire.wire import Component

READERS = {"integer": TypeAdapter[Any](int), "number": TypeAdapter[Any](float), "boolean": TypeAdapter[Any](bool)}

EXTRA = "\0"
"""The prefix of a key that no fact may read. No payload has it."""


class Obj(dict[str, Any]):
    """An object of a payload with its component.

    Args:
        component: its name.
        union: the union that it is a member of, if any.

    Attributes:
        refused: why the client's contract does not admit it.
    """

    def __init__(self, component: str, union: Schema | None = None) -> None:
        super().__init__()
        self.component = component
        self.union = union
        self.refused: list[GateError] = []


@dataclass
class Leaf:
    """A scalar of a payload whose component is an enum."""

    component: str
    value: Any


@dataclass
class Refusal:
    """Replaces a value that cannot be converted, which is an error only if it is in the result."""

    error: GateError


class Refusals(list[GateError]):
    """Every refusal of a conversion, whether the refused value is in the result or not."""

    def attempt(self, convert: Callable[..., Any], *arguments: Any) -> Any:
        """Convert a value, or put a refusal in its place."""
        try:
            return convert(*arguments)
        except GateError as error:
            self.append(error)
            return Refusal(error)

    def noted(self, errors: list[UpgradeError]) -> list[UpgradeError]:
        """Note errors, and return them."""
        self.extend(errors)
        return errors


class Check(Protocol):
    """Judges the values of a client's objects by the client's contract."""

    def judged(self, component: Component, key: str, value: Any) -> Any:
        """Return the value of a key as head or a function gets it; raise where it is not admitted."""
        ...

    def missing(self, component: Component, found: dict[str, Any]) -> list[UpgradeError]:
        """Return an error for each key that an object lacks."""
        ...


Judge = Callable[[Component, str, dict[str, Any]], str | None]
"""Returns the key to read a key of a payload under: with EXTRA before it, it is left unchanged; None drops it."""


def in_contract(component: Component, key: str, _: dict[str, Any]) -> str | None:
    """Decide what happens to a key of a value that facts made, not a client."""
    return key if key in component.properties else EXTRA + key


@dataclass(frozen=True)
class Reader:
    """Reads payloads as the components of one version.

    Args:
        components: the components of that version.
        direction: what facts made in a request is left unchanged where it has the wrong shape, all else is refused.
        touched: the components that a fact of the conversion is about.
        refusals: collects the errors of values that cannot be read.
        judge: decides what happens to each key of each component.
        head_keys: every key that head accepts for a component.
        check: judges the values of a client; None for values that facts made.
    """

    components: Components
    direction: Direction
    touched: frozenset[str]
    refusals: Refusals
    judge: Judge = in_contract
    head_keys: Callable[[str], set[str]] = lambda _: set()
    check: Check | None = None

    def read(self, value: Any, schema: Schema, union: Schema | None = None) -> Any:
        """Return a copy of a value in which each object and each enum member knows its component."""
        name = referred(schema)
        if name is not None:
            component = self.components[name]
            if is_enum(component.schema):
                if self.check is not None and name in self.touched and value not in members_of(component.schema):
                    raise UpgradeError("no member of the client's enum")
                return Leaf(name, copy.deepcopy(value))
            if has_fields(component.schema):
                return self.read_object(value, component, union)
            if self.check is not None and self.has_other_keys(value, schema):
                # A class that is no object may be read as a whole, or that is left to head.
                self.refusals.append(UpgradeError("a key that a closed class lacks"))
            return self.read(value, component.schema, union)
        arms = arms_of(schema)
        if arms is not None:
            return self.read_union(value, {"anyOf": arms, "x-newer-arms": newer_arms_of(schema)})
        if schema.get("type") == "array":
            if not is_array(value):
                return self.wrong(value, schema)
            return [
                self.refusals.attempt(self.read, item, place)
                for item, place in zip(value, places(schema, len(value)), strict=True)
            ]
        if schema.get("type") == "object" and has_fields(schema):
            return self.read_object(value, Component("", schema), union)
        if schema.get("type") == "object":
            if not is_object(value):
                return self.wrong(value, schema)
            return {
                key: self.refusals.attempt(self.read, item, schema["additionalProperties"])
                for key, item in value.items()
            }
        return copy.deepcopy(value)

    def has_other_keys(self, value: Any, schema: Schema) -> bool:
        """Whether an object of a closed class, at any depth of lists, has a key that is none of its fields'."""
        name = referred(schema)
        component = Component("", schema) if name is None else self.components[name]
        if is_array(value):
            return any(self.has_other_keys(item, component.schema.get("items", {})) for item in value)
        known = {spelling for key in component.properties for spelling in component.accepted(key)}
        return component.closed and is_object(value) and not set(value) <= known

    def read_object(self, value: Any, component: Component, union: Schema | None) -> Any:
        if not is_object(value):
            return self.wrong(value, {"$ref": component.name} if component.name else component.schema, component)
        found = Obj(component.name, union)
        typed = component.schema.get("additionalProperties")
        for key, item in value.items():
            placed = self.judge(component, key, value) if component.name else in_contract(component, key, value)
            if placed is None:
                continue
            name = placed.removeprefix(EXTRA)
            owner = next((own for own in component.properties if name in component.accepted(own)), None)
            spelled_otherwise = placed.startswith(EXTRA) and self.direction == "upgrade"
            if owner is not None and spelled_otherwise:
                # Of several spellings one is read.
                spelled_otherwise = name == next(one for one in component.accepted(owner) if one in value)
            if owner is not None and (placed == owner or (owner != name and spelled_otherwise)):
                found[placed] = self.refusals.attempt(self.read_field, found, placed, item, component, owner)
            elif is_object(typed):
                found[placed] = self.refusals.attempt(self.read, item, typed)
            else:
                found[placed] = copy.deepcopy(item)
        if self.check is not None:
            found.refused += self.refusals.noted(self.check.missing(component, found))
        return found

    def read_field(self, holder: Obj, placed: str, value: Any, component: Component, key: str) -> Any:
        """Read the value of a field; what the client's contract does not admit refuses the whole object."""
        if self.check is not None and placed == key:
            try:
                value = self.check.judged(component, key, value)
            except UpgradeError as error:
                holder.refused.append(error)
                raise
        return self.read(value, component.properties[key])

    def read_union(self, value: Any, schema: Schema) -> Any:
        arms = schema["anyOf"]
        # One arm or null is no choice: a value is read as that arm, however wrong it is.
        alone = sum(not is_null(arm) for arm in arms) + len(schema["x-newer-arms"]) == 1
        fitting = self.of_type(value, arms) if alone else self.fitting(value, arms)
        if fitting:
            return self.read(value, fitting[0], schema)
        if self.direction == "downgrade":
            return self.wrong(value, schema)
        newer_arms = self.fitting(value, schema["x-newer-arms"])
        if newer_arms:
            return self.read(value, newer_arms[0], schema)
        for arm in arms:
            name = referred(arm)
            if is_object(value) and name in self.touched:
                newer = set[str](value) & self.head_keys(name) - set[str](self.components[name].properties)
                if newer:
                    raise UpgradeError("a key that the client's contract lacks, in an object that fits nothing")
                # Without a key that only head knows, the gate or head may refuse it.
                self.refusals.append(UpgradeError("an object that fits nothing"))
        if self.check is not None and self.leads_to_touched(schema):
            raise UpgradeError("a value that fits nothing")
        return copy.deepcopy(value)

    def fitting(self, value: Any, arms: list[Schema]) -> list[Schema]:
        """Return the arms of a union that a value fits, by type, then by tags, then by keys."""
        left = self.of_type(value, arms)
        by_tags = [arm for arm in left if self.has_tags(value, self.target(arm))]
        if not is_object(value):
            return by_tags or left
        if len(by_tags) == 1 and any(key in value for key in self.tags(by_tags[0])):
            if self.check is not None and not self.is_readable(value, by_tags[0]):
                # The gate may refuse it, or leave that to head.
                self.refusals.append(UpgradeError("a value that no server reads"))
            return by_tags
        by_keys = [arm for arm in by_tags if self.has_keys(value, arm)]
        if self.check is not None:
            by_keys = [arm for arm in by_keys if self.is_readable(value, arm)]
        # A response may lack keys that its contract requires, where the app leaves defaults out.
        return by_keys if self.direction == "upgrade" else by_keys or by_tags

    def fields(self, value: dict[str, Any], arm: Schema) -> Iterator[tuple[str, Schema]]:
        """Yield the keys of an object that are fields of an arm, each with the schema of its value."""
        schema, name = self.target(arm), referred(arm)
        component = Component("", schema) if name is None else self.components[name]
        for key, place in schema.get("properties", {}).items():
            yield from ((spelling, self.target(place)) for spelling in component.accepted(key) if spelling in value)

    def is_readable(self, value: dict[str, Any], arm: Schema) -> bool:
        """Whether an old server could have read an object as an arm, by the JSON types of its values alone."""
        return all(
            self.has_type(value[key], place) or lenient(value[key], place) is not None
            for key, place in self.fields(value, arm)
        )

    def tags(self, arm: Schema) -> list[str]:
        """List the keys whose values distinguish an arm."""
        return [key for key, place in self.target(arm).get("properties", {}).items() if is_enum(place)]

    def of_type(self, value: Any, arms: list[Schema]) -> list[Schema]:
        return [arm for arm in arms if self.has_type(value, self.target(arm))]

    def target(self, schema: Schema) -> Schema:
        name = referred(schema)
        return schema if name is None else self.target(self.components[name].schema)

    def has_type(self, value: Any, schema: Schema) -> bool:
        arms = arms_of(schema)
        if arms is not None:
            return any(self.has_type(value, self.target(arm)) for arm in arms)
        if is_enum(schema):
            return any(json_type(value) == json_type(member) for member in members_of(schema))
        kind = schema.get("type")
        kinds = kind if is_array(kind) else [kind]
        return kind is None or json_type(value) in kinds or (json_type(value) == "integer" and "number" in kinds)

    def has_tags(self, value: Any, schema: Schema) -> bool:
        if is_enum(schema):
            return value in members_of(schema)
        if not is_object(value):
            return True
        for key, place in schema.get("properties", {}).items():
            if is_enum(place) and key in value and value[key] not in members_of(place):
                return False
        return True

    def has_keys(self, value: dict[str, Any], arm: Schema) -> bool:
        schema, name = self.target(arm), referred(arm)
        component = Component("", schema) if name is None else self.components[name]
        known = {spelling for own in schema.get("properties", {}) for spelling in component.accepted(own)}
        for own in schema.get("required", ()):
            if not any(spelling in value for spelling in component.accepted(own)):
                return False
        return not component.closed or set(value) <= known

    def wrong(self, value: Any, schema: Schema, component: Component | None = None) -> Any:
        """Return a value of the wrong shape, or refuse it if a fact is about the expected shape."""
        about_touched = (
            self.leads_to_touched(component.schema) or component.name in self.touched
            if component
            else self.leads_to_touched(schema)
        )
        if self.direction == "downgrade" and about_touched:
            raise DowngradeError("a response does not have the shape that its contract declares")
        if self.check is not None and about_touched:
            raise UpgradeError("a request does not have the shape that its contract declares")
        return copy.deepcopy(value)

    def leads_to_touched(self, schema: Schema) -> bool:
        """Whether a schema leads to a component that a fact is about."""
        seen: set[str] = set()

        def look(node: Any) -> bool:
            if is_array(node):
                return any(look(item) for item in node)
            if not is_object(node):
                return False
            name = referred(node)
            if name is not None and name not in seen:
                seen.add(name)
                if name in self.touched or look(self.components[name].schema):
                    return True
            return any(look(value) for key, value in node.items() if key not in ("default", "enum", "const"))

        return look(schema)


def places(schema: Schema, count: int) -> list[Schema]:
    """Return the schema of each item of a list."""
    first = schema.get("prefixItems", [])
    rest = schema.get("items", {})
    rest = rest if is_object(rest) else {}
    return [first[index] if index < len(first) else rest for index in range(count)]


def lenient(value: Any, schema: Schema) -> Any:
    """Return a scalar as a server reads it that expects another JSON type; None where it does not."""
    if not isinstance(value, str | int | float):
        return None
    if is_enum(schema):
        return value
    kinds = {arm.get("type") for arm in arms_of(schema) or [schema]}
    for kind in READERS.keys() & kinds:
        if kind == "integer" and isinstance(value, float):
            return value
        try:
            return read_scalar(value, kind)
        except ValidationError:
            continue
    return None


def read_scalar(value: Any, kind: str) -> Any:
    """Read a number or a truth value as pydantic does."""
    return READERS[kind].validate_python(value)


def json_type(value: Any) -> str:
    if value is None:
        return "null"
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "object"


def same(one: Any, other: Any) -> bool:
    """Whether two JSON scalars are equal: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def plain(value: Any, hidden: Callable[[str], frozenset[str]] = lambda _: frozenset()) -> Any:
    """Return a copy of a payload as JSON again.

    Args:
        value: a value that was read.
        hidden: returns the keys of a component that are left out.

    Raises:
        GateError: the payload holds a value that could not be converted.
    """
    if isinstance(value, Refusal):
        raise value.error
    if isinstance(value, Leaf):
        return copy.deepcopy(value.value)
    if isinstance(value, Obj):
        if value.refused:
            raise value.refused[0]
        secret = hidden(value.component)
        return {key.removeprefix(EXTRA): plain(item, hidden) for key, item in value.items() if key not in secret}
    if is_object(value):
        return {key: plain(item, hidden) for key, item in value.items()}
    if is_array(value):
        return [plain(item, hidden) for item in value]
    return value
