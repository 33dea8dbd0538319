"""The lists of routes that an app is made of, and whether they still hold what its versions were made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import is_
from typing import Any, Final, NamedTuple

from starlette.routing import Mount

from timegate.asgi.route.operation import Seat
from timegate.reading.starlette import routes_below


class Watched(NamedTuple):
    """One list of routes.

    Attributes:
        holder: the object whose ``routes`` it is.
        routes: the list.
        kept: the routes that it held; the references keep any other route from taking the place of one in memory.
        mount: the mount whose list it is; None for any other.
        app: the app to which the mount led.
    """

    holder: Any
    routes: Sequence[Any]
    kept: list[Any]
    mount: Any = None
    app: Any = None

    def changed(self) -> bool:
        """Whether its holder has another list, or the list holds routes that do not equal those that it held.

        The comparison of two lists costs a nanosecond for each item that is the same object. Starlette calls two routes
        equal that have one path, one handler and the same methods, though they may differ in the types of responses:
        of these tells `replaced`.
        """
        return (
            self.holder.routes is not self.routes
            or self.routes != self.kept
            or (self.mount is not None and self.mount.app is not self.app)
        )

    def replaced(self) -> bool:
        """Whether the list holds another route than it held, be it an equal one."""
        return len(self.routes) != len(self.kept) or not all(map(is_, self.routes, self.kept))


def seats_in(lists: Sequence[Watched]) -> Mapping[int, Seat]:
    """Where each route stands, by its `id`, which no other object gets as long as the lists keep it."""
    return {id(route): Seat(one.routes, at, route) for one in lists for at, route in enumerate(one.kept)}


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
        routes: Any = routes_below(owner)
        # A mount of an app without routes makes a new list on each access.
        lasting = routes is routes_below(owner)
        if routes is None or not lasting or id(routes) in seen:
            continue
        seen.add(id(routes))
        mounted = isinstance(owner, Mount)
        app = owner.app if mounted else None
        yield Watched(_holder(owner, routes), routes, list(routes), owner if mounted else None, app)
        for route in reversed(routes):
            waiting += [getattr(route, "original_router", None), route]


def _holder(owner: Any, routes: Sequence[Any]) -> Any:
    """The object whose own attribute a list of routes is: an app and a mount only hand out their router's."""
    mounted = getattr(owner, "app", None)
    routers = (getattr(mounted, "router", None), mounted, getattr(owner, "router", None))
    return next((router for router in routers if getattr(router, "routes", None) is routes), owner)
