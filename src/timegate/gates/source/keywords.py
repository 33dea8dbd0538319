"""Lists the JSON Schema keywords that programs follow, and finds changed components behind any other keyword."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from timegate.gates.plan.reach import names_in
from timegate.typing import Schema, is_object
from timegate.wire.marks import BEHIND_MARK, OPAQUE_MARK
from timegate.wire.schema import LITERAL_KEYWORDS, NAMED_SCHEMAS

FOLLOWED: Final = frozenset(
    {"$ref", "items", "prefixItems", "additionalProperties", "anyOf", "oneOf", "allOf", "propertyNames", "properties"}
)
"""Keywords whose schemas programs follow."""

SERIALIZER: Final = "a serializer without a return type"


class NotConvertible(Exception):
    """A schema reaches a touched component by a keyword that programs do not follow."""

    def __init__(self, obstacle: str, name: str) -> None:
        super().__init__(obstacle, name)
        self.obstacle = obstacle
        self.name = name


def obstacles_in(schema: Schema, touched: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each obstacle in one schema object, not in nested ones, with each touched component behind it."""
    for note in schema.get(BEHIND_MARK, ()):
        obstacle = f"{note['by']} (its field {note['field']})" if "field" in note else note["by"]
        yield from ((obstacle, name) for name in names_in(note["schema"]) if name in touched)
    if schema.get(OPAQUE_MARK):
        yield from ((SERIALIZER, name) for name in names_in(schema) if name in touched)
        return
    if "properties" in schema:
        # An object's program follows its fields alone.
        for keyword in ("allOf", "anyOf", "oneOf"):
            found = (name for name in names_in(schema.get(keyword)) if name in touched)
            yield from ((f"{keyword} beside properties", name) for name in found)
    for keyword, value in schema.items():
        # A keyword that begins so is an extension of the document's author: it says nothing of values.
        if keyword in FOLLOWED or keyword in LITERAL_KEYWORDS or keyword.startswith("x-"):
            continue
        for inner in value.values() if keyword in NAMED_SCHEMAS and is_object(value) else [value]:
            yield from ((keyword, name) for name in names_in(inner) if name in touched)
