"""The parts of an app that no contract describes: handlers without a declaration, mounted apps, websockets.

And what its document describes besides the operations: webhooks and callbacks.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from timegate.reading.fastapi import is_fastapi, is_fastapis_own
from timegate.reading.included import listed_routes, original_of
from timegate.reading.starlette import (
    handlers_of,
    has_theirs,
    in_order,
    matches_plainly,
    operation_of,
    router_of,
    routes_below,
)
from timegate.typing import is_object

_BELOW: Final = "everything below "
_OWN_APP: Final = ": an app of its own"


def undescribed(app: Any) -> Iterator[str]:
    """Each route of an app whose payloads pass unchanged, in the app's order.

    Args:
        app: the app or a router; FastAPI's own pages of documentation do not count.
    """
    yield from _undescribed(app.routes, "", looks_into_mounts=not is_fastapi(app))
    yield from _by_default(app, "")


def mounts(places: Iterable[str]) -> Iterator[str]:
    """The path of each mounted app among the places that `undescribed` gives."""
    return (one.removeprefix(_BELOW).removesuffix(_OWN_APP) for one in places if one.startswith(_BELOW))


def shown_besides(document: Mapping[str, Any], operations: Mapping[str, Any]) -> Iterator[str]:
    """Each webhook of a document, and each callback of its operations: no gate converts their payloads.

    Args:
        document: the OpenAPI object.
        operations: the OpenAPI object of each operation, by the operation's key.
    """
    webhooks: object = document.get("webhooks")
    yield from (f"webhook {name}" for name in webhooks) if is_object(webhooks) else ()
    for key, operation in operations.items():
        callbacks: object = operation.get("callbacks")
        yield from (f"callback {name} of {key}" for name in callbacks) if is_object(callbacks) else ()


def _undescribed(routes: Iterable[Any], prefix: str, *, looks_into_mounts: bool) -> Iterator[str]:
    # An app that exists has imported it; contracts without HTTP do not need it.
    routing: Any = sys.modules.get("starlette.routing")
    if routing is None:
        return
    chosen: dict[str, set[str]] = {}
    for listed in listed_routes(routes):
        route, original = listed.route, original_of(listed.route)
        path = f"{prefix}{getattr(route, 'path', '')}"
        endpoint = getattr(route, "endpoint", None)
        allowed = set(getattr(route, "methods", None) or ())
        second = in_order(allowed & chosen.get(path, set()) - {"HEAD"})
        if second:
            yield f"{', '.join(second)} {path}: another route of this path, which matches by more, comes before"
        if isinstance(original, routing.Route) and not listed.plain:
            chosen.setdefault(path, set()).update(allowed)
        if isinstance(original, routing.Host):
            yield f"everything of the host {original.host}: an app of its own"
        elif isinstance(original, routing.Mount):
            if looks_into_mounts and matches_plainly(original) and _declares(routes_below(original)):
                yield from _undescribed(routes_below(original), path, looks_into_mounts=True)
                yield from _by_default(original, path)
            else:
                yield f"{_BELOW}{path}{_OWN_APP}"
        elif isinstance(original, routing.WebSocketRoute):
            yield f"messages of the websocket {path}"
        elif getattr(original, "serves_versions", False) is True:
            # A route of this package, which leads to the app's own.
            continue
        elif endpoint is None:
            yield f"everything that the route {type(original).__name__} serves"
        elif hasattr(original, "get_route_handler") and not has_theirs(original, "get_route_handler"):
            own = f"{type(original).__name__}.get_route_handler"
            yield f"{', '.join(in_order(allowed))} {path}: {own} may read another body than it declares"
        elif not hasattr(original, "response_model") and not is_fastapis_own(endpoint):
            methods = _undeclared(original, endpoint)
            if methods:
                yield f"{methods} {path}: its handler declares nothing"


def _by_default(owner: Any, path: str) -> Iterator[str]:
    """What an app, or the one of a mount, serves where no route matches, unless that is Starlette's own 404."""
    router = router_of(owner)
    if router is not None and not (router.default == router.not_found and has_theirs(router, "not_found")):
        yield f"what no route{path and ' below '}{path} matches: the router has a default of its own"


def _undeclared(route: Any, endpoint: Any) -> str:
    """The methods whose handlers declare nothing; empty where there are none."""
    allowed: Iterable[str] | None = getattr(route, "methods", None)
    if inspect.isclass(endpoint):
        handlers = handlers_of(endpoint).items()
        methods = [
            method for method, one in handlers if (allowed is None or method in allowed) and operation_of(one) is None
        ]
    elif operation_of(endpoint) is not None:
        return ""
    elif allowed is None:
        return "every method of"
    else:
        methods = list(allowed)
    return ", ".join(in_order(method for method in methods if method != "HEAD"))


def _declares(routes: Iterable[Any]) -> bool:
    """Whether a handler of any of the routes, or below them, declares its operation."""
    inner = [(routes_below(route), getattr(route, "endpoint", None)) for route in routes]
    return any(
        any(map(operation_of, _handlers(endpoint))) if below is None else _declares(below) for below, endpoint in inner
    )


def _handlers(endpoint: Any) -> Iterable[Any]:
    return handlers_of(endpoint).values() if inspect.isclass(endpoint) else [endpoint]
