"""Find where a fact applies: references, null, paths, and the components of a model."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import get_annotations
from typing import Any

from timegate.typing import Schema, is_object
from timegate.wire.schema import referred
from timegate.wire.wire import Component

Components = dict[str, Component]


def nodes(schema: Any, *, newer_arms: bool = True) -> Iterator[dict[str, Any]]:
    """Yield a schema and every schema inside it, without following references."""
    if not is_object(schema):
        return
    yield schema
    for key in ("items", "additionalProperties", "propertyNames"):
        yield from nodes(schema.get(key), newer_arms=newer_arms)
    for key in ("anyOf", "oneOf", "allOf", "prefixItems", *(["x-newer-arms"] if newer_arms else ())):
        for part in schema.get(key, ()):
            yield from nodes(part, newer_arms=newer_arms)
    for part in schema.get("properties", {}).values():
        yield from nodes(part, newer_arms=newer_arms)


def arms_of(schema: Schema) -> list[Schema] | None:
    """Return the arms of a union, with those of nested unions; None where it is no union."""
    for key in ("anyOf", "oneOf"):
        if key in schema:
            found: list[Schema] = []
            for arm in schema[key]:
                found.extend(arms_of(arm) or [arm])
            return found
    return None


def newer_arms_of(schema: Schema) -> list[Schema]:
    """Return the arms of a union, with those of nested unions, that this version lacks."""
    found: list[Schema] = [*schema.get("x-newer-arms", ())]
    for arm in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        found.extend(newer_arms_of(arm))
    return found


def is_null(schema: Schema) -> bool:
    return schema.get("type") == "null"


def admits_null(schema: Schema, components: Components) -> bool:
    name = referred(schema)
    if name is not None:
        return admits_null(components[name].schema, components)
    return any(is_null(arm) for arm in arms_of(schema) or [schema])


def without_null(schema: Schema) -> Schema:
    """Return the schema with null forbidden."""
    for key in ("anyOf", "oneOf"):
        if key in schema:
            arms = [arm for arm in schema[key] if not is_null(arm)]
            rest = {name: value for name, value in schema.items() if name != key}
            if "default" in rest and rest["default"] is None:
                del rest["default"]
            return {**rest, **arms[0]} if len(arms) == 1 else {**rest, key: arms}
    return schema


def behind(schema: Schema, components: Components) -> Component | None:
    """Return the component at a place, behind null and references; None where there is none."""
    schema = without_null(schema)
    name = referred(schema)
    return None if name is None else components[name]


def object_at(schema: Schema, components: Components) -> Schema:
    """Return the object's schema at a place, behind null and references."""
    component = behind(schema, components)
    return without_null(schema) if component is None else component.schema


def has_fields(schema: Schema) -> bool:
    """Whether a schema is an object with fields of its own."""
    return "properties" in schema or (
        schema.get("type") == "object" and not is_object(schema.get("additionalProperties"))
    )


def is_enum(schema: Schema) -> bool:
    return "enum" in schema or "const" in schema


def members_of(schema: Schema) -> list[Any]:
    return list(schema["enum"]) if "enum" in schema else [schema["const"]]


def inner(schema: Schema, components: Components) -> Schema | None:
    """Return the schema of each value of a list or a dict; None where it is neither."""
    schema = object_at(schema, components)
    for key in ("items", "additionalProperties"):
        if is_object(schema.get(key)):
            found: Schema = schema[key]
            return found
    return None


def declares(model: type, base: type, field: str) -> bool:
    """Whether a class, or one between it and its base, declares the field again."""
    for cls in model.__mro__:
        if cls is base:
            return False
        if field in get_annotations(cls) and not is_parametrised(cls):
            return True
    return False


def is_parametrised(model: type) -> bool:
    return "[" in model.__name__


def means(component: Component, model: Any, field: str | None) -> bool:
    """Whether a fact about the model, and about the field if one is given, is about the component."""
    if isinstance(model, str):
        return model in (component.name, component.display_name)
    own = component.model
    if own is model:
        return True
    if not isinstance(own, type) or not isinstance(model, type) or model not in own.__mro__:
        return False
    if all(is_parametrised(cls) for cls in own.__mro__[: own.__mro__.index(model)]):
        return True
    if field is None:
        return False
    python = next((name for name, wire in component.fields.items() if wire == field), field)
    return not declares(own, model, python)


def subjects(components: Components, models: tuple[Any, ...], field: str | None = None) -> list[Component]:
    """Return the components that a fact about these models is about."""
    return [c for c in components.values() if any(means(c, model, field) for model in models)]


def key_of(component: Component, field: str) -> str:
    """Return the key that a field has on the wire; the name itself where the component lacks the field."""
    return component.wire_name(field) or field


def followed(component: Component, path: str, components: Components) -> tuple[Component, str, int] | None:
    """Follow a dotted, starred path.

    Returns:
        The component that holds the field, the field's key, and how many levels of each value the path has; None
        where the path leads nowhere.
    """
    first, *rest = path.split(".")
    key = key_of(component, first)
    stars = 0
    while stars < len(rest) and rest[stars] == "*":
        stars += 1
    if stars == len(rest):
        return component, key, stars
    place: Schema | None = component.properties.get(key)
    for _ in range(stars):
        place = None if place is None else inner(place, components)
    next_component = None if place is None else behind(place, components)
    if next_component is None:
        return None
    return followed(next_component, ".".join(rest[stars:]), components)
