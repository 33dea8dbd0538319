"""Where payloads start: the schemas of bodies and parameters, each once for all versions that share it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from timegate.contract.document import Side, Wire, ref
from timegate.gates.reach import Reach
from timegate.typing import Schema


@dataclass(slots=True)
class Roots:
    """What payloads of one side start from on their way between head and the clients of a version.

    Args:
        reach: the side and its history.
    """

    reach: Reach
    _known: dict[tuple[int, int], Mapping[str, Schema]] = field(
        default_factory=dict[tuple[int, int], Mapping[str, Schema]]
    )

    def at(self, version: int) -> Mapping[str, Schema]:
        """Every root by its text: the version's own of requests, head's of responses."""
        wire = self.reach.past.wires[version if self.reach.side == "requests" else 0]
        # Few boundaries touch operations; the wires keep both alive, so that their identities stay their own.
        key = id(wire.operations), id(wire.receives)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = {repr(schema): schema for schema in _roots(wire, self.reach.side)}
        return found

    def unsettled(self, version: int) -> Mapping[str, Schema]:
        """Those whose payloads take another way than to or from the clients of the next newer version."""
        newer, differ = self.at(version - 1), self.reach.unsettled_by(version - 1)
        return {
            text: schema
            for text, schema in self.at(version).items()
            if text not in newer or self.reach.holds(schema, differ)
        }


def _roots(wire: Wire, side: Side) -> Iterator[Schema]:
    """Every root of a side, those of operations that the version lacks included."""
    for operation in wire.operations:
        if side == "requests":
            yield ref(operation.query)
            yield ref(operation.headers)
            if operation.request is not None:
                yield operation.request.schema
        else:
            yield from (body.schema for body in operation.answers.values() if body is not None)
    yield from wire.receives if side == "requests" else wire.sends
