"""Components that combine others with more, by their ``allOf``."""

from __future__ import annotations

from collections.abc import Mapping

from timegate.typing import Schema
from timegate.wire.schema import referred
from timegate.wire.wire import Component


def parts_of(schema: Schema) -> frozenset[str]:
    """The components that a schema combines."""
    return frozenset(part for one in schema.get("allOf", ()) if (part := referred(one)) is not None)


def combining(components: Mapping[str, Component], names: frozenset[str]) -> frozenset[str]:
    """Some components, and all that combine one of them with more, directly or not."""
    parts = {name: parts_of(one.schema) for name, one in components.items() if "allOf" in one.schema}
    while found := {name for name, own in parts.items() if name not in names and not names.isdisjoint(own)}:
        names |= found
    return names
