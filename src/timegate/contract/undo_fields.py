"""How facts about fields are undone: added, removed, renamed, moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from timegate.changes.base import INTERNAL_MARK, UNSET, Sibling, name_of
from timegate.changes.fields import Added, Moved, Removed, Renamed
from timegate.contract.document import Component, Side, Wire, ref
from timegate.contract.edits import (
    is_nullable,
    with_property,
    with_property_renamed,
    with_property_schema,
    with_tag_renamed,
    without_property,
)
from timegate.contract.lowering import undo
from timegate.contract.past import Past, Place, single_reference
from timegate.contract.steps import Back, Gone, Rekeyed, Transit
from timegate.contract.steps import Moved as MovedStep
from timegate.typing import Schema


def read_by(value: object) -> tuple[str, ...]:
    """What a value of a fact reads of its object: a sibling one key, a function all of them."""
    if isinstance(value, Sibling):
        return (value.field,)
    return ("*",) if callable(value) else ()


def public(schema: Schema) -> Schema:
    """The schema of a field that clients know."""
    return {key: value for key, value in schema.items() if key != INTERNAL_MARK}


def known_sibling(past: Past, place: Place, value: object) -> object:
    """A sibling by its wire name; a fault where the object has no such field."""
    if not isinstance(value, Sibling):
        return value
    component = past.component(place.side, place.name)
    key = component.wire(value.field)
    if key is None:
        past.blame(
            place.text,
            f"sibling({value.field!r}) is no field right after this fact",
            f"name one of {', '.join(sorted(component.properties))}",
        )
        return UNSET
    return Sibling(key)


@undo.register
def _added(fact: Added, past: Past) -> None:
    for field in reversed(fact.fields):
        for place in past.places(fact.models, field, newer=True):
            component = past.component(place.side, place.name)
            schema = component.properties[place.key]
            default = known_sibling(past, place, fact.default)
            past.put(place.side, without_property(component, place.key))
            step = Gone(past.origin, place.key, schema, default)
            past.record(place.side, place.name, step, place.key, reads=read_by(default))


@undo.register
def _removed(fact: Removed, past: Past) -> None:
    for field in reversed(fact.fields):
        for place in past.places(fact.models, field, newer=False):
            component = past.component(place.side, place.name)
            schema = past.type_of(place.side, fact)
            fill = known_sibling(past, place, fact.backfill)
            if place.side == "responses" and fact.required and fact.backfill is UNSET:
                past.blame(
                    place.text,
                    "old clients require this field in responses, and nothing says what they read",
                    f"{past.line('backfill=…')} with a value, sibling('…') or a function of the object",
                )
            if place.side == "requests" and fact.loses is None:
                past.blame(place.text, "what old clients send here is lost", past.line('loses="why nobody misses it"'))
            past.put(place.side, with_property(component, place.key, schema, required=fact.required))
            step = Back(past.origin, place.key, schema, fact.required, fill)
            past.record(place.side, place.name, step, place.key, reads=read_by(fill))


@undo.register
def _renamed(fact: Renamed, past: Past) -> None:
    renamed: dict[Side, dict[str, set[str]]] = {}
    for place in past.places(fact.models, fact.to, newer=True):
        component = past.component(place.side, place.name)
        old = fact.old.rpartition(".")[2]
        if fact.old.rpartition(".")[0] != fact.to.rpartition(".")[0]:
            past.blame(
                place.text, "a rename stays in its object", f"on(…).moved({fact.old!r}, to={fact.to!r}) moves a field"
            )
            continue
        if old == place.key:
            past.blame(place.text, f"the field is called {old!r} on the wire already", f"take {past.fact} out")
            continue
        if old in component.properties:
            past.blame(
                place.text, f"{old!r} is another field of the newer version", "name the key that older clients use"
            )
            continue
        # Under another name an internal field is what older clients say: only head keeps it to itself.
        known = with_property_schema(component, place.key, public(component.properties[place.key]))
        past.put(place.side, with_property_renamed(known, place.key, old))
        past.record(place.side, place.name, Rekeyed(past.origin, old, place.key), old, place.key)
        renamed.setdefault(place.side, {}).setdefault(f"{place.key}>{old}", set()).add(place.name)
    for side, keys in renamed.items():
        for pair, names in keys.items():
            new, _, old = pair.partition(">")
            _rename_tag(past, side, new, old, frozenset(names))


def _rename_tag(past: Past, side: Side, new: str, old: str, names: frozenset[str]) -> None:
    """Tell unions apart by the old name of their tag."""
    if new not in past.tags(side):
        return
    past.tags(side).add(old)
    others = set[str]()

    def renamed(schema: Schema) -> Schema:
        changed, left = with_tag_renamed(schema, new, old, names)
        others.update(left)
        return changed

    for component in list(past.wire.components(side).values()):
        schema = renamed(component.schema)
        if schema != component.schema:
            past.put(side, replace(component, schema=schema))
    past.wire = with_roots(past.wire, side, renamed)
    if others:
        mine = sorted(past.component(side, name).shown for name in names)
        arms = sorted([*mine, *(past.component(side, name).shown for name in others)])
        past.blame(
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
            answers = {
                status: None if body is None else replace(body, schema=change(body.schema))
                for status, body in operation.answers.items()
            }
            operations[index] = replace(operation, answers=answers)
    if side == "requests":
        return replace(wire, operations=tuple(operations), receives=tuple(change(schema) for schema in wire.receives))
    return replace(wire, operations=tuple(operations), sends=tuple(change(schema) for schema in wire.sends))


@undo.register
def _moved(fact: Moved, past: Past) -> None:
    new_path, old_path = fact.to.split("."), fact.old.split(".")
    if "*" in (*new_path, *old_path):
        past.blame(fact.to, "a move goes from one place to one place", "declare the fact on the model of the items")
        return
    for _, side, component in past.targets(fact.models, new_path[0]):
        text = f"{name_of(component.model or component.name)}.{fact.to}"
        holder, keys = component, list[str]()
        for position, segment in enumerate(new_path):
            key = holder.wire(segment)
            if key is None:
                break
            keys.append(key)
            if position < len(new_path) - 1:
                inner = past.inner(side, holder, segment, new_path[position + 1], text)
                if inner is None:
                    break
                holder = inner
        if len(keys) != len(new_path):
            if not any(fault.place == text for fault in past.faults):
                past.blame(text, "there is no such field right after this fact", "name a path of the newer version")
            continue
        if old_path in (keys, new_path):
            past.blame(text, "the field is at this place already", f"take {past.fact} out")
            continue
        _move(past, fact, side, component.name, holder.name, keys, old_path, text)


def _move(
    past: Past, fact: Moved, side: Side, root: str, holder: str, new: list[str], old: list[str], text: str
) -> None:
    source = past.component(side, holder)
    schema = public(source.properties[new[-1]])
    newer_parent = past.component(side, root).properties[new[0]]
    if holder != root and past.has_touched(side, holder, new[-1]):
        past.blame(
            text,
            f"a later fact of the same version touches {new[-1]!r} of {holder} on the way",
            "put the move after it, with the name it has then, or into a version of its own",
        )
    required = new[-1] in source.required
    parents_required = len(new) == 1 or _parents_required(past, side, root, new)
    past.put(side, without_property(source, new[-1]))
    if holder != root:
        past.record(side, holder, Transit(past.origin, new[-1], schema, older=False), new[-1])
        _drop_empty(past, side, root, new)
    target, wires = root, list[str]()
    for segment in old[:-1]:
        component = past.component(side, target)
        key = component.wire(segment)
        if key is None:
            name = f"{target}.{segment}"
            inner = Component(name, {"type": "object", "properties": {}}, adhoc=True, shown=name)
            for index, wire in enumerate(past.wires):
                past.wires[index] = wire.edited(side, inner)
            past.put(side, with_property(past.component(side, target), segment, ref(name), required=required))
            key = segment
        name_behind = single_reference(past.component(side, target).properties[key])
        if name_behind is None:
            past.blame(text, f"{segment!r} leads to no single model", "name a path through models")
            return
        wires.append(key)
        target = name_behind
    component = past.component(side, target)
    if old[-1] in component.properties:
        past.blame(text, f"{fact.old!r} is another field of the newer version", "name the place older clients use")
        return
    past.put(side, with_property(component, old[-1], schema, required=required and parents_required))
    if target != root:
        past.record(side, target, Transit(past.origin, old[-1], schema, older=True), old[-1])
    wires.append(old[-1])
    older_parent = past.component(side, root).properties[wires[0]]
    step = MovedStep(past.origin, tuple(wires), tuple(new), schema, older_parent, newer_parent, fact.empty)
    past.record(side, root, step, new[0], old[0])


def _parents_required(past: Past, side: Side, root: str, path: list[str]) -> bool:
    """Whether every parent on a path is required and never null."""
    component = past.component(side, root)
    for key in path[:-1]:
        schema = component.properties[key]
        if key not in component.required or is_nullable(schema, past.wire.components(side)):
            return False
        name = single_reference(schema)
        if name is None:
            return False
        component = past.component(side, name)
    return True


def _drop_empty(past: Past, side: Side, root: str, path: list[str]) -> None:
    """Take the parents off the older version that the move has left without any property."""
    for depth in range(len(path) - 1, 0, -1):
        holder = root
        for key in path[: depth - 1]:
            name = single_reference(past.component(side, holder).properties[key])
            if name is None:
                return
            holder = name
        name = single_reference(past.component(side, holder).properties[path[depth - 1]])
        if name is None or past.component(side, name).properties:
            return
        past.put(side, without_property(past.component(side, holder), path[depth - 1]))
