"""Lists the schemas at which payloads start, of bodies and parameters, once for all versions that share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from timegate.gates.plan.reach import Reach
from timegate.typing import Schema
from timegate.wire.marks import PARTIAL_MARK
from timegate.wire.schema import ref
from timegate.wire.wire import Body, Side, Wire


@dataclass(slots=True)
class Roots:
    """The schemas at which payloads of one side start, between head and the clients of a version.

    Args:
        reach: the side and its history.
    """

    reach: Reach
    _known: dict[tuple[int, int], _Indexed] = field(default_factory=dict[tuple[int, int], "_Indexed"])
    _names: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def at(self, version: int) -> Mapping[str, Schema]:
        """Every root by its text: the version's own for requests, head's for responses."""
        return self._indexed(version).schemas

    def differing(self, version: int) -> Mapping[str, Schema]:
        """The roots whose payloads are converted otherwise than for the clients of the next newer version."""
        here, newer = self._indexed(version), self._indexed(version - 1)
        texts = {text for name in self.reach.affected_by(version - 1) for text in here.texts.get(name, ())}
        return {text: here.schemas[text] for text in sorted(texts | (here.schemas.keys() - newer.schemas.keys()))}

    def undocumented(self, version: int) -> Sequence[tuple[str, Body]]:
        """The bodies that are no JSON document, each with its place."""
        return self._indexed(version).undocumented

    def _indexed(self, version: int) -> _Indexed:
        wire = self.reach.met(version if self.reach.side == "requests" else 0, version)
        key = id(wire.operations), id(wire.receives)
        found = self._known.get(key)
        if found is None:
            schemas = {repr(schema): schema for schema in _roots(wire, self.reach.side)}
            found = self._known[key] = _Indexed(schemas, list(_undocumented(wire, self.reach.side)))
            for text, schema in found.schemas.items():
                if text not in self._names:
                    self._names[text] = self.reach.names_in(schema)
                for name in self._names[text]:
                    found.texts.setdefault(name, []).append(text)
        return found


@dataclass(frozen=True, slots=True)
class _Indexed:
    """The roots of some versions by their text, and for each component the texts of the roots that contain it."""

    schemas: Mapping[str, Schema]
    undocumented: Sequence[tuple[str, Body]]
    texts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def request_root(method: str, schema: Schema) -> Schema:
    """The schema at which the requests of a method start; what a `PATCH` leaves out stays as it is (RFC 5789)."""
    return {**schema, PARTIAL_MARK: True} if method == "PATCH" else schema


def _undocumented(wire: Wire, side: Side) -> Iterator[tuple[str, Body]]:
    for operation in wire.operations:
        if side == "responses" or "form" not in operation.parameters:
            named = operation.bodies(side)
            yield from ((f"{name} of {operation.key}", body) for name, body in named if not body.has_json)


def _roots(wire: Wire, side: Side) -> Iterator[Schema]:
    """Every root of a side."""
    for operation in wire.operations:
        if side == "requests":
            yield from map(ref, operation.parameters.values())
        for _, body in operation.bodies(side):
            for schema in body.schemas:
                yield request_root(operation.method, schema) if side == "requests" else schema
    yield from wire.standalone(side)
