"""Which of the objects that a schema describes a value is, and what is known of its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.typing import Schema, is_array, is_object, type_of
from timegate.wire.json_types import listed_values
from timegate.wire.schema import NULL, referred
from timegate.wire.wire import Component

Parts: TypeAlias = tuple[Component, ...]
"""One alternative of a schema: a component, or what ``allOf`` combines."""


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """One of the objects that a schema describes.

    Args:
        parts: the component that describes it, or the parts of its ``allOf``.
    """

    parts: Parts

    @property
    def closed(self) -> bool:
        """Whether it forbids keys that it does not name."""
        return any(part.closed for part in self.parts)

    @property
    def extra(self) -> Schema | None:
        """The schema of the keys that it does not name but has; None where it has no others."""
        for part in self.parts:
            others = part.schema.get("additionalProperties", not part.properties)
            if others is not False:
                return others if is_object(others) else {}
        return None

    def field(self, key: str, spelled: Callable[[Component, str], str | None]) -> tuple[str, Schema] | None:
        """The wire name and schema of a key; None where it does not name the key.

        Args:
            key: as a payload has it.
            spelled: a component's wire name for a key.
        """
        for part in self.parts:
            wire = spelled(part, key)
            if wire is not None:
                return wire, part.properties[wire]
        return None

    def made_of(self, kind: type) -> bool:
        """Whether its objects are instances of a class."""
        return any(part.model is kind for part in self.parts)

    def fits(self, value: Mapping[str, Any], components: Mapping[str, Component]) -> tuple[int, int, int]:
        """How well an object fits: its tags, the required keys that it lacks, and the keys that are named."""
        tags = lacking = named = 0
        for part in self.parts:
            known = {spelling: key for key in part.properties for spelling in part.accepted(key)}
            found = {known[key]: key for key in value if key in known}
            named += len(found)
            lacking += sum(key not in found for key in part.required)
            for wire, key in found.items():
                members = _members(part.properties[wire], components)
                tags += 0 if members is None else 1 if value[key] in members else -len(part.properties)
        return tags, -lacking, named


def _members(schema: Schema, components: Mapping[str, Component]) -> list[Any] | None:
    name = referred(schema)
    if name is not None and name in components:
        schema = components[name].schema
    return [schema["const"]] if "const" in schema else listed_values(schema)


def _alternatives(schema: Schema, components: Mapping[str, Component], seen: frozenset[str]) -> Iterator[Parts]:
    """Every alternative of a schema but null."""
    name = referred(schema)
    if name is not None:
        component = components.get(name)
        if component is None or name in seen:
            return
        inner, seen = component.schema, seen | {name}
        if referred(inner) is not None:
            # It stands for the body of one operation as a whole.
            yield from _alternatives(inner, components, seen)
            return
    else:
        component, inner = Component("", schema), schema
    for keyword in ("anyOf", "oneOf"):
        if keyword in inner:
            for arm in inner[keyword]:
                yield from _alternatives(arm, components, seen)
            return
    if "allOf" in inner:
        parts = [next(_alternatives(part, components, seen), ()) for part in inner["allOf"]]
        own = (component,) if component.properties else ()
        yield (*own, *(one for part in parts for one in part))
    elif inner != NULL:
        yield (component,)


def object_shapes(schema: Schema, components: Mapping[str, Component]) -> list[ObjectShape]:
    """The objects that a schema describes, in its order."""
    return [
        ObjectShape(parts)
        for parts in _alternatives(schema, components, frozenset())
        if any(part.properties or part.schema.get("type") == "object" for part in parts)
    ]


def object_shape(value: Any, schema: Schema, components: Mapping[str, Component]) -> ObjectShape | None:
    """The one that an object is: an instance's by its class, plain data's by tags and keys; None for no object."""
    shapes = object_shapes(schema, components)
    if not is_object(value):
        return next((shape for shape in shapes if shape.made_of(type_of(value))), None)
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    return max(shapes, key=lambda shape: shape.fits(value, components))


def item_schemas(schema: Schema, components: Mapping[str, Component]) -> Callable[[int], Schema]:
    """The schema of each item of the arrays that a schema describes, by its index."""
    arrays = [
        part.schema
        for parts in _alternatives(schema, components, frozenset())
        for part in parts
        if "items" in part.schema or "prefixItems" in part.schema
    ]

    def at(index: int) -> Schema:
        found: list[Schema] = []
        for array in arrays:
            first: list[Schema] = array.get("prefixItems", [])
            item = first[index] if index < len(first) else array.get("items")
            found += [item] if is_object(item) else []
        return found[0] if len(found) == 1 else {"anyOf": found}

    return at


def as_sent(component: Component, key: str) -> str | None:
    """The wire name for a key that a client may send."""
    if key in component.properties:
        return key
    return next((wire for wire in component.properties if key in component.accepted(wire)), None)


def is_closed(shape: ObjectShape) -> bool:
    """Whether keys that an object does not name are refused, so that they must be seen."""
    return shape.closed


def never(shape: ObjectShape) -> bool:
    """No key that an object does not name stays."""
    return False


def with_wire_names(
    value: Any,
    schema: Schema,
    components: Mapping[str, Component],
    *,
    spelled: Callable[[Component, str], str | None],
    keeps: Callable[[ObjectShape], bool],
) -> Any:
    """A copy of plain data with the keys that a schema names, under their wire names.

    Args:
        value: the data.
        schema: what it should be.
        components: those that the schema may refer to.
        spelled: a component's wire name for a key.
        keeps: whether the keys that an object does not name stay.
    """
    if is_array(value):
        item = item_schemas(schema, components)
        return [
            with_wire_names(one, item(index), components, spelled=spelled, keeps=keeps)
            for index, one in enumerate(value)
        ]
    shape = object_shape(value, schema, components) if is_object(value) else None
    if shape is None:
        return value
    copied: dict[str, Any] = {}
    for key, inner in value.items():
        named = shape.field(key, spelled)
        if named is not None and (named[0] == key or named[0] not in value):
            copied[named[0]] = with_wire_names(inner, named[1], components, spelled=spelled, keeps=keeps)
        elif named is None and shape.extra is not None:
            copied[key] = with_wire_names(inner, shape.extra, components, spelled=spelled, keeps=keeps)
        elif keeps(shape):
            copied[key] = inner
    return copied
