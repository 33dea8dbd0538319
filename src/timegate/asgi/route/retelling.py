"""A first route in the app's router that leads to the router again: within it, validation errors are told anew.

An app with its own handler of validation errors may write anything of them, names as texts too, which nobody can
convert. So the handler gets them in the client's names, for the requests that the middleware notes.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from timegate.asgi.message.scope import App
from timegate.asgi.route.handover import FirstRoute
from timegate.reading.own_form import OwnForm

_KEY: Final = "timegate.retelling"

Responding: TypeAlias = Callable[[Request, Any], App]
"""What responds to a request of which an exception holds validation errors."""


@dataclass(slots=True)
class _Retelling:
    responding: Responding
    begun: bool = False


def retell(scope: MutableMapping[str, Any], responding: Responding) -> None:
    """Note in the scope, a copy of the server's, what responds to validation errors."""
    scope[_KEY] = _Retelling(responding)


class RetellingRoute(FirstRoute):
    """Matches only the requests that the middleware notes, each once.

    Args:
        own: how the app responds to validation errors.
    """

    def __init__(self, own: OwnForm) -> None:
        self._router = ExceptionMiddleware(own.app.router, {**own.handlers, own.error: _respond}, own.app.debug)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        noted = scope.get(_KEY)
        return Match.FULL if isinstance(noted, _Retelling) and not noted.begun else Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        noted: _Retelling = scope[_KEY]
        noted.begun = True
        try:
            await self._router(scope, receive, send)
        finally:
            # A middleware of the app's may send a request once more.
            noted.begun = False


def take_retellings(own: OwnForm) -> None:
    """Make the route the first of an app's, also before one of handovers."""
    routes: list[BaseRoute] = own.app.router.routes
    if not (routes and isinstance(routes[0], RetellingRoute)):
        routes[:] = [RetellingRoute(own), *(route for route in routes if not isinstance(route, RetellingRoute))]


async def _respond(request: Request, error: Exception) -> Any:
    """The response to validation errors, as an app of ASGI."""
    noted: _Retelling = request.scope[_KEY]
    return noted.responding(request, error)
