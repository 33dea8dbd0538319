"""Describes from schemas how a server reads values, for the choice between the arms of a union."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, Flag, IntEnum, StrEnum
from functools import partial
from typing import Any, Final

from typing_extensions import is_typeddict

from timegate.changes.base import UNSET
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import ALONE, Leaf, Tags
from timegate.gates.run.tuples import TupleFields
from timegate.gates.run.value_checks import extra_of
from timegate.reading.readable_types import Apart, has_validators, readable, without_functions
from timegate.reading.releases import integers_are_equal, objects_are_tuples
from timegate.reading.scored_types import read_as_they_are, scored_schema, scored_type
from timegate.reading.settings import reading
from timegate.reading.shared_types import as_held
from timegate.reading.type_parts import item_type, union_arms
from timegate.reading.value_readers import says_all
from timegate.typing import Schema, Settings, is_object
from timegate.wire.json_types import EVERY, all_listed_values, has_keys
from timegate.wire.marks import (
    ABSENT_MARK,
    CHECKED_MARK,
    DISCRIMINATOR_MARK,
    LEFT_TO_RIGHT_MARK,
    MADE_MARK,
    MARK_PREFIX,
    MEMBERS_MARK,
    TUPLE_MARK,
    VALIDATED_MARK,
)
from timegate.wire.schema import NULL, arms_of, referred, single_reference
from timegate.wire.wire import Component


def has_all_keys(component: Component) -> bool:
    """Whether a component's objects have all their keys when head sends them: those of models and dataclasses."""
    return inspect.isclass(component.model) and not is_typeddict(component.model)


def sent_keys(component: Component) -> frozenset[str]:
    """The keys that a component's objects have when head sends them and leaves none out for its value."""
    if not has_all_keys(component):
        return frozenset(component.required)
    lacking = {"optional", "conditional"}
    return frozenset(
        key for key, schema in component.properties.items() if lacking.isdisjoint(schema.get(ABSENT_MARK, {}))
    )


