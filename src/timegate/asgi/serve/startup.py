"""From an app to its served versions: read the contract, compile the changes, list the routes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import entries_of, entries_of_contract
from timegate.asgi.route.handover import HandoverRoute
from timegate.asgi.route.settings import Settings
from timegate.asgi.serve.versions import ApiVersions
from timegate.contract import Contract
from timegate.errors import DeclarationError
from timegate.gates import Gates
from timegate.timeline import Timeline


class ReadyApp:
    """The served versions, and the lists of routes that they were made from.

    Args:
        versions: the versions as they are served.
        watched: every list that routes may be added to, the app's own first.
        document_path: the path of the app's OpenAPI document.
        redirects: whether the app's router redirects to a path with or without a slash at its end.

    Attributes:
        routes: the app's own list of routes, which every request looks at.
        count: its length when the versions were made.
        nested: the lists of routers and mounts in it.
    """

    __slots__ = ("_nested_count", "count", "document_path", "nested", "redirects", "routes", "versions")

    def __init__(
        self,
        versions: ApiVersions,
        *,
        watched: Sequence[Sequence[Any]],
        document_path: str | None,
        redirects: bool,
    ) -> None:
        self.versions = versions
        self.document_path = document_path
        self.redirects = redirects
        self.routes: Sequence[Any] = watched[0] if watched else ()
        self.count = len(self.routes)
        self.nested = tuple(watched[1:])
        self._nested_count = sum(map(len, self.nested))

    def outdated(self) -> bool:
        """Whether routes were added since."""
        return len(self.routes) != self.count or sum(map(len, self.nested)) != self._nested_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Startup:
    """Makes the served versions, once the app is known.

    Args:
        app: the wrapped app.
        timeline: the versions.
        contract: a contract, an app to read it from, or None.
        gates: compiled gates, or None.
        settings: the settings that hold for every request.
        unversioned: the paths of operations that need no version.

    Raises:
        DeclarationError: the arguments contradict each other.
    """

    app: object
    timeline: Timeline
    contract: object
    gates: Gates | None
    settings: Settings
    unversioned: frozenset[str]

    def __post_init__(self) -> None:
        if self.gates is not None and self.gates.timeline.values != self.timeline.values:
            raise DeclarationError("TimegateMiddleware(gates=…) was compiled from another timeline: give that timeline")
        if self.gates is not None and self.contract is not None:
            raise DeclarationError("TimegateMiddleware takes contract= or gates=, which has a contract already")

    def run(self, scope: Scope) -> ReadyApp:
        """Compile the served versions of the app, or of the app in a scope.

        Raises:
            TimegateError: the changes cannot be carried out, or there is no app to read.
        """
        app = self._routed(scope)
        gates = self.gates or self.timeline.compile(self._contract_of(app))
        keys = [gate.key for gate in gates.operations(self.timeline.head.value)]
        routes: list[Any] | None = getattr(app, "routes", None)
        if routes is None:
            entries = entries_of_contract(keys)
        else:
            entries = entries_of((route for route in routes if not isinstance(route, HandoverRoute)), keys)
        versions = ApiVersions(gates, entries, settings=self.settings, unversioned=self.unversioned)
        if routes and versions.shadowed and not any(isinstance(route, HandoverRoute) for route in routes):
            routes.insert(0, HandoverRoute())
        return ReadyApp(
            versions,
            watched=[] if routes is None else list(_lists(routes)),
            document_path=getattr(app, "openapi_url", None),
            redirects=getattr(getattr(app, "router", app), "redirect_slashes", False),
        )

    def _routed(self, scope: Scope) -> object | None:
        """The app whose routes are matched; None where no routes can be seen."""
        for candidate in (self.contract, self.app, scope.get("app")):
            if not isinstance(candidate, Contract) and isinstance(getattr(candidate, "routes", None), list):
                return candidate
        return None

    def _contract_of(self, app: object | None) -> Contract:
        if isinstance(self.contract, Contract):
            return self.contract
        if app is None:
            raise DeclarationError(
                "TimegateMiddleware cannot see the app it wraps: add it with app.add_middleware, or give contract="
            )
        return Contract.of(app)


def _lists(routes: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """A list of routes and those of the routers and mounts in it, each once."""
    waiting: list[Sequence[Any]] = [routes]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        for route in found:
            for holder in (route, getattr(route, "original_router", None)):
                inner: Sequence[Any] | None = getattr(holder, "routes", None)
                # A mount of an app without routes makes a new list on each access.
                lasting = inner is getattr(holder, "routes", None)
                if lasting and inner is not None:
                    waiting.append(inner)
