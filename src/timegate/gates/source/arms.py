"""Describes the arms of a union for the choice between them, from their schemas."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, Flag, IntEnum, StrEnum
from functools import partial
from typing import Any

from typing_extensions import is_typeddict

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.arms import Arm, Leaf, Tags, distinguishable
from timegate.typing import Schema
from timegate.wire.json_types import EVERY, all_listed_values, is_nullable, listed_values
from timegate.wire.marks import LeftOut
from timegate.wire.schema import NULL, ref, referred
from timegate.wire.wire import Component


def describe(reach: Reach, leaf: Schema, conversion: Conversion) -> Arm:
    """What is known of an arm, without what its program does."""
    name = referred(leaf)
    component = None if name is None else reach.component(name, conversion.src)
    arm = _described(reach, component, leaf, conversion.src)
    arm.leaf = replace(arm.leaf, described=conversion.described)
    if component is not None and reach.side == "requests" and conversion.from_client:
        _note_newer(reach, component, arm, conversion)
    if component is not None and conversion.left_out is not None:
        arm.certain = frozenset(_sent_always(reach, component, conversion, conversion.left_out))
        arm.required = tuple(frozenset({key}) for key in component.required if key in arm.certain)
    return arm


def has_all_keys(component: Component) -> bool:
    """Whether a component's objects have all their keys when head sends them: those of models and dataclasses."""
    return inspect.isclass(component.model) and not is_typeddict(component.model)


def _sent_always(reach: Reach, component: Component, conversion: Conversion, left_out: LeftOut) -> Iterator[str]:
    """The keys that objects have whatever their values are, where a route leaves keys out of its response."""
    components = reach.components(conversion.src)
    names: dict[str, list[str]] = {}
    for name, wire in component.fields.items():
        names.setdefault(wire, []).append(name)
    always = component.required if left_out.defaults or not has_all_keys(component) else component.properties
    for key in always:
        is_null = left_out.nulls and is_nullable(component.properties.get(key, {}), components)
        if not is_null and not left_out.excludes(key, *names.get(key, ())):
            yield key


def describe_newer(reach: Reach, name: str) -> Arm:
    """An arm that the client's version does not have, in head's shape, so that its payloads can be refused."""
    component = reach.component(name, 0)
    introduction = reach.introduction(name, reversed(range(len(reach.history.wires))))
    arm = _described(reach, component, {"type": "object"}, 0)
    arm.refused = None if introduction is None else introduction[1].origin
    arm.name = component.display_name
    return arm


def takes_over(reach: Reach, first: Arm, second: Arm) -> bool:
    """Whether head reads as the first arm some values that old clients mean as the second, and others as the second.

    The version of the clients tells the two apart by a key that has another name at head, where the second has it too.
    """
    components = reach.components(0)
    if not {first.name, second.name} <= components.keys() or not first.certain - second.known:
        return False
    one, other = (_described(reach, components[arm.name], ref(arm.name), 0) for arm in (first, second))
    if distinguishable(one, other, keys_may_lack=True):
        return False
    return not (other.known <= one.known and other.certain >= one.certain)


def _note_newer(reach: Reach, component: Component, arm: Arm, conversion: Conversion) -> None:
    """Note the keys and tags that head's version of an arm has and the client's lacks, so that they can be refused."""
    head = reach.components(0).get(component.name)
    if head is None:
        return
    newest = _described(reach, head, {"type": "object"}, 0)
    if reach.own(component.name, conversion):
        arm.newer_keys = newest.known - arm.known
    for key, tags in newest.tags.items():
        newer = tags.values - arm.tags.get(key, tags).values
        if newer:
            arm.newer_tags[key] = newer


def _described(reach: Reach, component: Component | None, leaf: Schema, version: int) -> Arm:
    own = leaf_of(reach, leaf, version)
    values = tags_of(reach, leaf, version)
    if component is None:
        name = str(leaf.get("title") or leaf.get("type") or "value")
        return Arm(name, own, values, is_open=dict in own.types)
    arm = Arm(component.name, own, values, is_open=dict in own.types and _is_open(component))
    for key, schema in component.properties.items():
        tags, found = tags_of(reach, schema, version), leaf_of(reach, schema, version)
        for spelling in component.accepted(key):
            if tags is not None:
                arm.tags[spelling] = tags
            if found.types != EVERY:
                arm.leaves[spelling] = found
    arm.required = tuple(frozenset(component.accepted(key)) for key in component.required)
    arm.certain = frozenset(component.required)
    arm.known = frozenset(spelling for key in component.properties for spelling in component.accepted(key))
    arm.closed = component.closed
    return arm


def _is_open(component: Component) -> bool:
    """Whether a component's objects are dicts of anything: it is no class and names no key."""
    return not component.properties and not component.closed and component.model is None


def leaf_of(reach: Reach, schema: Schema, version: int) -> Leaf:
    """How values of a schema are recognised."""
    types = reach.python_types(schema, version)
    return Leaf(types, _any_part(reach, schema, version, _is_loose), _any_part(reach, schema, version, _is_tuple))


def _is_loose(schema: Schema) -> bool:
    return "format" in schema or "pattern" in schema or listed_values(schema) is not None


def _is_tuple(schema: Schema) -> bool:
    return "prefixItems" in schema


def _any_part(reach: Reach, schema: Schema, version: int, found: Any) -> bool:
    """Whether a schema, what it refers to, or one of its arms is of some kind."""
    seen, waiting = set[str](), [schema]
    while waiting:
        part = waiting.pop()
        if found(part):
            return True
        name = referred(part)
        if name is not None and name not in seen:
            seen.add(name)
            waiting.append(reach.component(name, version).schema)
        waiting += [arm for keyword in ("anyOf", "oneOf", "allOf") for arm in part.get(keyword, ())]
    return False


def tags_of(reach: Reach, schema: Schema, version: int) -> Tags | None:
    """The only values that a schema admits; None where it does not list them."""
    if schema == NULL:
        return None
    values = all_listed_values(schema, lambda name: reach.component(name, version))
    if values is None:
        return None
    name = referred(schema)
    model = None if name is None else reach.component(name, version).model
    if not (inspect.isclass(model) and issubclass(model, Enum)):
        return Tags(values)
    return Tags(values, issubclass(model, int), partial(_member, model) if _has_missing(model) else None)


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