class Shapes:
    """What is known of the values of one side's schemas; each component is described once a version.

    Args:
        reach: the side and its history.
        traces: what becomes of clients' values, and so which type reads each; None for responses.
        apart: says of a class at a version what clients call its objects, as `Apart`.
    """

    def __init__(self, reach: Reach, traces: Traces | None, apart: Callable[[int, Any], str | None]) -> None:
        self.reach = reach
        self._traces = traces
        self._apart = apart
        self._arms: dict[tuple[str, int], Arm] = {}
        self._open: set[str] = set()

    def arm(self, component: Component, version: int) -> Arm:
        """What is known of the objects of a component, to be shared by all places that hold them."""
        arm = self._arms.get((component.name, version))
        if arm is None:
            # It is known before its keys are, because an object may hold its like.
            arm = self._arms[component.name, version] = Arm(component.name, Leaf(frozenset({dict})))
            arm.leaf = Leaf(frozenset({dict}), keyed=arm)
            self._add_keys(arm, self._parts(component, version), version)
            arm.closed, arm.keeps_others = component.closed, bool(component.schema.get("additionalProperties"))
            arm.extra, arm.is_dict = extra_of(component.model), is_typeddict(component.model)
        return arm

    def _parts(self, component: Component, version: int) -> list[Component]:
        """The components whose keys the objects of a component have: itself, or those that its `allOf` combines."""
        if has_keys(component.schema):
            return [component]
        names = filter(None, map(referred, component.schema.get("allOf", ())))
        return [part for name in names for part in self._parts(self.reach.component(name, version), version)]

    def _add_keys(self, arm: Arm, parts: list[Component], version: int) -> None:
        for component in parts:
            for key, schema in component.properties.items():
                found = self._of_key(component, key, schema, version)
                spellings = component.accepted(key)
                for at, spelling in enumerate(spellings):
                    # What another field reads too is read, unless neither does.
                    first = frozenset(spellings[:at])
                    arm.preferred[spelling] = arm.preferred.get(spelling, first) & first
                    if found.values is not None:
                        arm.tags[spelling] = found.values
                    if found.types != EVERY:
                        arm.leaves[spelling] = found
            arm.required += tuple(frozenset(component.accepted(key)) for key in component.required)
            arm.certain |= frozenset(component.required)
            arm.sent |= sent_keys(component)
            arm.known |= {spelling for key in component.properties for spelling in component.accepted(key)}
            arm.sure = arm.sure and CHECKED_MARK not in component.schema
            arm.formed = arm.formed or VALIDATED_MARK in component.schema
        for spelling in [spelling for spelling, first in arm.preferred.items() if not first]:
            del arm.preferred[spelling]

    def _of_key(self, component: Component, key: str, schema: Schema, version: int) -> Leaf:
        """How the values of a key are read: by the type that reads them, as far as it is known."""
        if self._traces is None:
            return self.leaf(schema, version)
        trace = self._traces.of(component.name, key, version)
        if trace.limited is UNSET:
            # Without a class, a document says all.
            return replace(self.leaf(schema, version), sure=component.model is None)
        settings = trace.settings if component.model is None else component.settings
        found = self._of_type(schema, as_held(trace.limited, component), settings, version)
        sure = found.sure and CHECKED_MARK not in schema and not has_validators(trace.limited)
        return replace(found, sure=sure, forms=VALIDATED_MARK in schema)

    def _of_type(self, schema: Schema, kind: Any, settings: Settings, version: int) -> Leaf:
        """How the values of a schema are read by a type.

        Args:
            schema: of the values.
            kind: the type that reads them.
            settings: those that apply to it.
            version: of the schema.
        """
        found = self.leaf(schema, version)
        apart: Apart = partial(self._apart, version)
        typed = scored_type(readable(kind, apart), reading(settings))
        if self.reach.names_in(schema):
            return replace(self._of_parts(found, schema, kind, settings, version), frame=typed)
        if found.values is not None:
            return replace(found, frame=typed)
        if typed is None:
            return replace(found, sure=False)
        exact = found.exact if says_all(kind, settings=settings, apart=apart) else frozenset[type]()
        return replace(found, typed=typed, whole=True, exact=exact, sure=True)

    def _of_parts(self, found: Leaf, schema: Schema, kind: Any, settings: Settings, version: int) -> Leaf:
        """The same where components are in the schema, which their own types read."""
        arms = schema.get("anyOf")
        if arms and DISCRIMINATOR_MARK not in schema and "discriminator" not in schema:
            return self._of_union(found, arms, union_arms(kind), settings, version)
        inner = item_type(kind)
        if inner is UNSET:
            return found
        if found.items is not None:
            return replace(found, items=self._of_type(schema["items"], inner, settings, version))
        entries = schema.get("additionalProperties")
        # Where anything may be in a dict, no schema says so: there is none, or it is `true`.
        if found.entries is not None and is_object(entries):
            return replace(found, entries=self._of_type(entries, inner, settings, version))
        return found

    def _of_union(self, found: Leaf, arms: list[Schema], kinds: list[Any], settings: Settings, version: int) -> Leaf:
        named = [arm for arm in arms if self.reach.names_in(arm)]
        others = [arm for arm in arms if not self.reach.names_in(arm)]
        apart: Apart = partial(self._apart, version)
        holding = [kind for kind in kinds if readable(kind, apart) != without_functions(kind)]
        if len(named) != len(holding):
            return found
        described = iter(named)
        choices: list[Leaf] = []
        for kind in kinds:
            if any(kind is one for one in holding):
                choices.append(self._of_type(next(described), kind, settings, version))
            elif kind is None or kind is type(None):
                choices.append(self.leaf(NULL, version))
            else:
                # Which of the others is of this type does not matter: only the type is asked.
                choices.append(self._of_type({"anyOf": others}, kind, settings, version))
        return replace(found, choices=tuple(choices))

    def leaf(self, schema: Schema, version: int) -> Leaf:
        """How the values of a schema are read."""
        types = self.reach.python_types(schema, version)
        values, name = self.tags(schema, version), referred(schema)
        if values is not None:
            return Leaf(types, loose=True, values=values)
        if name is not None:
            component = self.reach.component(name, version)
            if self._parts(component, version):
                return Leaf(types, keyed=self.arm(component, version))
            if name in self._open:
                # A list of its like: what is deeper is taken as it is.
                return Leaf(types, loose=True)
            self._open.add(name)
            found = self.leaf(component.schema, version)
            self._open.discard(name)
            return found
        arms = arms_of(schema)
        if arms:
            choices = tuple(self.leaf(arm, version) for arm in arms)
            loose = any(one.loose for one in choices)
            return Leaf(types, loose, choices=choices, in_order=LEFT_TO_RIGHT_MARK in schema)
        combined: list[Schema] = schema.get("allOf", [])
        parts = [self.leaf(part, version) for part in combined]
        if len(parts) == 1:
            return parts[0]
        if any(part.keyed is not None for part in parts):
            return Leaf(types, keyed=self.arm(Component(repr(combined), {"allOf": combined}), version))
        typed, made = scored_schema(schema), schema.get(MADE_MARK)
        return Leaf(
            types,
            anything=_says_nothing(schema),
            loose="format" in schema or "pattern" in schema or any(part.loose for part in parts),
            fields=tuple_fields(schema),
            exact=read_as_they_are(schema),
            typed=typed,
            sure=not parts
            and made != "guessed"
            and _says_all(schema)
            and (typed is not None or not types & _SCALARS or types == EVERY),
            is_made="prefixItems" in schema or "uniqueItems" in schema or made in {"made", "guessed"},
            first_items=tuple(self.leaf(item, version) for item in schema.get("prefixItems", ())),
            fewest=schema.get("minItems", 0),
            most=schema.get("maxItems"),
            items=None if made == "iterated" else self._inner(schema, "items", version),
            keys=self._inner(schema, "propertyNames", version),
            entries=_ANYTHING if _is_open(schema) else self._inner(schema, "additionalProperties", version),
        )

    def _inner(self, schema: Schema, keyword: str, version: int) -> Leaf | None:
        inner = schema.get(keyword)
        return self.leaf(inner, version) if is_object(inner) and inner else None

    def tags(self, schema: Schema, version: int) -> Tags | None:
        """The only values that a schema admits; None where it does not list them."""
        if schema == NULL:
            return None
        values = all_listed_values(schema, lambda name: self.reach.component(name, version))
        if values is None:
            return None
        name = single_reference(schema)
        model = None if name is None else self.reach.component(name, version).model
        if not (inspect.isclass(model) and issubclass(model, Enum)):
            apart = ALONE if integers_are_equal() or MEMBERS_MARK in schema else ALONE | {int}
            return Tags(frozenset(values), apart=apart, listed=values)
        lookup = partial(_member, model) if _has_missing(model) else None
        return Tags(frozenset(values), issubclass(model, int | float), lookup, converted=True, listed=values)


