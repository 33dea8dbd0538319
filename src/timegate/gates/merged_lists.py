"""The lists that a merge takes item by item: each is found, and its items have the key that tells them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from timegate.errors import DeclarationError
from timegate.gates.merge import EACH
from timegate.typing import Schema
from timegate.wire.objects import item_schemas, object_shapes
from timegate.wire.wire import Component

_ITEMS = 20
"""How many items of a tuple may have schemas of their own."""


def check_lists(by: Mapping[str, str], schema: Schema, components: Mapping[str, Component]) -> None:
    """Refuse a path that leads to no list, and a key that its items do not have: the list would be replaced whole.

    Args:
        by: the key of a list's items, by the dotted path of the list.
        schema: of the body at head.
        components: those that it may refer to.

    Raises:
        DeclarationError: one is so.
    """
    for path, key in by.items():
        found = [schema]
        for segment in path.split(".") if path else ():
            found = [inner for one in found for inner in _below(one, segment, components)]
        items = [item for one in found for item in _items(one, components)]
        told = f"by={{{path!r}: {key!r}}}"
        if not items:
            raise DeclarationError(
                f"{told}: no list is there; a path has the wire names of head, with * for an item or a value"
            )
        shapes = [shape for item in items for shape in object_shapes(item, components)]
        if not any(shape.extra is not None or any(key in part.properties for part in shape.parts) for shape in shapes):
            known = sorted({name for shape in shapes for part in shape.parts for name in part.properties})
            listed = ", ".join(known) or "no key at all"
            raise DeclarationError(f"{told}: the items of this list have no {key!r}, but {listed}")


def _below(schema: Schema, segment: str, components: Mapping[str, Component]) -> Iterator[Schema]:
    """The schemas at a segment of a path."""
    if segment == EACH:
        yield from _items(schema, components)
    for shape in object_shapes(schema, components):
        named = [part.properties[segment] for part in shape.parts if segment in part.properties]
        yield from named or ([shape.extra] if segment == EACH and shape.extra is not None else ())


def _items(schema: Schema, components: Mapping[str, Component]) -> Iterable[Schema]:
    """The schemas of the items of the arrays that a schema describes."""
    at = item_schemas(schema, components)
    return {repr(item): item for item in map(at, range(_ITEMS)) if item != {"anyOf": []}}.values()
