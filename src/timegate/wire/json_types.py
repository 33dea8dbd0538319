"""Which JSON types a schema admits, and which Python types a JSON parser makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Final

from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import arms_of, referred
from timegate.wire.wire import Component

PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}

JSON_TYPES: Final[dict[type, str]] = {
    str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null", list: "array", dict: "object",
}  # fmt: skip
"""The narrowest JSON type of the values of each type that a parser makes."""

EVERY: Final = frozenset(kind for kinds in PYTHON_TYPES.values() for kind in kinds)


def python_types(schema: Schema, component: Callable[[str], Component | None]) -> frozenset[type]:
    """The Python types that a JSON parser gives for values of a schema; all of them where the schema names none."""
    name = referred(schema)
    if name is not None:
        target = component(name)
        return EVERY if target is None else python_types(target.schema, component)
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return frozenset(PYTHON_TYPES.get(kinds, ()))
    if is_array(kinds):
        return frozenset(kind for name in kinds for kind in PYTHON_TYPES.get(name, ()))
    values = listed_values(schema)
    if values is not None:
        return frozenset(map(type, values))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return frozenset[type]().union(*(python_types(arm, component) for arm in schema[keyword]))
    if "allOf" in schema:
        return EVERY.intersection(*(python_types(part, component) for part in schema["allOf"]))
    return frozenset({dict}) if "properties" in schema else EVERY


def listed_values(schema: Schema) -> list[Any] | None:
    """The only values that a schema admits, from ``const`` or ``enum``; None where it lists none."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def all_listed_values(
    schema: Schema, component: Callable[[str], Component | None]
) -> tuple[tuple[type, Any], ...] | None:
    """The only values that a schema admits, in its order, with their types, through references and unions.

    None where it lists none.

    A list with objects or arrays in it is none: they are compared otherwise.
    """
    values = listed_values(schema)
    if values is not None:
        # Without loops of Python's, because each of very many values may have come with a fact of its own.
        kinds = list(map(type, values))
        return None if not {dict, list}.isdisjoint(kinds) else tuple(dict.fromkeys(zip(kinds, values, strict=True)))
    name = referred(schema)
    if name is not None:
        target = component(name)
        return None if target is None else all_listed_values(target.schema, component)
    if schema.get("type") == "null":
        return ((type(None), None),)
    arms = [all_listed_values(arm, component) for arm in arms_of(schema)]
    found = [values for values in arms if values is not None]
    return tuple(dict.fromkeys(chain.from_iterable(found))) if arms and len(found) == len(arms) else None


def has_keys(schema: Schema) -> bool:
    """Whether the values of a component are objects with keys of their own, and not lists, scalars or dicts."""
    if "properties" in schema:
        return True
    if schema.get("type", "object") != "object" or ("type" not in schema and schema.keys().isdisjoint(_OF_OBJECTS)):
        # One that says nothing of keys admits any value.
        return False
    return not is_object(schema.get("additionalProperties")) and schema.keys().isdisjoint(_OTHER_SHAPES)


_OF_OBJECTS: Final = frozenset(
    {"additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames", "required"}
)
_OTHER_SHAPES: Final = frozenset({"$ref", "anyOf", "oneOf", "allOf", "enum", "const"})


def is_nullable(schema: Schema, components: Mapping[str, Component]) -> bool:
    """Whether a schema admits null."""
    name = referred(schema)
    if name is not None:
        return name in components and is_nullable(components[name].schema, components)
    kind = schema.get("type")
    if kind is not None:
        return kind == "null" or (is_array(kind) and "null" in kind)
    values = listed_values(schema)
    if values is not None:
        return None in values
    arms = arms_of(schema)
    if arms:
        return any(is_nullable(arm, components) for arm in arms)
    return all(is_nullable(part, components) for part in schema.get("allOf", ()))


def named_types(schema: Schema, components: Mapping[str, Component]) -> frozenset[type]:
    """The Python types of the JSON types that a schema names, where a float is no integer."""
    types = python_types(schema, components.get)
    if float in types and not _admits_float(schema, components):
        types -= {float}
    return types - {type(None)}


def _admits_float(schema: Schema, components: Mapping[str, Component]) -> bool:
    name = referred(schema)
    if name is not None:
        return name not in components or _admits_float(components[name].schema, components)
    kinds = schema.get("type")
    if kinds is not None:
        return kinds == "number" or (is_array(kinds) and "number" in kinds)
    values = listed_values(schema)
    if values is not None:
        return any(isinstance(value, float) for value in values)
    parts = [part for keyword in ("anyOf", "oneOf", "allOf") for part in schema.get(keyword, ())]
    return any(_admits_float(part, components) for part in parts) if parts else "properties" not in schema


_SAYS_NOTHING: Final = frozenset({"title", "description", "default", "examples", "example", "deprecated"})


def exact_types(schema: Schema, components: Mapping[str, Component]) -> frozenset[type]:
    """The types all of whose values a schema admits as they are: a bare type or component, or a union of such."""
    name = referred(schema)
    if name is not None:
        return frozenset({dict}) if name in components and "properties" in components[name].schema else frozenset()
    bare = {key: value for key, value in schema.items() if key not in _SAYS_NOTHING and not key.startswith("x-")}
    for keyword in ("anyOf", "oneOf"):
        if keyword in bare and bare.keys() <= {keyword, "discriminator"}:
            return frozenset[type]().union(*(exact_types(arm, components) for arm in bare[keyword]))
    if bare.keys() != {"type"}:
        return frozenset()
    types = frozenset(PYTHON_TYPES.get(bare["type"], ())) if isinstance(bare["type"], str) else frozenset[type]()
    return types - {float} if bare["type"] == "integer" else types
