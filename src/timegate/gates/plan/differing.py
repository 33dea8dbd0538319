"""Says whether two schemas admit different values, limits aside."""

from __future__ import annotations

from typing import Any, Final

from timegate.typing import Schema, is_array, is_object

_LIMITS: Final = frozenset({
    "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "maximum", "exclusiveMaximum", "maxLength",
    "maxItems", "maxProperties", "multipleOf", "pattern", "uniqueItems",
})  # fmt: skip
"""Keywords that only limit values: head's own limits apply."""

_TEXTS: Final = frozenset({
    "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
})  # fmt: skip


def differs(schema: Schema, other: Schema) -> bool:
    """Whether two schemas admit values of different types, null or members; limits and texts do not count."""
    return schema is not other and bool(_shape(schema) != _shape(other))


def _shape(schema: Any) -> Any:
    """A schema less what only limits or describes values, its unions in one order."""
    if is_array(schema):
        return [_shape(one) for one in schema]
    if not is_object(schema):
        return schema
    shape = {
        key: value if key in ("enum", "const", "required") else _shape(value)
        for key, value in schema.items()
        if key not in _LIMITS and key not in _TEXTS and not key.startswith("x-")
    }
    if set(shape) == {"allOf"} and len(shape["allOf"]) == 1:
        return shape["allOf"][0]
    for keyword in ("anyOf", "oneOf"):
        if keyword in shape:
            shape[keyword] = sorted(shape[keyword], key=repr)
    return shape
