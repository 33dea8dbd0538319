"""How facts about fields are undone: added, removed, renamed, moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from timegate.changes.base import INTERNAL_MARK, UNSET, Sibling, name_of
from timegate.changes.fields import Added, Moved, Removed, Renamed
from timegate.history.builder import FieldPlace, HistoryBuilder
from timegate.history.schema_edits import (
    with_property,
    with_property_renamed,
    with_property_schema,
    with_tag_renamed,
    without_property,
)
from timegate.history.steps import KeyAdded, KeyRemoved, KeyRenamed, MovedThrough
from timegate.history.steps import ValueMoved as ValueMoved
from timegate.history.undo import undo
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.schema import ref, single_reference
from timegate.wire.wire import Component, Side, Wire


def read_by(value: object) -> tuple[str, ...]:
    """What a value of a fact reads of its object: a sibling one key, a function all of them."""
    if isinstance(value, Sibling):
        return (value.field,)
    return ("*",) if callable(value) else ()


def public(schema: Schema) -> Schema:
    """The schema of a field that clients know."""
    return {key: value for key, value in schema.items() if key != INTERNAL_MARK}


def known_sibling(builder: HistoryBuilder, place: FieldPlace, value: object) -> object:
    """A sibling by its wire name; a fault where the object has no such field."""
    if not isinstance(value, Sibling):
        return value
    component = builder.component(place.side, place.name)
    key = component.wire(value.field)
    if key is None:
        builder.fault(
            place.text,
            f"sibling({value.field!r}) is no field right after this fact",
            f"name one of {', '.join(sorted(component.properties))}",
        )
        return UNSET
    return Sibling(key)


@undo.register
def _added(fact: Added, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=True):
            component = builder.component(place.side, place.name)
            schema = component.properties[place.key]
            default = known_sibling(builder, place, fact.default)
            builder.put(place.side, without_property(component, place.key))
            step = KeyAdded(builder.origin, place.key, schema, default)
            builder.record(place.side, place.name, step, place.key, reads=read_by(default))


@undo.register
def _removed(fact: Removed, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=False):
            component = builder.component(place.side, place.name)
            schema = builder.type_of(place.side, fact)
            fill = known_sibling(builder, place, fact.backfill)
            if place.side == "responses" and fact.required and fact.backfill is UNSET:
                builder.fault(
                    place.text,
                    "old clients require this field in responses, and nothing says what they read",
                    f"{builder.line('backfill=…')} with a value, sibling('…') or a function of the object",
                )
            if place.side == "requests" and fact.loses is None:
                builder.fault(
                    place.text, "what old clients send here is lost", builder.line('loses="why nobody misses it"')
                )
            builder.put(place.side, with_property(component, place.key, schema, required=fact.required))
            step = KeyRemoved(builder.origin, place.key, schema, fact.required, fill)
            builder.record(place.side, place.name, step, place.key, reads=read_by(fill))


@undo.register
def _renamed(fact: Renamed, builder: HistoryBuilder) -> None:
    renamed: dict[Side, dict[str, set[str]]] = {}
    for place in builder.places(fact.models, fact.to, newer=True):
        component = builder.component(place.side, place.name)
        old = fact.old.rpartition(".")[2]
        if fact.old.rpartition(".")[0] != fact.to.rpartition(".")[0]:
            builder.fault(
                place.text, "a rename stays in its object", f"on(…).moved({fact.old!r}, to={fact.to!r}) moves a field"
            )
            continue
        if old == place.key:
            builder.fault(place.text, f"the field is called {old!r} on the wire already", f"take {builder.fact} out")
            continue
        if old in component.properties:
            builder.fault(
                place.text, f"{old!r} is another field of the newer version", "name the key that older clients use"
            )
            continue
        # Under another name an internal field is what older clients say: only head keeps it to itself.
        known = with_property_schema(component, place.key, public(component.properties[place.key]))
        builder.put(place.side, with_property_renamed(known, place.key, old))
        builder.record(place.side, place.name, KeyRenamed(builder.origin, old, place.key), old, place.key)
        renamed.setdefault(place.side, {}).setdefault(f"{place.key}>{old}", set()).add(place.name)
    for side, keys in renamed.items():
        for pair, names in keys.items():
            new, _, old = pair.partition(">")
            _rename_tag(builder, side, new, old, frozenset(names))


def _rename_tag(builder: HistoryBuilder, side: Side, new: str, old: str, names: frozenset[str]) -> None:
    """Tell unions apart by the old name of their tag."""
    if new not in builder.tags(side):
        return
    builder.tags(side).add(old)
    others = set[str]()

    def renamed(schema: Schema) -> Schema:
        changed, left = with_tag_renamed(schema, new, old, names)
        others.update(left)
        return changed

    for component in list(builder.wire.components(side).values()):
        schema = renamed(component.schema)
        if schema != component.schema:
            builder.put(side, replace(component, schema=schema))
    builder.wire = with_roots(builder.wire, side, renamed)
    if others:
        mine = sorted(builder.component(side, name).display_name for name in names)
        arms = sorted([*mine, *(builder.component(side, name).display_name for name in others)])
        builder.fault(
            f"{', '.join(mine)}.{new}",
            "it tells the arms of a union apart, and other arms keep the name",
            f"on({', '.join(arms)}).renamed({old!r}, to={new!r})",
        )


def with_roots(wire: Wire, side: Side, change: Callable[[Schema], Schema]) -> Wire:
    """The wire with every root schema of one side changed."""
    operations = list(wire.operations)
    for index, operation in enumerate(operations):
        if side == "requests" and operation.request is not None:
            request = replace(operation.request, schema=change(operation.request.schema))
            operations[index] = replace(operation, request=request)
        elif side == "responses":
            responses = {
                status: None if body is None else replace(body, schema=change(body.schema))
                for status, body in operation.responses.items()
            }
            operations[index] = replace(operation, responses=responses)
    if side == "requests":
        return replace(wire, operations=tuple(operations), receives=tuple(change(schema) for schema in wire.receives))
    return replace(wire, operations=tuple(operations), sends=tuple(change(schema) for schema in wire.sends))


@undo.register
def _moved(fact: Moved, builder: HistoryBuilder) -> None:
    new_path, old_path = fact.to.split("."), fact.old.split(".")
    if "*" in (*new_path, *old_path):
        builder.fault(fact.to, "a move goes from one place to one place", "declare the fact on the model of the items")
        return
    for _, side, component in builder.targets(fact.models, new_path[0]):
        text = f"{name_of(component.model or component.name)}.{fact.to}"
        holder, keys = component, list[str]()
        for position, segment in enumerate(new_path):
            key = holder.wire(segment)
            if key is None:
                break
            keys.append(key)
            if position < len(new_path) - 1:
                inner = builder.inner(side, holder, segment, new_path[position + 1], text)
                if inner is None:
                    break
                holder = inner
        if len(keys) != len(new_path):
            if not any(fault.place == text for fault in builder.faults):
                builder.fault(text, "there is no such field right after this fact", "name a path of the newer version")
            continue
        if old_path in (keys, new_path):
            builder.fault(text, "the field is at this place already", f"take {builder.fact} out")
            continue
        _move(builder, fact, side, component.name, holder.name, keys, old_path, text)


def _move(
    builder: HistoryBuilder, fact: Moved, side: Side, root: str, holder: str, new: list[str], old: list[str], text: str
) -> None:
    source = builder.component(side, holder)
    schema = public(source.properties[new[-1]])
    newer_parent = builder.component(side, root).properties[new[0]]
    if holder != root and builder.has_touched(side, holder, new[-1]):
        builder.fault(
            text,
            f"a later fact of the same version touches {new[-1]!r} of {holder} on the way",
            "put the move after it, with the name it has then, or into a version of its own",
        )
    # Where `empty=` stands in for a parent that is not there, the older version always has the field.
    always_there = len(new) == 1 or fact.empty is not UNSET or _parents_required(builder, side, root, new)
    required = new[-1] in source.required and always_there
    builder.put(side, without_property(source, new[-1]))
    if holder != root:
        builder.record(side, holder, MovedThrough(builder.origin, new[-1], schema, older=False), new[-1])
        _drop_empty(builder, side, root, new)
    target, wires = root, list[str]()
    for segment in old[:-1]:
        component = builder.component(side, target)
        key = component.wire(segment)
        if key is None:
            name = f"{target}.{segment}"
            inner = Component(name, {"type": "object", "properties": {}}, inline=True, display_name=name)
            for index, wire in enumerate(builder.wires):
                builder.wires[index] = wire.edited(side, inner)
            builder.put(side, with_property(builder.component(side, target), segment, ref(name), required=required))
            key = segment
        name_behind = single_reference(builder.component(side, target).properties[key])
        if name_behind is None:
            builder.fault(text, f"{segment!r} leads to no single model", "name a path through models")
            return
        wires.append(key)
        target = name_behind
    component = builder.component(side, target)
    if old[-1] in component.properties:
        builder.fault(text, f"{fact.old!r} is another field of the newer version", "name the place older clients use")
        return
    builder.put(side, with_property(component, old[-1], schema, required=required))
    if target != root:
        builder.record(side, target, MovedThrough(builder.origin, old[-1], schema, older=True), old[-1])
    wires.append(old[-1])
    older_parent = builder.component(side, root).properties[wires[0]]
    step = ValueMoved(builder.origin, tuple(wires), tuple(new), schema, older_parent, newer_parent, fact.empty)
    builder.record(side, root, step, new[0], old[0])


def _parents_required(builder: HistoryBuilder, side: Side, root: str, path: list[str]) -> bool:
    """Whether every parent on a path is required and never null."""
    component = builder.component(side, root)
    for key in path[:-1]:
        schema = component.properties[key]
        if key not in component.required or is_nullable(schema, builder.wire.components(side)):
            return False
        name = single_reference(schema)
        if name is None:
            return False
        component = builder.component(side, name)
    return True


def _drop_empty(builder: HistoryBuilder, side: Side, root: str, path: list[str]) -> None:
    """Take the parents off the older version that the move has left without any property."""
    for depth in range(len(path) - 1, 0, -1):
        holder = root
        for key in path[: depth - 1]:
            name = single_reference(builder.component(side, holder).properties[key])
            if name is None:
                return
            holder = name
        name = single_reference(builder.component(side, holder).properties[path[depth - 1]])
        if name is None or builder.component(side, name).properties:
            return
        builder.put(side, without_property(builder.component(side, holder), path[depth - 1]))
