"""The head contract of plain Starlette routes: those whose endpoint carries a declaration."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Union, get_args, get_origin

from typing_extensions import TypeAliasType

from timegate.reading.declared import DeclaredBody, DeclaredOperation, DeclaredParameters
from timegate.typing import Schema

DECLARATION: Final = "timegate_operation"
"""The attribute of an endpoint that holds its `Operation`; `functools.wraps` carries it through other decorators."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a handler declares: types as given, None where nothing was."""

    request: Any = None
    response: Any = None
    status: int = 200
    errors: Mapping[int, Any] | None = None
    query: Any = None


def operation_of(endpoint: object) -> Operation | None:
    """Return what an endpoint declares, or None if it is not under `@operation`."""
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    found = getattr(endpoint, DECLARATION, None)
    return found if isinstance(found, Operation) else None


VALIDATION_SCHEMAS: Final[Mapping[str, Schema]] = {
    "HTTPValidationError": {
        "title": "HTTPValidationError",
        "type": "object",
        "properties": {
            "detail": {
                "title": "Detail",
                "type": "array",
                "items": {"$ref": "#/components/schemas/ValidationError"},
            }
        },
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
"""The schemas of the 422 answer to invalid input, which is in FastAPI's form."""

_VALIDATION_ANSWER: Final[Mapping[str, Any]] = {
    "description": "Validation Error",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}},
}


def starlette_operations(routes: Iterable[Any], taken: set[str]) -> Iterator[DeclaredOperation]:
    """What Starlette routes declare, in the order in which the app matches them.

    Args:
        routes: of an app or router; the routes of a mount count, under its prefix.
        taken: the names of operations so far, to which theirs are added.
    """
    for path, methods, endpoint in _endpoints(routes, ""):
        declared = operation_of(endpoint)
        if declared is None:
            continue
        for method in methods:
            yield _declared(method, path, endpoint, declared, taken)


def _endpoints(routes: Iterable[Any], prefix: str) -> Iterator[tuple[str, list[str], Any]]:
    for route in routes:
        path = getattr(route, "path", None)
        if not isinstance(path, str):
            continue  # a Host, or a route of somebody else's making
        inner = getattr(route, "routes", None)
        if inner is not None:
            yield from _endpoints(inner, prefix + path)
            continue
        endpoint = getattr(route, "endpoint", None)
        if endpoint is None or not hasattr(route, "methods"):
            continue  # a websocket
        if inspect.isclass(endpoint):
            for method in METHODS:
                handler = getattr(endpoint, method.lower(), None)
                if handler is not None and (route.methods is None or method in route.methods):
                    yield prefix + path, [method], handler
            continue
        allowed = set(METHODS if route.methods is None else route.methods)
        if "GET" in allowed:
            allowed.discard("HEAD")  # the route answers it like GET
        yield prefix + path, sorted(allowed, key=method_order), endpoint


def method_order(method: str) -> tuple[int, str]:
    """Where a method stands among those of one path."""
    return (METHODS.index(method) if method in METHODS else len(METHODS), method)


def _declared(method: str, path: str, endpoint: Any, declared: Operation, taken: set[str]) -> DeclaredOperation:
    success = str(declared.status)
    responses: dict[str, DeclaredBody | None] = {success: _content(declared.response)}
    for status, kind in (declared.errors or {}).items():
        responses[str(status)] = _content(kind)
    name = _name(endpoint)
    identity = _free(name, method, taken)
    texts: dict[str, Any] = {"summary": name.replace("_", " ").title(), "operationId": identity}
    description = inspect.getdoc(endpoint)
    if description:
        texts["description"] = description
    others: dict[str, Any] = {}
    validates = declared.request is not None or declared.query is not None
    if validates and "422" not in responses:
        others["422"] = _VALIDATION_ANSWER
    return DeclaredOperation(
        method=method,
        path=path,
        request=_content(declared.request),
        responses=responses,
        success=success,
        query=DeclaredParameters(model=declared.query),
        texts={
            "operation": texts,
            "undescribed_responses": others,
            "responses": {success: {"description": "Successful Response"}},
        },
    )


def _content(kind: Any) -> DeclaredBody | None:
    return None if kind is None else DeclaredBody(kind=kind, required=not takes_none(kind))


def takes_none(declared: object) -> bool:
    """Whether a type lets an empty body through as None."""
    if isinstance(declared, TypeAliasType):
        return takes_none(declared.__value__)
    origin = get_origin(declared)
    if origin is Annotated:
        return takes_none(get_args(declared)[0])
    return origin in (Union, types.UnionType) and type(None) in get_args(declared)


def _name(endpoint: Any) -> str:
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    return getattr(endpoint, "__name__", type(endpoint).__name__)


def _free(name: str, method: str, taken: set[str]) -> str:
    """An operation's identity, of which a document may hold each only once."""
    candidates = [name, f"{name}_{method.lower()}"]
    candidates += [f"{name}_{method.lower()}_{count}" for count in range(2, len(taken) + 3)]
    found = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(found)
    return found
