"""The app's routes as the clients of a version see them: at the paths that it had."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from timegate.asgi.route.entries import ANY_METHOD, ANY_SEGMENT, Entry, entry_of, prefix_of
from timegate.asgi.route.route_order import Overlaps, in_order
from timegate.asgi.route.table import Table
from timegate.gates.operation import OperationGate


class VersionRoutes:
    """The app's routes as the clients of some versions see them.

    Args:
        head: the routes at head.
        gates: the operations by their key; none where each is where head has it.

    Attributes:
        table: the routes in the order in which they match.
        moved: those of them at paths that head does not have.
        by_path: the keys of the operations by method, of a path without parameters.
        by_prefix: the same of a path up to its last segment, where that is the only parameter.
    """

    __slots__ = ("_absent", "_gates", "_overlaps", "by_path", "by_prefix", "moved", "table")

    def __init__(self, head: Table, gates: Mapping[str, OperationGate]) -> None:
        self._gates = gates
        # The routes of head with an operation that these versions do not have there, and the mounts of such alone.
        elsewhere = [entry for entry in head.entries if any(map(self._is_absent, entry.operations.values()))]
        absent = [*elsewhere, *self._later_mounts(head)] if elsewhere else []
        self._absent = Overlaps(absent)
        self.moved = [moved for entry in absent for moved in _moved(entry, gates)]
        self.table = head
        if absent:
            kept = {entry.place: _kept(entry, gates) for entry in absent}
            at_head = (kept.get(entry.place, entry) for entry in head.entries)
            self.table = Table(in_order([entry for entry in at_head if entry is not None], self.moved))
        self.by_path = {
            entry.path: self._operations_at(entry.path, entry.methods or ())
            for entry in self.table.entries
            if entry.operations and "{" not in entry.path and entry.regex is not None
        }
        self._overlaps = Overlaps(self.table.entries)
        by_prefix = {prefix: entry for entry in self.table.entries if (prefix := prefix_of(entry)) is not None}
        self.by_prefix = {prefix: keys for prefix, entry in by_prefix.items() if (keys := self._below(prefix, entry))}

    def shadows(self, entry: Entry, method: str, head: Entry) -> list[Entry]:
        """The routes of head that may match a method before head's route does, for operations these versions lack."""
        methods = ("GET", "HEAD") if method == "GET" else (method,)
        return [
            other
            for other in self._absent.of(entry)
            if other.place < head.place
            and (not other.operations or any(self._is_absent(other.key(name)) for name in methods))
        ]

    def _later_mounts(self, head: Table) -> Iterator[Entry]:
        """The mounts that lead to nothing but operations that these versions do not have there."""
        below: dict[int, list[Entry]] = {}
        for entry in head.entries:
            for mount in entry.mounts:
                below.setdefault(id(mount), []).append(entry)
        for entry in head.entries:
            inner = below.get(id(entry.route), ())
            keys = [key for one in inner for key in one.operations.values()]
            if inner and all(one.operations for one in inner) and all(map(self._is_absent, keys)):
                yield entry

    def _is_absent(self, key: str | None) -> bool:
        return key is not None and key in self._gates and is_elsewhere(self._gates[key])

    def _below(self, prefix: str, entry: Entry) -> dict[str, str]:
        """The operations by method for every last segment that no path in `by_path` has; none where others differ."""
        # The table's index is for one path; this is about every path below the prefix.
        for other in self._overlaps.of(entry):
            if prefix_of(other) != prefix and other.path not in self.by_path and _may_meet(other, prefix):
                return {}
        return self._operations_at(f"{prefix}/{ANY_SEGMENT}", ANY_METHOD)

    def _operations_at(self, path: str, methods: Collection[str]) -> dict[str, str]:
        """The operations by method at a path; none where a route there matches by more than path and method."""
        if any(candidate.regex is None for candidate in self.table.candidates(path)):
            return {}
        keys = {method: self.table.operation_at(path, method, {}) for method in methods}
        return {method: key for method, key in keys.items() if key is not None}


def _may_meet(other: Entry, prefix: str) -> bool:
    """Whether a route may match a path below a prefix."""
    text, below = other.path.partition("{")[0], f"{prefix}/"
    return other.regex is None or text.startswith(below) or below.startswith(text)


def is_elsewhere(gate: OperationGate) -> bool:
    """Whether a version does not have an operation where head has it."""
    return not gate.exists or gate.rewrite is not None


def _kept(entry: Entry, gates: Mapping[str, OperationGate]) -> Entry | None:
    """Head's route with the operations that a version has there; None where none are left."""
    operations = {method: key for method, key in entry.operations.items() if not is_elsewhere(gates[key])}
    gone = set(entry.operations) - set(operations)
    if "GET" in gone and "HEAD" not in operations:
        gone.add("HEAD")
    methods = frozenset(entry.methods or ()) - gone
    return replace(entry, methods=methods, operations=operations) if methods else None


def _moved(entry: Entry, gates: Mapping[str, OperationGate]) -> list[Entry]:
    """A version's routes for the operations of head's route that it has at other paths."""
    by_path: dict[str, dict[str, str]] = {}
    for method, key in entry.operations.items():
        gate = gates[key]
        if gate.exists and gate.rewrite is not None:
            by_path.setdefault(gate.path, {})[method] = key
    found: list[Entry] = []
    for path, operations in by_path.items():
        methods = set(operations)
        if "GET" in methods and (entry.methods is None or "HEAD" in entry.methods):
            methods.add("HEAD")
        found.append(entry_of(path, methods=methods, operations=operations, place=entry.place, route=entry.route))
    return found
