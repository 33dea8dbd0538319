"""What the routes of a FastAPI app declare, read by the public names of its routes.

FastAPI is never imported here: an app that exists has imported it. A release that has other names for what is read is
refused by a sentence, so that nothing is gated less.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, Final

from pydantic import BaseModel, Json

from timegate.changes.base import Internal
from timegate.reading.declared import DeclaredBody, DeclaredOperation, DeclaredParameter, DeclaredParameters, refuse_app
from timegate.reading.starlette import METHODS, method_order, starlette_operations
from timegate.typing import Document
from timegate.wire.paths import plain_path

_WITHOUT_INCLUDED: Final = ("0.137.0", "0.137.1")
"""Releases in which nobody can list the routes of an included router."""

JSON_LINES: Final = "application/jsonl"
EVENT_STREAM: Final = "text/event-stream"


def is_fastapi(app: object) -> bool:
    """Whether an app is a FastAPI app or a FastAPI router."""
    routing = sys.modules.get("fastapi.routing")
    applications = sys.modules.get("fastapi.applications")
    if routing is None or applications is None:
        return False
    return isinstance(app, applications.FastAPI | routing.APIRouter)


def fastapi_operations(app: Any) -> Iterator[tuple[DeclaredOperation, str | None]]:
    """What the routes of a FastAPI app declare, in the order in which the app matches them.

    Args:
        app: the app or a router.

    Yields:
        each operation with the path its OpenAPI document has it under; None where it is a plain Starlette route.

    Raises:
        CompileError: the routes cannot be read whole.
    """
    routing: Any = sys.modules["fastapi.routing"]
    sockets: Any = routing.APIWebSocketRoute
    taken: set[str] = set()
    for route in routes_of(app):
        original = getattr(route, "original_route", route)
        if isinstance(original, routing.APIRoute):
            path = _read(route, "path_format")
            for operation in _operations(route):
                yield operation, path
        elif getattr(route, "methods", None) is not None and getattr(route, "endpoint", None) is not None:
            for operation in starlette_operations([route], taken):
                yield operation, None
        elif _is_fastapis_own(original) and not isinstance(original, sockets) and not _serves_files(original):
            refuse_app(
                f"the route {type(original).__name__}",
                f"FastAPI {_version()} has a kind of route that this release of timegate does not know",
                "upgrade timegate, or stay on the FastAPI release before",
            )


def routes_of(app: Any) -> Iterator[Any]:
    """The routes of a FastAPI app or router in its order, those of included routers among them.

    Raises:
        CompileError: this release of FastAPI does not tell them all.
    """
    routing: Any = sys.modules["fastapi.routing"]
    if _version() in _WITHOUT_INCLUDED:
        refuse_app(
            "the routes of the app",
            f"FastAPI {_version()} hides the routes of included routers",
            "upgrade FastAPI to 0.137.2 or later",
        )
    iterate = getattr(routing, "iter_route_contexts", None)
    yield from app.routes if iterate is None else iterate(app.routes)


def _version() -> str:
    return str(getattr(sys.modules["fastapi"], "__version__", "of an unknown version"))


def _is_fastapis_own(route: object) -> bool:
    return type(route).__module__.partition(".")[0] == "fastapi"


def _serves_files(route: Any) -> bool:
    """Whether a route is a group of directories of files, which has no handlers."""
    inner = getattr(route, "routes", None)
    return inner is not None and not any(hasattr(one, "endpoint") for one in inner)


def _read(owner: Any, name: str) -> Any:
    """An attribute that every release so far has."""
    try:
        return getattr(owner, name)
    except AttributeError:
        place = getattr(owner, "path", None) or getattr(owner, "name", None) or type(owner).__name__
        return refuse_app(
            f"the route {place}",
            f"FastAPI {_version()} does not say its `{name}` any more",
            "upgrade timegate, or stay on the FastAPI release before",
        )


def _operations(route: Any) -> Iterator[DeclaredOperation]:
    dependant = _read(route, "dependant")
    request = _request(route, list(_dependants(dependant)))
    responses, success = _answers(route)
    path = _read(route, "path")
    _check_cookies(route)
    query = _parameters(f"query of {path}", dependant, "query_params")
    headers = _parameters(f"headers of {path}", dependant, "header_params")
    for method in sorted(_read(route, "methods"), key=method_order):
        yield DeclaredOperation(
            method=method,
            path=path,
            request=request,
            responses=responses,
            success=success,
            query=query,
            headers=headers,
            hidden=not _read(route, "include_in_schema"),
        )


def _dependants(dependant: Any) -> Iterator[Any]:
    """A handler and its dependencies, in the order in which FastAPI documents their parameters."""
    yield dependant
    for inner in _read(dependant, "dependencies"):
        yield from _dependants(inner)


def _request(route: Any, dependants: list[Any]) -> DeclaredBody | None:
    field = _read(route, "body_field")
    if field is None:
        return None
    info = _read(field, "field_info")
    kind = _read(info, "annotation")
    declared = [_read(_read(one, "field_info"), "annotation") for d in dependants for one in _read(d, "body_params")]
    return DeclaredBody(
        kind=kind,
        info=info,
        # FastAPI makes a class of several bodies, of forms and of embedded ones; nobody else knows it.
        made=not any(kind is one for one in declared),
        media=(_read(info, "media_type"),),
        required=info.is_required(),
    )


def _parameters(place: str, dependant: Any, where: str) -> DeclaredParameters:
    models: list[Any] = []
    single: list[DeclaredParameter] = []
    hidden, underscores = False, True
    for one in _dependants(dependant):
        for field in _read(one, where):
            info = _read(field, "field_info")
            is_hidden = not getattr(info, "include_in_schema", True)
            model = _model(info)
            if model is None:
                single.append(_parameter(field, info, is_hidden=is_hidden))
            elif model not in models:
                models.append(model)
                hidden, underscores = is_hidden, bool(getattr(info, "convert_underscores", True))
    if len(models) > 1:
        names = " and ".join(model.__name__ for model in models)
        refuse_app(
            place,
            f"they are declared by {names}, and an operation has one model of them",
            f"class Parameters({', '.join(model.__name__ for model in models)}): ...",
        )
    return DeclaredParameters(
        model=models[0] if models else None,
        single=tuple(single),
        hidden=hidden,
        underscores=underscores and where == "header_params",
    )


def cookies_of(route: Any) -> list[Any]:
    """The types of a route's cookies, which no gate carries."""
    fields = [one for dependant in _dependants(_read(route, "dependant")) for one in _read(dependant, "cookie_params")]
    return [_read(_read(one, "field_info"), "annotation") for one in fields]


