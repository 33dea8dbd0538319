"""The few walks over a JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from timegate.typing import Schema, is_array, is_object
from timegate.wire.marks import MARK_PREFIX

REF_PREFIX: Final = "#/components/schemas/"

NULL: Schema = {"type": "null"}


def ref(name: str) -> Schema:
    """A schema that refers to a component."""
    return {"$ref": REF_PREFIX + name}


def referred(schema: object) -> str | None:
    """The component a schema refers to; None where it is no reference."""
    if is_object(schema):
        target: object = schema.get("$ref")
        if isinstance(target, str) and target.startswith(REF_PREFIX):
            return target[len(REF_PREFIX) :]
    return None


def objects_in(schema: object) -> Iterator[dict[str, Any]]:
    """Every schema object in a schema, at any depth, each after what holds it."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if is_array(node):
            waiting.extend(node)
        elif is_object(node):
            yield node
            for key, value in node.items():
                if isinstance(value, str):
                    # Most of what a schema says is text.
                    continue
                if key in NAMED_SCHEMAS and is_object(value):
                    waiting.extend(value.values())
                elif key not in LITERAL_KEYWORDS:
                    waiting.append(value)


def references(schema: object) -> Iterator[str]:
    """Every component a schema refers to, at any depth, its discriminator mappings left out."""
    for node in objects_in(schema):
        name = referred(node)
        if name is not None:
            yield name


LITERAL_KEYWORDS: Final = frozenset({"default", "const", "enum", "examples", "example", "discriminator", "required"})
"""Keywords whose values are payloads or names, not schemas."""

NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
"""Keywords whose values are schemas by names of the user's, which may look like keywords."""


def rewritten(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A copy of a schema in which each schema object, innermost first, is what ``change`` makes of it."""
    if is_array(schema):
        return [rewritten(item, change) for item in schema]
    if not is_object(schema):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in NAMED_SCHEMAS and is_object(value):
            copy[key] = {name: rewritten(inner, change) for name, inner in value.items()}
        elif key in LITERAL_KEYWORDS or key.startswith(MARK_PREFIX):
            copy[key] = value
        else:
            copy[key] = rewritten(value, change)
    return change(copy)


def schema_at_depth(schema: Schema, stars: int) -> Schema | None:
    """The schema ``stars`` containers deep; None where there is no such container."""
    if stars == 0:
        return schema
    for keyword in ("items", "additionalProperties"):
        if is_object(schema.get(keyword)):
            return schema_at_depth(schema[keyword], stars - 1)
    for keyword in ("anyOf", "oneOf"):
        for arm in schema.get(keyword, ()):
            found = schema_at_depth(arm, stars)
            if found is not None:
                return found
    return None


def single_reference(schema: Schema) -> str | None:
    """The one component a schema leads to, null looked through; None where there is none or several."""
    name = referred(schema)
    if name is not None:
        return name
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            names = [single_reference(arm) for arm in schema[keyword] if arm != NULL]
            return names[0] if len(names) == 1 else None
    return None


def unmarked(schema: Any) -> Any:
    """A copy of a schema without this package's own notes."""
    return rewritten(
        schema, lambda node: {key: value for key, value in node.items() if not str(key).startswith(MARK_PREFIX)}
    )
