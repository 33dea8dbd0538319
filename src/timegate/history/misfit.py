"""Why a declared value is not of the type it stands for, as its JSON Schema describes it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AnyUrl, TypeAdapter, ValidationError
from pydantic.networks import IPvAnyAddress, IPvAnyInterface, IPvAnyNetwork
from pydantic.types import UuidVersion

from timegate.typing import Schema, is_array, is_object, type_of
from timegate.wire.json_types import listed_values
from timegate.wire.schema import arms_of, referred
from timegate.wire.value_readers import Unread
from timegate.wire.wire import Component

_FORMATS: Final[Mapping[str, Any]] = {
    "date": date,
    "date-time": datetime,
    "time": time,
    "duration": timedelta,
    "uuid": UUID,
    **{f"uuid{version}": Annotated[UUID, UuidVersion(version)] for version in (1, 3, 4, 5, 6, 7, 8)},
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
    "ipv4network": IPv4Network,
    "ipv6network": IPv6Network,
    "ipv4interface": IPv4Interface,
    "ipv6interface": IPv6Interface,
    "ipvanyaddress": IPvAnyAddress,
    "ipvanynetwork": IPvAnyNetwork,
    "ipvanyinterface": IPvAnyInterface,
    "uri": AnyUrl,
}


def _is_multiple(value: float, of: float) -> bool:
    """Whether a number is a multiple of another, both as they are written."""
    return _is_finite(value) and Fraction(repr(value)) % Fraction(repr(of)) == 0


_LIMITS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "minimum": lambda value, limit: value >= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMaximum": lambda value, limit: value < limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
    "minItems": lambda value, limit: len(value) >= limit,
    "maxItems": lambda value, limit: len(value) <= limit,
    "minProperties": lambda value, limit: len(value) >= limit,
    "maxProperties": lambda value, limit: len(value) <= limit,
    "multipleOf": _is_multiple,
}

_SIZED: Final[Mapping[str, tuple[type, ...]]] = {"Length": (str,), "Items": (list,), "Properties": (dict,)}
"""The types of the values that a limit is about, by what is in its name; others are about numbers."""


def fitting(schema: Schema, components: Mapping[str, Component], value: Any) -> Any:
    """A value that is of a schema; raises `Unread` for any other.

    Args:
        schema: may refer to components.
        components: by identity.
        value: plain JSON.
    """
    problem = misfit(value, schema, components)
    if problem is not None:
        raise Unread([{"type": "value_error", "loc": (), "msg": f"Value error, {problem}"}])
    return value


def misfit(value: Any, schema: Schema, components: Mapping[str, Component], gone: Set[str] = frozenset()) -> str | None:
    """Why a value is not of a schema; None where it is, as far as the schema tells.

    Args:
        value: plain JSON.
        schema: may refer to components.
        components: by identity.
        gone: the components that are no arms of it any more, where it is a union.
    """
    name = referred(schema)
    if name is not None:
        component = components.get(name)
        if component is None:
            return None
        known = _with_wire_names(value, component) if is_object(value) else value
        besides = {key: limit for key, limit in schema.items() if key != "$ref"}
        return misfit(known, component.schema, components) or misfit(value, besides, components)
    values = listed_values(schema)
    if values is not None and not any(type_of(one) is type_of(value) and one == value for one in values):
        return f"it is none of {', '.join(map(repr, values[:12]))}"
    problems: dict[str, None] = {}
    for arm in _arms_for(value, schema, gone):
        problem = misfit(value, arm, components, gone)
        if problem is None:
            break
        problems[problem] = None
    else:
        if problems:
            return " and ".join(problems)
    for part in schema.get("allOf", ()):
        problem = misfit(value, part, components)
        if problem is not None:
            return problem
    kinds = schema.get("type")
    if kinds is not None and not any(_is_kind(value, kind) for kind in (kinds if is_array(kinds) else [kinds])):
        return f"it is no {' or '.join(kinds) if is_array(kinds) else kinds}"
    return _misfit_inside(value, schema, components)


def _arms_for(value: Any, schema: Schema, gone: Set[str]) -> Iterator[Schema]:
    """The arms of a union that a value may be of: the one that its tag names, or all but those that are gone."""
    discriminator = schema.get("discriminator")
    if is_object(value) and is_object(discriminator):
        tag = value.get(discriminator.get("propertyName", ""))
        target = discriminator.get("mapping", {}).get(tag) if isinstance(tag, str) else None
        if isinstance(target, str) and referred(arm := {"$ref": target}) not in gone:
            return iter((arm,))
    return (arm for arm in arms_of(schema) if referred(arm) not in gone)


def _with_wire_names(value: Mapping[str, Any], component: Component) -> dict[str, Any]:
    """An object with each key that head accepts for a field under the field's wire name."""
    wires = {spelling: key for key in component.properties for spelling in component.accepted(key)}
    return {key if key in component.properties else wires.get(key, key): inner for key, inner in value.items()}


def _is_kind(value: Any, kind: str) -> bool:
    match kind:
        case "integer":
            return type_of(value) is int or (isinstance(value, float) and value.is_integer())
        case "number":
            return type_of(value) in (int, float) and _is_finite(value)
        case "array":
            return is_array(value)
        case "object":
            return is_object(value)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case _:
            return value is None


def _misfit_inside(value: Any, schema: Schema, components: Mapping[str, Component]) -> str | None:
    """Why the parts or limits of a value that has the schema's type do not fit."""
    for keyword, fits in _LIMITS.items():
        kinds = next((kinds for part, kinds in _SIZED.items() if part in keyword), (int, float))
        if type_of(value) in kinds and keyword in schema and not fits(value, schema[keyword]):
            return f"its {keyword} is {schema[keyword]}"
    if isinstance(value, str):
        return _misfit_of_text(value, schema)
    inner: list[tuple[str, Any, Any]] = []
    if is_array(value):
        first: list[Schema] = schema.get("prefixItems", [])
        rest = schema.get("items")
        inner = [(str(i), one, first[i] if i < len(first) else rest) for i, one in enumerate(value)]
    elif is_object(value):
        missing = [key for key in schema.get("required", ()) if key not in value]
        if missing:
            return f"{missing[0]!r} is missing"
        properties: Mapping[str, Schema] = schema.get("properties", {})
        others = schema.get("additionalProperties")
        unknown = [key for key in value if key not in properties]
        if others is False and unknown:
            return f"{unknown[0]!r} is no field of it"
        inner = [(key, one, properties.get(key, others)) for key, one in value.items()]
        inner += [(key, key, schema.get("propertyNames")) for key in value]
    for key, one, described in inner:
        problem = misfit(one, described, components) if is_object(described) else None
        if problem is not None:
            return f"at {key}: {problem}"
    return None


def _misfit_of_text(value: str, schema: Schema) -> str | None:
    pattern, kind = schema.get("pattern"), schema.get("format")
    try:
        if pattern is not None and re.search(pattern, value) is None:
            return f"its pattern is {pattern!r}"
    except re.error:
        # Pydantic's regular expressions are Rust's, which has some that Python lacks.
        pass
    if kind in _FORMATS:
        try:
            _adapter(kind).validate_python(value)
        except ValidationError:
            return f"it is no {kind}"
    return None


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_FORMATS[kind])


def _is_finite(value: float) -> bool:
    """Whether a number is one of JSON as every reader knows it, which holds a double."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
