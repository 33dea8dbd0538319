"""From an app to its served versions: read the contract, compile the changes, list the routes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from starlette.routing import Match, Mount, Router

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import entries_of, entries_of_contract
from timegate.asgi.route.handover import take_handovers
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.retelling import take_retellings
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.select.ceiling import Top
from timegate.asgi.select.selectors import Pin, names_in
from timegate.asgi.serve.documents import Shown, document_plan
from timegate.asgi.serve.versions import ApiVersions
from timegate.asgi.serve.watched import Watched, is_mounted_in, seats_in, watched_lists
from timegate.contract import Contract
from timegate.errors import CompileError, DeclarationError
from timegate.gates import Gates
from timegate.reading.own_form import own_form_of
from timegate.timeline import Timeline


class ReadyApp:
    """The served versions, and the lists of routes that they were made from.

    Args:
        versions: the versions as they are served.
        app: the app whose routes are matched; None where no routes can be seen.
        shown: what documents show of the versions' selection.

    Attributes:
        holder: the object whose ``routes`` is the app's own list, which every request looks at.
        routes: that list.
        kept: the routes that it held when the versions were made.
        nested: the lists of routers and mounts in it.
        document_path: the path of the app's OpenAPI document.
        redirects: whether the app's router redirects to a path with or without a slash at its end.
        rooted: the app, where it sets the ``root_path`` of each request to its own; None for any other.
    """

    __slots__ = (
        "_documents", "_lists", "_shown", "app", "document_path", "holder", "kept", "nested", "redirects", "rooted",
        "routes", "versions",
    )  # fmt: skip

    def __init__(self, versions: ApiVersions, app: object | None, shown: Shown) -> None:
        self.versions = versions
        self.app = app
        self._lists = watched_lists(app)
        own, *nested = self._lists
        self.holder, self.routes, self.kept, *_ = own
        self.nested: tuple[Watched, ...] = tuple(nested)
        versions.planned.take_seats(seats_in(self._lists))
        self.document_path: str | None = getattr(app, "openapi_url", None)
        self._documents: dict[ApiVersion, OperationPlan] = {}
        self._shown = shown
        self.redirects: bool = getattr(getattr(app, "router", app), "redirect_slashes", False)
        self.rooted: Any = app if _sets_root_path(app) else None

    def is_document(self, path: str, method: str) -> bool:
        """Whether a request is for the app's own OpenAPI document."""
        return path == self.document_path and method in ("GET", "HEAD")

    def document(self, version: ApiVersion, path: str, method: str) -> OperationPlan | None:
        """The plan that serves the document of a version; None where a request is not for it."""
        if not self.is_document(path, method):
            return None
        if version not in self._documents:
            self._documents[version] = document_plan(path, version, self.versions, self._shown)
        return self._documents[version]

    def mounts(self, scope: Scope) -> bool:
        """Whether a websocket goes to another app, below a mount, which may have versions of its own."""
        for route in self.routes:
            # A copy: a route may write into its scope.
            if route.matches({**scope})[0] is Match.FULL:
                return isinstance(route, Mount) and not isinstance(route.app, Router)
        return False

    def outdated(self) -> bool:
        """Whether routes of routers and mounts were added, removed or replaced since."""
        return any(map(Watched.changed, self.nested))

    def replaced(self) -> bool:
        """Whether a route was replaced by an equal one, or may have been."""
        return any(map(Watched.replaced, self._lists))