def cookie_types(app: Any) -> Iterator[tuple[str, type[Any]]]:
    """The place and each class of an app's cookies: their models, and the classes in those and of single ones."""
    for route in routes_of(app):
        if isinstance(getattr(route, "original_route", route), sys.modules["fastapi.routing"].APIRoute):
            for kind in cookies_of(route):
                fields: dict[str, Any] = getattr(kind, "model_fields", {})
                for one in (kind, *(field.annotation for field in fields.values())):
                    for found in _classes(one):
                        yield f"cookies of {_read(route, 'path')}", found


def _classes(annotation: Any) -> Iterator[type[Any]]:
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if inspect.isclass(annotation):
        yield annotation
    for one in arguments:
        yield from _classes(one)


def _check_cookies(route: Any) -> None:
    """Refuse a field that no client may set where every client could."""
    for kind in cookies_of(route):
        fields: dict[str, Any] = getattr(kind, "model_fields", {})
        for name, field in fields.items():
            if any(isinstance(one, Internal) for one in field.metadata):
                refuse_app(
                    f"cookies of {_read(route, 'path')}",
                    f"{kind.__name__}.{name} is internal, and gates do not carry cookies: any client could set it",
                    f"a class of its own for the cookies, without {name}",
                )


def _model(info: Any) -> Any:
    """The class whose fields are parameters; None where the parameter is one of its own."""
    kind = _read(info, "annotation")
    arms = [arm for arm in getattr(kind, "__args__", ()) if arm is not type(None)]
    if not inspect.isclass(kind) and type(None) in getattr(kind, "__args__", ()) and len(arms) == 1:
        kind = arms[0]
    is_json = any(Json in (one, type(one)) for one in info.metadata)
    return kind if inspect.isclass(kind) and issubclass(kind, BaseModel) and not is_json else None


