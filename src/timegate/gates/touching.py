"""Which changes touch which operations, for the clients of a version: what their requests and responses may meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from timegate.changes.endpoints import EndpointFact
from timegate.changes.nearest import nearest
from timegate.changes.texts import EndpointDocumented, ParameterDocumented
from timegate.errors import DeclarationError
from timegate.gates.plan.containment import names_in
from timegate.history.history import History
from timegate.history.undo_endpoints import has_method
from timegate.timeline import Timeline
from timegate.typing import Schema
from timegate.version import VersionChange
from timegate.wire.paths import plain_path, without_names
from timegate.wire.schema import ref
from timegate.wire.wire import Operation, Side, Wire

Part: TypeAlias = Literal["endpoint", "requests", "responses"]
"""What of an operation a change touches: whether and where it exists, what clients send, or what they get."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A change that touches an operation.

    Args:
        version: the version that has the change, and older ones lack.
        change: the change.
        parts: what of the operation it touches.
    """

    version: str
    change: type[VersionChange]
    parts: frozenset[Part]


def touching(timeline: Timeline, history: History, index: int) -> Mapping[str, tuple[Touch, ...]]:
    """The changes that touch each operation for the clients of a version, newest first, by the operation's key.

    Args:
        timeline: the versions.
        history: the wire of each version and the steps between them.
        index: the index of the clients' version.
    """
    found: dict[str, list[Touch]] = {operation.key: [] for operation in history.wires[0].operations}
    for boundary, version in enumerate(timeline.versions[:index]):
        near = [_Reached(history.wires[at]) for at in (boundary, boundary + 1)]
        older = {operation.key: operation for operation in history.wires[boundary + 1].operations}
        for operation in history.wires[boundary].operations:
            both = (operation, older[operation.key])
            parts: dict[str, set[Part]] = {}
            for part, name in _touched(history, boundary, both, near):
                parts.setdefault(name, set()).add(part)
            for change in version.changes:
                if any(_is_about(fact, one) for fact in change.changes for one in both):
                    parts.setdefault(change.__qualname__, set()).add("endpoint")
                if change.__qualname__ in parts:
                    found[operation.key].append(Touch(version.value, change, frozenset(parts[change.__qualname__])))
    return {key: tuple(changes) for key, changes in found.items()}


def of_operation(touches: Mapping[str, tuple[Touch, ...]], operation: str) -> tuple[Touch, ...]:
    """The touches of an operation that somebody names, with or without convertors.

    Raises:
        DeclarationError: head has no such operation.
    """
    key = next((key for key in touches if operation in (key, plain_path(key))), None)
    if key is None:
        meant = nearest(operation, list(map(plain_path, touches)))
        remedy = f"did you mean {meant!r}?" if meant else "write method and path: 'GET /items'"
        raise DeclarationError(f"gates.touches({operation!r}, …): there is no such operation; {remedy}")
    return touches[key]


def _touched(
    history: History, boundary: int, operation: tuple[Operation, Operation], near: list[_Reached]
) -> Iterator[tuple[Side, str]]:
    """The changes of which a step is about something in an operation's payloads, each with the side."""
    for side, name, at in history.steps:
        if at == boundary and any(name in one.names(side, of) for one, of in zip(near, operation, strict=True)):
            for step in history.steps[side, name, at]:
                yield side, step.origin.change


def _is_about(fact: object, operation: Operation) -> bool:
    if not isinstance(fact, EndpointFact) or isinstance(fact, EndpointDocumented | ParameterDocumented):
        return False
    return without_names(fact.path) == without_names(operation.path) and has_method(fact, operation)


class _Reached:
    """The components that payloads of operations contain at one version."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._known: dict[tuple[Side, str], frozenset[str]] = {}

    def names(self, side: Side, operation: Operation) -> frozenset[str]:
        """The components in an operation's payloads of one side, its parameters included."""
        key = side, operation.key
        if key not in self._known:
            schemas: list[Schema] = [schema for _, body in operation.bodies(side) for schema in body.schemas]
            if side == "requests":
                schemas += map(ref, operation.parameters.values())
            components, found = self._wire.components(side), set[str]()
            waiting = [name for schema in schemas for name in names_in(schema)]
            while waiting:
                name = waiting.pop()
                if name not in found and name in components:
                    found.add(name)
                    waiting += names_in(components[name].schema)
            self._known[key] = frozenset(found)
        return self._known[key]
