"""How facts about values are undone: type, null, absence, default, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from timegate.changes.base import UNSET, Sibling
from timegate.changes.values import (
    BecameList,
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    Constrained,
    Defaulted,
    Retyped,
)
from timegate.history.builder import FieldPlace, HistoryBuilder
from timegate.history.schema_edits import (
    at_depth,
    with_null,
    with_property_required,
    with_property_schema,
    without_null,
)
from timegate.history.steps import ValueConverted, ValueReplaced
from timegate.history.undo import undo
from timegate.history.undo_fields import known_sibling, read_by
from timegate.history.widening import admits_all_of, bare
from timegate.typing import Function, Schema, is_array
from timegate.wire.json_types import is_nullable
from timegate.wire.schema import schema_at_depth
from timegate.wire.wire import Component


@dataclass(frozen=True, slots=True)
class Wrapped:
    """One value as a list of it; null is null where the list may be null, else no item."""

    nullable: bool

    def __call__(self, value: Any) -> Any:
        if value is None:
            return None if self.nullable else []
        return [value]


def first(value: Any) -> Any:
    """The first item of a list, null for an empty one; what is no list stays."""
    if is_array(value):
        return value[0] if value else None
    return value


@dataclass(frozen=True, slots=True)
class NullAs:
    """Another value for null."""

    value: Any

    def __call__(self, value: Any) -> Any:
        return self.value if value is None else value


def _schemas(builder: HistoryBuilder, place: FieldPlace) -> tuple[Component, Schema, Schema | None]:
    """The component, the property's schema, and the schema of the values meant."""
    component = builder.component(place.side, place.name)
    schema = component.properties[place.key]
    inner = schema_at_depth(schema, place.stars)
    if inner is None:
        builder.fault(place.text, "there is no list or dict where the path has a star", "take the star off")
    return component, schema, inner


def _put_schema(
    builder: HistoryBuilder, place: FieldPlace, component: Component, schema: Schema, older: Schema
) -> Schema:
    """Undo a value's schema; gives the property's older schema."""
    changed = at_depth(schema, place.stars, lambda _: older)
    builder.put(place.side, with_property_schema(component, place.key, changed))
    return changed


def _with_texts(older: Schema, newer: Schema) -> Schema:
    """A type's schema under the title that the field has."""
    return {**{key: newer[key] for key in ("title", "description") if key in newer}, **older}


def _convert(
    builder: HistoryBuilder,
    place: FieldPlace,
    older: Schema,
    *,
    to_head: Function | None,
    to_old: Function | None,
    null_stands_for_none: bool = False,
) -> None:
    component, schema, inner = _schemas(builder, place)
    if inner is None:
        return
    changed = _put_schema(builder, place, component, schema, older)
    if null_stands_for_none and not is_nullable(older, builder.wire.components(place.side)):
        # An empty list is null to an old client, whatever the old document says of null.
        changed = at_depth(schema, place.stars, lambda _: with_null(older))
    step = ValueConverted(builder.origin, place.key, place.stars, schema, changed, to_head, to_old)
    builder.record(place.side, place.name, step, place.key)


@undo.register
def _retyped(fact: Retyped, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=True):
            _, _, inner = _schemas(builder, place)
            if inner is None:
                continue
            older = inner if fact.was is UNSET else _with_texts(builder.type_of(place.side, fact), inner)
            if bare(older) == bare(inner) and fact.to_head is None and fact.to_old is None:
                builder.fault(place.text, "the type is the same and no value changes", f"take {builder.fact} out")
            if (
                place.side == "responses"
                and fact.to_old is None
                and not admits_all_of(older, inner, builder.wire.components(place.side))
            ):
                builder.fault(
                    place.text,
                    "head sends values here that the old type does not admit",
                    f"{builder.line('to_old=…')} with a function from head's value to the old one",
                )
            if (
                place.side == "requests"
                and fact.to_head is None
                and not admits_all_of(inner, older, builder.wire.components(place.side))
            ):
                builder.fault(
                    place.text,
                    "old clients send values here that head's type does not admit",
                    f"{builder.line('to_head=…')} with a function from the old value to head's",
                )
            _convert(builder, place, older, to_head=fact.to_head, to_old=fact.to_old)


@undo.register
def _became_nullable(fact: BecameNullable, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=True):
            component, schema, inner = _schemas(builder, place)
            if inner is None:
                continue
            if not is_nullable(inner, builder.wire.components(place.side)):
                builder.fault(place.text, "the field is not nullable right after this fact", f"take {builder.fact} out")
                continue
            if place.side == "responses" and fact.null_was is UNSET:
                builder.fault(
                    place.text,
                    "nothing says what old clients read where head sends null",
                    f"{builder.line('null_was=…')} with a value or sibling('…')",
                )
            value = known_sibling(builder, place, fact.null_was)
            if place.stars:
                to_old = None if isinstance(value, Sibling) or value is UNSET else NullAs(value)
                _convert(builder, place, without_null(inner), to_head=None, to_old=to_old)
                continue
            changed = _put_schema(builder, place, component, schema, without_null(inner))
            missing = value if place.key in component.required else UNSET
            step = ValueReplaced(builder.origin, place.key, schema, changed, null_to_old=value, missing_to_old=missing)
            builder.record(place.side, place.name, step, place.key, reads=read_by(value))


