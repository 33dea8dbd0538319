"""From an app to what serves its versions: the contract is read, the changes compiled, the routes listed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
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
    """What serves, and the lists of routes it was made from.

    Args:
        versions: the versions as they are served.
        watched: every list that routes may be added to, the app's own first.
        document_path: the path of the app's OpenAPI document.
        redirects: whether the app's router redirects to a path with or without a slash at its end.
    """

    __slots__ = ("_others", "count", "document_path", "more", "redirects", "routes", "versions")

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
        # Looked at in every request, so the app's own list is at hand and the others are few.
        self.routes: Sequence[Any] = watched[0] if watched else ()
        self.count = len(self.routes)
        self.more = tuple(watched[1:])
        self._others = sum(map(len, self.more))

    def outdated(self) -> bool:
        """Whether routes came since."""
        return len(self.routes) != self.count or sum(map(len, self.more)) != self._others


class Startup:
    """Makes what serves, when the app is known.

    Args:
        app: the wrapped app.
        timeline: the versions.
        contract: a contract, an app to read it from, or None.
        gates: compiled gates, or None.
        settings: what holds for every request.
        unversioned: the paths of operations that want no version.

    Raises:
        DeclarationError: the arguments do not belong together.
    """

    __slots__ = ("_app", "_contract", "_gates", "_settings", "_timeline", "_unversioned")

    def __init__(
        self,
        app: object,
        *,
        timeline: Timeline,
        contract: object,
        gates: Gates | None,
        settings: Settings,
        unversioned: Iterable[str],
    ) -> None:
        if gates is not None and gates.timeline.values != timeline.values:
            raise DeclarationError("TimegateMiddleware(gates=…) was compiled from another timeline: give that timeline")
        if gates is not None and contract is not None:
            raise DeclarationError("TimegateMiddleware takes contract= or gates=, which has a contract already")
        self._app = app
        self._timeline = timeline
        self._contract = contract
        self._gates = gates
        self._settings = settings
        self._unversioned = tuple(unversioned)

    def run(self, scope: Scope) -> ReadyApp:
        """Compile what serves the app of a scope.

        Raises:
            TimegateError: the changes cannot be carried out, or there is no app to read.
        """
        app = self._routed(scope)
        gates = self._gates or self._timeline.compile(self._contract_of(app))
        keys = [gate.key for gate in gates.operations(self._timeline.head.value)]
        routes: list[Any] | None = getattr(app, "routes", None)
        if routes is None:
            entries = entries_of_contract(keys)
        else:
            seen = [route for route in routes if not isinstance(route, HandoverRoute)]
            entries = entries_of(seen, keys, contexts=route_contexts)
        versions = ApiVersions(gates, entries, settings=self._settings, unversioned=self._unversioned)
        if routes and versions.shadowed and not any(isinstance(route, HandoverRoute) for route in routes):
            routes.insert(0, HandoverRoute())
        return ReadyApp(
            versions,
            watched=[] if routes is None else list(_lists(routes)),
            document_path=getattr(app, "openapi_url", None),
            redirects=getattr(getattr(app, "router", app), "redirect_slashes", False),
        )

    def _routed(self, scope: Scope) -> object | None:
        """The app whose routes are matched; None where none can be seen."""
        for candidate in (self._contract, self._app, scope.get("app")):
            if not isinstance(candidate, Contract) and isinstance(getattr(candidate, "routes", None), list):
                return candidate
        return None

    def _contract_of(self, app: object | None) -> Contract:
        if isinstance(self._contract, Contract):
            return self._contract
        if app is None:
            raise DeclarationError(
                "TimegateMiddleware cannot see the app it wraps: add it with app.add_middleware, or give contract="
            )
        return Contract.of(app)


def route_contexts(routes: Iterable[Any]) -> Iterable[Any]:
    """The routes of included routers beside the app's own, where FastAPI keeps them apart."""
    module = sys.modules.get("fastapi.routing")
    contexts: Callable[[Iterable[Any]], Iterable[Any]] | None = getattr(module, "iter_route_contexts", None)
    return routes if contexts is None else contexts(routes)


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
                # A mount of an app without routes makes a new list each time it is asked.
                lasting = inner is getattr(holder, "routes", None)
                if lasting and inner is not None:
                    waiting.append(inner)
