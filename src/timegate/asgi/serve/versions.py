"""All versions as they are served, computed once from gates and routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import (
    ANY_SEGMENT,
    METHODS,
    Entry,
    entry_of,
    in_order,
    may_overlap,
    prefix_of,
)
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.table import Table
from timegate.asgi.route.version import ApiVersion
from timegate.context import Selected
from timegate.gates import Gates
from timegate.gates.operation import OperationGate
from timegate.timeline import Version
from timegate.wire.paths import plain_path


class ApiVersions:
    """All versions, as they are served for one list of routes.

    Args:
        gates: the compiled changes.
        entries: head's routes.
        settings: what holds for every request.
        unversioned: the paths that want no version.
    """

    __slots__ = (
        "by_field", "by_value", "gates", "head", "older_paths", "settings", "shadowed", "unnamed", "unversioned",
    )  # fmt: skip

    def __init__(
        self, gates: Gates, entries: Sequence[Entry], *, settings: Settings, unversioned: Iterable[str]
    ) -> None:
        self.gates = gates
        self.settings = settings
        self.head = Table(entries)
        timeline = gates.timeline
        of_key = {key: entry for entry in entries for key in entry.operations.values()}
        unmoved = _Routes(self.head)
        self.by_value: dict[str, ApiVersion] = {}
        moved: dict[str, Entry] = {}
        for index, version in enumerate(timeline.versions):
            selected = Selected(version.value, timeline.lacking(index))
            self.by_value[version.value] = self._version(version, selected, unmoved=unmoved, heads=of_key, moved=moved)
        newest = timeline.head
        selected = Selected(newest.value, frozenset())
        self.unnamed = self._version(newest, selected, unmoved=unmoved, heads=of_key, moved={}, named=False)
        self.by_field: dict[bytes, ApiVersion] = {
            version.value.encode("utf-8"): self.by_value[version.value]
            for version in timeline
            if version.sunset is None
        }
        self.older_paths = Table(list(moved.values()))
        self.shadowed = any(
            plan.shadows or plan.gate.rewrite is not None
            for version in self.by_value.values()
            for plan in version.plans.values()
        )
        paths = frozenset(unversioned)
        self.unversioned = frozenset(
            key for key, entry in of_key.items() if entry.path in paths or plain_path(entry.path) in paths
        )

    def operation_at(self, path: str, method: str, scope: Scope) -> str | None:
        """The operation that a request means in any version; None where no contract has it."""
        for table in (self.head, self.older_paths):
            found = table.find(path, method, scope)
            if found is not None and found.full:
                key = found.entry.key(method)
                if key is not None:
                    return key
        return None

    def _version(
        self,
        version: Version,
        selected: Selected,
        *,
        unmoved: _Routes,
        heads: Mapping[str, Entry],
        moved: dict[str, Entry],
        named: bool = True,
    ) -> ApiVersion:
        gates = {gate.key: gate for gate in self.gates.operations(version.value)}
        # Most versions have every operation where head has it, and share what is known of head's routes.
        routes = _Routes(self.head, gates) if any(map(_is_elsewhere, gates.values())) else unmoved
        for entry in routes.away:
            for method, key in entry.operations.items():
                moved.setdefault(f"{key} {entry.path} {method}", entry)
        made = ApiVersion(
            selected,
            settings=self.settings,
            table=routes.table,
            head=self.head,
            gates=tuple(gates.values()),
            named=named,
        )
        for entry in routes.table.entries:
            for method, key in entry.operations.items():
                shadows = routes.shadows(entry, method, heads[key])
                made.plans[key] = OperationPlan(
                    gates[key], codec=self.settings.codec, entry=entry, head=heads[key], shadows=shadows
                )
        made.tagged = any(plan.converts_responses for plan in made.plans.values())
        for plans, operations in ((made.exact, routes.exact), (made.below, routes.below)):
            plans.update(
                (path, {method: made.plans[key] for method, key in keys.items()}) for path, keys in operations.items()
            )
        return made


class _Routes:
    """The app's routes as the clients of some versions meet them.

    Args:
        head: the routes at head.
        gates: the operations by their identity; none where each is where head has it.

    Attributes:
        table: the routes in the order in which they match.
        away: those of them at paths that head does not have.
        exact: what answers a path without parameters: operations by method, found as any path is.
        below: what answers a path less its last segment, where that is a parameter and the only one.
    """

    __slots__ = ("_gates", "_left", "away", "below", "exact", "table")

    def __init__(self, head: Table, gates: Mapping[str, OperationGate] | None = None) -> None:
        self._gates: Mapping[str, OperationGate] = gates or {}
        # The routes of head that answer with an operation which these versions do not have there.
        self._left = [entry for entry in head.entries if any(map(self._has_left, entry.operations.values()))]
        self.away = [moved for entry in self._left for moved in _moved(entry, self._gates)]
        self.table = head
        if self._left:
            left = {entry.place: _kept(entry, self._gates) for entry in self._left}
            stay = [kept for entry in head.entries if (kept := left.get(entry.place, entry)) is not None]
            self.table = Table(in_order(stay, self.away))
        self.exact = {
            entry.path: self._exactly(entry.path, entry.methods)
            for entry in self.table.entries
            if entry.operations and "{" not in entry.path and entry.regex is not None
        }
        ending = {prefix: entry for entry in self.table.entries if (prefix := prefix_of(entry)) is not None}
        self.below = {prefix: keys for prefix, entry in ending.items() if (keys := self._under(prefix, entry))}

    def shadows(self, entry: Entry, method: str, head: Entry) -> list[Entry]:
        """The routes of head that answer a method before a route of these versions could, and are not theirs."""
        return [
            other
            for other in self._left
            if other.place < head.place and self._may_shadow(other, method) and may_overlap(other, entry)
        ]

    def _may_shadow(self, other: Entry, method: str) -> bool:
        keys = [other.key(response_fields) for response_fields in ((method, "HEAD") if method == "GET" else (method,))]
        return any(key is not None and self._has_left(key) for key in keys)

    def _has_left(self, key: str) -> bool:
        return key in self._gates and _is_elsewhere(self._gates[key])

    def _under(self, prefix: str, entry: Entry) -> dict[str, str]:
        """The operations by method for every last segment that no exact path has; none where it depends on more."""
        # The index leaves out what cannot match one path; here it is about every path below the prefix.
        for other in self.table.entries:
            if prefix_of(other) != prefix and other.path not in self.exact and _may_meet(other, prefix, entry):
                return {}
        return self._exactly(f"{prefix}/{ANY_SEGMENT}", frozenset(METHODS))

    def _exactly(self, path: str, methods: frozenset[str] | None) -> dict[str, str]:
        found: dict[str, str] = {}
        if any(candidate.regex is None for candidate in self.table.candidates(path)):
            return found
        for method in methods or ():
            match = self.table.find(path, method, {})
            key = match.entry.key(method) if match is not None and match.full else None
            if key is not None:
                found[method] = key
        return found


def _may_meet(other: Entry, prefix: str, entry: Entry) -> bool:
    """Whether a route may match a path that an entry matches, which ends in a parameter after a prefix."""
    if other.regex is None:
        return True
    begins, below = other.path.partition("{")[0], f"{prefix}/"
    return (begins.startswith(below) or below.startswith(begins)) and may_overlap(other, entry)


def _is_elsewhere(gate: OperationGate) -> bool:
    """Whether a version does not have an operation where head has it."""
    return not gate.exists or gate.rewrite is not None


def _kept(entry: Entry, gates: Mapping[str, OperationGate]) -> Entry | None:
    """The route at its own path as a version has it: with the operations that it has there, and no others."""
    here = {method: key for method, key in entry.operations.items() if not _is_elsewhere(gates[key])}
    gone = set(entry.operations) - set(here)
    if "GET" in gone and "HEAD" not in here:
        gone.add("HEAD")
    methods = frozenset(entry.methods or ()) - gone
    return replace(entry, methods=methods, operations=here) if methods else None


def _moved(entry: Entry, gates: Mapping[str, OperationGate]) -> list[Entry]:
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
