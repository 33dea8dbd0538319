"""The routes of an app with the included routers that lead to them, which newer releases of FastAPI keep apart."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from timegate.reading.starlette import has_theirs, matches_plainly


class Listed(NamedTuple):
    """One route of an app.

    Attributes:
        route: the route, or its context in an included router.
        included: what the app keeps of each included router that leads to it, the outermost first.
    """

    route: Any
    included: tuple[Any, ...]

    @property
    def plain(self) -> bool:
        """Whether it matches by path and method alone: its class has no ``matches`` of its own, nor has a router's."""
        own = (one.original_router for one in self.included)
        return matches_plainly(original_of(self.route)) and all(has_theirs(one, "matches") for one in own)

    def asked(self, path: str) -> Iterator[tuple[Any, str]]:
        """Whatever matches a request on its way to the route, each with the part of a path that the routers above have.

        Args:
            path: that of the request.
        """
        prefix, above = "", _beginning("", path)
        for one in self.included:
            if above is None:
                break
            yield one, above
            prefix += one.include_context.prefix
            above = _beginning(prefix, path)
        original = original_of(self.route)
        # FastAPI asks the class of its own kind of route alone, and copies any other.
        yield (self.route, "") if above is None or not is_of_fastapi(original) else (original, above)


def listed_routes(routes: Iterable[Any]) -> Iterator[Listed]:
    """The routes in the app's order, with those of included routers."""
    module = sys.modules.get("fastapi.routing")
    contexts: Callable[[Iterable[Any]], Iterable[Any]] | None = getattr(module, "iter_route_contexts", None)
    for route in routes:
        if contexts is None or not hasattr(route, "original_router"):
            yield Listed(route, ())
            continue
        # Both list the routes in the app's order, so that one walk finds what leads to each.
        held = _held(route, ())
        for context in contexts([route]):
            original = original_of(context)
            yield Listed(context, next((above for one, above in held if one is original), (route,)))


def original_of(route: Any) -> Any:
    """The route that was declared; it itself, where it is in no included router."""
    return getattr(route, "original_route", route)


def is_of_fastapi(route: Any) -> bool:
    """Whether a route is of FastAPI's own kind, or of a class made of it."""
    return hasattr(route, "response_model")


def _beginning(prefix: str, path: str) -> str | None:
    """The part of a path that a prefix matches; None where it matches none, or where that may end at several places."""
    if "{" not in prefix:
        return prefix
    regex, rest = _compiled(prefix)
    found = None if regex is None else regex.match(path)
    return None if found is None or found[rest][:1] not in ("", "/") else path[: found.start(rest)]


@functools.cache
def _compiled(prefix: str) -> tuple[re.Pattern[str] | None, str]:
    """The regex of a prefix and what follows it, with the name of that; None where a parameter takes any rest."""
    from starlette.convertors import PathConvertor
    from starlette.routing import compile_path

    _, _, convertors = compile_path(prefix)
    if any(isinstance(one, PathConvertor) for one in convertors.values()):
        return None, ""
    rest = "_".join(("rest", *convertors))
    return compile_path(f"{prefix}{{{rest}:path}}")[0], rest


def _held(included: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each route of an included router and of those in it, with what leads to it."""
    here = (*above, included)
    for one in included.original_router.routes:
        if hasattr(one, "original_router"):
            yield from _held(one, here)
        else:
            yield one, here
