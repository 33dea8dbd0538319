"""Schemas and documents as plain JSON: those written by hand may hold any value of Python."""

from __future__ import annotations

from decimal import Decimal
from types import NoneType
from typing import Any, Final

from pydantic_core import to_jsonable_python

from timegate.typing import is_array, is_object, type_of

JSON_TYPES: Final = frozenset({NoneType, bool, int, float, str})
"""The types of values that are plain already."""


def plain_json(value: Any) -> Any:
    """A copy of a value as a JSON parser would give it.

    Pydantic passes on what `WithJsonSchema` and `json_schema_extra` hold: members of enums, tuples, dates. A member
    that is a text too has another `repr` than the text, so that nothing may read it before it is plain.

    Raises:
        PydanticSerializationError: JSON cannot express it.
    """
    if type(value) in JSON_TYPES:
        return value
    if is_object(value):
        return {key if type(key) is str else _plain_key(key): plain_json(inner) for key, inner in value.items()}
    if is_array(value):
        return [plain_json(item) for item in value]
    if type_of(value) is tuple:
        return plain_json(list(value))
    if isinstance(value, Decimal) and value.is_finite():
        # A limit is a number in JSON Schema; pydantic writes decimals as texts.
        return int(value) if value == value.to_integral_value() else float(value)
    return to_jsonable_python(value)


def _plain_key(key: Any) -> str:
    (plain,) = to_jsonable_python({key: None})
    return str(plain)
