"""How a response lists validation errors, and whether a schema says that it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from timegate.typing import Schema
from timegate.wire.objects import as_sent, item_schemas, object_shapes
from timegate.wire.wire import Component

DETAIL: Final = "detail"
"""The key of what an app raises an error with, as FastAPI sends it."""

LISTS: Final = (DETAIL, "errors")
"""The keys of a body with a list of validation errors: FastAPI's, and that of problems (RFC 9457)."""

_PLACES: Final = ("loc", "pointer")


def lists_places(schema: Schema, components: Mapping[str, Component]) -> bool:
    """Whether a schema describes bodies with validation errors, each of which names a place in the request.

    Args:
        schema: of a response.
        components: those that it may refer to.
    """
    lists = [shape.field(name, as_sent) for shape in object_shapes(schema, components) for name in LISTS]
    entries = [item_schemas(found[1], components)(0) for found in lists if found is not None]
    return any(
        shape.field(name, as_sent) is not None
        for entry in entries
        for shape in object_shapes(entry, components)
        for name in _PLACES
    )
