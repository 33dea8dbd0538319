"""Finds what may stand in place of an object whose schema has a discriminator and lists no arms.

OpenAPI lets a schema say by its own discriminator that a payload may be of any schema that combines it with more
(`allOf`). No gate follows that, so what those schemas add is noted at each reference: a change of it is refused there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from timegate.typing import Schema, is_object
from timegate.wire.combined import combining, parts_of
from timegate.wire.marks import BEHIND_MARK
from timegate.wire.schema import REF_PREFIX, ref, referred, rewrite
from timegate.wire.wire import Component


class Subtypes:
    """What the objects of some components may have besides.

    Args:
        components: those of one side.
    """

    def __init__(self, components: Mapping[str, Component]) -> None:
        self._components = components
        self._notes: dict[str, Schema] = {}
        for name, component in components.items():
            added = sorted(set(self._added(name, component.schema)))
            if added:
                schema: Schema = {"anyOf": [ref(one) for one in added]}
                self._notes[name] = {"by": f"the discriminator of {name}", "schema": schema, "listed": True}

    def noted(self, schema: Schema) -> Schema:
        """A schema with a note at each reference behind which more may be."""
        noted: Schema = rewrite(schema, self._noted) if self._notes else schema
        return noted

    def _noted(self, node: dict[str, Any]) -> dict[str, Any]:
        name = referred(node)
        if name in self._notes:
            return {**node, BEHIND_MARK: [*node.get(BEHIND_MARK, ()), self._notes[name]]}
        if len(node.get("allOf", ())) > 1:
            # A part is that and no more.
            node["allOf"] = [ref(part) if (part := referred(one)) in self._notes else one for one in node["allOf"]]
        return node

    def _added(self, name: str, schema: Schema) -> Iterator[str]:
        """The components that say what the subtypes of a component have besides its own keys."""
        discriminator = schema.get("discriminator")
        if not is_object(discriminator) or "anyOf" in schema or "oneOf" in schema:
            return
        family = combining(self._components, frozenset({name}))
        targets = discriminator.get("mapping", {}).values()
        yield from {str(target).removeprefix(REF_PREFIX) for target in targets} - family
        for other in family - {name}:
            yield from parts_of(self._components[other].schema) - family