class Payloads(NamedTuple):
    """The types of payloads without an operation, by whether the server sends or receives them."""

    sends: Sequence[Any]
    receives: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Startup:
    """Makes the served versions, once the app is known.

    Args:
        app: the wrapped app.
        timeline: the versions.
        contract: a contract, an app to read it from, or None.
        gates: compiled gates, or None.
        payloads: what a contract read from an app has besides its operations.
        settings: the settings that hold for every request.
        unversioned: the paths of operations that need no version.
        during_sunset: the paths of operations that are served though their version is not.
        top: knows the newest version that is offered.
        default: the version of a request that names none.
        notes: what the log says besides at the start.
        shown: what documents show of the versions' selection.

    Raises:
        DeclarationError: the arguments contradict each other.
    """

    app: object
    timeline: Timeline
    contract: object
    gates: Gates | None
    payloads: Payloads
    settings: Settings
    unversioned: frozenset[str]
    during_sunset: frozenset[str]
    top: Top
    default: str | Pin
    notes: tuple[str, ...]
    shown: Shown

    def __post_init__(self) -> None:
        if self.gates is not None and not same_changes(self.gates.timeline, self.timeline):
            raise DeclarationError("TimegateMiddleware(gates=…) was compiled from another timeline: give that timeline")
        if self.gates is not None and self.contract is not None:
            raise DeclarationError("TimegateMiddleware takes contract= or gates=, which has a contract already")
        if any(self.payloads) and (self.gates is not None or isinstance(self.contract, Contract)):
            raise DeclarationError(
                "TimegateMiddleware takes sends= and receives= where it reads the app; "
                "a contract has them already: Contract.of(app, sends=[…], receives=[…])"
            )

    def run(self, app: object | None, *, by: object, again: bool) -> ReadyApp:
        """Compile the served versions of an app.

        Args:
            app: the app whose routes are matched; None where no routes can be seen.
            by: the middleware that serves them.
            again: whether they were compiled before, for other routes.

        Raises:
            TimegateError: the changes cannot be carried out, or there is no app to read.
        """
        gates = self.gates or self.timeline.compile(self._contract_of(app))
        keys = [gate.key for gate in gates.operations(self.timeline.head.value)]
        routes: list[Any] | None = getattr(app, "routes", None)
        if routes is None:
            entries = entries_of_contract(keys)
        else:
            entries = entries_of(routes, keys)
        own_form = own_form_of(app)
        versions = ApiVersions(
            gates,
            entries,
            settings=replace(self.settings, own_form=own_form),
            unversioned=self.unversioned,
            during_sunset=self.during_sunset,
            top=self.top,
            said_in=(names_in("query", self.shown.select), names_in("header", self.shown.select)),
            by=by,
        )
        faults = (*versions.out_of_reach(), *versions.overwritten())
        if faults:
            raise CompileError(faults)
        if not again:
            versions.check_paths("unversioned", self.unversioned)
            versions.check_paths("during_sunset", self.during_sunset)
        if routes and versions.shadowed:
            for holder in (app, *(mount for entry in entries for mount in entry.mounts)):
                take_handovers(holder)
        if own_form is not None:
            take_retellings(own_form)
        return ReadyApp(versions, app, self.shown)

    def routed(self, scope: Scope) -> object | None:
        """The app whose routes are matched; None where no routes can be seen."""
        for candidate in (self.contract, self.app):
            if not isinstance(candidate, Contract) and _has_routes(candidate):
                return candidate
        app = scope.get("app")
        # Below a mount of that app is another one, which it does not name.
        below = scope.get("endpoint") is not None and is_mounted_in(app, scope["endpoint"])
        return app if _has_routes(app) and not below else None

    def contract_of_app(self) -> Contract:
        """The contract of head, without a start.

        Raises:
            CompileError: the app cannot be read completely.
            DeclarationError: there is no app to read.
        """
        return self._contract_of(self.routed({})) if self.gates is None else Contract(self.gates.head)

    def handlers(self, keys: Iterable[str]) -> dict[str, Any]:
        """The handler of each operation whose route can be seen, by the operation's key.

        Args:
            keys: of the operations of head.
        """
        routes: list[Any] = getattr(self.routed({}), "routes", [])
        found: dict[str, Any] = {}
        for entry in entries_of(routes, list(keys)):
            endpoint = getattr(entry.route, "endpoint", None)
            for key in entry.operations.values() if endpoint is not None else ():
                found.setdefault(key, endpoint)
        return found

    def _contract_of(self, app: object | None) -> Contract:
        if isinstance(self.contract, Contract):
            return self.contract
        if app is None:
            raise DeclarationError(
                "TimegateMiddleware cannot see the app it wraps: add it with app.add_middleware, or give contract="
            )
        return Contract.of(app, sends=self.payloads.sends, receives=self.payloads.receives)


def summary(ready: ReadyApp) -> str:
    """What is served, in one line."""
    gates = ready.versions.gates
    every = [gate for version in gates.timeline.values for gate in gates.operations(version)]
    gated, operations = {gate.key for gate in every if gate.gated}, {gate.key for gate in every}
    opaque = len(Contract(gates.head).opaque)
    newest, oldest = gates.timeline.values[0], gates.timeline.values[-1]
    return (
        f"{_counted(len(gates.timeline), 'version')}, {newest} to {oldest}; "
        f"{_counted(len(operations), 'operation')}, {len(gated)} gated; {_counted(opaque, 'opaque place')}"
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _has_routes(app: object) -> bool:
    return isinstance(getattr(app, "routes", None), list)


def same_changes(one: Timeline, other: Timeline) -> bool:
    """Whether two timelines have the same versions with the same changes."""
    return one is other or (
        one.scheme == other.scheme
        and [(version.value, version.changes, version.lifecycle) for version in one]
        == [(version.value, version.changes, version.lifecycle) for version in other]
    )


def _sets_root_path(app: object) -> bool:
    """Whether an app is FastAPI's, which sets the ``root_path`` of a request when it is called."""
    kind: type | None = getattr(sys.modules.get("fastapi"), "FastAPI", None)
    return kind is not None and isinstance(app, kind)
