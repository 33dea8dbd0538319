"""Finds the middleware that an app was given, for tools that look at the app without serving it."""

from __future__ import annotations

from typing import Any

from starlette.middleware import Middleware

from timegate.asgi.serve.lifecycle import Startable
from timegate.asgi.serve.startup import Startup


def startup_of(app: object) -> Startup | None:
    """What the middleware of an app does at its start; None where the app has no middleware of this package.

    Args:
        app: the middleware, the app that it was added to, or what is wrapped around either and has it as ``app``.

    Raises:
        DeclarationError: an argument of the middleware is invalid.
    """
    around: Any = app
    while around is not None:
        if isinstance(around, Startable):
            return around.startup
        added: list[Middleware] = getattr(around, "user_middleware", [])
        for one in added:
            make: Any = one.cls
            if _is_ours(make):
                # Starlette makes it no earlier than with the first request.
                return startup_of(make(around, *one.args, **one.kwargs))
        around = getattr(around, "app", None)
    return None


def _is_ours(make: object) -> bool:
    return isinstance(make, type) and issubclass(make, Startable)