def _parameter(field: Any, info: Any, *, is_hidden: bool) -> DeclaredParameter:
    # FastAPI heeds a validation alias from the release on in which it shows it.
    name = getattr(field, "validation_alias", None) or _read(field, "alias")
    return DeclaredParameter(field=_read(field, "name"), name=name, kind=info.annotation, info=info, hidden=is_hidden)


def _answers(route: Any) -> tuple[dict[str, DeclaredBody | None], str]:
    response_class = _read(route, "response_class")
    if not inspect.isclass(response_class):
        response_class = _read(response_class, "value")
    media = _read(response_class, "media_type")
    status = _read(route, "status_code")
    if status is None:
        parameter = inspect.signature(response_class.__init__).parameters.get("status_code")
        status = parameter.default if parameter is not None and isinstance(parameter.default, int) else 200
    success = str(int(status))
    responses: dict[str, DeclaredBody | None] = {success: _success(route, response_class, media, int(status))}
    for code, declared in _read(route, "responses").items():
        key = "default" if str(code).upper() == "DEFAULT" else str(code).upper()
        kind = declared.get("model")
        others = tuple(declared.get("content", {}))
        known = responses.get(key)
        if kind is None:
            if known is not None:
                responses[key] = known.with_media(*others)
        elif known is None or known.kind is None:
            responses[key] = DeclaredBody(kind=kind, media=(media or "application/json",)).with_media(*others)
        else:
            responses[key] = known.with_media(*others)
    return responses, success


def _success(route: Any, response_class: Any, media: str | None, status: int) -> DeclaredBody | None:
    if status < 200 or status in (204, 205, 304):
        return None
    item = getattr(route, "stream_item_type", None)
    if getattr(route, "is_json_stream", False) or getattr(route, "is_sse_stream", False):
        kind = JSON_LINES if route.is_json_stream else EVENT_STREAM
        return DeclaredBody(kind=item, media=(kind,))
    model = _read(route, "response_model")
    if media is None:
        return None
    is_json = issubclass(response_class, sys.modules["starlette.responses"].JSONResponse) or media.endswith("json")
    if not is_json:
        return DeclaredBody(schema={"type": "string"}, media=(media,))
    return DeclaredBody(kind=model or None, by_alias=_read(route, "response_model_by_alias"), media=(media,))


def fastapi_document(
    app: Any, operations: Iterable[tuple[DeclaredOperation, str | None]]
) -> tuple[Document, dict[str, Any]]:
    """An app's own OpenAPI document, and in it the object of each documented operation by the operation's key.

    Args:
        app: the app; a router has no document.
        operations: what its routes declare.

    Raises:
        CompileError: the document has an operation that the routes do not have.
    """
    reached: dict[str, DeclaredOperation] = {}
    places: dict[tuple[str, str], DeclaredOperation] = {}
    for operation, path in operations:
        reached.setdefault(operation.key, operation)
        if path is None or not operation.hidden:
            # Where two routes share a place in the document, it has the last one.
            places[path or plain_path(operation.path), operation.method.lower()] = operation
    if not hasattr(app, "openapi"):
        return {}, {}
    document = _document(app, set(places))
    found: dict[str, Any] = {}
    for path, item in document.get("paths", {}).items():
        for method, raw in item.items():
            if method.upper() not in METHODS:
                continue
            if (path, method) not in places:
                refuse_app(
                    f"{method.upper()} {path}",
                    "the OpenAPI document of the app has it, and the routes that timegate reads do not",
                    "upgrade timegate, or take it out of app.openapi()",
                )
            operation = places[path, method]
            if reached[operation.key] is operation:
                found[operation.key] = raw
    return document, found


def _document(app: Any, wanted: set[tuple[str, str]]) -> Document:
    """The document as it is now; the app's cache of it, which some releases never renew, stays as it was."""
    cached = app.openapi_schema
    try:
        document: Document = deepcopy(app.openapi())
        known = {(path, method) for path, item in document.get("paths", {}).items() for method in item}
        if cached is not None and not wanted <= known:
            app.openapi_schema = None
            document = deepcopy(app.openapi())
    finally:
        app.openapi_schema = cached
    return document
