"""All versions as they are served, computed once from gates and routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from timegate.asgi.routing import Entry, Table, entry_of, in_order, may_overlap, without_convertors
from timegate.asgi.served import Plan, Served, Settings
from timegate.context import Selected
from timegate.gates import Gates
from timegate.gates.operations import OperationGate
from timegate.timeline import Version

Scope: TypeAlias = Mapping[str, Any]


class Serving:
    """All versions, as they are served for one list of routes.

    Args:
        gates: the compiled changes.
        entries: head's routes.
        settings: what holds for every request.
        unversioned: the paths that want no version.
    """

    __slots__ = (
        "anywhere", "by_raw", "gates", "head", "nameless", "newest", "oldest", "settings", "shadowed", "unversioned",
        "versions",
    )  # fmt: skip

    def __init__(
        self, gates: Gates, entries: Sequence[Entry], *, settings: Settings, unversioned: Iterable[str]
    ) -> None:
        self.gates = gates
        self.settings = settings
        self.head = Table(entries)
        timeline = gates.timeline
        of_key = {key: entry for entry in entries for key in entry.operations.values()}
        self.versions: dict[str, Served] = {}
        moved: dict[str, Entry] = {}
        for index, version in enumerate(timeline.versions):
            served = _served(
                version,
                Selected(version.value, timeline.lacking(index)),
                gates=gates.operations(version.value),
                entries=entries,
                head=self.head,
                settings=settings,
                moved=moved,
            )
            self.versions[version.value] = served
        newest = timeline.head
        self.nameless = _served(
            newest,
            Selected(newest.value, frozenset()),
            gates=gates.operations(newest.value),
            entries=entries,
            head=self.head,
            settings=settings,
            moved={},
            named=False,
        )
        self.by_raw: dict[bytes, Served] = {
            value.encode("utf-8"): served for value, served in self.versions.items() if served.sunset is None
        }
        self.newest = self.versions[timeline.versions[0].value]
        self.oldest = self.versions[timeline.versions[-1].value]
        self.anywhere = Table(list(moved.values()))
        self.shadowed = any(
            plan.shadows or plan.gate.rewrite is not None
            for served in self.versions.values()
            for plan in served.plans.values()
        )
        paths = frozenset(unversioned)
        self.unversioned = frozenset(
            key for key, entry in of_key.items() if entry.path in paths or without_convertors(entry.path) in paths
        )

    def operation_at(self, path: str, method: str, scope: Scope) -> str | None:
        """The operation that a request means in any version; None where no contract has it."""
        for table in (self.head, self.anywhere):
            found = table.find(path, method, scope)
            if found is not None and found.full:
                key = found.entry.key(method)
                if key is not None:
                    return key
        return None


def _served(
    version: Version,
    selected: Selected,
    *,
    gates: Sequence[OperationGate],
    entries: Sequence[Entry],
    head: Table,
    settings: Settings,
    moved: dict[str, Entry],
    named: bool = True,
) -> Served:
    by_key = {gate.key: gate for gate in gates}
    stay: list[Entry] = []
    away: list[Entry] = []
    origin: dict[str, Entry] = {}
    for entry in entries:
        origin.update(dict.fromkeys(entry.operations.values(), entry))
        kept = _kept(entry, by_key)
        if kept is not None:
            stay.append(kept)
        away += _moved(entry, by_key)
    for entry in away:
        for method, key in entry.operations.items():
            moved.setdefault(f"{key} {entry.path} {method}", entry)
    table = Table(in_order(stay, away))
    sunset = None if version.sunset is None else version.sunset.timestamp()
    served = Served(selected, settings=settings, table=table, head=head, gates=gates, sunset=sunset, named=named)
    for entry in table.entries:
        for method, key in entry.operations.items():
            gate = by_key[key]
            shadows = [
                other
                for other in entries
                if other.place < origin[key].place and _may_shadow(other, method, by_key) and may_overlap(other, entry)
            ]
            served.plans[key] = Plan(served, gate=gate, entry=entry, head=origin[key], shadows=shadows)
    served.tagged = any(plan.tells for plan in served.plans.values())
    for entry in table.entries:
        if entry.operations and "{" not in entry.path and entry.regex is not None:
            served.exact[entry.path] = _exactly(served, entry)
    return served


def _kept(entry: Entry, gates: Mapping[str, OperationGate]) -> Entry | None:
    """The route at its own path as a version has it: with the operations that it has there, and no others."""
    if not entry.operations:
        return entry
    here = {method: key for method, key in entry.operations.items() if gates[key].exists and gates[key].rewrite is None}
    if len(here) == len(entry.operations):
        return entry
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


def _may_shadow(other: Entry, method: str, gates: Mapping[str, OperationGate]) -> bool:
    """Whether a route of head answers a method with an operation that the version does not have there."""
    for answered in (method, "HEAD") if method == "GET" else (method,):
        key = other.key(answered)
        if key is not None and (not gates[key].exists or gates[key].rewrite is not None):
            return True
    return False


def _exactly(served: Served, entry: Entry) -> dict[str, Plan]:
    """The plan by method for a path without parameters, found as any path is."""
    found: dict[str, Plan] = {}
    if any(candidate.regex is None for candidate in served.table.candidates(entry.path)):
        return found
    for method in entry.methods or ():
        match = served.table.find(entry.path, method, {})
        key = match.entry.key(method) if match is not None and match.full else None
        if key is not None:
            found[method] = served.plans[key]
    return found
