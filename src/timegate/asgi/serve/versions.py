"""All versions as they are served, computed once from gates and routes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from time import time
from typing import Final

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import ANY_METHOD, ANY_SEGMENT, Entry, entry_of, prefix_of
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.route_order import Overlaps, in_order
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.table import Table
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.select.ceiling import Top
from timegate.changes.nearest import nearest
from timegate.errors import DeclarationError, Fault
from timegate.gates import Gates
from timegate.gates.operation import OperationGate
from timegate.lifecycle import Lifecycle
from timegate.wire.paths import plain_path, without_names
from timegate.wire.wire import Component

_MOST: Final = 512
"""How many values of a header field are remembered."""


class ApiVersions:
    """All versions, as they are served for one list of routes.

    Args:
        gates: the compiled changes.
        entries: head's routes.
        settings: the settings that hold for every request.
        unversioned: the paths of operations that need no version.
        during_sunset: the paths of operations that are served though their version is not.
        top: knows the newest version that is offered.
        said_in: the query parameters, and the header fields in lower case, in which clients say their version.
        by: the middleware that serves them.

    Attributes:
        head: head's routes.
        by_value: the versions by their value.
        by_header: the versions by the header field's value that stay what they are, whatever an operator or the clock
            does.
        unselected: head for requests without a version; its responses name none.
        older_paths: the routes of older versions at paths that head does not have.
        shadowed: whether a request may need a handover.
        unversioned: the keys of operations that need no version.
        during_sunset: the keys of operations that are served though their version is not.
        closed: the names in the query and in the header, in lower case, that do not reach an operation, by its key: it
            refuses parameters that it does not declare, and clients say their version there.
    """

    __slots__ = (
        "_counting", "_for_now", "_recalls", "_top", "_unnamed", "_version_at", "by_header", "by_value", "closed",
        "during_sunset", "gates", "head", "older_paths", "shadowed", "unselected", "unversioned",
    )  # fmt: skip

    def __init__(
        self,
        gates: Gates,
        entries: Sequence[Entry],
        *,
        settings: Settings,
        unversioned: Collection[str],
        during_sunset: Collection[str],
        top: Top,
        said_in: tuple[frozenset[str], frozenset[str]],
        by: object,
    ) -> None:
        self.gates = gates
        settings = replace(settings, details=settings.details and gates.head.has_details)
        self.head = Table(entries)
        at_head = {key: entry for entry in entries for key in entry.operations.values()}
        # Most versions have every operation where head has it, and share one copy of head's routes.
        unmoved = _Routes(self.head, {})
        older: dict[tuple[object, ...], Entry] = {}
        plans = _Plans(at_head)

        def version_at(index: int, *, named: bool = True, counting: bool = False) -> ApiVersion:
            selected = gates.timeline.selected(index)._replace(by=by, gates=gates)
            of_version = (gates.counting if counting else gates.operations)(selected.version)
            operations = {gate.key: gate for gate in of_version}
            routes = _Routes(self.head, operations) if any(map(_is_elsewhere, operations.values())) else unmoved
            older.update({(entry.path, *entry.operations.items()): entry for entry in routes.moved})
            version = ApiVersion(
                selected,
                settings=settings,
                table=routes.table,
                head=self.head,
                operations=tuple(operations.values()),
                gates=gates,
                lifecycle=gates.timeline.versions[index].lifecycle,
                named=named,
            )
            plans.add_to(version, operations, routes)
            return version

        timeline = gates.timeline
        self.by_value = {version.value: version_at(index) for index, version in enumerate(timeline.versions)}
        self._version_at = version_at
        self._top = top
        self._for_now: dict[bytes, tuple[ApiVersion, int, float]] = {}
        self._counting: dict[ApiVersion, ApiVersion] = {}
        self._unnamed = {0: version_at(0, named=False)}
        self.unselected = self._unnamed[0]
        components = gates.head.wire.requests
        undeclared = {
            one.key: (_undeclared(components[one.query], said_in[0]), _undeclared(components[one.headers], said_in[1]))
            for one in gates.head.wire.operations
        }
        self.closed = {key: names for key, names in undeclared.items() if any(names)}
        # What an operation must not get is taken out where a version is selected, and not where it is only recalled.
        self._recalls = not any(headers for _, headers in self.closed.values())
        lasting = top.newest() if top.lasts and self._recalls else len(timeline)
        self.by_header = {
            version.value.encode("utf-8"): self.by_value[version.value]
            for version in timeline.versions[lasting:]
            if version.lifecycle.always_served
        }
        self.older_paths = Table(list(older.values()))
        self.shadowed = any(
            plan.shadows or plan.gate.rewrite is not None or plan.with_parameters is not None
            for version in self.by_value.values()
            for plan in version.plans.values()
        )
        self.unversioned = _keys_at(at_head, unversioned)
        self.during_sunset = _keys_at(at_head, during_sunset)

    def remember(self, value: bytes, version: ApiVersion, lifecycle: Lifecycle, newest: int) -> None:
        """Note which version a header field's value means.

        Args:
            value: of the header field.
            version: the version in force.
            lifecycle: what is declared of its end.
            newest: the index of the newest version that is offered.
        """
        until = lifecycle.served_until(time()) if self._recalls else None
        if self._top.lasts and until == inf:
            if len(self.by_header) < _MOST:
                self.by_header[value] = version
        elif until is not None and (len(self._for_now) < _MOST or value in self._for_now):
            self._for_now[value] = version, newest, until

    def recalled(self, value: bytes) -> ApiVersion | None:
        """The version that a value meant before; None if it is new, or ceiling or clock may say otherwise."""
        known = self._for_now.get(value)
        if known is None:
            return None
        version, newest, until = known
        try:
            return version if time() < until and self._top.newest() == newest else None
        except Exception:
            # A callable of the app's: it is asked again where its failure is one of the request.
            return None

    def check_paths(self, argument: str, paths: Collection[str]) -> None:
        """Refuse a path of an argument of the middleware that no operation has.

        Raises:
            DeclarationError: there is such a path.
        """
        entries = (*self.head.entries, *self.older_paths.entries)
        known = {path for entry in entries if entry.operations for path in _paths_of(entry)}
        unknown = sorted(set(paths) - known)
        if unknown:
            meant = nearest(unknown[0], sorted(known))
            remedy = (
                f"write one of {', '.join(map(repr, sorted(known)))}" if meant is None else f"did you mean {meant!r}?"
            )
            raise DeclarationError(
                f"TimegateMiddleware({argument}=…): no operation of the contract has the path {unknown[0]!r}; {remedy}"
            )

    def out_of_reach(self) -> Iterator[Fault]:
        """Why requests could not reach their handler: another route comes first, and nothing can hand them over."""
        before = Overlaps(self.head.entries)
        for version in self.by_value.values():
            for key, plan in version.plans.items():
                reason = plan.head.out_of_reach
                if reason is None:
                    continue
                moves = plan.gate.rewrite is not None or plan.with_parameters is not None
                others = before.of(plan.head) if moves else plan.shadows
                method = key.partition(" ")[0]
                first = next((one for one in others if one.place < plan.head.place and one.key(method)), None)
                if first is not None:
                    yield Fault(
                        version.value,
                        "",
                        key,
                        f"{first.key(method)} of head comes first for some of its paths, and {reason[0]}",
                        reason[1],
                    )

    def unnamed(self, index: int) -> ApiVersion:
        """A version for requests that name none; its responses name none either."""
        if index not in self._unnamed:
            self._unnamed[index] = self._version_at(index, named=False)
        return self._unnamed[index]

    def counting(self, version: ApiVersion) -> ApiVersion:
        """A version with programs that tell what they lose; compiled when it is first wanted."""
        if version not in self._counting:
            index = self.gates.timeline.index(version.value)
            self._counting[version] = self._version_at(index, named=version.echo is not None, counting=True)
        return self._counting[version]

    def operation_at(self, path: str, method: str, scope: Scope) -> str | None:
        """The key of the operation that a request means in any version; None where no contract has it."""
        return self.head.operation_at(path, method, scope) or self.older_paths.operation_at(path, method, scope)


class _Routes:
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
        return key is not None and key in self._gates and _is_elsewhere(self._gates[key])

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


class _Plans:
    """Plans how each operation of each version is handled; most versions share most plans.

    Args:
        at_head: head's route of each operation.
    """

    __slots__ = ("_at_head", "_known", "_shared")

    def __init__(self, at_head: Mapping[str, Entry]) -> None:
        self._at_head = at_head
        self._known: dict[tuple[int, ...], OperationPlan] = {}
        self._shared: dict[tuple[tuple[str, OperationPlan], ...], dict[str, OperationPlan]] = {}

    def add_to(self, version: ApiVersion, gates: Mapping[str, OperationGate], routes: _Routes) -> None:
        """Plan each operation of a version."""
        plans = version.plans
        for entry in routes.table.entries:
            for method, key in entry.operations.items():
                plans[key] = self._plan(version, gates[key], entry, routes.shadows(entry, method, self._at_head[key]))
        version.tagged = any(plan.converts_responses for plan in plans.values())
        version.same_tags = frozenset(_with_tags_of_head(plans))
        for found, known in ((version.by_path, routes.by_path), (version.by_prefix, routes.by_prefix)):
            for path, keys in known.items():
                by_method = {method: plans[key] for method, key in keys.items()}
                found[path] = self._shared.setdefault(tuple(by_method.items()), by_method)

    def _plan(self, version: ApiVersion, gate: OperationGate, entry: Entry, shadows: list[Entry]) -> OperationPlan:
        # A plan keeps what it was made of, so that no other object can get the same `id`.
        made_of = (id(gate), id(entry), *map(id, shadows))
        plan = self._known.get(made_of)
        if plan is None:
            codec, head = version.settings.codec, self._at_head[gate.key]
            plan = self._known[made_of] = OperationPlan(gate, codec=codec, entry=entry, head=head, shadows=shadows)
        return plan


def _with_tags_of_head(plans: Mapping[str, OperationPlan]) -> Iterator[str]:
    """The keys of operations whose responses are converted, at paths where those to a GET are not.

    A condition of a request is about what a GET of its path responds with (RFC 9110, section 13.1.1).
    """
    converted = [key for key, plan in plans.items() if plan.converts_responses and not key.startswith("GET ")]
    if not converted:
        return
    got = {without_names(plan.entry.path): plan for key, plan in plans.items() if key.startswith("GET ")}
    for key in converted:
        found = got.get(without_names(plans[key].entry.path))
        if found is not None and not found.converts_responses:
            yield key


def _may_meet(other: Entry, prefix: str) -> bool:
    """Whether a route may match a path below a prefix."""
    text, below = other.path.partition("{")[0], f"{prefix}/"
    return other.regex is None or text.startswith(below) or below.startswith(text)


def _undeclared(parameters: Component, names: frozenset[str]) -> frozenset[str]:
    """Those of some names that parameters refuse, because they do not declare them."""
    if not names or not parameters.closed:
        return frozenset()
    return names.difference(*(parameters.accepted(name) for name in parameters.properties))


def _keys_at(at_head: Mapping[str, Entry], paths: Collection[str]) -> frozenset[str]:
    """The keys of the operations at some paths."""
    return frozenset(key for key, entry in at_head.items() if not _paths_of(entry).isdisjoint(paths))


def _paths_of(entry: Entry) -> set[str]:
    """How a path may be written: with convertors, or without them."""
    return {entry.path, plain_path(entry.path)}


def _is_elsewhere(gate: OperationGate) -> bool:
    """Whether a version does not have an operation where head has it."""
    return not gate.exists or gate.rewrite is not None


def _kept(entry: Entry, gates: Mapping[str, OperationGate]) -> Entry | None:
    """Head's route with the operations that a version has there; None where none are left."""
    operations = {method: key for method, key in entry.operations.items() if not _is_elsewhere(gates[key])}
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
