"""Reads scalars by their JSON Schema alone: whether a lenient server takes a value, its limits included."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import AnyUrl, Field, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from timegate.typing import Schema

ScalarReader: TypeAlias = Callable[[Any], bool]
"""Whether a value is read."""

_KINDS: Final[Mapping[str, Any]] = {"string": str, "integer": int, "number": float, "boolean": bool}

_AS_THEY_ARE: Final[Mapping[str, frozenset[type]]] = {
    "string": frozenset({str}), "integer": frozenset({int}), "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
}  # fmt: skip

_FORMATS: Final[Mapping[str, Any]] = {
    "date": date, "date-time": datetime, "time": time, "duration": timedelta, "uri": AnyUrl,
    **dict.fromkeys(("uuid", "uuid1", "uuid3", "uuid4", "uuid5", "uuid6", "uuid7", "uuid8"), UUID),
    "ipv4": IPv4Address, "ipv6": IPv6Address, "ipv4network": IPv4Network, "ipv6network": IPv6Network,
}  # fmt: skip

_LIMITS: Final = {
    "minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt", "multipleOf": "multiple_of",
    "minLength": "min_length", "maxLength": "max_length", "pattern": "pattern",
}  # fmt: skip


def scalar_reader(schema: Schema) -> ScalarReader | None:
    """The reader of a schema's scalars; None where their type or format is not known."""
    kind, name = schema.get("type"), schema.get("format")
    if not isinstance(kind, str) or kind not in _KINDS or (name is not None and name not in _FORMATS):
        return None
    return _reader(kind, name, tuple((_LIMITS[keyword], schema[keyword]) for keyword in _LIMITS if keyword in schema))


def read_as_they_are(schema: Schema) -> frozenset[type]:
    """The Python types all of whose values are read as they are."""
    if "format" in schema or any(keyword in schema for keyword in _LIMITS):
        return frozenset()
    return _AS_THEY_ARE.get(str(schema.get("type")), frozenset())


@functools.cache
def _reader(kind: str, name: str | None, limits: tuple[tuple[str, Any], ...]) -> ScalarReader | None:
    read: Any = _FORMATS[name] if name is not None else _KINDS[kind]
    annotated: Any = Annotated
    try:
        adapter = TypeAdapter[Any](annotated[read, Field(**dict(limits))] if limits else read)
    except (SchemaError, TypeError):
        # A pattern or a limit that only its author's own type can apply.
        return None
    return functools.partial(_reads, adapter)


def _reads(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True