_SCALARS: Final = frozenset({str, int, float, bool})

_NO_LIMITS: Final = frozenset({
    "type", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format", "pattern",
    "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems", "items", "prefixItems", "additionalProperties", "propertyNames", "properties",
    "required",
})  # fmt: skip
"""The keywords that a `Leaf` follows, and those that limit no value of a list or dict as a server reads it."""


_SAYING_NOTHING: Final = frozenset({
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
})  # fmt: skip
"""The keywords that say nothing of which values there are."""


def lists_at(*schemas: Schema) -> str:
    """What a list of one of these schemas stands for: a "list", a "set", a "tuple" or a "named tuple"."""
    if any(TUPLE_MARK in schema for schema in schemas):
        return "named tuple"
    if any("prefixItems" in schema for schema in schemas):
        return "tuple"
    return "set" if any(schema.get("uniqueItems") is True for schema in schemas) else "list"


def tuple_fields(schema: Schema) -> TupleFields | None:
    """The fields of the named tuple that clients may send as an object; None where a schema describes none."""
    if TUPLE_MARK not in schema:
        return None
    items = enumerate(schema.get("prefixItems", ()))
    defaults = {index: item["default"] for index, item in items if "default" in item}
    return TupleFields(tuple(schema[TUPLE_MARK]), defaults, objects_are_tuples())


def _says_nothing(schema: Schema) -> bool:
    """Whether a schema is that of `Any`."""
    return all(key in _SAYING_NOTHING or key.startswith(MARK_PREFIX) for key in schema)


_ANYTHING: Final = Leaf(EVERY, anything=True)


def _is_open(schema: Schema) -> bool:
    """Whether a schema is that of a dict whose values may be anything."""
    others = schema.get("additionalProperties", True)
    return schema.get("type") == "object" and (others is True or (is_object(others) and _says_nothing(others)))


def _says_all(schema: Schema) -> bool:
    """Whether no keyword of a schema could refuse a value that its description here admits."""
    return all(key in _NO_LIMITS or key.startswith(MARK_PREFIX) for key in schema) and CHECKED_MARK not in schema


def _has_missing(model: type[Enum]) -> bool:
    """Whether an enum's class says itself which member another value is."""
    return any("_missing_" in vars(base) for base in model.__mro__ if base not in _PLAIN_ENUMS)


_PLAIN_ENUMS = frozenset({*StrEnum.__mro__, *IntEnum.__mro__, *Flag.__mro__})


def _member(model: type[Enum], value: Any) -> Any:
    """The value of the member that an enum's class finds; None where it finds none."""
    try:
        return model(value).value
    except Exception:
        return None
