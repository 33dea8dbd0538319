"""The places whose payloads no schema describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from timegate.typing import Schema, is_object
from timegate.wire.marks import BEHIND_MARK, OPAQUE_MARK
from timegate.wire.schema import LISTED_SCHEMAS, referred
from timegate.wire.wire import SIDES, Side, Wire

_DESCRIBING: Final = frozenset({
    "$ref", "allOf", "anyOf", "const", "enum", "items", "not", "oneOf", "prefixItems", "properties", "type",
})  # fmt: skip


def opaque_places(wire: Wire) -> Iterator[str]:
    """Each place that may contain anything: its type is ``Any``, or its serializer has no return type.

    Args:
        wire: what is on the wire.
    """
    seen: set[str] = set()
    in_path = {operation.path_parameters for operation in wire.operations}
    for side in SIDES:
        for label, name, schema in labelled_schemas(wire, side):
            # A path is text: a parameter without a type cannot contain a payload.
            for path in opaque_paths({**schema, "properties": {}} if name in in_path else schema):
                place = f"{label}: {path}" if path else label
                if place not in seen:
                    seen.add(place)
                    yield place


def labelled_schemas(wire: Wire, side: Side) -> Iterator[tuple[str, str | None, Schema]]:
    """The schema of each payload and component of one side, with what lists call it and the component's name."""
    components = wire.components(side)
    for place, schema in wire.roots(side):
        if (name := referred(schema)) is None or not components[name].inline:
            yield place, None, schema
    for name, place in wire.reachable(side).items():
        component = components[name]
        yield place if component.inline else f"{component.display_name} in the {place}", name, component.schema


def opaque_paths(schema: Any, path: str = "") -> Iterator[str]:
    """The paths of the opaque places within a schema."""
    if schema is True:
        yield path
    if not is_object(schema):
        return
    for note in schema.get(BEHIND_MARK, ()):
        if note["listed"]:
            yield _below(path, note["field"]) if "field" in note else path
    if schema.get(OPAQUE_MARK) or not _DESCRIBING & schema.keys():
        yield path
        return
    for name, inner in schema.get("properties", {}).items():
        yield from opaque_paths(inner, _below(path, name))
    for keyword in LISTED_SCHEMAS:
        for arm in schema.get(keyword, ()):
            yield from opaque_paths(arm, path)
    each = _below(path, "*")
    if "items" in schema:
        yield from opaque_paths(schema["items"], each)
    elif schema.get("type") == "array" and "prefixItems" not in schema:
        yield each
    if "properties" not in schema and schema.get("type") == "object":
        yield from opaque_paths(schema.get("additionalProperties", True), each)
    elif schema.get("additionalProperties"):
        yield from opaque_paths(schema["additionalProperties"], each)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
