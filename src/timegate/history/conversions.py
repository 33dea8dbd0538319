"""What facts about values have in common: the values at each place, their older schema, and the step that converts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from timegate.changes.base import UNSET, FieldsFact
from timegate.history.builder import HistoryBuilder
from timegate.history.declared_values import read_by
from timegate.history.places import FieldPlace
from timegate.history.schema_edits import at_depth, with_property_schema
from timegate.history.steps import ValueConverted
from timegate.typing import Function, Schema
from timegate.wire.json_types import listed_values
from timegate.wire.marks import HIDDEN_MARK, PARAMETER_MARK, PATH_MARK
from timegate.wire.schema import schema_at_depth, single_reference
from timegate.wire.wire import Component

_BESIDES: Final = ("title", "description", PARAMETER_MARK, PATH_MARK, HIDDEN_MARK)
"""What the schema of a field says besides its type."""


class Values(NamedTuple):
    """The values that a fact is about at one place.

    Args:
        place: the field.
        component: the component that has it.
        field: the field's schema.
        schema: the schema of the values, which is the field's own where the path has no star.
        components: the components of this side.
    """

    place: FieldPlace
    component: Component
    field: Schema
    schema: Schema
    components: Mapping[str, Component]


def values_of(builder: HistoryBuilder, fact: FieldsFact) -> Iterator[Values]:
    """The values that a fact is about, place by place; a fault where a star finds no list or dict."""
    for place in builder.field_places(fact):
        component = builder.component(place.side, place.name)
        field = component.properties[place.key]
        schema = schema_at_depth(field, place.stars)
        if schema is None:
            builder.fault(place.text, "there is no list or dict where the path has a star", "take the star off")
        else:
            yield Values(place, component, field, schema, builder.components(place.side))


def put_schema(builder: HistoryBuilder, values: Values, older: Schema) -> Schema:
    """Replace the schema of the values by the older one; returns the field's older schema."""
    field = at_depth(values.field, values.place.stars, lambda _: older)
    builder.put(values.place.side, with_property_schema(values.component, values.place.key, field))
    return field


def with_texts(older: Schema, newer: Schema) -> Schema:
    """An old type's schema with what is said of the field besides its type, unless the type says it itself."""
    return {**{key: newer[key] for key in _BESIDES if key in newer}, **older}


def convert(
    builder: HistoryBuilder,
    values: Values,
    older: Schema,
    *,
    to_head: Function | None,
    to_old: Function | None,
    was: Any = UNSET,
    is_item: bool = False,
    empty: object = UNSET,
    kind: Callable[..., ValueConverted] = ValueConverted,
) -> None:
    """Replace the schema of the values by the older one, and record the functions that convert them.

    Args:
        builder: the walk so far.
        values: the values.
        older: their schema in the older version.
        to_head: makes the newer value; None where it is the same.
        to_old: makes the older value; None where it is the same.
        was: the declared old type.
        is_item: whether the old type is that of the newer one's items.
        empty: what stands for an empty list; a function of it reads the object.
        kind: makes the step that is recorded.
    """
    place = values.place
    field = put_schema(builder, values, older)
    step = kind(builder.origin, place.key, place.stars, values.field, field, to_head, to_old, was, is_item)
    builder.record(place.side, place.name, step, place.key, reads=read_by(empty))
    if place.key in builder.unions.keys(place.side) and values_listed(values.schema, values.components) is not None:
        tags = values_listed(older, values.components)
        if tags is None:
            problem = "this key tells the arms of a union apart, and its old type does not list by which values"
            remedy = f"{builder.declared.subject_code()}.retyped({place.key!r}, was=Literal[…])"
            builder.fault(place.text, problem, remedy)
        builder.unions.retag(place.side, place.key, place.name, tags)


def values_listed(schema: Schema, components: Mapping[str, Component]) -> list[Any] | None:
    """The only values that a schema admits, also where it is that of an enum; None where it lists none."""
    name = single_reference(schema)
    component = None if name is None else components.get(name)
    return listed_values(schema if component is None else component.schema)
