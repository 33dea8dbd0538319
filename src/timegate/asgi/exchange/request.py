"""One request that something is done for: it becomes one of head's, and its answer one of the client's version.

Most requests have nothing unusual, so what is seldom is looked at where something in the request says so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from timegate.asgi.exchange.response import GatedResponse, send_problem
from timegate.asgi.message.body import (
    Disconnected,
    Refused,
    check_json,
    check_length,
    coding_of,
    inflated,
    read_body,
    whole_body,
)
from timegate.asgi.message.headers import JSON, JSON_TYPE, RawHeaders
from timegate.asgi.message.json import Convert, NotEncodable, NotJSON
from timegate.asgi.message.parameters import by_name, copied, parameter_texts, query_parameters
from timegate.asgi.message.problems import (
    Problem,
    malformed,
    not_in_version,
    not_ready,
    refused,
    request_not_convertible,
)
from timegate.asgi.message.scope import App, Receive, Scope, Send
from timegate.asgi.route.handover import Handover, hand_over
from timegate.asgi.route.moved_paths import at_path, filled, moved_query
from timegate.asgi.route.operation import OF_THE_BODY, OperationPlan, conditional, inspected
from timegate.asgi.route.version import ApiVersion
from timegate.errors import UpgradeError
from timegate.gates.operation import Program

Fields: TypeAlias = Mapping[bytes, bytes]

_LOG: Final = logging.getLogger("timegate.asgi")

_EXTENSIONS: Final = frozenset({"http.response.pathsend", "http.response.zerocopysend", "http.response.trailers"})
# Up to then an app asks for the disconnect; since then `send` tells it, and ours holds the answer back.
_ASKING: Final = frozenset({"2.0", "2.1", "2.2", "2.3"})


async def exchange(
    app: App,
    version: ApiVersion,
    plan: OperationPlan,
    scope: Scope,
    receive: Receive,
    send: Send,
    path: str,
    fields: Fields,
    proven: bool,
) -> None:
    """Serve a request by the app.

    Args:
        app: knows head alone.
        version: the client's version.
        plan: the operation at that version.
        scope: the request as the client sent it.
        receive: the server's.
        send: the server's.
        path: the path of the request, less `root_path`.
        fields: those fields of the request that are looked at.
        proven: whether the version came in a header that no cross-site form can set.
    """
    response = GatedResponse(version, plan, scope, path, send)
    # The names of a request's fields are in lower case (ASGI), and apps look them up so.
    dropped = plan.dropped
    headers: RawHeaders = []
    # On Python 3.11 a comprehension is a call of its own.
    for item in scope["headers"]:
        if item[0] not in dropped:
            headers.append(item)
    inner = {**scope, "headers": headers}
    try:
        if plan.converts_responses:
            asgi: Mapping[str, Any] | None = scope.get("asgi")
            if asgi is not None and asgi.get("spec_version", "2.0") not in _ASKING:
                inner["asgi"] = {**asgi, "spec_version": "2.3"}
            extensions: Mapping[str, Any] | None = scope.get("extensions")
            if extensions:
                inner["extensions"] = {name: value for name, value in extensions.items() if name not in _EXTENSIONS}
        if fields and version.tagged and conditional(fields):
            headers = inner["headers"] = version.tags.inbound(headers, others=not plan.converts_responses)
        if plan.assumes_json and proven and b"content-type" not in fields:
            headers.append(JSON_TYPE)
        if not plan.same_place:
            _place(response, inner)
            headers, fields = _parameters(response, inner, headers, fields)
        if plan.upgrade is not None:
            receive = await _body(plan.upgrade, response, headers, fields, receive)
    except Refused as error:
        await send_problem(error.problem, send, settings=version.settings, version=version, method=scope["method"])
        return
    except Disconnected:
        return
    try:
        await app(inner, receive, response.send)
    except Exception:
        # An app that was told to stop may say so in its own way; why it was is logged already.
        if not response.stopped:
            raise


def _place(response: GatedResponse, inner: dict[str, Any]) -> None:
    """Bring a copy of the scope to head's path."""
    plan, path = response.plan, response.path
    rewrite = plan.gate.rewrite
    if rewrite is not None:
        parameters = plan.entry.parameters(path)
        path = response.head_path = filled(rewrite.path, parameters)
        inner.update(at_path(inner, path))
        inner["query_string"] = moved_query(inner.get("query_string", b""), rewrite, parameters)
    if rewrite is not None or (plan.shadows and plan.shadowed(path)):
        _reach(response, inner, path)


