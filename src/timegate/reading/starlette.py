"""Reads what plain Starlette routes declare: those whose handler is under ``@operation``."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Union, get_args, get_origin

from typing_extensions import TypeAliasType

from timegate.reading.declared import DeclaredBody, DeclaredModel, DeclaredOperation, DeclaredParameters
from timegate.typing import METHODS, Schema, is_array, plain_text
from timegate.wire.names import first_free
from timegate.wire.schema import ref
from timegate.wire.wire import WITHOUT_BODY

DECLARATION: Final = "timegate_operation"
"""The attribute of an endpoint that holds its `Operation`; `functools.wraps` copies it to other decorators."""


_MOST_LAYERS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The declaration of a handler: types as written, None for those that it leaves out."""

    request: Any = None
    response: Any = None
    status: int = 200
    errors: Mapping[int, Any] | None = None
    query: Any = None


def operation_of(endpoint: object) -> Operation | None:
    """The declaration of an endpoint; None if it is not under `@operation`."""
    declared = getattr(_handler_of(endpoint), DECLARATION, None)
    return declared if isinstance(declared, Operation) else None


def _handler_of(endpoint: Any) -> Any:
    """The function or object behind an endpoint's partial applications."""
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    return endpoint


VALIDATION_SCHEMAS: Final[Mapping[str, Schema]] = {
    "HTTPValidationError": {
        "title": "HTTPValidationError",
        "type": "object",
        "properties": {"detail": {"title": "Detail", "type": "array", "items": ref("ValidationError")}},
    },
    "ValidationError": {
        "title": "ValidationError",
        "type": "object",
        "properties": {
            "loc": {
                "title": "Location",
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            },
            "msg": {"title": "Message", "type": "string"},
            "type": {"title": "Error Type", "type": "string"},
            "input": {"title": "Input"},
            "ctx": {"title": "Context", "type": "object"},
        },
        "required": ["loc", "msg", "type"],
    },
}
"""The schemas of the 422 response with validation errors, which has FastAPI's form."""

_VALIDATION_RESPONSE: Final[Mapping[str, Any]] = {
    "description": "Validation Error",
    "content": {"application/json": {"schema": ref("HTTPValidationError")}},
}


def starlette_operations(routes: Iterable[Any], taken: set[str]) -> Iterator[DeclaredOperation]:
    """The operations that Starlette routes declare, in the order in which the app matches them.

    Args:
        routes: those of an app or router, and under its prefix those of a mount.
        taken: the ``operationId`` of every operation so far; those of these routes are added.
    """
    for path, methods, endpoint in _endpoints(routes, ""):
        declared = operation_of(endpoint)
        if declared is not None:
            yield from (_declared(method, path, endpoint, declared, taken) for method in methods)


def _endpoints(routes: Iterable[Any], prefix: str) -> Iterator[tuple[str, list[str], Any]]:
    for route in routes:
        path = plain_text(getattr(route, "path", None))
        if not isinstance(path, str):
            continue  # a Host, or a class of route from another package
        inner = routes_below(route)
        if inner is not None:
            if not has_gates(route) and matches_plainly(route):
                yield from _endpoints(inner, prefix + path)
            continue
        endpoint = getattr(route, "endpoint", None)
        if endpoint is None or not hasattr(route, "methods"):
            continue  # a websocket
        if inspect.isclass(endpoint):
            for method, handler in handlers_of(endpoint).items():
                if route.methods is None or method in route.methods:
                    yield prefix + path, [method], handler
            continue
        allowed = set(METHODS if route.methods is None else route.methods)
        if "GET" in allowed:
            allowed.discard("HEAD")  # the route handles it like GET
        yield prefix + path, in_order(allowed), endpoint


def handlers_of(endpoint: type) -> dict[str, Any]:
    """The handlers of a class of endpoints by method, in the order of documents.

    Some releases of Starlette find a class's handler for any method, so that every handler which declares something
    counts.
    """
    members = {name.upper(): getattr(endpoint, name, None) for name in dir(endpoint) if name == name.lower()}
    found = {
        method: one
        for method, one in members.items()
        if one is not None and (method in METHODS or operation_of(one) is not None)
    }
    return {method: found[method] for method in in_order(found)}


