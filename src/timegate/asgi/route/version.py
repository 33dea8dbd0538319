"""One version as it is served: the plan of each operation, and the header fields of its responses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from timegate.asgi.message.etags import VersionTags
from timegate.asgi.message.headers import JSON_TYPE, RawHeaders, with_version_fields
from timegate.asgi.message.lifecycle import lifecycle_fields, with_lifecycle_fields
from timegate.asgi.message.scope import Message, Scope
from timegate.asgi.route.moved_paths import MovedLinks
from timegate.asgi.route.operation import DROPPED, OperationPlan
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.table import Table
from timegate.context import Selected
from timegate.gates import Gates
from timegate.gates.operation import OperationGate
from timegate.lifecycle import Lifecycle

COMMON_FIELDS: Final = frozenset({b"content-type", b"content-length", b"date", b"server"})
"""Header fields that nearly every response has, and that are the same at every version."""

_NOT_PLAIN: Final = DROPPED | {b"content-type", b"content-length", b"content-encoding", b"etag"}


class ApiVersion:
    """One version as it is served.

    Args:
        selected: the version and its lacking changes, as handlers see them.
        settings: the settings that hold for every request.
        table: its routes.
        head: head's routes.
        operations: its operations.
        gates: the compiled changes.
        lifecycle: what is declared of the version's end.
        named: whether responses name the version; they do not where the request named none.

    Attributes:
        plans: how requests are handled, by the operation's key.
        by_path: the plans by method, of a path without parameters.
        by_prefix: the plans by method, of a path up to its last segment, where that is the only parameter.
        tagged: whether entity tags differ from head's.
        same_tags: the keys of operations whose responses differ from head's, though the tags of their path do not.
        lacks: the keys of head's operations that this version does not have at head's path.
        version_fields: what the version adds to a response that has no such header fields of its own.
    """

    __slots__ = (
        "_lifecycle", "_links", "_not_plain", "_read", "by_path", "by_prefix", "echo", "gates", "head", "lacks",
        "plans", "same_tags", "selected", "settings", "table", "tagged", "tags", "version_fields",
    )  # fmt: skip

    def __init__(
        self,
        selected: Selected,
        *,
        settings: Settings,
        table: Table,
        head: Table,
        operations: Sequence[OperationGate],
        gates: Gates,
        lifecycle: Lifecycle,
        named: bool = True,
    ) -> None:
        self.selected = selected
        self.gates = gates
        self.settings = settings
        self.table = table
        name = settings.echo.lower().encode("ascii")
        self.echo = (name, selected.version.encode("utf-8")) if named else None
        self.tags = VersionTags(selected.version)
        self._links = MovedLinks(operations, table, head)
        self.plans: dict[str, OperationPlan] = {}
        self.tagged = False
        self.same_tags = frozenset[str]()
        self.by_path: dict[str, dict[str, OperationPlan]] = {}
        self.by_prefix: dict[str, dict[str, OperationPlan]] = {}
        self.head = head
        self.lacks = frozenset(gate.key for gate in operations if not gate.exists or gate.rewrite is not None)
        moved = {b"allow", b"location", b"content-location", b"link"} if self.lacks else set[bytes]()
        self._lifecycle = lifecycle_fields(lifecycle)
        ends = {field for field, _ in self._lifecycle}
        # The header fields of a response that must be read, and those that a plain response does not have.
        self._read = frozenset({b"vary", b"cache-control", name} | moved | ends)
        self._not_plain = self._read | _NOT_PLAIN
        self.version_fields = self.with_version_fields(())

    @property
    def value(self) -> str:
        """The version as clients write it."""
        return self.selected.version

    def shares_tags(self, plan: OperationPlan) -> bool:
        """Whether an entity tag without a version is the app's too, because what it is of is no other at head."""
        return not plan.converts_responses or plan.gate.key in self.same_tags

    def plan_of(self, path: str, method: str, scope: Scope) -> OperationPlan | None:
        """The plan of a request; None where it is no operation of the version."""
        plans = self.by_path.get(path)
        if plans is None:
            prefix, _, last = path.rpartition("/")
            # An empty segment is no parameter, and the regex of a route before may match ahead of a final line break.
            if last and "\n" not in last:
                plans = self.by_prefix.get(prefix)
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
        """The header fields of a response, with the version in force, what selected it, and what is said of its end."""
        return self._with_end(with_version_fields(headers, echo=self.echo, vary=self.settings.vary))

    def _with_end(self, headers: RawHeaders) -> RawHeaders:
        """The header fields of a response with what is declared of the version's end."""
        return with_lifecycle_fields(headers, self._lifecycle) if self._lifecycle else headers

    def response_fields(
        self, headers: Iterable[tuple[bytes, bytes]], scope: Scope, path: str, head_path: str
    ) -> RawHeaders:
        """The header fields of the app's response as this version's clients get them.

        Args:
            headers: the app's header fields.
            scope: the request.
            path: the path in this version.
            head_path: the path at head, with the values of the client's.
        """
        names = self._read
        for name, _ in headers:
            if name.lower() in names:
                break
        else:
            return [*headers, *self.version_fields]
        converted = with_version_fields(headers, echo=self.echo, vary=self.settings.vary)
        if self._links:
            converted = self._links.converted(converted, scope, path, head_path)
        if self.lacks:
            converted = [
                (name, self._allowed(value, scope, path, head_path) if name.lower() == b"allow" else value)
                for name, value in converted
            ]
        return self._with_end(converted)

    def with_links(self, headers: RawHeaders, name: bytes, scope: Scope, path: str, head_path: str) -> RawHeaders:
        """The header fields of the app's response with this version's links in the fields of one name.

        Args:
            headers: the app's header fields.
            name: in lower case.
            scope: the request.
            path: the path in this version.
            head_path: the path at head, with the values of the client's.
        """
        return self._links.converted(headers, scope, path, head_path, (name,)) if self._links else headers

    def early_hint(self, message: Message, scope: Scope, path: str, head_path: str) -> Message:
        """The app's message of links that come before its response, with this version's links.

        Args:
            message: the app's.
            scope: the request.
            path: the path in this version.
            head_path: the path at head, with the values of the client's.
        """
        if not self._links:
            return message
        hinted = [(b"link", link) for link in message.get("links", ())]
        return {**message, "links": [link for _, link in self._links.converted(hinted, scope, path, head_path)]}

    def plain(self, headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders | None:
        """The header fields of a plain JSON response as clients get them, without the length.

        None where the response is not plain: each of its fields must then be read.
        """
        kept: RawHeaders = []
        types = 0
        for item in headers:
            if item == JSON_TYPE:
                types += 1
            elif item[0] != b"content-length":
                if item[0].lower() in self._not_plain:
                    return None
                kept.append(item)
        kept.append(JSON_TYPE)
        kept += self.version_fields
        return kept if types == 1 else None

    def _allowed(self, value: bytes, scope: Scope, path: str, head_path: str) -> bytes:
        """The methods of Allow that this version has at the path; where none is left, those of its contract."""
        methods = [method.strip() for method in value.decode("latin-1").split(",") if method.strip()]
        kept = [
            method
            for method in methods
            if self.table.operation_at(path, method, scope) is not None
            or self.head.operation_at(head_path, method, scope) not in self.lacks
        ]
        # Starlette lists the methods of one route, and this version may have other routes at the path.
        listed = [*kept, *self._moved_from(path)] if kept else self.methods_at(path) if methods else ()
        return ", ".join(dict.fromkeys(listed)).encode("latin-1")

    def _moved_from(self, path: str) -> Iterator[str]:
        """The methods that this version has at a path, and head elsewhere."""
        for entry in self.table.matching(path):
            yield from (method for method, key in entry.operations.items() if self.plans[key].gate.rewrite)

    def methods_at(self, path: str) -> list[str]:
        """The methods that this version's contract has at a path."""
        found: set[str] = set()
        for entry in self.table.matching(path):
            found.update(entry.operations)
            if "GET" in entry.operations and (entry.methods is None or "HEAD" in entry.methods):
                found.add("HEAD")
        return sorted(found)