def _parameters(
    response: GatedResponse, inner: dict[str, Any], headers: RawHeaders, fields: Fields
) -> tuple[RawHeaders, Fields]:
    """Bring the parameters of a copy of the scope into head's shape; gives its fields, and those that are looked at."""
    gate = response.plan.gate
    if gate.headers is not None:
        headers = inner["headers"] = _gated_headers(gate.headers, response, headers)
        fields = inspected(headers)
    if gate.query is not None:
        _query(gate.query, response, inner)
    return headers, fields


def _reach(response: GatedResponse, inner: dict[str, Any], path: str) -> None:
    """See to it that the app's router reaches this operation and no other one."""
    plan, method = response.plan, inner["method"]
    found = response.version.head.find(path, method, inner)
    if found is not None and found.full and found.entry.key(method) == plan.gate.key:
        return
    if plan.head.regex is not None and plan.head.regex.match(path) is None:
        raise Refused(not_in_version(response.version.value))
    if plan.head.route is None:
        _LOG.error("%s cannot be reached at %s: the app's router is out of reach", plan.gate.key, plan.head.path)
        raise Refused(not_ready())
    hand_over(inner, Handover(plan.head.route, plan.head.converted(path)))


def _gated_headers(program: Program, response: GatedResponse, headers: RawHeaders) -> RawHeaders:
    before = by_name((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    after: dict[str, Any] = _upgraded(program, response, copied(before), "headers")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed:
        return headers
    kept = [item for item in headers if item[0].decode("latin-1").lower() not in changed]
    put = [
        (name.encode("latin-1"), text.encode("latin-1", "replace"))
        for name, value in after.items()
        if name in changed
        for text in parameter_texts(value)
    ]
    return [*kept, *put]


def _query(program: Program, response: GatedResponse, inner: dict[str, Any]) -> None:
    before = by_name(query_parameters(inner))
    after: dict[str, Any] = _upgraded(program, response, copied(before), "query")
    if after != before or list(after) != list(before):
        pairs = [(name, text) for name, value in after.items() for text in parameter_texts(value)]
        inner["query_string"] = urlencode(pairs).encode("ascii")


async def _body(
    convert: Convert, response: GatedResponse, headers: RawHeaders, fields: Fields, receive: Receive
) -> Receive:
    """A `receive` that gives head's body; the length in the fields becomes that body's."""
    gate, limit = response.plan.gate, response.version.settings.max_body
    length = fields.get(b"content-length")
    # Most are of three digits, and within any limit of four.
    if length is not None and (len(length) > 3 or limit < 1000):
        check_length(length, limit=limit)
    message = await receive()
    body: bytes = message.get("body") or b""
    # Most bodies come in one message, which needs neither a second look nor a copy.
    if message["type"] != "http.request" or message.get("more_body", False) or len(body) > limit:
        body = await read_body(message, receive, limit=limit)
    if not body:
        if gate.headers is None:
            headers += [item for item in response.scope["headers"] if item[0] in OF_THE_BODY]
        return whole_body(body, receive)
    if gate.headers is not None:
        headers[:] = [item for item in headers if item[0] not in OF_THE_BODY]
    coding = coding_of(fields[b"content-encoding"]) if b"content-encoding" in fields else b""
    if fields.get(b"content-type") != JSON:
        check_json(headers)
    if coding:
        body = inflated(body, coding, limit=limit)
    response.original = body
    try:
        body = convert(body)
    except Exception as error:
        raise Refused(_why(error, response, "body")) from None
    headers.append((b"content-length", b"%d" % len(body)))
    return whole_body(body, receive)


def _upgraded(program: Program, response: GatedResponse, value: Any, place: str) -> Any:
    try:
        return program(value)
    except Exception as error:
        raise Refused(_why(error, response, place)) from None


def _why(error: Exception, response: GatedResponse, place: str) -> Problem:
    """Why what a client sent cannot become head's."""
    if isinstance(error, UpgradeError):
        return refused(error, place=place)
    if isinstance(error, NotEncodable):
        return malformed("The body holds a number that cannot be carried.")
    if isinstance(error, NotJSON):
        return malformed("The body is not JSON in UTF-8 whose numbers and nesting can be carried.")
    key, version = response.plan.gate.key, response.version.value
    _LOG.error("%s of %s from a client of %s: a function of a change failed", place, key, version, exc_info=error)
    return request_not_convertible()
