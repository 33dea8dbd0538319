"""Reads what the routes of a FastAPI app declare, through public names only.

FastAPI is never imported here: an app that exists has imported it. A release that no longer has one of these names is
refused with a fault, so that nothing stays ungated without notice.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import AliasChoices, AliasPath, BaseModel, Json
from pydantic.fields import FieldInfo

from timegate.reading.declared import (
    DeclaredBody,
    DeclaredModel,
    DeclaredOperation,
    DeclaredParameter,
    DeclaredParameters,
    refuse_app,
    refuse_framework,
    status_key,
)
from timegate.reading.starlette import in_order, starlette_operations
from timegate.typing import is_object, plain_text
from timegate.wire.marks import LeftOut
from timegate.wire.wire import WITHOUT_BODY

_WITHOUT_INCLUDED: Final = ("0.137.0", "0.137.1")
"""Releases that have no way to list the routes of an included router."""

_STREAMS: Final = (("is_json_stream", "application/jsonl"), ("is_sse_stream", "text/event-stream"))
"""The attributes of routes that stream, each with the media type of the stream."""


Overrides: TypeAlias = Mapping[Any, Callable[..., Any]]
"""The functions that an app puts in the place of dependencies, by what they replace."""


class Dependant(NamedTuple):
    """A handler or a dependency.

    Attributes:
        read: as FastAPI has read it.
        hidden: whether no document shows it, because the app puts it in the place of another.
    """

    read: Any
    hidden: bool


def is_fastapi(app: object) -> bool:
    """Whether an app is a FastAPI app or a FastAPI router."""
    routing: Any = sys.modules.get("fastapi.routing")
    applications: Any = sys.modules.get("fastapi.applications")
    return bool(routing and applications) and isinstance(app, applications.FastAPI | routing.APIRouter)


def fastapi_operations(app: Any) -> Iterator[tuple[DeclaredOperation, str | None]]:
    """The operations that the routes of a FastAPI app declare, in the order in which the app matches them.

    Args:
        app: the app or a router.

    Yields:
        each operation with its path in the app's OpenAPI document; None for a plain Starlette route.

    Raises:
        CompileError: the routes cannot be read completely.
    """
    routing: Any = sys.modules["fastapi.routing"]
    taken: set[str] = set()
    overrides: Overrides = getattr(app, "dependency_overrides", {})
    for route in routes_of(app):
        original = getattr(route, "original_route", route)
        if isinstance(original, routing.APIRoute):
            path = _read(route, "path_format")
            yield from ((operation, path) for operation in _operations(route, overrides))
        elif getattr(route, "methods", None) is not None and getattr(route, "endpoint", None) is not None:
            yield from ((operation, None) for operation in starlette_operations([route], taken))
        elif not isinstance(original, routing.APIWebSocketRoute) and _is_unknown(original):
            problem = f"FastAPI {_version()} has a kind of route that this release of timegate does not know"
            refuse_framework(f"the route {type(original).__name__}", problem)


def routes_of(app: Any) -> Iterator[Any]:
    """The routes of a FastAPI app or router in its order, including those of included routers.

    Raises:
        CompileError: this release of FastAPI does not list them all.
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


def _is_since(*release: int) -> bool:
    """Whether this release of FastAPI is one or a later one."""
    return tuple(int(part) for part in _version().split(".")[:3] if part.isdigit()) >= release


def is_fastapis_own(handler: object) -> bool:
    """Whether a class or a function is defined in FastAPI."""
    return str(getattr(handler, "__module__", "")).partition(".")[0] == "fastapi"


def _is_unknown(route: Any) -> bool:
    """Whether a route is FastAPI's own and no group of directories of files, which has no handlers."""
    inner = getattr(route, "routes", None)
    serves_files = inner is not None and not any(hasattr(one, "endpoint") for one in inner)
    return is_fastapis_own(route.__class__) and not serves_files


def _read(owner: Any, name: str) -> Any:
    """An attribute that every known release has."""
    try:
        return getattr(owner, name)
    except AttributeError:
        place = getattr(owner, "path", None) or getattr(owner, "name", None) or type(owner).__name__
        refuse_framework(f"the route {place}", f"in FastAPI {_version()} it has no `{name}` any more")


def _operations(route: Any, overrides: Overrides) -> Iterator[DeclaredOperation]:
    dependants = list(_dependants(_read(route, "dependant"), overrides, _read(route, "path_format")))
    request = _request(route, dependants)
    responses, success = _responses(route)
    by_hand = {
        status_key(code): {"content": declared["content"]}
        for code, declared in _read(route, "responses").items()
        if declared.get("content")
    }
    parameters = {where: _parameters(dependants, f"{where}_params") for where in ("query", "header", "path", "cookie")}
    for method in in_order(_read(route, "methods")):
        yield DeclaredOperation(
            method=method,
            path=_read(route, "path"),
            request=request,
            responses=responses,
            success=success,
            query=parameters["query"],
            headers=parameters["header"],
            path_parameters=parameters["path"],
            cookies=parameters["cookie"],
            hidden=not _read(route, "include_in_schema"),
            by_hand={"responses": by_hand} if by_hand else {},
        )


