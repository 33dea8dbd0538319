"""Describes the arms of a union for the choice between them, from their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import Leaf
from timegate.gates.run.tuples import TupleFields
from timegate.gates.source.leaves import Shapes, has_all_keys
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import LeftOut
from timegate.wire.schema import ref, referred
from timegate.wire.wire import Component


def describe(shapes: Shapes, leaf: Schema, conversion: Conversion) -> Arm:
    """What is known of an arm, without what its program does."""
    name, reach = referred(leaf), shapes.reach
    component = None if name is None else reach.component(name, conversion.src)
    arm = _described(shapes, component, leaf, conversion.src)
    if reach.side == "responses":
        arm.leaf = replace(arm.leaf, described=True)
    elif conversion.from_client:
        _note_head(shapes, name, leaf, arm, conversion)
    if conversion.described:
        arm.leaf = replace(arm.leaf, described=True)
    if component is not None and conversion.left_out is not None:
        arm.certain = frozenset(sent_always(reach, component, conversion, conversion.left_out))
        arm.required = tuple(frozenset({key}) for key in component.required if key in arm.certain)
    return arm


def sent_always(reach: Reach, component: Component, conversion: Conversion, left_out: LeftOut) -> Iterator[str]:
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


def describe_newer(shapes: Shapes, name: str) -> Arm:
    """An arm that the client's version does not have, in head's shape, so that its payloads can be refused."""
    reach = shapes.reach
    component = reach.component(name, 0)
    introduction = reach.introduction(name, range(len(reach.history.wires) - 1, -1, -1))
    arm = _described(shapes, component, ref(name), 0)
    arm.at_head = arm
    arm.refused = None if introduction is None else introduction[1].origin
    arm.name = component.display_name
    return arm


def _note_head(shapes: Shapes, name: str | None, leaf: Schema, arm: Arm, conversion: Conversion) -> None:
    """Note how head reads an arm, and the values, keys and tags of it that a client of an older version lacks."""
    reach = shapes.reach
    head = reach.components(0)
    if not reach.names_in(leaf) <= head.keys():
        return
    if name is not None and arm.known and "anyOf" in head[name].schema:
        # A function gives an object of another model for it, which no key of its own leads to.
        return
    newest = arm.at_head = _described(shapes, None if name is None else head[name], leaf, 0)
    if arm.leaf.values is not None and newest.leaf.values is not None:
        arm.newer_values = replace(newest.leaf.values, values=newest.leaf.values.values - arm.leaf.values.values)
    if any(reach.own(part, conversion) for part in _parts(name, leaf)):
        arm.newer_keys = newest.known - arm.known
    for key, tags in newest.tags.items():
        newer = tags.values - arm.tags.get(key, tags).values
        if newer:
            arm.newer_tags[key] = newer


def _parts(name: str | None, leaf: Schema) -> Iterator[str]:
    """The components whose keys an arm has: itself, or what its `allOf` combines."""
    return filter(None, (name, *map(referred, leaf.get("allOf", ()))))


def _described(shapes: Shapes, component: Component | None, leaf: Schema, version: int) -> Arm:
    own = shapes.leaf(leaf, version)
    is_object = dict in own.types
    if own.fields is not None:
        return _named_tuple("value" if component is None else component.name, own, own.fields)
    if component is None:
        name = str(leaf.get("title") or leaf.get("type") or "value")
        # An `allOf` without a name has the keys of its parts.
        keyed = own.keyed if isinstance(own.keyed, Arm) else None
        if keyed is None:
            return Arm(name, own, is_open=is_object, keeps_others=is_object)
        return replace(keyed, name=name, leaf=own, tags={**keyed.tags}, newer_tags={})
    arm = shapes.arm(component, version)
    # Objects that are dicts of anything: they are of no class, and no key is named.
    is_open = is_object and not arm.known and not component.closed and component.model is None
    return replace(arm, leaf=own, is_open=is_open, tags={**arm.tags}, newer_tags={})


def _named_tuple(name: str, leaf: Leaf, fields: TupleFields) -> Arm:
    """The arm of a named tuple, with the keys that its objects have."""
    items = dict(zip(fields.names, leaf.first_items, strict=False))
    required = tuple(
        frozenset({one})
        for index, one in enumerate(fields.names)
        if index < leaf.fewest and index not in fields.defaults
    )
    tags = {one: item.values for one, item in items.items() if item.values is not None}
    return Arm(name, leaf, tags=tags, required=required, known=frozenset(fields.names), leaves=items, closed=True)
