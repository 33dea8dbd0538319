"""What is done for each operation at each version, computed once from gates and routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from timegate.asgi.etags import VersionTags
from timegate.asgi.headers import RawHeaders, stamped
from timegate.asgi.messages import Codec
from timegate.asgi.moves import Moves
from timegate.asgi.problems import Renderer
from timegate.asgi.routing import Entry, Table, entry_of, in_order, may_overlap, without_convertors
from timegate.context import Selected
from timegate.gates.operations import OperationGate, Program
from timegate.timeline import Version

if TYPE_CHECKING:
    from timegate.gates import Gates

Scope: TypeAlias = Mapping[str, Any]

_UNTOUCHED_STATUSES: Final = frozenset({204, 205, 304})

DROPPED: Final = frozenset({b"accept-ranges", b"content-md5", b"digest", b"repr-digest", b"content-digest"})
"""Fields of an answer that speak of bytes which a gated answer does not have."""

_TELLING: Final = DROPPED | {b"content-type", b"content-length", b"content-encoding", b"etag"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for every request.

    Args:
        codec: JSON in and out.
        max_body: how many bytes are buffered at most, in either direction.
        render: how problems are told.
        echo: the name of the header that tells the version in force, as written.
        vary: the selecting headers, in lower case and as written; None where they are unknown.
    """

    codec: Codec
    max_body: int
    render: Renderer
    echo: str
    vary: Mapping[bytes, bytes] | None


@dataclass(frozen=True, slots=True)
class Told:
    """What becomes of answers of one status.

    Args:
        status: the status in the version.
        program: of the body; None where it is passed on untouched.
        media: the media types that the contract declares for it.
    """

    status: int
    program: Program | None
    media: tuple[str, ...]


class Plan:
    """One operation at one version.

    Args:
        served: the version.
        gate: the operation.
        entry: the route in the version.
        head: the route at head.
        shadows: routes of head that the version does not have and that may match first.

    Attributes:
        light: whether neither bodies nor places differ from head's.
        assumes: whether a body is JSON even where nobody says so.
        complains: whether what head finds wrong in a request must be told in other names.
        tells: whether an answer may have to be told in other words.
    """

    __slots__ = ("_told", "assumes", "complains", "entry", "gate", "head", "light", "served", "shadows", "tells")

    def __init__(
        self, served: Served, *, gate: OperationGate, entry: Entry, head: Entry, shadows: Sequence[Entry]
    ) -> None:
        self.served = served
        self.gate = gate
        self.entry = entry
        self.head = head
        self.shadows = tuple(shadows)
        self.light = not gate.gated and gate.rewrite is None
        self.assumes = gate.json_only
        changed = (gate.request, gate.query, gate.headers, gate.rewrite)
        self.complains = any(change is not None for change in changed)
        self.tells = any(program is not None for program in gate.answers.values())
        self._told: dict[int, Told] = {}

    def shadowed(self, path: str) -> bool:
        """Whether head's router may give a path to an operation that the version does not have."""
        # A route that only it can tell about may match whatever its path says.
        return any(entry.regex is None or entry.regex.match(path) is not None for entry in self.shadows)

    def told(self, status: int) -> Told:
        """What becomes of an answer of one status of head's."""
        found = self._told.get(status)
        if found is None:
            found = self._told[status] = self._tell(status)
        return found

    def _tell(self, status: int) -> Told:
        gate = self.gate
        if status < 200 or status in _UNTOUCHED_STATUSES:
            return Told(gate.statuses.get(status, status), None, ())
        ranged = f"{status // 100}XX"
        last = gate.success if 200 <= status < 300 else "default"
        declared = next((name for name in (str(status), ranged, last) if name in gate.answers), None)
        told = gate.statuses.get(status, status)
        if declared is None:
            return Told(told, None, ())
        return Told(told, gate.answers[declared], tuple(gate.answer_media.get(declared, ())))


