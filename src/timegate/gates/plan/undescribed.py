"""Finds the components at places that no schema describes: a class in an `Any`, or behind a serializer."""

from __future__ import annotations

from collections.abc import Iterable

from timegate.gates.plan.containment import names_in
from timegate.typing import Schema
from timegate.wire.marks import BEHIND_MARK, OPAQUE_MARK
from timegate.wire.schema import objects_in
from timegate.wire.wire import Side, Wire


class Undescribed:
    """The components at such places of one side's payloads, found once for the wires that have the same operations.

    Args:
        side: of the payloads.
    """

    def __init__(self, side: Side) -> None:
        self._side: Side = side
        # The wires keep their operations and schemas alive, so their ids are not reused.
        self._of_operations: dict[int, frozenset[str]] = {}
        self._of_schema: dict[int, frozenset[str]] = {}

    def of(self, wire: Wire, names: Iterable[str]) -> frozenset[str]:
        """The components at such places of a wire's payloads.

        Args:
            wire: the wire.
            names: the components in its payloads.
        """
        key = id(wire.operations)
        if key not in self._of_operations:
            components = wire.components(self._side)
            schemas = [*wire.payloads(self._side), *(components[name].schema for name in names)]
            self._of_operations[key] = frozenset[str]().union(*map(self._in, schemas))
        return self._of_operations[key]

    def _in(self, schema: Schema) -> frozenset[str]:
        if id(schema) not in self._of_schema:
            nodes = list(objects_in(schema))
            opaque = [node for node in nodes if node.get(OPAQUE_MARK)]
            behind = [note["schema"] for node in nodes for note in node.get(BEHIND_MARK, ())]
            self._of_schema[id(schema)] = frozenset(name for one in (*opaque, *behind) for name in names_in(one))
        return self._of_schema[id(schema)]
