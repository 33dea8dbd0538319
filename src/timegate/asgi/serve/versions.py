"""All versions as they are served, computed once from gates and routes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from time import time
from typing import Final

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import Entry
from timegate.asgi.route.route_order import Overlaps
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.table import Table
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.select.ceiling import Top
from timegate.asgi.serve.version_plans import VersionPlans
from timegate.asgi.serve.version_routes import VersionRoutes, is_elsewhere
from timegate.changes.nearest import nearest
from timegate.errors import DeclarationError, Fault
from timegate.gates import Gates
from timegate.history.steps import Origin
from timegate.lifecycle import Lifecycle
from timegate.wire.paths import plain_path
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
        planned: makes the plans of the operations.
        closed: the names in the query and in the header, in lower case, that do not reach an operation, by its key: it
            refuses parameters that it does not declare, and clients say their version there.
    """

    __slots__ = (
        "_counting", "_for_now", "_recalls", "_top", "_unnamed", "_version_at", "by_header", "by_value", "closed",
        "during_sunset", "gates", "head", "older_paths", "planned", "shadowed", "unselected", "unversioned",
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
        unmoved = VersionRoutes(self.head, {})
        older: dict[tuple[object, ...], Entry] = {}
        self.planned = plans = VersionPlans(at_head)

        def version_at(index: int, *, named: bool = True, counting: bool = False) -> ApiVersion:
            selected = gates.timeline.selected(index)._replace(by=by, gates=gates)
            of_version = (gates.counting if counting else gates.operations)(selected.version)
            operations = {gate.key: gate for gate in of_version}
            routes = VersionRoutes(self.head, operations) if any(map(is_elsewhere, operations.values())) else unmoved
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
        ) or _covers_what_came_later(entries, [key for one in self.by_value.values() for key in one.lacks])
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

    def overwritten(self) -> Iterator[Fault]:
        """The facts about the header field that names the version, which the middleware writes whatever head sends."""
        name = self.unselected.settings.echo.lower()
        told: set[tuple[Origin, str]] = set()
        for version in self.by_value.values():
            for key, plan in version.plans.items():
                for step in plan.gate.response_headers:
                    if name in (step.new, step.old) and (step.origin, key) not in told:
                        told.add((step.origin, key))
                        yield self.gates.timeline.located(
                            Fault(
                                step.origin.version,
                                step.origin.change,
                                f"{key} response header {name}",
                                "the middleware writes the version in force there, whatever the app sends",
                                f"take {step.origin.fact} out",
                            )
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


def _covers_what_came_later(entries: Sequence[Entry], lacking: Iterable[str]) -> bool:
    """Whether a route without operations may match a path of an operation that some version does not have there."""
    later = frozenset(lacking)
    if not later:
        return False
    opaque = Overlaps([one for one in entries if not one.operations and one.below is None])
    return any(
        other.place > one.place
        for one in entries
        if not later.isdisjoint(one.operations.values())
        for other in opaque.of(one)
    )


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
