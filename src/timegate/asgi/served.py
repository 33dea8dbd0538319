"""One version as it is served, and what is done for each of its operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timegate.asgi.etags import VersionTags
from timegate.asgi.headers import JSON_TYPE, RawHeaders, stamped
from timegate.asgi.messages import Codec, Convert
from timegate.asgi.moves import Moves
from timegate.asgi.problems import Renderer
from timegate.asgi.routing import Entry
from timegate.asgi.table import Table
from timegate.context import Selected
from timegate.gates.operations import OperationGate, Program

Scope: TypeAlias = Mapping[str, Any]

INVALID: Final = 422
"""The status of an answer that says what is wrong in a request."""

_UNTOUCHED_STATUSES: Final = frozenset({204, 205, 304})

DROPPED: Final = frozenset({b"accept-ranges", b"content-md5", b"digest", b"repr-digest", b"content-digest"})
"""Fields of an answer that speak of bytes which a gated answer does not have."""

OF_THE_BODY: Final = frozenset({b"content-length", b"content-encoding", b"transfer-encoding"})
"""Fields of a request that speak of its body's bytes, and are wrong about a gated one."""

# An answer that must be gated is wanted whole and plain.
_NOT_ASKED_FOR: Final = frozenset({b"accept-encoding", b"range", b"if-range"})
_NOT_ENCODED: Final = frozenset({b"accept-encoding"})

HARMLESS: Final = frozenset({b"content-type", b"content-length", b"date", b"server"})
"""Fields of an answer that nearly every answer has, and that no version says otherwise."""

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
        usual: what takes the body of a usual answer through the program; None where such an answer wants more.
        media: the media types that the contract declares for it.
    """

    status: int
    program: Program | None = None
    usual: Convert | None = None
    media: tuple[str, ...] = ()


LOOKED_AT: Final = frozenset({b"content-encoding", b"content-length", b"content-type", b"if-match", b"if-none-match"})
"""Fields of a request that decide what is done for it."""


def looked_at(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The fields of a request that are looked at, by name; two of one name are one list (RFC 9110, section 5.3)."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in LOOKED_AT:
            fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


def conditional(fields: Mapping[bytes, bytes]) -> bool:
    """Whether a request asks about the tag of what it is answered with."""
    return b"if-none-match" in fields or b"if-match" in fields


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
        free: whether neither the path nor the lack of a field is against passing a request on as it is.
        stays: whether its path, its query and its fields are head's, and no other route stands before it.
        upgrade: what takes the request's body to head; None where it is passed on untouched.
        dropped: fields of a request that the app does not get.
        assumes: whether a body is JSON even where nobody says so.
        complains: whether what head finds wrong in a request must be told in other names.
        tells: whether an answer may have to be told in other words.
        told: what becomes of the answers of each status that was met; `tell` finds the others.
    """

    __slots__ = (
        "assumes", "complains", "dropped", "entry", "free", "gate", "head",
        "light", "served", "shadows", "stays", "tells", "told", "upgrade",
    )  # fmt: skip

    def __init__(
        self, served: Served, *, gate: OperationGate, entry: Entry, head: Entry, shadows: Sequence[Entry]
    ) -> None:
        self.served = served
        self.gate = gate
        self.entry = entry
        self.head = head
        self.shadows = tuple(shadows)
        self.light = not gate.gated and gate.rewrite is None
        self.stays = gate.rewrite is None and not self.shadows and gate.query is None and gate.headers is None
        self.free = not self.shadows and not gate.json_only
        self.upgrade = None if gate.request is None else served.settings.codec.around(gate.request)
        self.assumes = gate.json_only
        changed = (gate.request, gate.query, gate.headers, gate.rewrite)
        self.complains = any(change is not None for change in changed)
        self.tells = any(program is not None for program in gate.answers.values())
        dropped = _NOT_ASKED_FOR if self.tells else _NOT_ENCODED if self.complains else frozenset[bytes]()
        # A program of the fields may know one that speaks of the body.
        self.dropped = dropped if self.upgrade is None or gate.headers is not None else dropped | OF_THE_BODY
        self.told: dict[int, Told] = {}

    def passes(self, fields: Mapping[bytes, bytes], path: str) -> bool:
        """Whether a request that no change touches can be passed on as it is."""
        if self.shadows and self.shadowed(path):
            return False
        if self.assumes and b"content-type" not in fields:
            return False
        # A tag of what it is answered with may be another version's.
        return not (self.served.tagged and conditional(fields))

    def shadowed(self, path: str) -> bool:
        """Whether head's router may give a path to an operation that the version does not have."""
        # A route that only it can tell about may match whatever its path says.
        return any(entry.regex is None or entry.regex.match(path) is not None for entry in self.shadows)

    def tell(self, status: int) -> Told:
        """What becomes of an answer of a status of head's that was not met before; remembered."""
        found = self.told[status] = self._tell(status)
        return found

    def _tell(self, status: int) -> Told:
        gate = self.gate
        told = gate.statuses.get(status, status)
        if status < 200 or status in _UNTOUCHED_STATUSES:
            return Told(told)
        ranged = f"{status // 100}XX"
        last = gate.success if 200 <= status < 300 else "default"
        declared = next((name for name in (str(status), ranged, last) if name in gate.answers), None)
        if declared is None:
            return Told(told)
        program = gate.answers[declared]
        # What is wrong in a request is told in the client's names, beside what the program does.
        usual = None if program is None or status == INVALID else self.served.settings.codec.around(program)
        return Told(told, program, usual, tuple(gate.answer_media.get(declared, ())))


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
        "_head", "_names", "_telling", "below", "echo", "exact", "lacks", "moves", "plans",
        "selected", "settings", "sunset", "table", "tagged", "tags", "tail",
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
        self.below: dict[str, dict[str, Plan]] = {}
        self._head = head
        self.lacks = frozenset(gate.key for gate in gates if not gate.exists or gate.rewrite is not None)
        known = {b"vary", b"cache-control", name}
        if self.lacks:
            known |= {b"allow", b"location", b"content-location", b"link"}
        self._names = frozenset(known)
        self._telling = self._names | _TELLING
        self.tail = stamped((), echo=self.echo, vary=settings.vary)

    @property
    def version(self) -> str:
        """The version as clients write it."""
        return self.selected.version

    def plan_of(self, path: str, method: str, scope: Scope) -> Plan | None:
        """What is done for a request; None where it is no operation of the version."""
        plans = self.exact.get(path)
        if plans is None:
            prefix, _, last = path.rpartition("/")
            # An empty segment is no parameter, and a line break at the end may be overlooked by the routes before.
            if last and last[-1] != "\n":
                plans = self.below.get(prefix)
        if plans is not None:
            plan = plans.get(method)
            if plan is not None:
                return plan
        entry = self.table.answering(path, method, scope)
        if entry is None:
            return None
        key = entry.key(method)
        return None if key is None else self.plans[key]

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
            return [*headers, *self.tail]
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
        types = 0
        for item in headers:
            if item == JSON_TYPE:
                types += 1
            elif item[0] != b"content-length":
                if item[0].lower() in self._telling:
                    return None
                kept.append(item)
        return [*kept, JSON_TYPE, *self.tail] if types == 1 else None

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
