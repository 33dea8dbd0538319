"""A first route in the app's router, for requests that head's order of routes would give to another handler.

`GET /variables/keys`, added later, shadows `GET /variables/{key}` of the versions before it: there, `keys` is a key.
Another path would not help, and to call the handler ourselves would skip the app's own middleware. So the request goes
through the app unchanged, and only its router learns which route to use. The router of a mount has a first route of its
own, which is behind the mount's own middleware.

`GET /files/{name}`, added later, shadows what older clients have of the mount `/files`, too: they go on to the mount.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from timegate.reading.starlette import routes_below

_KEY: Final = "timegate.handover"
_MATCHED: Final = ContextVar[Any]("matched", default=None)


@dataclass(frozen=True, slots=True)
class Handover:
    """The route that a request goes to.

    Args:
        route: the app's route, or its context in an included router.
        parameters: its path parameters, converted; None where the route finds them itself.
        mounts: the mounts that lead to it and are not passed yet, the outermost first.
    """

    route: Any
    parameters: dict[str, Any] | None
    mounts: tuple[Any, ...] = ()


def hand_over(scope: MutableMapping[str, Any], handover: Handover) -> None:
    """Note in the scope, a copy of the server's, which route `HandoverRoute` uses."""
    scope[_KEY] = handover


class FirstRoute(BaseRoute):
    """A route of this package's, before those of the app. No URL leads to it, but apps read what each of theirs has."""

    serves_versions = True
    include_in_schema = False
    methods: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        return str(getattr(self.matched, "path", ""))

    @property
    def name(self) -> str:
        return str(getattr(self.matched, "name", ""))

    @property
    def endpoint(self) -> Any:
        return getattr(self.matched, "endpoint", None)

    @property
    def matched(self) -> Any:
        """The app's route that it has led the current request to; None for none."""
        return None

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)


class HandoverRoute(FirstRoute):
    """Matches only the requests that the middleware hands over."""

    @property
    def matched(self) -> Any:
        return _MATCHED.get()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        handover = scope.get(_KEY)
        if not isinstance(handover, Handover):
            return Match.NONE, {}
        route = handover.mounts[0] if handover.mounts else handover.route
        _MATCHED.set(route)
        if handover.mounts or handover.parameters is None:
            found: tuple[Match, Scope] = route.matches(scope)
            return found
        return Match.FULL, {
            "endpoint": getattr(route, "endpoint", None),
            "path_params": {**scope.get("path_params", {}), **handover.parameters},
            "route": getattr(route, "original_route", route),
        }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        handover: Handover = scope.pop(_KEY)
        if handover.mounts:
            mount, *mounts = handover.mounts
            hand_over(scope, replace(handover, mounts=tuple(mounts)))
            await mount.handle(scope, receive, send)
            return
        route = handover.route
        # The context of an included router has an app; every other route can handle a request.
        handle = getattr(route, "handle", None)
        await (route.app if handle is None else handle)(scope, receive, send)


def takes_handovers(holder: Any) -> bool:
    """Whether an app or a mount has a list of routes to which a first one can be added."""
    routes = routes_below(holder)
    # The mount of an app without routes makes a new list on each access.
    return isinstance(routes, list) and routes_below(holder) is routes


def take_handovers(holder: Any) -> None:
    """Add the first route to an app or a mount, once."""
    routes = routes_below(holder)
    if not any(isinstance(route, HandoverRoute) for route in routes):
        routes.insert(0, HandoverRoute())
