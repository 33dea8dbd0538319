"""What is wrong in a request, told in the app's own form: its handler of validation errors responds, as to its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from functools import partial
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request

from timegate.asgi.exchange.response import GatedResponse, send_problem
from timegate.asgi.exchange.validation_errors import convert_errors
from timegate.asgi.exchange.watching import Watched
from timegate.asgi.message.body import Disconnected, Refused, read_body, receive_body
from timegate.asgi.message.headers import is_json, values_of
from timegate.asgi.message.parameters import is_file
from timegate.asgi.message.problems import Problem
from timegate.asgi.message.scope import App, Message, Receive, Scope, Send
from timegate.asgi.route.retelling import retell
from timegate.reading.included import original_of
from timegate.reading.own_form import OwnForm
from timegate.typing import is_array, is_object

# What of a scope is the client's own, and converted for head.
_OF_THE_CLIENT: Final = ("path", "raw_path", "query_string", "headers")

# The texts of the exceptions that validators raise, by the type of the validation error: pydantic writes them behind.
_RAISED: Final[Mapping[str, tuple[type[Exception], str]]] = {
    "value_error": (ValueError, "Value error, "),
    "assertion_error": (AssertionError, "Assertion failed, "),
}


async def refuse(problem: Problem, response: GatedResponse, receive: Receive, send: Send) -> None:
    """Send why a request is refused: in the app's own form, if it has one for what is wrong in requests.

    Args:
        problem: why.
        response: that of the request, of which nothing is sent.
        receive: what is left of the request.
        send: the server's.
    """
    version, plan, scope = response.version, response.plan, response.scope
    settings, method = version.settings, scope["method"]
    own = settings.own_form if settings.details and "errors" in problem.members else None
    if own is not None and own.is_for(plan.head.route):
        try:
            if response.original or response.form:
                receive = receive_body(response.original, receive)
            elif own.reads_body(plan.head.route):
                response.original = await read_body(await receive(), receive, limit=settings.max_body)
                receive = receive_body(response.original, receive)
        except Refused as error:
            problem = error.problem
        except Disconnected:
            return
        else:
            if isinstance(send, Watched):
                send.problem = problem.name
            told = GatedResponse(version, plan, scope, response.path, send)
            told.renames = False
            raised = own.raised([*_as_raised(problem.members["errors"])], _body(response))
            await _responding(own, raised, response)(scope, receive, told.send)
            if told.refused is None:
                return
            problem = told.refused.problem
    await send_problem(problem, send, settings=settings, version=version, method=method)


def retold(scope: MutableMapping[str, Any], response: GatedResponse) -> None:
    """Note in the scope that the app's handler of validation errors gets them in the names of the client.

    Args:
        scope: head's request.
        response: its response.
    """
    plan, own = response.plan, response.version.settings.own_form
    if own is not None and plan.converts_errors and own.is_for(plan.head.route):
        retell(scope, partial(_retelling, own, response))


def _retelling(own: OwnForm, response: GatedResponse, request: Request, error: Any) -> App:
    """What responds to the app's own validation errors, told as the client finds them."""
    entries = [{**one, "loc": [*one["loc"]]} if _has_loc(one) else one for one in error.errors()]
    told = convert_errors(
        {"detail": entries, "body": error.body}, gate=response.gate, request=response.client_request()
    )
    errors = [{**one, "loc": tuple(one["loc"])} if _has_loc(one) else one for one in told["detail"]]
    body = _body(response) if response.form and isinstance(error.body, FormData) else told["body"]
    responding = _responding(own, own.raised(errors, body, again=error), response)
    response.renames = False

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        receive = receive_body(response.original, receive) if response.original else _received(request, receive)
        await responding(scope, receive, send)

    return respond


def _has_loc(entry: Any) -> bool:
    # An app may raise such an exception itself, with anything in it.
    return is_object(entry) and isinstance(entry.get("loc"), list | tuple)


def _received(request: Request, receive: Receive) -> Receive:
    """A `receive` that returns the body which a request has kept; none where it kept what is in it."""
    replay: Receive | None = None

    async def received() -> Message:
        nonlocal replay
        if replay is None:
            try:
                body = await request.body()
            except RuntimeError:
                body = b""
            replay = receive_body(body, receive)
        return await replay()

    return received


def _responding(own: OwnForm, error: Exception, response: GatedResponse) -> App:
    """What responds as the app does when a handler of a route raises, of the request as the client sent it."""

    async def raising(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    handling: App = ExceptionMiddleware(raising, own.handlers, own.app.debug)
    around: App = ServerErrorMiddleware(handling, own.last, own.app.debug)
    sent, entry, route = response.scope, response.plan.entry.plain(), response.plan.head.route
    seen = {
        "app": own.app,
        "route": original_of(route),
        "endpoint": getattr(route, "endpoint", None),
        "path_params": {**sent.get("path_params", {}), **entry.converted(entry.parameters(response.path))},
        **{name: sent[name] for name in _OF_THE_CLIENT if name in sent},
        # A response must arrive whole.
        "extensions": {},
    }

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        # Within the app, its own catches what nobody has foreseen.
        await (handling if scope.get("app") is own.app else around)({**scope, **seen}, receive, send)

    return respond


def _as_raised(errors: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Validation errors as FastAPI gives them to a handler, before they are written as JSON."""
    for error in errors:
        # A part of a place may be the name of an arm, a text of its own kind.
        found = {**error, "loc": tuple(str(part) if isinstance(part, str) else part for part in error["loc"])}
        kind, context = error["type"], error.get("ctx")
        if kind in _RAISED and is_object(context) and "error" in context:
            exception, before = _RAISED[kind]
            found["ctx"] = {**context, "error": exception(error["msg"].removeprefix(before))}
        yield found


def _body(response: GatedResponse) -> Any:
    """The body that the client sent, as FastAPI gives it to a handler of validation errors."""
    if response.form is not None:
        fields: list[tuple[str, Any]] = [
            (name, None if is_file(text) else text)
            for name, value in response.form[0].items()
            for text in (value if is_array(value) else [value])
        ]
        return FormData(fields)
    types = values_of(list(response.scope["headers"]), b"content-type")
    if not response.original or (types and not is_json(types[0])):
        return response.original or None
    try:
        return response.version.settings.codec.decode(response.original)
    except Exception:
        # Of what is no JSON, FastAPI tells before it tells of anything else.
        return response.original
