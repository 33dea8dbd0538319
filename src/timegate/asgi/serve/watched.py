"""The lists of routes that an app is made of, and whether they still hold what its versions were made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple


class Watched(NamedTuple):
    """One list of routes.

    Attributes:
        holder: the object whose ``routes`` it is.
        routes: the list.
        kept: the routes that it held; the references keep any other route from taking the place of one in memory.
    """

    holder: Any
    routes: Sequence[Any]
    kept: list[Any]

    def changed(self) -> bool:
        """Whether its holder has another list, or the list holds other routes."""
        return self.holder.routes is not self.routes or has_other_routes(self.routes, self.kept)


def has_other_routes(routes: Sequence[Any], kept: Sequence[Any]) -> bool:
    """Whether a list holds other routes than it held.

    The comparison of two lists costs a nanosecond for each item that is the same object. Starlette calls two routes
    equal that have one path, one handler and the same methods, though they may differ in the types of responses: so
    the last route, which is usually the one that came, is compared by itself.
    """
    return routes != kept or (len(kept) > 0 and routes[-1] is not kept[-1])


class _Nothing:
    """What holds the routes of an app that has none to be seen."""

    routes: Final[Sequence[Any]] = []


def watched_lists(app: object | None) -> list[Watched]:
    """The list of an app's routes, and then those of the routers and mounts in it, each once."""
    if app is None:
        return [Watched(_Nothing, _Nothing.routes, [])]
    return list(_lists(app))


def is_mounted_in(app: object | None, endpoint: object) -> bool:
    """Whether an app has a mount of another one."""
    return any(getattr(route, "app", None) is endpoint for watched in watched_lists(app) for route in watched.kept)


def _lists(app: object) -> Iterator[Watched]:
    waiting: list[Any] = [app]
    seen: set[int] = set()
    while waiting:
        owner = waiting.pop()
        routes: Any = getattr(owner, "routes", None)
        # A mount of an app without routes makes a new list on each access.
        lasting = routes is getattr(owner, "routes", None)
        if routes is None or not lasting or id(routes) in seen:
            continue
        seen.add(id(routes))
        yield Watched(_holder(owner, routes), routes, list(routes))
        for route in reversed(routes):
            waiting += [getattr(route, "original_router", None), route]


def _holder(owner: Any, routes: Sequence[Any]) -> Any:
    """The object whose own attribute a list of routes is: an app and a mount only hand out their router's."""
    mounted = getattr(owner, "app", None)
    routers = (getattr(mounted, "router", None), mounted, getattr(owner, "router", None))
    return next((router for router in routers if getattr(router, "routes", None) is routes), owner)