@undo.register
def _became_non_null(fact: BecameNonNull, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=True):
            component, schema, inner = _schemas(builder, place)
            if inner is None:
                continue
            if is_nullable(inner, builder.wire.components(place.side)):
                builder.fault(place.text, "the field is nullable right after this fact", f"take {builder.fact} out")
                continue
            if place.side == "requests" and fact.null_is is UNSET:
                builder.fault(
                    place.text,
                    "nothing says what head gets where old clients send null",
                    f"{builder.line('null_is=…')} with a value or sibling('…')",
                )
            value = known_sibling(builder, place, fact.null_is)
            if place.stars:
                to_head = None if isinstance(value, Sibling) or value is UNSET else NullAs(value)
                _convert(builder, place, with_null(inner), to_head=to_head, to_old=None)
                continue
            changed = _put_schema(builder, place, component, schema, with_null(inner))
            step = ValueReplaced(builder.origin, place.key, schema, changed, null_to_head=value)
            builder.record(place.side, place.name, step, place.key, reads=read_by(value))


@undo.register
def _became_required(fact: BecameRequired, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in _unstarred(builder, builder.places(fact.models, field, newer=True)):
            component = builder.component(place.side, place.name)
            if place.key not in component.required:
                if place.side == "requests":
                    builder.fault(
                        place.text, "the field is not required right after this fact", f"take {builder.fact} out"
                    )
                continue
            if place.side == "requests" and fact.default is UNSET:
                builder.fault(
                    place.text,
                    "nothing says what head gets where old clients leave it out",
                    f"{builder.line('default=…')} with a value or sibling('…')",
                )
            value = known_sibling(builder, place, fact.default)
            builder.put(place.side, with_property_required(component, place.key, required=False))
            schema = component.properties[place.key]
            step = ValueReplaced(builder.origin, place.key, schema, schema, missing_to_head=value)
            builder.record(place.side, place.name, step, place.key, reads=read_by(value))


@undo.register
def _became_optional(fact: BecameOptional, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in _unstarred(builder, builder.places(fact.models, field, newer=True)):
            component = builder.component(place.side, place.name)
            if place.key in component.required:
                builder.fault(place.text, "the field is required right after this fact", f"take {builder.fact} out")
                continue
            if place.side == "responses" and fact.missing_was is UNSET:
                builder.fault(
                    place.text,
                    "nothing says what old clients read where head leaves it out",
                    f"{builder.line('missing_was=…')} with a value or sibling('…')",
                )
            value = known_sibling(builder, place, fact.missing_was)
            builder.put(place.side, with_property_required(component, place.key, required=True))
            schema = component.properties[place.key]
            step = ValueReplaced(builder.origin, place.key, schema, schema, missing_to_old=value)
            builder.record(place.side, place.name, step, place.key, reads=read_by(value))


@undo.register
def _defaulted(fact: Defaulted, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in _unstarred(builder, builder.places(fact.models, field, newer=True)):
            component = builder.component(place.side, place.name)
            schema = component.properties[place.key]
            value = known_sibling(builder, place, fact.was)
            if "default" in schema and _same_json(schema["default"], value):
                builder.fault(place.text, "the default is the same right after this fact", f"take {builder.fact} out")
                continue
            if not isinstance(value, Sibling):
                changed = with_property_schema(component, place.key, {**schema, "default": value})
                builder.put(place.side, with_property_required(changed, place.key, required=False))
            step = ValueReplaced(builder.origin, place.key, schema, schema, missing_to_head=value)
            builder.record(place.side, place.name, step, place.key, reads=read_by(value))


def _same_json(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


@undo.register
def _became_list(fact: BecameList, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=True):
            _, _, inner = _schemas(builder, place)
            if inner is None:
                continue
            items = schema_at_depth(inner, 1)
            if items is None:
                builder.fault(place.text, "the field is no list right after this fact", f"take {builder.fact} out")
                continue
            older = items if fact.was is UNSET else builder.type_of(place.side, fact)
            nullable = is_nullable(inner, builder.wire.components(place.side))
            _convert(
                builder,
                place,
                _with_texts(older, inner),
                to_head=Wrapped(nullable),
                to_old=first,
                null_stands_for_none=True,
            )


@undo.register
def _constrained(fact: Constrained, builder: HistoryBuilder) -> None:
    for field in reversed(fact.fields):
        for place in builder.places(fact.models, field, newer=True):
            _, _, inner = _schemas(builder, place)
            if inner is None:
                continue
            older = _with_texts(builder.type_of(place.side, fact), inner)
            if bare(older) == bare(inner):
                builder.fault(place.text, "the limits are the same right after this fact", f"take {builder.fact} out")
            unsafe = (
                fact.to_old is None
                and fact.tolerated is None
                and not admits_all_of(older, inner, builder.wire.components(place.side))
            )
            if place.side == "responses" and unsafe:
                builder.fault(
                    place.text,
                    "head sends values here that the old limits do not allow",
                    f'{builder.line("to_old=…")}, or tolerated="why old clients can read them" instead',
                )
            _convert(builder, place, older, to_head=None, to_old=fact.to_old)


def _unstarred(builder: HistoryBuilder, places: list[FieldPlace]) -> list[FieldPlace]:
    for place in places:
        if place.stars:
            builder.fault(place.text, "an item of a list or dict is never absent", "take the star off")
    return [place for place in places if not place.stars]