def routes_below(owner: Any) -> Any:
    """The routes of an app or a router, or of the app that a mount leads to; None for what has none.

    What a mount hands out are the routes of the app that it was made of, though another one may have taken its place.
    """
    inner: Any = getattr(getattr(owner, "app", None), "routes", None)
    return inner if is_array(inner) else getattr(owner, "routes", None)


def router_of(owner: Any) -> Any:
    """The router of an app, or of what a mount leads to, behind the middleware around it; None where there is none."""
    routing: Any = sys.modules.get("starlette.routing")
    for _ in range(_MOST_LAYERS):
        if routing is None or isinstance(owner, routing.Router):
            return owner
        owner = getattr(owner, "router", None) or getattr(owner, "app", None)
    return None


def has_gates(mount: Any) -> bool:
    """Whether what is below a mount has gates of its own: a middleware of this package around it."""
    app: Any = getattr(mount, "app", None)
    for _ in range(_MOST_LAYERS):
        added: list[Any] = [getattr(middleware, "cls", None) for middleware in getattr(app, "user_middleware", ())]
        if any(getattr(one, "serves_versions", False) is True for one in (app, *added)):
            return True
        app = getattr(app, "app", None)
        if app is None:
            break
    return False


def in_order(methods: Iterable[str]) -> list[str]:
    """The methods of one path in the order of documents, unknown ones last."""
    return sorted(methods, key=lambda method: (METHODS.index(method) if method in METHODS else len(METHODS), method))


def _declared(method: str, path: str, endpoint: Any, declared: Operation, taken: set[str]) -> DeclaredOperation:
    success = str(declared.status)
    types = {declared.status: declared.response, **(declared.errors or {})}
    responses = {str(status): _body(kind) for status, kind in types.items()}
    if declared.response is None and declared.status not in WITHOUT_BODY:
        # What the handler sends is not declared: it may be anything.
        responses[success] = DeclaredBody(media=())
    handler = _handler_of(endpoint)
    name: str = getattr(handler, "__name__", type(handler).__name__)
    by_method = f"{name}_{method.lower()}"
    identity = first_free(taken, name, by_method, numbered=f"{by_method}_")
    taken.add(identity)
    texts: dict[str, Any] = {"summary": name.replace("_", " ").title(), "operationId": identity}
    description = inspect.getdoc(endpoint)
    if description:
        texts["description"] = description
    validates = declared.request is not None or declared.query is not None
    return DeclaredOperation(
        method=method,
        path=path,
        request=_body(declared.request),
        responses=responses,
        success=success,
        query=DeclaredParameters(models=tuple(DeclaredModel(kind=one) for one in (declared.query,) if one is not None)),
        texts={
            "operation": texts,
            "undescribed_responses": {"422": _VALIDATION_RESPONSE} if validates and "422" not in responses else {},
            "responses": {success: {"description": "Successful Response"}},
        },
    )


def _body(kind: Any) -> DeclaredBody | None:
    return None if kind is None else DeclaredBody(kind=kind, required=not takes_none(kind))


def takes_none(declared: object) -> bool:
    """Whether a type accepts an empty body as None."""
    if isinstance(declared, TypeAliasType):
        return takes_none(declared.__value__)
    origin = get_origin(declared)
    if origin is Annotated:
        return takes_none(get_args(declared)[0])
    return origin in (Union, types.UnionType) and type(None) in get_args(declared)


def matches_plainly(route: object) -> bool:
    """Whether a route or a mount matches by path and method alone, as Starlette's and FastAPI's own do."""
    routing: Any = sys.modules.get("starlette.routing")
    return routing is not None and isinstance(route, routing.Route | routing.Mount) and has_theirs(route, "matches")


def has_theirs(route: object, name: str) -> bool:
    """Whether a class of routes or routers has a method of Starlette's or FastAPI's, and none of its own."""
    return getattr(getattr(type(route), name, None), "__module__", "") in ("starlette.routing", "fastapi.routing")
