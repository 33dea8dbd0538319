"""Where payloads start: the schemas of bodies and parameters, each once for all versions that share it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from timegate.gates.plan.reach import Reach
from timegate.typing import Schema
from timegate.wire.schema import ref
from timegate.wire.wire import Side, Wire


@dataclass(slots=True)
class Roots:
    """What payloads of one side start from on their way between head and the clients of a version.

    Args:
        reach: the side and its history.
    """

    reach: Reach
    _known: dict[tuple[int, int], _Held] = field(default_factory=dict[tuple[int, int], "_Held"])

    def at(self, version: int) -> Mapping[str, Schema]:
        """Every root by its text: the version's own of requests, head's of responses."""
        return self._held(version).schemas

    def unsettled(self, version: int) -> Mapping[str, Schema]:
        """Those whose payloads take another way than to or from the clients of the next newer version."""
        held, newer = self._held(version), self._held(version - 1)
        texts = {text for name in self.reach.affected_by(version - 1) for text in held.holding.get(name, ())}
        return {text: one for text, one in held.schemas.items() if text in texts or text not in newer.schemas}

    def _held(self, version: int) -> _Held:
        wire = self.reach.history.wires[version if self.reach.side == "requests" else 0]
        # Few boundaries touch operations; the wires keep both alive, so that their identities stay their own.
        key = id(wire.operations), id(wire.receives)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _Held({repr(schema): schema for schema in _roots(wire, self.reach.side)})
            for text, schema in found.schemas.items():
                for name in self.reach.names_in(schema):
                    found.holding.setdefault(name, []).append(text)
        return found


@dataclass(frozen=True, slots=True)
class _Held:
    """The roots of some versions by their text, and those texts by the components that the roots hold."""

    schemas: Mapping[str, Schema]
    holding: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def _roots(wire: Wire, side: Side) -> Iterator[Schema]:
    """Every root of a side, those of operations that the version lacks included."""
    for operation in wire.operations:
        if side == "requests":
            yield ref(operation.query)
            yield ref(operation.headers)
            if operation.request is not None:
                yield operation.request.schema
        else:
            yield from (body.schema for body in operation.responses.values() if body is not None)
    yield from wire.receives if side == "requests" else wire.sends
