"""How facts about values are undone: type, limits, null, absence, default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from timegate.changes.base import UNSET, FieldsFact, Sibling
from timegate.changes.values import (
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    Constrained,
    Defaulted,
    Retyped,
)
from timegate.history.builder import HistoryBuilder
from timegate.history.conversions import convert, put_schema, values_of, with_texts
from timegate.history.declared_values import read_by, value_at
from timegate.history.places import FieldPlace
from timegate.history.schema_edits import with_null, with_property_required, with_property_schema, without_null
from timegate.history.steps import LimitsConverted, ValueReplaced
from timegate.history.undo import undo
from timegate.history.widening import admits_all_of, bare, restricting
from timegate.typing import Function, Schema, is_object
from timegate.wire.json_types import is_nullable, python_types
from timegate.wire.marks import DEFAULT_MARK
from timegate.wire.wire import Component


@dataclass(frozen=True, slots=True)
class ReplaceNull:
    """Converts null to another value."""

    value: Any

    def __call__(self, value: Any) -> Any:
        return self.value if value is None else value


def _fields(builder: HistoryBuilder, fact: FieldsFact) -> Iterator[tuple[FieldPlace, Component, Schema]]:
    """The fields that a fact is about, each with its component and schema; a fault where a path ends in a star."""
    for place in builder.field_places(fact):
        if place.stars:
            builder.fault(place.text, "an item of a list or dict is never absent", "take the star off")
        else:
            component = builder.component(place.side, place.name)
            yield place, component, component.properties[place.key]


def _replace(
    builder: HistoryBuilder,
    place: FieldPlace,
    newer: Schema,
    older: Schema,
    *,
    partial: bool = False,
    **replacements: object,
) -> None:
    """Record what replaces null or an absent key; the replacements are arguments of `ValueReplaced`."""
    step = ValueReplaced(builder.origin, place.key, newer, older, partial=partial, **replacements)
    reads = tuple(key for value in replacements.values() for key in read_by(value))
    builder.record(place.side, place.name, step, place.key, reads=reads)


def _replacing_null(value: object) -> Function | None:
    """The function that replaces null in a list or dict, whose items have no siblings."""
    return None if isinstance(value, Sibling) or value is UNSET else ReplaceNull(value)


@undo.register
def _retyped(fact: Retyped, builder: HistoryBuilder) -> None:
    for values in values_of(builder, fact):
        place, newer, components = values.place, values.schema, values.components
        older = newer if fact.was is UNSET else with_texts(builder.type_of(place.side, fact, values.component), newer)
        if bare(older) == bare(newer) and fact.to_head is None and fact.to_old is None:
            builder.fault_without_effect(place.text, "the type is the same and no value changes")
        if place.side == "responses" and fact.to_old is None and not admits_all_of(older, newer, components):
            builder.fault(
                place.text,
                "head sends values here that the old type does not admit",
                f"{_as_list(fact, older, newer)}{builder.line('to_old=…')} with a function from head's value to the "
                "old one",
            )
        # Parameters are texts, and no text is null.
        sent = without_null(older) if place.name in builder.parameter_holders else older
        if place.side == "requests" and fact.to_head is None and not admits_all_of(newer, sent, components):
            builder.fault(
                place.text,
                "old clients send values here that head's type does not admit",
                f"{_as_list(fact, older, newer)}{builder.line('to_head=…')} with a function from the old value to "
                "head's",
            )
        convert(builder, values, older, to_head=fact.to_head, to_old=fact.to_old, was=fact.was)


def _as_list(fact: Retyped, older: Schema, newer: Schema) -> str:
    """The fact for a value that became a list of such values, or the other way, as the better remedy."""
    listed, one, verb = (newer, older, "became_list") if "items" in newer else (older, newer, "became_scalar")
    items = listed.get("items")
    if not is_object(items) or bare(items) != bare(one):
        return ""
    return f"{fact.subject_code()}.{verb}({replace(fact, to_head=None, to_old=None).argument_code()}), or "


@undo.register
def _constrained(fact: Constrained, builder: HistoryBuilder) -> None:
    same: list[str] = []
    differ = False
    for values in values_of(builder, fact):
        place, newer = values.place, values.schema
        older = with_texts(builder.type_of(place.side, fact, values.component), newer)
        if restricting(older) == restricting(newer):
            same.append(place.text)
            continue
        differ = True
        if python_types(older, values.components.get) != python_types(newer, values.components.get):
            builder.fault(
                place.text,
                "the old type has values of other JSON types: it differs by more than limits",
                "write on(…).retyped(…, was=…) or on(…).became_nullable(…) instead",
            )
        acknowledged = fact.to_old is not None or fact.tolerated is not None
        if place.side == "responses" and not acknowledged and not admits_all_of(older, newer, values.components):
            builder.fault(
                place.text,
                "head sends values here that the old limits do not allow",
                f'{builder.line("to_old=…")}, or tolerated="why old clients can read them" instead',
            )
        convert(builder, values, older, to_head=None, to_old=fact.to_old, was=fact.was, kind=LimitsConverted)
    # A decimal is written as a text, whose schema says nothing of its limits.
    for text in () if differ else dict.fromkeys(same):
        builder.fault_without_effect(text, "the limits are the same right after this fact")


@undo.register
def _became_nullable(fact: BecameNullable, builder: HistoryBuilder) -> None:
    for values in values_of(builder, fact):
        place = values.place
        if not is_nullable(values.schema, values.components):
            builder.fault_without_effect(place.text, "the field is not nullable right after this fact")
            continue
        problem = "nothing says what old clients read where head sends null"
        older = without_null(values.schema)
        value = value_at(
            builder, place, fact.null_was, argument="null_was", fits=older, used_in="responses", problem=problem
        )
        if place.stars:
            convert(builder, values, older, to_head=None, to_old=_replacing_null(value))
            continue
        absent = value if place.key in values.component.required else UNSET
        field = put_schema(builder, values, older)
        _replace(builder, place, values.field, field, null_to_old=value, missing_to_old=absent)


@undo.register
def _became_non_null(fact: BecameNonNull, builder: HistoryBuilder) -> None:
    for values in values_of(builder, fact):
        place = values.place
        if is_nullable(values.schema, values.components):
            builder.fault_without_effect(place.text, "the field is nullable right after this fact")
            continue
        problem = "nothing says what head gets where old clients send null"
        value = value_at(
            builder, place, fact.null_is, argument="null_is", fits=values.schema, used_in="requests", problem=problem
        )
        older = with_null(values.schema)
        if place.stars:
            convert(builder, values, older, to_head=_replacing_null(value), to_old=None)
            continue
        _replace(builder, place, values.field, put_schema(builder, values, older), null_to_head=value)


@undo.register
def _became_required(fact: BecameRequired, builder: HistoryBuilder) -> None:
    for place, component, schema in _fields(builder, fact):
        if place.key not in component.required:
            if place.side == "requests":
                builder.fault_without_effect(place.text, "the field is not required right after this fact")
            continue
        problem = "nothing says what head gets where old clients leave it out"
        value = value_at(
            builder, place, fact.default, argument="default", fits=schema, used_in="requests", problem=problem
        )
        builder.put(place.side, with_property_required(component, place.key, required=False))
        _replace(builder, place, schema, schema, missing_to_head=value)


@undo.register
def _became_optional(fact: BecameOptional, builder: HistoryBuilder) -> None:
    for place, component, schema in _fields(builder, fact):
        if place.key in component.required:
            builder.fault_without_effect(place.text, "the field is required right after this fact")
            continue
        problem = "nothing says what old clients read where head leaves it out"
        value = value_at(
            builder, place, fact.missing_was, argument="missing_was", fits=schema, used_in="responses", problem=problem
        )
        # What is always sent has no default.
        older = {key: one for key, one in schema.items() if key not in ("default", DEFAULT_MARK)}
        changed = with_property_schema(component, place.key, older)
        builder.put(place.side, with_property_required(changed, place.key, required=True))
        _replace(builder, place, schema, older, missing_to_old=value)


@undo.register
def _defaulted(fact: Defaulted, builder: HistoryBuilder) -> None:
    for place, component, schema in _fields(builder, fact):
        value = value_at(builder, place, fact.was, argument="was", fits=schema, used_in=None)
        default = schema.get("default", UNSET)
        # In JSON 5.0 is 5, and true is not 1.
        if value == default and isinstance(value, bool) is isinstance(default, bool):
            builder.fault_without_effect(place.text, "the default is the same right after this fact")
            continue
        if not isinstance(value, Sibling) and not callable(value):
            declared = {**schema, "default": value, DEFAULT_MARK: builder.boundary + 1}
            changed = with_property_schema(component, place.key, declared)
            builder.put(place.side, with_property_required(changed, place.key, required=False))
        _replace(builder, place, schema, schema, missing_to_head=value, partial=fact.partial)
