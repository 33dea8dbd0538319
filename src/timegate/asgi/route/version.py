"""One version as it is served, and what is done for each of its operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from timegate.asgi.message.etags import VersionTags
from timegate.asgi.message.headers import JSON_TYPE, RawHeaders, with_version_fields
from timegate.asgi.message.scope import Scope
from timegate.asgi.route.moved_paths import MovedLinks
from timegate.asgi.route.operation import DROPPED, OperationPlan
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.table import Table
from timegate.context import Selected
from timegate.gates.operation import OperationGate

HARMLESS: Final = frozenset({b"content-type", b"content-length", b"date", b"server"})
"""Fields of an answer that nearly every answer has, and that no version says otherwise."""

_TELLING: Final = DROPPED | {b"content-type", b"content-length", b"content-encoding", b"etag"}


class ApiVersion:
    """One version as it is served.

    Args:
        selected: what handlers see of it.
        settings: what holds for every request.
        table: its routes.
        head: head's routes.
        gates: its operations.
        named: whether answers tell the version; they do not where nobody asked for one.
    """

    __slots__ = (
        "_moved_links", "_names", "_telling", "below", "echo", "exact", "head", "lacks", "plans",
        "selected", "settings", "table", "tagged", "tags", "version_fields",
    )  # fmt: skip

    def __init__(
        self,
        selected: Selected,
        *,
        settings: Settings,
        table: Table,
        head: Table,
        gates: Sequence[OperationGate],
        named: bool = True,
    ) -> None:
        self.selected = selected
        self.settings = settings
        self.table = table
        name = settings.echo.lower().encode("ascii")
        self.echo = (name, selected.version.encode("utf-8")) if named else None
        self.tags = VersionTags(selected.version)
        self._moved_links = MovedLinks(gates, head)
        self.plans: dict[str, OperationPlan] = {}
        self.tagged = False
        self.exact: dict[str, dict[str, OperationPlan]] = {}
        self.below: dict[str, dict[str, OperationPlan]] = {}
        self.head = head
        self.lacks = frozenset(gate.key for gate in gates if not gate.exists or gate.rewrite is not None)
        known = {b"vary", b"cache-control", name}
        if self.lacks:
            known |= {b"allow", b"location", b"content-location", b"link"}
        self._names = frozenset(known)
        self._telling = self._names | _TELLING
        self.version_fields = with_version_fields((), echo=self.echo, vary=settings.vary)

    @property
    def value(self) -> str:
        """The version as clients write it."""
        return self.selected.version

    def plan_of(self, path: str, method: str, scope: Scope) -> OperationPlan | None:
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
        entry = self.table.full_match(path, method, scope)
        if entry is None:
            return None
        key = entry.key(method)
        return None if key is None else self.plans[key]

    def with_version_fields(self, headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        """The fields of an answer with the version in force and with what it was selected by."""
        return with_version_fields(headers, echo=self.echo, vary=self.settings.vary)

    def response_fields(
        self, headers: Iterable[tuple[bytes, bytes]], scope: Scope, path: str, head_path: str
    ) -> RawHeaders:
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
            return [*headers, *self.version_fields]
        converted = self.with_version_fields(headers)
        if self._moved_links:
            converted = self._moved_links.converted(converted, scope)
        if self.lacks:
            converted = [
                (name, self._allowed(value, scope, path, head_path) if name.lower() == b"allow" else value)
                for name, value in converted
            ]
        return converted

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
        return [*kept, JSON_TYPE, *self.version_fields] if types == 1 else None

    def _allowed(self, value: bytes, scope: Scope, path: str, head_path: str) -> bytes:
        methods = [method.strip() for method in value.decode("latin-1").split(",")]
        return ", ".join(
            method for method in methods if method and not self._lacking(method, scope, path, head_path)
        ).encode("latin-1")

    def _lacking(self, method: str, scope: Scope, path: str, head_path: str) -> bool:
        mine = self.table.find(path, method, scope)
        if mine is not None and mine.full and mine.entry.key(method) is not None:
            return False
        heads = self.head.find(head_path, method, scope)
        return heads is not None and heads.full and heads.entry.key(method) in self.lacks

    def methods_at(self, path: str) -> list[str]:
        """The methods that this version's contract has at a path."""
        found: set[str] = set()
        for entry in self.table.matching(path):
            found.update(entry.operations)
            if "GET" in entry.operations and (entry.methods is None or "HEAD" in entry.methods):
                found.add("HEAD")
        return sorted(found)