def _dependants(
    dependant: Any, overrides: Overrides, path: str, *, hidden: bool = False, above: tuple[Any, ...] = ()
) -> Iterator[Dependant]:
    """A handler and its dependencies, in the order in which FastAPI documents their parameters.

    After each dependency comes what the app puts in its place, which no document shows; the app may do so or not.
    """
    yield Dependant(dependant, hidden)
    for inner in _read(dependant, "dependencies"):
        yield from _dependants(inner, overrides, path, hidden=hidden, above=above)
        call = overrides.get(_read(inner, "call"))
        if call is not None and not any(call is one for one in above):
            in_place = _dependant_of(call, path)
            yield from _dependants(in_place, overrides, path, hidden=True, above=(*above, call))


def _dependant_of(call: Callable[..., Any], path: str) -> Any:
    """A function that takes the place of a dependency, as FastAPI reads it: as the handler of a route."""
    route = sys.modules["fastapi.routing"].APIRoute
    try:
        return _read(route(path, call, response_model=None), "dependant")
    except Exception as error:
        name = getattr(call, "__qualname__", repr(call))
        refuse_app(f"{name} in dependency_overrides", str(error), "give it parameters that FastAPI can read")


def _annotation(field: Any) -> Any:
    return _read(_read(field, "field_info"), "annotation")


def _request(route: Any, dependants: list[Dependant]) -> DeclaredBody | None:
    field = _read(route, "body_field")
    if field is None:
        return None
    info = _read(field, "field_info")
    kind = _read(info, "annotation")
    # Releases before 0.132 read a body without a Content-Type as JSON always. To those before 0.124 an empty text in a
    # form is a text, in the form of a model to those before 0.149.
    strict = getattr(route, "strict_content_type", False)
    parameters = [one for dependant in dependants for one in _read(dependant.read, "body_params")]
    # FastAPI makes a class of several bodies, of forms and of embedded ones; no fact can name it.
    synthetic = not any(kind is _annotation(one) for one in parameters)
    read = [(_read(one, "name") if synthetic else "", _annotation(one)) for one in parameters]
    fields: dict[str, Any] = getattr(kind, "model_fields", {}) if synthetic else {}
    return DeclaredBody(
        kind=kind,
        info=info if _says_more(info) else None,
        synthetic=synthetic,
        keys=dict(_keys_of(parameters)) if synthetic else {},
        others=tuple((name, one) for name, one in read if one != (fields[name].annotation if name in fields else kind)),
        media=(_read(info, "media_type"),),
        required=info.is_required(),
        lax=not getattr(strict, "value", strict),
        blanks=_is_since(0, 124) if synthetic else _is_since(0, 149),
    )


def _keys_of(parameters: list[Any]) -> Iterator[tuple[str, str]]:
    """The key of each parameter in a body: older releases read by an alias what the class of theirs calls otherwise."""
    return ((_read(one, "name"), _name_of(one)) for one in parameters if _several(one) is None)


def _name_of(field: Any) -> str:
    several = _several(field)
    choices = several.choices if isinstance(several, AliasChoices) else ()
    # A release of FastAPI that has `validation_alias` here also reads parameters by it.
    named = getattr(field, "validation_alias", None) or _read(field, "alias")
    name: str = plain_text(next((one for one in choices if isinstance(one, str)), named))
    return name


def _several(field: Any) -> AliasChoices | AliasPath | None:
    """The aliases of what has several; releases before 0.147 do not read them."""
    given = getattr(_read(field, "field_info"), "validation_alias", None)
    return None if isinstance(given, str) or not _is_since(0, 147) else given


def _says_more(info: FieldInfo) -> bool:
    """Whether a body's field says more than its type and what the field is called: limits, texts, a default."""
    plain = FieldInfo(annotation=info.annotation)
    said = (name for name in FieldInfo.__slots__ if not name.startswith("_") and "alias" not in name)
    return not info.is_required() or any(getattr(info, name) != getattr(plain, name) for name in said)


