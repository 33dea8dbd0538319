"""How a move of a value is undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from timegate.changes.base import UNSET, name_of
from timegate.changes.fields import Moved
from timegate.history.builder import HistoryBuilder
from timegate.history.declared_values import check_value, plain_value, read_by
from timegate.history.field_paths import EACH, next_field, plain_key, split_path
from timegate.history.move_order import Parents, check_order
from timegate.history.schema_edits import with_property, without_internal_mark
from timegate.history.steps import MovedThrough, ValueMoved
from timegate.history.undo import undo
from timegate.history.undo_fields import check_header
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.names import first_free
from timegate.wire.schema import ref, single_reference
from timegate.wire.wire import SIDES, Component, Side


class _Way(NamedTuple):
    """A path through components, as it was found.

    Args:
        keys: the path in wire names.
        holder: the component that has the last key.
        again: how many of the objects on it, innermost first, a later move of the version makes anew.
    """

    keys: tuple[str, ...]
    holder: str
    again: int = 0


@undo.register
def _moved(fact: Moved, builder: HistoryBuilder) -> None:
    new_path, old_path = split_path(fact.to), split_path(fact.old)
    if EACH in (*new_path, *old_path):
        builder.fault(fact.to, "a move goes from one place to one place", "declare the fact on the model of the items")
        return
    targets = list(builder.targets(fact.models, fact.to))
    for model in fact.models:
        found = False
        for side in SIDES:
            names = [component.name for target, where, component in targets if target is model and where == side]
            ways = _ways(builder, side, names, new_path, f"{name_of(model)}.{fact.to}")
            found = found or bool(ways)
            for holder in dict.fromkeys(way.holder for way in ways.values()):
                roots = {root: way.keys for root, way in ways.items() if way.holder == holder}
                _move(builder, fact, side, roots, holder, old_path)
        if not found and any(target is model for target, _, _ in targets):
            text = f"{name_of(model)}.{fact.to}"
            if not any(fault.place == text for fault in builder.faults):
                builder.fault_unknown_field(
                    text, fact.to, [(side, one) for target, side, one in targets if target is model]
                )


def _ways(builder: HistoryBuilder, side: Side, roots: list[str], path: list[str], text: str) -> dict[str, _Way]:
    """The way from each of some components along a path; none for those that do not have it.

    The components hold the same field, so that all of them share the models behind it.
    """
    found: dict[str, _Way] = {}
    for root in roots:
        holder, keys, among = builder.component(side, root), list[str](), frozenset(roots)
        left = path
        while left:
            segment, left = next_field(left, holder)
            key = holder.wire_name(segment)
            if key is None:
                break
            keys.append(key)
            if not left:
                found[root] = _Way(tuple(keys), holder.name)
                break
            inner = builder.inner(side, holder, segment, left[0], text, among=among)
            if inner is None:
                break
            holder, among = inner, frozenset({inner.name})
    return found


def _move(
    builder: HistoryBuilder,
    fact: Moved,
    side: Side,
    roots: Mapping[str, tuple[str, ...]],
    holder: str,
    old: list[str],
) -> None:
    """Undo the move of one value.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        side: whether clients send or receive the value.
        roots: the components that the fact is about, where both paths begin, each with the path in the newer version.
        holder: the component that has the value in the newer version.
        old: the parts of the path in the older version, as declared.
    """
    source = builder.component(side, holder)
    new = next(iter(roots.values()))
    texts = {root: f"{_name(builder.component(side, root))}.{fact.to}" for root in roots}
    text = next(iter(texts.values()))
    if fact.old == fact.to or list(map(plain_key, old)) == list(new):
        builder.fault_without_effect(text, "the field is at this place already")
        return
    schema = without_internal_mark(source.properties[new[-1]])
    newer_ways = {root: _parents(builder, side, root, path) for root, path in roots.items()}
    check_order(builder, side, text, newer_ways.values(), new[-1])
    empty = fact.empty
    if empty is not UNSET and len(new) == 1:
        builder.fault(
            text, "the new place has no parent that could be absent, so empty= says nothing", "take empty= out"
        )
        return
    if empty is not UNSET and not callable(empty):
        settings = source.settings if side == "responses" else None
        empty = plain_value(builder, text, empty, argument="empty", settings=settings)
    if empty is not UNSET and not callable(empty) and side == "responses":
        check_value(builder, side, text, empty, argument="empty", fits=schema)
    newer_parents = {root: builder.component(side, root).properties[path[0]] for root, path in roots.items()}
    # Where `empty=` stands in for an absent parent, the older version always has the field.
    always_there = {
        root: len(path) == 1 or fact.empty is not UNSET or _parents_required(builder, side, root, path)
        for root, path in roots.items()
    }
    made = {root: _without_value(builder, side, way) for root, way in newer_ways.items()}
    deeper = {(name, key) for way in newer_ways.values() for name, key, _ in way[1:]}
    deeper = {(name, key) for name, key in deeper if key in builder.component(side, name).required}
    required = {root: there and new[-1] in source.required for root, there in always_there.items()}
    builder.take(side, source, new[-1])
    if holder not in roots:
        builder.record(side, holder, MovedThrough(builder.origin, new[-1], schema, older=False), new[-1])
        _drop_empty_parents(builder, side, roots)
    kept = {root: builder.component(side, root).properties for root in roots}
    for root, path in roots.items() if side == "requests" else ():
        gone = [key for name, key in deeper if key not in builder.component(side, name).properties]
        if gone and path[0] in kept[root] and not required[root]:
            builder.fault(
                texts[root],
                f"older clients may leave {fact.old!r} out: then the move makes no {gone[0]!r}, which head requires",
                f"give {gone[0]!r} a default in the model",
            )
    done: set[str] = set()
    for root, path in roots.items():
        way = _make_way(builder, side, root, frozenset(roots), old, texts[root], required=required[root])
        if way is None:
            return
        target = builder.component(side, way.holder)
        if target.name not in done:
            last = way.keys[-1]
            if last in target.properties:
                problem = f"{fact.old!r} is another field of the newer version"
                builder.fault(texts[root], problem, "name the place older clients use")
                return
            if not builder.may_get_fields(target, texts[root]):
                return
            check_header(builder, fact, target, texts[root], last)
            builder.put(side, with_property(target, last, schema, required=required[root]))
            if way.holder not in roots:
                builder.record(side, way.holder, MovedThrough(builder.origin, last, schema, older=True), last)
            done.add(target.name)
        older_way = _parents(builder, side, root, way.keys)
        check_order(builder, side, texts[root], [older_way], way.keys[-1])
        older_parent = builder.component(side, root).properties[way.keys[0]]
        older, newer = (tuple(name for *_, name in one) for one in (older_way, newer_ways[root]))
        step = ValueMoved(
            builder.origin, way.keys, path, schema, older_parent, newer_parents[root], older, newer, empty,
            made=UNSET if path[0] in kept[root] else made[root], again=way.again,
        )  # fmt: skip
        builder.record(side, root, step, path[0], way.keys[0], reads=read_by(empty))


def _name(component: Component) -> str:
    return name_of(component.model or component.name)


def _make_way(
    builder: HistoryBuilder, side: Side, root: str, roots: frozenset[str], old: list[str], text: str, *, required: bool
) -> _Way | None:
    """The way along the old path; a parent that only older versions have is made. None where there can be no way."""
    target, keys, among, again = root, list[str](), roots, 0
    left, last = old[:-1], plain_key(old[-1])
    while left:
        component = builder.component(side, target)
        segment, left = next_field(left, component)
        key = component.wire_name(segment)
        if key is None:
            if builder.later.renames(side, target, builder.boundary, segment):
                # What comes there in between is gone again: nobody could tell it from the object that the move empties.
                problem = f"a later fact of the same version renames another {segment!r}"
                builder.fault(text, problem, "move and rename it at once: to= with the name that it has in the end")
                return None
            if not builder.may_get_fields(component, text):
                return None
            name = builder.emptied.get((side, builder.boundary, target, segment))
            again += name is not None
            if name is None:
                name = first_free(builder.wire.components(side), f"{target}.{segment}", numbered=f"{target}.{segment} ")
                empty: Schema = {"type": "object", "properties": {}}
                inner = Component(name, empty, inline=True, display_name=name, by_name=component.by_name)
                builder.made.add(builder.wires, side, inner)
            inner = builder.component(side, name)
            builder.put(side, with_property(component, segment, ref(name), required=required))
            if component.name not in roots:
                # The move goes through an object that both versions have, to one of the older version alone.
                builder.record(
                    side, component.name, MovedThrough(builder.origin, segment, ref(name), older=True), segment
                )
            key = segment
        else:
            found = builder.inner(side, component, segment, (*left, last)[0], text, among=among)
            if found is None:
                return None
            inner = found
        keys.append(key)
        target, among = inner.name, frozenset({inner.name})
    return _Way((*keys, last), target, again)


def _parents(builder: HistoryBuilder, side: Side, root: str, path: tuple[str, ...]) -> Parents:
    """The parents on a path, outermost first: the component that holds each, its key there, and its own component."""
    found: Parents = []
    holder = root
    for key in path[:-1]:
        name = single_reference(builder.component(side, holder).properties[key])
        if name is None:
            break
        found.append((holder, key, name))
        holder = name
    return found


def _without_value(builder: HistoryBuilder, side: Side, way: Parents) -> Any:
    """What an object holds under the first key of a way without the value at its end; `UNSET` where that is nothing."""
    found: dict[str, Any] = {}
    inner = found
    for holder, key, _ in way:
        component = builder.component(side, holder)
        if key not in component.required:
            break
        if is_nullable(component.properties[key], builder.components(side)):
            inner[key] = None
            break
        inner[key] = inner = {}
    return next(iter(found.values()), UNSET)


def _parents_required(builder: HistoryBuilder, side: Side, root: str, path: tuple[str, ...]) -> bool:
    """Whether every parent on a path is required and never null."""
    components = builder.wire.components(side)
    return all(
        key in components[holder].required and not is_nullable(components[holder].properties[key], components)
        for holder, key, _ in _parents(builder, side, root, path)
    )


def _drop_empty_parents(builder: HistoryBuilder, side: Side, roots: Mapping[str, tuple[str, ...]]) -> None:
    """Remove from the older version the parents that the move has left without any property."""
    ways = [_parents(builder, side, root, path) for root, path in roots.items()]
    # Innermost first; beyond the first parent, all ways are the same.
    for step in sorted({step for way in ways for step in enumerate(way)}, reverse=True):
        holder, key, name = step[1]
        if not builder.component(side, name).properties:
            schema = builder.component(side, holder).properties[key]
            # An earlier fact of the version may put another value there: then it is the same object.
            builder.emptied[side, builder.boundary, holder, key] = name
            builder.take(side, builder.component(side, holder), key)
            if holder not in roots:
                builder.record(side, holder, MovedThrough(builder.origin, key, schema, older=False), key)
