"""JSON types: which of them a schema admits, and as which Python types they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from timegate.typing import Schema, is_array, type_of
from timegate.wire.schema import referred
from timegate.wire.wire import Component

NONE_TYPE: Final = type(None)

PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "null": (NONE_TYPE,),
    "array": (list,),
    "object": (dict,),
}

EVERY: Final = frozenset(kind for kinds in PYTHON_TYPES.values() for kind in kinds)


def python_types(schema: Schema, component: Callable[[str], Component | None]) -> frozenset[type]:
    """The Python types as which values of a schema arrive from a JSON parser; all of them where it does not say."""
    name = referred(schema)
    if name is not None:
        target = component(name)
        return EVERY if target is None else python_types(target.schema, component)
    kinds = schema.get("type")
    if isinstance(kinds, str):
        kinds = [kinds]
    if is_array(kinds):
        return frozenset(kind for name in kinds for kind in PYTHON_TYPES.get(name, ()))
    values: list[Any] | None = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is not None:
        return frozenset(type_of(value) for value in values)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return frozenset[type]().union(*(python_types(arm, component) for arm in schema[keyword]))
    if "allOf" in schema:
        return EVERY.intersection(*(python_types(part, component) for part in schema["allOf"]))
    if "properties" in schema:
        return frozenset({dict})
    return EVERY


def is_nullable(schema: Schema, components: Mapping[str, Component]) -> bool:
    """Whether a schema admits null."""
    name = referred(schema)
    if name is not None:
        target = components.get(name)
        return target is not None and is_nullable(target.schema, components)
    kind = schema.get("type")
    if kind is not None:
        return kind == "null" or (is_array(kind) and "null" in kind)
    if "const" in schema:
        return schema["const"] is None
    if "enum" in schema:
        return None in schema["enum"]
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        return any(is_nullable(arm, components) for arm in arms)
    parts = schema.get("allOf")
    if parts:
        return all(is_nullable(part, components) for part in parts)
    return True
