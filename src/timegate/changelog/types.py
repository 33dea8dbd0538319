"""A schema in a few words, for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import arms_of, referred

_LIMITS: Final = (
    "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "pattern",
)  # fmt: skip


def type_text(schema: Schema, name_of: Callable[[str], str]) -> str:
    """A schema in a few words: ``list of Item``, ``string (date-time) or null``.

    Args:
        schema: the schema.
        name_of: what a component is called, by its identity.
    """
    target = referred(schema)
    if target is not None:
        return name_of(target)
    values = listed_values(schema)
    if values is not None:
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in values)
    arms = arms_of(schema)
    if arms:
        return " or ".join(type_text(arm, name_of) for arm in arms)
    kinds: Any = schema.get("type")
    if is_array(kinds):
        return " or ".join(type_text({**schema, "type": kind}, name_of) for kind in kinds)
    return _plain(schema, name_of) + "".join(f", {key} {schema[key]}" for key in _LIMITS if key in schema)


def _plain(schema: Schema, name_of: Callable[[str], str]) -> str:
    kind = schema.get("type", "anything")
    inner: Any = schema.get("items" if kind == "array" else "additionalProperties")
    if kind == "array":
        return f"list of {type_text(inner, name_of)}" if is_object(inner) else "list"
    if kind == "object" and is_object(inner):
        return f"object with values of {type_text(inner, name_of)}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)
