"""How facts about fields are undone: added, removed, renamed, moved."""

from __future__ import annotations

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
from timegate.history.steps import KeyAdded, KeyRemoved, KeyRenamed, MovedThrough, ValueMoved
from timegate.history.undo import undo
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.schema import ref, single_reference
from timegate.wire.wire import Component, Side


def read_by(value: object) -> tuple[str, ...]:
    """The keys that a value of a fact reads of its object: a sibling one, a function all of them."""
    if isinstance(value, Sibling):
        return (value.field,)
    return ("*",) if callable(value) else ()


def value_at(
    builder: HistoryBuilder,
    place: FieldPlace,
    value: object,
    *,
    needed_in: Side | None = None,
    argument: str = "",
    problem: str = "",
    remedy: str = "with a value or sibling('…')",
) -> object:
    """A value of a fact at a place: a sibling has its wire name; a fault where it or a needed value is missing.

    Args:
        builder: the walk so far.
        place: the field.
        value: as declared.
        needed_in: the side on which payloads cannot be converted without a value.
        argument: the fact's argument that gives the value.
        problem: what is wrong where the value is needed and not given.
        remedy: what to give as the argument.
    """
    if place.side == needed_in and value is UNSET:
        builder.fault(place.text, problem, f"{builder.line(f'{argument}=…')} {remedy}")
    if not isinstance(value, Sibling):
        return value
    component = builder.component(place.side, place.name)
    key = component.wire_name(value.field)
    if key is None:
        builder.fault(
            place.text,
            f"sibling({value.field!r}) is no field right after this fact",
            f"name one of {', '.join(sorted(component.properties))}",
        )
        return UNSET
    return Sibling(key)


def _without_internal_mark(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != INTERNAL_MARK}


@undo.register
def _added(fact: Added, builder: HistoryBuilder) -> None:
    for place in builder.field_places(fact):
        component = builder.component(place.side, place.name)
        default = value_at(builder, place, fact.default)
        builder.put(place.side, without_property(component, place.key))
        step = KeyAdded(builder.origin, place.key, component.properties[place.key], default)
        builder.record(place.side, place.name, step, place.key, reads=read_by(default))


@undo.register
def _removed(fact: Removed, builder: HistoryBuilder) -> None:
    for place in builder.field_places(fact, newer=False):
        component, schema = builder.component(place.side, place.name), builder.type_of(place.side, fact)
        fill = value_at(
            builder,
            place,
            fact.backfill,
            needed_in="responses" if fact.required is not False else None,
            argument="backfill",
            problem="old clients require this field in responses, and nothing says what they read",
            remedy="with a value, sibling('…') or a function of the object",
        )
        builder.check_loss(fact, place.side, place.text)
        builder.put(place.side, with_property(component, place.key, schema, required=fact.required is not False))
        step = KeyRemoved(
            builder.origin, place.key, schema, fact.required is not False, fill, fact.was, fact.required is True
        )
        builder.record(place.side, place.name, step, place.key, reads=read_by(fill))


@undo.register
def _renamed(fact: Renamed, builder: HistoryBuilder) -> None:
    renamed: dict[tuple[Side, str], set[str]] = {}
    (old_parent, _, old), (parent, _, _) = fact.old.rpartition("."), fact.to.rpartition(".")
    for place in builder.places(fact.models, fact.to, newer=True):
        component = builder.component(place.side, place.name)
        if old_parent != parent:
            remedy = f"on(…).moved({fact.old!r}, to={fact.to!r}) moves a field"
            builder.fault(place.text, "a rename stays in its object", remedy)
        elif old == place.key:
            builder.fault_without_effect(place.text, f"the field is called {old!r} on the wire already")
        elif old in component.properties:
            problem = f"{old!r} is another field of the newer version"
            builder.fault(place.text, problem, "name the key that older clients use")
        else:
            # An internal field that was renamed is known to older clients under its old name.
            schema = _without_internal_mark(component.properties[place.key])
            known = with_property_schema(component, place.key, schema)
            builder.put(place.side, with_property_renamed(known, place.key, old))
            builder.record(place.side, place.name, KeyRenamed(builder.origin, old, place.key), old, place.key)
            renamed.setdefault((place.side, place.key), set()).add(place.name)
    for (side, new), names in renamed.items():
        _rename_tag(builder, side, new, old, frozenset(names))


def _rename_tag(builder: HistoryBuilder, side: Side, new: str, old: str, names: frozenset[str]) -> None:
    """Give the discriminator of these components' unions its old name."""
    if new not in builder.tags(side):
        return
    builder.tags(side).add(old)
    others = set[str]()

    def renamed(schema: Schema) -> Schema:
        changed, other_arms = with_tag_renamed(schema, new, old, names)
        others.update(other_arms)
        return changed

    builder.rewrite(side, renamed)
    if others:
        own = sorted(builder.component(side, name).display_name for name in names)
        arms = sorted([*own, *(builder.component(side, name).display_name for name in others)])
        builder.fault(
            f"{', '.join(own)}.{new}",
            "it is the discriminator of a union, and other arms keep the name",
            f"on({', '.join(arms)}).renamed({old!r}, to={new!r})",
        )


