"""The places where head may read more than its schema says, because a function of the app sees what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Final

from timegate.reading.opaque import labelled_schemas
from timegate.typing import Schema
from timegate.wire.json_types import EVERY, named_types, python_types
from timegate.wire.marks import VALIDATED_MARK, Validated
from timegate.wire.schema import referred
from timegate.wire.wire import Wire

_IN_WORDS: Final = {
    str: "a string", bool: "a boolean", int: "an integer", float: "a number", list: "an array", dict: "an object",
}  # fmt: skip


def narrowed_places(wire: Wire) -> Iterator[str]:
    """Each such place, with what old clients may no longer send there once a change touches it.

    Args:
        wire: what is on the wire.
    """
    seen: set[str] = set()
    texts = wire.parameter_holders
    header_fields = {one.headers for one in wire.operations}
    for label, name, schema in labelled_schemas(wire, "requests"):
        found = [] if name in header_fields else [_narrowed(label, schema, wire)]
        for key, inner in schema.get("properties", {}).items():
            found.append(_narrowed(f"{label}: {key}", inner, wire, is_text=name in texts))
        for place in found:
            if place is not None and place not in seen:
                seen.add(place)
                yield place


def _narrowed(label: str, schema: Schema, wire: Wire, *, is_text: bool = False) -> str | None:
    """The entry of a place; None where no function sees what was sent, or the schema admits everything."""
    validated: Validated | None = schema.get(VALIDATED_MARK)
    types = python_types(schema, wire.requests.get)
    if validated is None or types == EVERY:
        return None
    form = "a text that its type reads" if is_text else _in_words(schema, types, wire)
    name = referred(schema)
    keyed = schema if name is None else wire.requests[name].schema
    if "properties" in keyed and not keyed.get("additionalProperties"):
        form = "an object of the keys in the schema"
    return f"{label}: anything but {form} ({', '.join(validated.by)})"


def _in_words(schema: Schema, types: frozenset[type], wire: Wire) -> str:
    named = named_types(schema, wire.requests)
    words = [word for kind, word in _IN_WORDS.items() if kind in named and not (kind is int and float in named)]
    return " or ".join([*words, *(["null"] if NoneType in types else [])])
