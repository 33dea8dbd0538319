"""Describes from schemas how a server reads values, for the choice between the arms of a union."""

from __future__ import annotations

import inspect
from enum import Enum, Flag, IntEnum, StrEnum
from functools import partial
from typing import Any

from timegate.gates.plan.reach import Reach
from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import Leaf, Tags
from timegate.reading.scalar_readers import read_as_they_are, scalar_reader
from timegate.typing import Schema, is_object
from timegate.wire.json_types import EVERY, all_listed_values, has_keys
from timegate.wire.marks import LEFT_TO_RIGHT_MARK, TUPLE_MARK
from timegate.wire.schema import NULL, referred
from timegate.wire.wire import Component


class Shapes:
    """What is known of the values of one side's schemas; each component is described once a version.

    Args:
        reach: the side and its history.
    """

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._arms: dict[tuple[str, int], Arm] = {}
        self._open: set[str] = set()

    def arm(self, component: Component, version: int) -> Arm:
        """What is known of the objects of a component, to be shared by all places that hold them."""
        arm = self._arms.get((component.name, version))
        if arm is None:
            # It is known before its keys are, because an object may hold its like.
            arm = self._arms[component.name, version] = Arm(component.name, Leaf(frozenset({dict})))
            arm.leaf = Leaf(frozenset({dict}), keyed=arm)
            self._add_keys(arm, component, version)
        return arm

    def _add_keys(self, arm: Arm, component: Component, version: int) -> None:
        for key, schema in component.properties.items():
            found = self.leaf(schema, version)
            for spelling in component.accepted(key):
                if found.values is not None:
                    arm.tags[spelling] = found.values
                if found.types != EVERY:
                    arm.leaves[spelling] = found
        arm.required = tuple(frozenset(component.accepted(key)) for key in component.required)
        arm.certain = frozenset(component.required)
        arm.known = frozenset(spelling for key in component.properties for spelling in component.accepted(key))
        arm.closed, arm.keeps_others = component.closed, bool(component.schema.get("additionalProperties"))

    def leaf(self, schema: Schema, version: int) -> Leaf:
        """How the values of a schema are read."""
        types = self.reach.python_types(schema, version)
        values, name = self.tags(schema, version), referred(schema)
        if values is not None:
            return Leaf(types, loose=True, values=values)
        if name is not None:
            component = self.reach.component(name, version)
            if has_keys(component.schema):
                return Leaf(types, keyed=self.arm(component, version))
            if name in self._open:
                # A list of its like: what is deeper is taken as it is.
                return Leaf(types, loose=True)
            self._open.add(name)
            found = self.leaf(component.schema, version)
            self._open.discard(name)
            return found
        arms = schema.get("anyOf") or schema.get("oneOf")
        if arms:
            choices = tuple(self.leaf(arm, version) for arm in arms)
            loose, is_tuple = any(one.loose for one in choices), any(one.tuple_like for one in choices)
            in_order = LEFT_TO_RIGHT_MARK in schema
            return Leaf(types, loose, is_tuple, choices=choices, in_order=in_order)
        parts = [self.leaf(part, version) for part in schema.get("allOf", ())]
        if len(parts) == 1:
            return parts[0]
        return Leaf(
            types,
            loose="format" in schema or "pattern" in schema or any(part.loose for part in parts),
            tuple_like=TUPLE_MARK in schema,
            is_format="format" in schema,
            exact=read_as_they_are(schema),
            reader=scalar_reader(schema),
            first_items=tuple(self.leaf(item, version) for item in schema.get("prefixItems", ())),
            fewest=schema.get("minItems", 0),
            items=self._inner(schema, "items", version),
            keys=self._inner(schema, "propertyNames", version),
            entries=self._inner(schema, "additionalProperties", version),
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
        name = referred(schema)
        model = None if name is None else self.reach.component(name, version).model
        if not (inspect.isclass(model) and issubclass(model, Enum)):
            return Tags(values)
        lookup = partial(_member, model) if _has_missing(model) else None
        return Tags(values, issubclass(model, int), lookup, converted=True)


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
