"""Whether one schema admits every value of another, so that values need no conversion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from timegate.typing import Schema, is_array, is_object, type_of
from timegate.wire.json_types import listed_values
from timegate.wire.marks import MARK_PREFIX
from timegate.wire.schema import arms_of, referred
from timegate.wire.wire import Component

_TEXTS = frozenset({"title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"})
_OF_TEXTS = ("minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema")
_OF_LISTS = ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")
_OF_OBJECTS = (
    "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
    "maxProperties",
)  # fmt: skip
_OF_NUMBERS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
_ABOUT = {
    **dict.fromkeys(_OF_TEXTS, ("string",)),
    **dict.fromkeys(_OF_LISTS, ("array",)),
    **dict.fromkeys(_OF_OBJECTS, ("object",)),
    **dict.fromkeys(_OF_NUMBERS, ("integer", "number")),
}
"""The JSON types whose values a keyword restricts; it says nothing of others."""
_NAMED = {"items": "prefixItems", "additionalProperties": "properties"}
"""What is said of the other parts of a value, and by which keyword some parts have schemas of their own."""
_CHOOSING = ("$ref", "anyOf", "oneOf", "discriminator")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def bare(schema: Schema) -> Schema:
    """A schema without texts, defaults and notes: only the keywords that restrict values."""
    return {key: value for key, value in schema.items() if key not in _TEXTS and not key.startswith(MARK_PREFIX)}


def restricting(schema: Schema) -> Schema:
    """A bare schema without the keywords that say nothing of values of its JSON type."""
    kind = schema.get("type")
    return _about(kind if isinstance(kind, str) else None, bare(schema))


def admits_all_of(wide: Schema, narrow: Schema, components: Mapping[str, Component]) -> bool:
    """Whether ``wide`` admits every value of ``narrow``; False where the schemas do not show it.

    Args:
        wide: may refer to components.
        narrow: may refer to components.
        components: by identity.
    """
    outer, inner = bare(wide), bare(narrow)
    if not outer or outer == inner:
        return True
    besides = _besides(outer)
    if besides and len(besides) < len(outer):
        chosen = {key: outer[key] for key in _CHOOSING if key in outer}
        return admits_all_of(chosen, inner, components) and admits_all_of(besides, inner, components)
    if referred(outer) is not None and referred(outer) == referred(inner):
        return True
    if referred(inner) is not None and any(admits_all_of(arm, inner, components) for arm in _arms(outer) or ()):
        # One of several types is the same named one.
        return True
    opened = _dereferenced(outer, components), _dereferenced(inner, components)
    if opened != (outer, inner):
        closed = {name: one for name, one in components.items() if name not in (referred(outer), referred(inner))}
        return admits_all_of(*opened, closed)
    inner_arms = _arms(inner)
    if inner_arms is not None:
        return all(admits_all_of(outer, arm, components) for arm in inner_arms)
    outer_arms = _arms(outer)
    if outer_arms is not None:
        return any(admits_all_of(arm, inner, components) for arm in outer_arms)
    values = listed_values(inner)
    if values is not None:
        return all(_admits_value(outer, value) for value in values)
    if listed_values(outer) is not None or "$ref" in outer or "$ref" in inner:
        return False
    return _admits_kind(outer, inner, components)


def _besides(schema: Schema) -> Schema:
    """What a schema says of values besides the reference or the union in it."""
    return {key: value for key, value in schema.items() if key not in _CHOOSING}


def _dereferenced(schema: Schema, components: Mapping[str, Component]) -> Schema:
    """The schema that a reference leads to, unless it is a model's: that of an enum or of another named type."""
    name = referred(schema)
    if name is None or name not in components:
        return schema
    target = components[name].schema
    return schema if "properties" in target else {**bare(target), **_besides(schema)}


def _arms(schema: Schema) -> list[Schema] | None:
    arms = arms_of(schema)
    kinds = schema.get("type")
    if not arms and is_array(kinds):
        return [{**schema, "type": kind} for kind in kinds]
    return [{**_besides(schema), **arm} for arm in arms] or None


def _admits_value(schema: Schema, value: Any) -> bool:
    values = listed_values(schema)
    if values is not None:
        return any(type_of(known) is type_of(value) and known == value for known in values)
    kind = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}.get(type_of(value))
    kinds = (kind, "number", None) if kind == "integer" else (kind, None)
    return schema.get("type") in kinds and not _about(kind, schema).keys() - {"type"}


def _about(kind: str | None, schema: Schema) -> Schema:
    """The keywords of a schema that restrict values of a JSON type; all of them where the type is not known."""
    if kind is None:
        return schema
    return {key: value for key, value in schema.items() if kind in _ABOUT.get(key, (kind,))}


def _admits_kind(outer: Schema, inner: Schema, components: Mapping[str, Component]) -> bool:
    kind, other = outer.get("type"), inner.get("type")
    outer = _about(other, outer)
    if kind is not None and kind != other and not (kind == "number" and other == "integer"):
        return False
    if any(key in outer and inner.get(key, -math.inf) < outer[key] for key in _LOWER):
        return False
    if any(key in outer and inner.get(key, math.inf) > outer[key] for key in _UPPER):
        return False
    for key, named in _NAMED.items():
        wide, narrow = outer.get(key), inner.get(key)
        parts = [narrow if is_object(narrow) else {}] if narrow is not False else []
        # Where both name the same parts, what is said of the others is not said of these.
        found = inner.get(named, ()) if named not in outer else ()
        parts += found.values() if is_object(found) else found
        if parts and wide is False:
            return False
        if is_object(wide) and not all(admits_all_of(wide, part, components) for part in parts):
            return False
    handled = {"type", "items", "additionalProperties", *_LOWER, *_UPPER}
    return all(outer[key] == inner.get(key) for key in outer if key not in handled)