def _parameters(dependants: list[Dependant], where: str) -> DeclaredParameters:
    models: dict[Any, DeclaredModel] = {}
    single: list[DeclaredParameter] = []
    spread: list[tuple[Any, frozenset[str]]] = []
    for one, in_place in dependants:
        fields: list[Any] = _read(one, where)
        made = _read(one, "call")
        while isinstance(made, functools.partial):
            made = made.func
        if fields and inspect.isclass(made) and where != "path_params":
            spread.append((made, frozenset(_read(field, "name") for field in fields)))
        for field in fields:
            info = _read(field, "field_info")
            is_hidden = in_place or not getattr(info, "include_in_schema", True)
            model = _model(info)
            if model is None:
                single.append(_parameter(field, info, is_hidden=is_hidden))
            elif model not in models:
                underscores = bool(getattr(info, "convert_underscores", True))
                optional = model is not _read(info, "annotation")
                # Some releases take a header field for one of the class, if it is called as in Python.
                by_name = _is_since(0, 123) and not _is_since(0, 136, 3)
                models[model] = DeclaredModel(
                    kind=model, hidden=is_hidden, underscores=underscores, by_name=by_name, optional=optional
                )
    return DeclaredParameters(models=tuple(models.values()), single=tuple(single), spread=tuple(spread))


def _model(info: Any) -> Any:
    """The class whose fields are parameters; None for a single parameter."""
    kind = _read(info, "annotation")
    arms: tuple[Any, ...] = getattr(kind, "__args__", ())
    if not inspect.isclass(kind) and len(arms) == 2 and type(None) in arms:
        kind = arms[0] if arms[1] is type(None) else arms[1]
    is_json = any(Json in (one, type(one)) for one in info.metadata)
    return kind if inspect.isclass(kind) and issubclass(kind, BaseModel) and not is_json else None


def _parameter(field: Any, info: Any, *, is_hidden: bool) -> DeclaredParameter:
    return DeclaredParameter(
        field=_read(field, "name"),
        name=_name_of(field),
        kind=info.annotation,
        info=info,
        hidden=is_hidden,
        several=_is_since(0, 147),
    )


def _responses(route: Any) -> tuple[dict[str, DeclaredBody | None], str]:
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
        key = status_key(code)
        kind = declared.get("model")
        others = tuple(declared.get("content") or ())
        known = responses.get(key)
        if kind is not None and known is not None and known.kind is not None:
            known = known.declared_again(kind)
        elif kind is not None:
            known = DeclaredBody(kind=kind, media=(media or "application/json",))
        if known is not None:
            responses[key] = known.with_media(*others)
    return responses, success


def _success(route: Any, response_class: Any, media: str | None, status: int) -> DeclaredBody | None:
    if status < 200 or status in WITHOUT_BODY:
        return None
    for attribute, stream_media in _STREAMS:
        if getattr(route, attribute, False):
            return DeclaredBody(kind=getattr(route, "stream_item_type", None), media=(stream_media,))
    model = _read(route, "response_model")
    if media is None:
        if issubclass(response_class, sys.modules["starlette.responses"].RedirectResponse):
            return None
        # A response class without a media type of its own: what the handler gives may be of any.
        return DeclaredBody(kind=model or None, media=(), rendered=True)
    if not (media.endswith("json") or issubclass(response_class, sys.modules["starlette.responses"].JSONResponse)):
        return DeclaredBody(kind=model or None, schema={"type": "string"}, media=(media,), rendered=True)
    by_alias = _read(route, "response_model_by_alias")
    return DeclaredBody(kind=model or None, by_alias=by_alias, media=(media,), left_out=_left_out(route))


def _left_out(route: Any) -> LeftOut | None:
    """The keys that a route leaves out of its response."""
    included, excluded = _read(route, "response_model_include"), _read(route, "response_model_exclude")
    found = LeftOut(
        defaults=bool(_read(route, "response_model_exclude_unset") or _read(route, "response_model_exclude_defaults")),
        nulls=bool(_read(route, "response_model_exclude_none")),
        excluded=frozenset(_names_in(excluded, leaves_only=True)),
        included=None if included is None else frozenset(_names_in(included, leaves_only=False)),
        own_excluded=frozenset(_names_in(excluded, leaves_only=True, deep=False)),
        own_included=None if included is None else frozenset(_names_in(included, leaves_only=False, deep=False)),
    )
    return None if found == LeftOut() else found


def _names_in(chosen: Any, *, leaves_only: bool, deep: bool = True) -> Iterator[str]:
    """The names of fields in what pydantic's ``include`` and ``exclude`` take: sets, or dicts that hold such."""
    for name in chosen or ():
        inner: Any = chosen[name] if is_object(chosen) else True
        is_leaf = inner is True or inner is ... or inner is None
        if isinstance(name, str) and name != "__all__" and (is_leaf or not leaves_only):
            yield name
        if deep and not is_leaf:
            yield from _names_in(inner, leaves_only=leaves_only)
