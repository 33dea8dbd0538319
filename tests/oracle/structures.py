"""What a contract says of its components, without the order and the texts in which two of them may differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import referred
from timegate.wire.wire import Component


def reachable(schema: Schema, components: dict[str, Component]) -> set[str]:
    """List every component that payloads of a schema can hold."""
    found: set[str] = set()
    waiting = list(references(schema))
    while waiting:
        name = waiting.pop()
        if name not in found and components[name].exists:
            found.add(name)
            waiting.extend(references(components[name].schema))
    return found


def references(schema: Any) -> Iterator[str]:
    if is_object(schema):
        name = referred(schema)
        if name is not None:
            yield name
        for key, value in schema.items():
            if key not in ("default", "x-newer-arms", "discriminator"):
                yield from references(value)
    elif is_array(schema):
        for value in schema:
            yield from references(value)


NOT_STRUCTURE = frozenset({"title", "description", "default", "discriminator", "x-newer-arms"})
"""The keys of a schema that are not its structure; defaults and discriminators have tests of their own."""


def structure(schema: Any, components: Any) -> Any:
    """Return the structure of a schema: no texts, unions in a fixed order, a union of one replaced by its member."""
    if not is_object(schema):
        return schema
    name = referred(schema)
    if name is not None and components[name].inline:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return structure({**components[name].schema, **beside}, components)
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in NOT_STRUCTURE or key.startswith("x-timegate-"):
            continue
        if key == "properties":
            found[key] = {field: structure(place, components) for field, place in value.items()}
        elif key in ("anyOf", "oneOf"):
            arms = [structure(arm, components) for arm in value]
            flat = [inner for arm in arms for inner in (arm["union"] if set(arm) == {"union"} else [arm])]
            found["union"] = sorted(flat, key=lambda arm: json.dumps(arm, sort_keys=True))
        elif key == "required":
            found[key] = sorted(value)
        elif key == "const":
            found["enum"] = [value]
        elif key == "enum":
            found[key] = sorted(value, key=json.dumps)
        elif is_array(value):
            found[key] = [structure(item, components) for item in value]
        else:
            found[key] = structure(value, components)
    if not found.get("required", True):
        del found["required"]
    if set(found) == {"union"} and len(found["union"]) == 1:
        return found["union"][0]
    return found
