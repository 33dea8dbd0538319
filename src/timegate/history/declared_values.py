"""Values that facts declare: made plain JSON, and tried against the type that they stand for."""

from __future__ import annotations

import math
from collections.abc import Set
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json, to_jsonable_python

from timegate.changes.base import UNSET, Sibling, name_of
from timegate.history.builder import HistoryBuilder
from timegate.history.misfit import misfit
from timegate.history.places import EVERY_KEY, FieldPlace
from timegate.history.remedies import name_one
from timegate.history.widening import admits_all_of
from timegate.reading.settings import written_modes
from timegate.typing import Location, Schema, Settings, is_array, is_object
from timegate.wire.wire import Side


def read_by(value: object) -> tuple[str, ...]:
    """The keys that a value of a fact reads of its object: a sibling one, a function all of them."""
    if isinstance(value, Sibling):
        return (value.field,)
    return (EVERY_KEY,) if callable(value) else ()


def value_at(
    builder: HistoryBuilder,
    place: FieldPlace,
    value: object,
    *,
    argument: str,
    fits: Schema,
    used_in: Side | None,
    problem: str = "",
) -> object:
    """A value of a fact at a place, as plain JSON; a fault where it is missing or not of the field's type.

    Args:
        builder: the walk so far.
        place: the field.
        value: as declared.
        argument: the fact's argument that gives the value.
        fits: the schema of the value.
        used_in: the side whose payloads get the value; None for both.
        problem: what is wrong where payloads need the value and it is not given; empty where they do not need it.
    """
    used = used_in in (None, place.side)
    if value is UNSET:
        if used and problem:
            kinds = "a value, sibling('…') or a function of the object"
            builder.fault(place.text, problem, f"{builder.line(f'{argument}=…')} with {kinds}")
        return UNSET
    if isinstance(value, Sibling):
        return _sibling(builder, place, value, fits, used_in)
    if callable(value) and not place.stars:
        return value
    settings = builder.component(place.side, place.name).settings if place.side == "responses" else None
    value = plain_value(builder, place.text, value, argument=argument, settings=settings)
    if value is not UNSET and used:
        check_value(builder, place.side, place.text, value, argument=argument, fits=fits)
        if place.side == "requests" and place.name in builder.parameter_holders:
            _check_carried(builder, place, value, argument)
    return value


def _sibling(builder: HistoryBuilder, place: FieldPlace, value: Sibling, fits: Schema, used_in: Side | None) -> object:
    """A sibling with its wire name; a fault where there is none, or where its values may not be of a schema."""
    component = builder.component(place.side, place.name)
    key = component.wire_name(value.field)
    if used_in not in (None, place.side):
        twins = (builder.component(used_in, name) for name in builder.names(used_in, component.model or place.name))
        if any(twin.wire_name(value.field) is not None for twin in twins):
            # A computed field is no field of a request, and nothing reads it there.
            return UNSET if key is None else Sibling(key)
    if key is None:
        builder.fault(
            place.text,
            f"sibling({value.field!r}) is no field right after this fact",
            name_one(builder.declared, value.field, sorted(component.properties.keys() - {place.key})),
        )
        return UNSET
    if key == place.key and not place.stars:
        problem = f"sibling({value.field!r}) is the field itself, which has no value then"
        builder.fault(place.text, problem, "name another field, or give a value")
    schema = component.properties[key]
    if used_in in (None, place.side) and not admits_all_of(fits, schema, builder.newer.components(place.side)):
        builder.fault(
            place.text,
            f"sibling({value.field!r}) may hold values that this field's type does not admit",
            "name a sibling of the same type, or give a value",
        )
    return Sibling(key)


def plain_value(
    builder: HistoryBuilder, place: str, value: object, *, argument: str, settings: Settings | None = None
) -> Any:
    """A declared value as plain JSON; UNSET and a fault where it is none.

    Args:
        builder: the walk so far.
        place: where it is declared to be.
        value: as declared.
        argument: the fact's argument that gives it.
        settings: how it is written; None for a value that no class of head writes.
    """
    written = f"{argument}={name_of(value)}"
    if callable(value):
        builder.fault(place, f"{written} is a function, and a value is wanted here", "give a value or sibling('…')")
        return UNSET
    try:
        plain = to_jsonable_python(value, **written_modes(settings or {}))
    except (PydanticSerializationError, ValueError, RecursionError):
        builder.fault(place, f"{written} is no JSON value", "give a value that JSON can hold")
        return UNSET
    # A decimal becomes a text, which hides that it is no number.
    if not (_is_finite(value) and _is_finite(plain)):
        builder.fault(place, f"{written} is no number of JSON", "give a finite number")
        return UNSET
    try:
        # As a response is written: no text with half a character, and no number of too many digits to be read.
        from_json(to_json(plain))
    except ValueError:
        builder.fault(place, f"{written} cannot be written as JSON in UTF-8", "give a value that JSON can hold")
        return UNSET
    return plain


def check_value(
    builder: HistoryBuilder,
    side: Side,
    place: str,
    value: object,
    *,
    argument: str,
    fits: Schema,
    gone: Set[str] = frozenset(),
) -> None:
    """Note a fault where a value is not of a schema, in the newer shape of the boundary.

    Args:
        builder: the walk so far.
        side: whether clients send or receive the value.
        place: where it is declared to be.
        value: plain JSON.
        argument: the fact's argument that gives it.
        fits: the schema.
        gone: the components that are no arms of it any more, where it is a union.
    """
    problem = misfit(value, fits, builder.newer.components(side), gone)
    if problem is not None:
        remedy = f"give {argument}= a value of that type, in the newer shape"
        builder.fault(place, f"{argument}={value!r} is not of its type: {problem}", remedy)


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Decimal):
        return value.is_finite()
    if is_object(value):
        return all(map(_is_finite, value.values()))
    return not is_array(value) or all(map(_is_finite, value))


def _check_carried(builder: HistoryBuilder, place: FieldPlace, value: object, argument: str) -> None:
    """Note a fault where a parameter cannot have a value: where it is no scalar or list of scalars, null among them."""
    written = f"{argument}={value!r} cannot be written as a parameter"
    if not all(isinstance(one, str | int | float) for one in (value if is_array(value) else [value])):
        remedy = f"give {argument}= a text, a number, true, false or a list of these, or leave it out"
        builder.fault(place.text, written, remedy)
    elif is_array(value) and _is_held(builder, place.name, "cookie"):
        builder.fault(place.text, f"{written} of a cookie, which has one value", f"give {argument}= one value")
    elif value == "" and _is_held(builder, place.name, "form"):
        remedy = f"give {argument}= another value, which head takes for none"
        builder.fault(place.text, f"{written} of a form, in which head takes an empty text for none", remedy)


def _is_held(builder: HistoryBuilder, name: str, where: Location) -> bool:
    """Whether a component holds the parameters of a cookie, or of a form of which an empty field counts as none."""
    return any(
        one.parameters.get(where) == name and (where != "form" or (one.request is not None and one.request.blanks))
        for one in builder.wire.operations
    )
