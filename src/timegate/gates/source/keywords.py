"""Lists the JSON Schema keywords that programs follow, and finds changed components behind any other keyword."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from timegate.gates.plan.containment import names_in
from timegate.typing import Schema, is_object
from timegate.wire.marks import ANY_SUBCLASS, BEHIND_MARK, BESIDE, OPAQUE_MARK
from timegate.wire.schema import LITERAL_KEYWORDS, NAMED_SCHEMAS, referred

_OF_AN_OBJECT: Final = frozenset({"properties", "additionalProperties"})

_OF_ANY_VALUE: Final = frozenset({"allOf", "items", "prefixItems", "additionalProperties", "propertyNames"})

_ALONE: Final = ("anyOf", "oneOf", "$ref")
"""Keywords beside which programs follow no other one."""

_FOLLOWED: Final = _OF_AN_OBJECT.union(_OF_ANY_VALUE, _ALONE)

SERIALIZER: Final = "a serializer that names no keys"

VOUCHABLE: Final = frozenset({SERIALIZER, ANY_SUBCLASS, BESIDE})
"""The obstacles that are none where somebody vouches that nothing else is sent than what the schema says."""


class NotConvertible(Exception):
    """A schema reaches a touched component by a keyword that programs do not follow."""

    def __init__(self, obstacle: str, name: str) -> None:
        super().__init__(obstacle, name)
        self.obstacle = obstacle
        self.name = name


def followed(schema: Schema) -> tuple[str, frozenset[str]]:
    """The keywords of a schema whose schemas programs follow, after the one because of which they follow no others."""
    if "properties" in schema:
        ruling, keywords = "properties", _OF_AN_OBJECT
    else:
        ruling = next((keyword for keyword in _ALONE if schema.get(keyword)), "")
        keywords = frozenset({ruling}) if ruling else _OF_ANY_VALUE
    if "patternProperties" in schema and "additionalProperties" in keywords:
        # Which keys are additional only the patterns say.
        ruling, keywords = "patternProperties", keywords - {"additionalProperties"}
    return ruling, keywords


def obstacles_in(schema: Schema, touched: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each obstacle in one schema object, not in nested ones, with each touched component behind it."""
    for note in schema.get(BEHIND_MARK, ()):
        obstacle = f"{note['by']} (its field {note['field']})" if "field" in note else note["by"]
        yield from ((obstacle, name) for name in names_in(note["schema"]) if name in touched)
    if schema.get(OPAQUE_MARK):
        yield from ((SERIALIZER, name) for name in names_in(schema) if name in touched)
        return
    ruling, keywords = followed(schema)
    for keyword, value in schema.items():
        # A keyword that begins so is an extension of the document's author: it says nothing of values.
        if keyword in keywords or keyword in LITERAL_KEYWORDS or keyword.startswith("x-"):
            continue
        is_ruled_out = keyword in _FOLLOWED and ruling
        obstacle = f"{keyword} beside {ruling}" if is_ruled_out else keyword
        inner = list(value.values()) if keyword in NAMED_SCHEMAS and is_object(value) else value
        found = [referred({"$ref": value})] if keyword == "$ref" else names_in(inner)
        yield from ((obstacle, name) for name in found if name is not None and name in touched)


def refuse_obstacles(schema: Schema, touched: frozenset[str]) -> None:
    """Refuse a schema object, not nested ones, that holds a touched component where programs do not follow it.

    Raises:
        NotConvertible: it does so.
    """
    for obstacle, name in obstacles_in(schema, touched):
        raise NotConvertible(obstacle, name)
