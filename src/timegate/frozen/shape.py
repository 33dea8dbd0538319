"""A schema in the form in which two are compared: null aside, its alternatives apart, its texts apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from timegate.frozen.difference import ABSENT
from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import NULL, referred

TEXTS: Final = ("title", "description", "examples", "example", "deprecated")
"""Keywords that only people read."""

LIMITS: Final[Mapping[str, int]] = {
    "minimum": 1, "exclusiveMinimum": 1, "minLength": 1, "minItems": 1, "minProperties": 1,
    "maximum": -1, "exclusiveMaximum": -1, "maxLength": -1, "maxItems": -1, "maxProperties": -1,
    "multipleOf": 0, "pattern": 0, "uniqueItems": 1,
}  # fmt: skip
"""Keywords that limit values of one JSON type: 1 where a greater limit is tighter, -1 where a smaller one is."""

_ASIDE: Final = frozenset({*TEXTS, "default", "discriminator"})


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema at one place.

    Args:
        arms: the alternatives without null; each is a reference or a schema of one JSON type.
        nullable: whether null is one.
        default: the default; `ABSENT` where there is none.
        texts: the texts at this place.
    """

    arms: tuple[Schema, ...]
    nullable: bool
    default: Any
    texts: Mapping[str, Any]


def shape_of(schema: Schema) -> Shape:
    """The form of a schema in which it is compared."""
    arms = _arms(schema)
    return Shape(
        tuple(arm for arm in arms if arm != NULL),
        any(arm == NULL for arm in arms),
        schema.get("default", ABSENT),
        {key: schema[key] for key in TEXTS if key in schema},
    )


def _arms(schema: Schema) -> list[Schema]:
    for keyword in ("anyOf", "oneOf"):
        if is_array(schema.get(keyword)):
            return [arm for one in schema[keyword] for arm in _arms(one)]
    parts = schema.get("allOf")
    if is_array(parts) and len(parts) == 1 and is_object(parts[0]):
        return _arms(parts[0])
    bare = {key: value for key, value in schema.items() if key not in _ASIDE}
    if referred(bare) is not None:
        return [{"$ref": bare["$ref"]}]
    kinds = bare.get("type")
    if is_array(kinds):
        return [NULL if kind == "null" else {**bare, "type": kind} for kind in kinds]
    if kinds == "null":
        return [NULL]
    values = listed_values(bare)
    if values is not None and None in values and len(values) > 1:
        rest = {key: value for key, value in bare.items() if key not in ("enum", "const")}
        return [NULL, *_arms({**rest, "enum": [value for value in values if value is not None]})]
    if values is not None and {*map(repr, values)} == {"True", "False"}:
        return [{"type": "boolean"}]
    return [bare]