class Served:
    """One version as it is served.

    Args:
        selected: what handlers see of it.
        settings: what holds for every request.
        table: its routes.
        head: head's routes.
        gates: its operations.
        sunset: the moment from which it is gone, in seconds since 1970.
        named: whether answers tell the version; they do not where nobody asked for one.
    """

    __slots__ = (
        "_head", "_names", "_tail", "_telling", "echo", "exact", "lacks", "moves", "plans",
        "selected", "settings", "sunset", "table", "tagged", "tags",
    )  # fmt: skip

    def __init__(
        self,
        selected: Selected,
        *,
        settings: Settings,
        table: Table,
        head: Table,
        gates: Sequence[OperationGate],
        sunset: float | None,
        named: bool = True,
    ) -> None:
        self.selected = selected
        self.settings = settings
        self.table = table
        self.sunset = sunset
        name = settings.echo.lower().encode("ascii")
        self.echo = (name, selected.version.encode("utf-8")) if named else None
        self.tags = VersionTags(selected.version)
        self.moves = Moves(gates, head)
        self.plans: dict[str, Plan] = {}
        self.tagged = False
        self.exact: dict[str, dict[str, Plan]] = {}
        self._head = head
        self.lacks = frozenset(gate.key for gate in gates if not gate.exists or gate.rewrite is not None)
        known = {b"vary", b"cache-control", name}
        if self.lacks:
            known |= {b"allow", b"location", b"content-location", b"link"}
        self._names = frozenset(known)
        self._telling = self._names | _TELLING
        self._tail = stamped((), echo=self.echo, vary=settings.vary)

    @property
    def version(self) -> str:
        """The version as clients write it."""
        return self.selected.version

    def stamped(self, headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        """The fields of an answer with the version in force and with what it was selected by."""
        return stamped(headers, echo=self.echo, vary=self.settings.vary)

    def answered(self, headers: Iterable[tuple[bytes, bytes]], scope: Scope, path: str, head_path: str) -> RawHeaders:
        """The fields of an answer of the app as this version's clients get them.

        Args:
            headers: the app's.
            scope: the request.
            path: the path in this version.
            head_path: the path that the app answered.
        """
        names = self._names
        for name, _ in headers:
            if name.lower() in names:
                break
        else:
            return [*headers, *self._tail]
        told = self.stamped(headers)
        if self.moves:
            told = self.moves.told(told, scope)
        if self.lacks:
            told = [
                (name, self._allowed(value, scope, path, head_path) if name.lower() == b"allow" else value)
                for name, value in told
            ]
        return told

    def plain(self, headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders | None:
        """The fields of an answer in JSON that says nothing else of interest, as clients get them, less the length.

        None where there is more to it, so that each field must be looked at.
        """
        kept: RawHeaders = []
        is_json = False
        for item in headers:
            name = item[0]
            if name == b"content-length":
                continue
            if name == b"content-type" and not is_json and item[1] == b"application/json":
                is_json = True
            elif name.lower() in self._telling:
                return None
            kept.append(item)
        if not is_json:
            return None
        kept += self._tail
        return kept

    def _allowed(self, value: bytes, scope: Scope, path: str, head_path: str) -> bytes:
        methods = [method.strip() for method in value.decode("latin-1").split(",")]
        return ", ".join(
            method for method in methods if method and not self._lacking(method, scope, path, head_path)
        ).encode("latin-1")

    def _lacking(self, method: str, scope: Scope, path: str, head_path: str) -> bool:
        mine = self.table.find(path, method, scope)
        if mine is not None and mine.full and mine.entry.key(method) is not None:
            return False
        heads = self._head.find(head_path, method, scope)
        return heads is not None and heads.full and heads.entry.key(method) in self.lacks

    def methods_at(self, path: str) -> list[str]:
        """The methods that this version's contract has at a path."""
        found: set[str] = set()
        for entry in self.table.matching(path):
            found.update(entry.operations)
            if "GET" in entry.operations and (entry.methods is None or "HEAD" in entry.methods):
                found.add("HEAD")
        return sorted(found)


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
