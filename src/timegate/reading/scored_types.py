"""Tells how exactly pydantic reads a value by a type, as its unions compare it: by what they prefer to the type."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, AnyUrl, Field, PydanticUserError, SecretStr, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from timegate.reading.settings import adapter_of
from timegate.reading.type_parts import union_of
from timegate.reading.value_readers import read_by, runs_code_of_the_app
from timegate.typing import Schema, Settings
from timegate.wire.marks import SETTINGS_MARK
from timegate.wire.value_readers import Unread

LAX, STRICT, EXACT = 0, 1, 2
"""A value is read by a lenient reader alone, by a strict one too, or is of the very type."""

_KINDS: Final[Mapping[str, Any]] = {"string": str, "integer": int, "number": float, "boolean": bool}

_AS_THEY_ARE: Final[Mapping[str, frozenset[type]]] = {
    "string": frozenset({str}), "integer": frozenset({int}), "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
}  # fmt: skip

_FORMATS: Final[Mapping[str, Any]] = {
    "date": date, "date-time": datetime, "time": time, "duration": timedelta, "uri": AnyUrl,
    "password": SecretStr, "binary": bytes, "path": Path,
    **dict.fromkeys(("uuid", "uuid1", "uuid3", "uuid4", "uuid5", "uuid6", "uuid7", "uuid8"), UUID),
    "ipv4": IPv4Address, "ipv6": IPv6Address, "ipv4network": IPv4Network, "ipv6network": IPv6Network,
}  # fmt: skip

_LIMITS: Final = {
    "minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt", "multipleOf": "multiple_of",
    "minLength": "min_length", "maxLength": "max_length", "pattern": "pattern",
}  # fmt: skip

_Given: TypeAlias = tuple[tuple[str, Any], ...]

_ANYTHING: Final = object()


def _anything(_: Any) -> object:
    return _ANYTHING


_READS_ANYTHING: Final = Annotated[Any, AfterValidator(_anything)]
"""What a union prefers to an arm that only a lenient reader takes, and an arm of the very type to it."""


@dataclass(frozen=True, slots=True)
class ScoredType:
    """Reads values by a type, and says how exactly it does.

    Args:
        alone: reads by the type.
        after_anything: a union that takes the type only where a value is of it.
        before_anything: a union that takes the type where a strict reader does.
    """

    alone: TypeAdapter[Any]
    after_anything: TypeAdapter[Any]
    before_anything: TypeAdapter[Any]

    def exactness(self, value: Any) -> int | None:
        """How exactly a value is read; None where it is not."""
        if self.after_anything.validate_python(value) is not _ANYTHING:
            return EXACT
        if self.before_anything.validate_python(value) is not _ANYTHING:
            return STRICT
        return LAX if self.reads(value) else None

    def reads(self, value: Any) -> bool:
        """Whether a value is read at all."""
        try:
            self.alone.validate_python(value)
        except ValidationError:
            return False
        return True

    def plain(self, value: Any) -> Any:
        """The plain JSON of what is read of a value; the value where it is not read."""
        try:
            return read_by(self.alone, value)
        except Unread:
            return value

    def unread(self, value: Any) -> Unread | None:
        """What is wrong with a value; None where it is read."""
        try:
            read_by(self.alone, value)
        except Unread as error:
            return error
        return None


def scored_type(kind: Any, settings: Settings | None = None) -> ScoredType | None:
    """What reads a type; None where the type is not known, or reading it would run functions of the app.

    Args:
        kind: the type, without the app's functions.
        settings: those of the model that has a field of it.
    """
    key = tuple((settings or {}).items())
    try:
        hash(kind)
    except TypeError:
        return _scored_type(kind, key)
    # Two types are equal whose arms have another order.
    return _known_type(kind, repr(kind), key)


def _scored_type(kind: Any, settings: _Given) -> ScoredType | None:
    given = dict(settings)
    try:
        alone = adapter_of(kind, given)
        unions = union_of((_READS_ANYTHING, kind)), union_of((kind, _READS_ANYTHING))
        after, before = (adapter_of(union, given) for union in unions)
    except (PydanticUserError, SchemaError, NameError, TypeError):
        # A type that only its model can build, or a limit that only its author's own type can apply.
        return None
    is_known = getattr(alone, "pydantic_complete", True) and not runs_code_of_the_app(alone.core_schema)
    return ScoredType(alone, after, before) if is_known else None


@functools.cache
def _known_type(kind: Any, _: str, settings: _Given) -> ScoredType | None:
    return _scored_type(kind, settings)


def scored_schema(schema: Schema) -> ScoredType | None:
    """What reads a schema's scalars, limits included; None where their type or format is not known."""
    kind, name = schema.get("type"), schema.get("format")
    if not isinstance(kind, str) or kind not in _KINDS or (name is not None and name not in _FORMATS):
        return None
    limits = tuple((_LIMITS[keyword], schema[keyword]) for keyword in _LIMITS if keyword in schema)
    return _limited(kind, name, limits, tuple(schema.get(SETTINGS_MARK, {}).items()))


@functools.cache
def _limited(kind: str, name: str | None, limits: _Given, settings: _Given) -> ScoredType | None:
    read: Any = _FORMATS[name] if name is not None else _KINDS[kind]
    annotated: Any = Annotated
    try:
        return scored_type(annotated[read, Field(**dict(limits))] if limits else read, dict(settings))
    except TypeError:
        return None


def read_as_they_are(schema: Schema) -> frozenset[type]:
    """The Python types all of whose values are read as they are."""
    if "format" in schema or any(keyword in schema for keyword in (*_LIMITS, SETTINGS_MARK)):
        return frozenset()
    return _AS_THEY_ARE.get(str(schema.get("type")), frozenset())
