"""The routes of an app with the included routers that lead to them, which newer releases of FastAPI keep apart."""

from __future__ import annotations

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

    def asked(self) -> Iterator[tuple[Any, str]]:
        """Whatever matches a request on its way to the route, each with the path of the routers above."""
        prefix = ""
        for one in self.included:
            if "{" in prefix:
                break
            yield one, prefix
            prefix += one.include_context.prefix
        original = original_of(self.route)
        # FastAPI asks the class of its own kind of route alone, and copies any other.
        by_class = "{" not in prefix and hasattr(original, "response_model")
        yield (original, prefix) if by_class else (self.route, "")


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


def _held(included: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each route of an included router and of those in it, with what leads to it."""
    here = (*above, included)
    for one in included.original_router.routes:
        if hasattr(one, "original_router"):
            yield from _held(one, here)
        else:
            yield one, here