@undo.register
def _moved(fact: Moved, builder: HistoryBuilder) -> None:
    new_path, old_path = fact.to.split("."), fact.old.split(".")
    if "*" in (*new_path, *old_path):
        builder.fault(fact.to, "a move goes from one place to one place", "declare the fact on the model of the items")
        return
    for _, side, component in builder.targets(fact.models, new_path[0]):
        text = f"{name_of(component.model or component.name)}.{fact.to}"
        holder, keys = component, list[str]()
        for segment, following in zip(new_path, [*new_path[1:], None], strict=True):
            key = holder.wire_name(segment)
            if key is None:
                break
            keys.append(key)
            inner = holder if following is None else builder.inner(side, holder, segment, following, text)
            if inner is None:
                break
            holder = inner
        if len(keys) != len(new_path):
            if not any(fault.place == text for fault in builder.faults):
                builder.fault(text, "there is no such field right after this fact", "name a path of the newer version")
        elif old_path in (keys, new_path):
            builder.fault_without_effect(text, "the field is at this place already")
        else:
            _move(builder, fact, side, component.name, holder.name, keys, old_path, text)


def _move(
    builder: HistoryBuilder, fact: Moved, side: Side, root: str, holder: str, new: list[str], old: list[str], text: str
) -> None:
    """Undo the move of one value.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        side: whether clients send or receive the value.
        root: the component that the fact is about, where both paths begin.
        holder: the component that has the value in the newer version.
        new: the path in the newer version, in wire names.
        old: the path in the older version, as declared.
        text: the place as faults write it.
    """
    source = builder.component(side, holder)
    schema = _without_internal_mark(source.properties[new[-1]])
    newer_parent = builder.component(side, root).properties[new[0]]
    if holder != root and builder.has_touched(side, holder, new[-1]):
        builder.fault(
            text,
            f"a later fact of the same version touches {new[-1]!r} of {holder} on the way",
            "put the move after it, with the name it has then, or into a version of its own",
        )
    # Where `empty=` stands in for an absent parent, the older version always has the field.
    always_there = len(new) == 1 or fact.empty is not UNSET or _parents_required(builder, side, root, new)
    required = new[-1] in source.required and always_there
    builder.put(side, without_property(source, new[-1]))
    if holder != root:
        builder.record(side, holder, MovedThrough(builder.origin, new[-1], schema, older=False), new[-1])
        _drop_empty_parents(builder, side, root, new)
    target, wire_names = root, list[str]()
    for segment in old[:-1]:
        component = builder.component(side, target)
        key = component.wire_name(segment)
        if key is None:
            # Only older versions have this parent. Newer wires get its component too, because a component has a
            # place in the wire of every version.
            name = f"{target}.{segment}"
            inner = Component(name, {"type": "object", "properties": {}}, inline=True, display_name=name)
            builder.wires[:] = [wire.edited(side, inner) for wire in builder.wires]
            builder.put(side, with_property(component, segment, ref(name), required=required))
            key = segment
        next_target = single_reference(builder.component(side, target).properties[key])
        if next_target is None:
            builder.fault(text, f"{segment!r} leads to no single model", "name a path through models")
            return
        wire_names.append(key)
        target = next_target
    component = builder.component(side, target)
    if old[-1] in component.properties:
        builder.fault(text, f"{fact.old!r} is another field of the newer version", "name the place older clients use")
        return
    builder.put(side, with_property(component, old[-1], schema, required=required))
    if target != root:
        builder.record(side, target, MovedThrough(builder.origin, old[-1], schema, older=True), old[-1])
    wire_names.append(old[-1])
    older_parent = builder.component(side, root).properties[wire_names[0]]
    step = ValueMoved(builder.origin, tuple(wire_names), tuple(new), schema, older_parent, newer_parent, fact.empty)
    builder.record(side, root, step, new[0], old[0])


def _parents(builder: HistoryBuilder, side: Side, root: str, path: list[str]) -> list[tuple[Component, str, str]]:
    """The parents on a path, outermost first: the component that holds each, its key there, and its own component."""
    found: list[tuple[Component, str, str]] = []
    holder = root
    for key in path[:-1]:
        component = builder.component(side, holder)
        name = single_reference(component.properties[key])
        if name is None:
            break
        found.append((component, key, name))
        holder = name
    return found


def _parents_required(builder: HistoryBuilder, side: Side, root: str, path: list[str]) -> bool:
    """Whether every parent on a path is required and never null."""
    components = builder.wire.components(side)
    return all(
        key in component.required and not is_nullable(component.properties[key], components)
        for component, key, _ in _parents(builder, side, root, path)
    )


def _drop_empty_parents(builder: HistoryBuilder, side: Side, root: str, path: list[str]) -> None:
    """Remove from the older version the parents that the move has left without any property."""
    for holder, key, name in reversed(_parents(builder, side, root, path)):
        if builder.component(side, name).properties:
            return
        builder.put(side, without_property(builder.component(side, holder.name), key))
