"""How a request that a change touches is handled: convert it to head, call the app, convert the response.

Most requests have nothing unusual, so each rare case is handled only where something in the request calls for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from starlette.routing import Match

from timegate.asgi.exchange.failures import reason_of
from timegate.asgi.exchange.forms import convert_form
from timegate.asgi.exchange.own_form import refuse, retold
from timegate.asgi.exchange.refusals import complete, refusal
from timegate.asgi.exchange.response import GatedResponse
from timegate.asgi.message.body import (
    Disconnected,
    Refused,
    check_json,
    check_length,
    coding_of,
    inflate,
    kind_of,
    read_body,
    receive_body,
)
from timegate.asgi.message.cookies import cookies_in, with_cookies
from timegate.asgi.message.etags import CONDITIONS
from timegate.asgi.message.headers import JSON, JSON_TYPE, RawHeaders, values_of
from timegate.asgi.message.json import Convert, NotEncodable, NotJSON
from timegate.asgi.message.parameters import (
    by_name,
    copy_parameters,
    field_values,
    parameter_texts,
    query_parameters,
    written,
)
from timegate.asgi.message.problems import (
    Problem,
    malformed,
    not_in_version,
    not_ready,
    request_not_convertible,
    unsupported_media,
)
from timegate.asgi.message.scope import App, Receive, Scope, Send
from timegate.asgi.route.entries import Entry
from timegate.asgi.route.handover import Handover, hand_over
from timegate.asgi.route.moved_paths import move_to_head
from timegate.asgi.route.operation import OF_THE_BODY, OperationPlan, inspected
from timegate.asgi.route.path_parameters import parameter_text, takes_parameters, write_parameters
from timegate.asgi.route.table import match_of
from timegate.asgi.route.version import ApiVersion
from timegate.context import SELECTED
from timegate.errors import UpgradeError
from timegate.gates.operation import FormGate
from timegate.gates.plan.conversion import Program

Fields: TypeAlias = Mapping[bytes, bytes]

_LOG: Final = logging.getLogger("timegate.asgi")

_EXTENSIONS: Final = frozenset({"http.response.pathsend", "http.response.zerocopysend", "http.response.trailers"})
# In these versions of ASGI an app calls `receive` to learn of a disconnect. In later ones the server's `send` raises,
# but ours cannot, because it holds the response back.
_DISCONNECT_BY_RECEIVE: Final = frozenset({"2.0", "2.1", "2.2", "2.3"})


async def exchange(
    app: App,
    version: ApiVersion,
    plan: OperationPlan,
    scope: Scope,
    receive: Receive,
    send: Send,
    path: str,
    proven: bool,
) -> None:
    """Convert a request, call the app, and convert its response.

    Args:
        app: the app, which knows head alone.
        version: the client's version.
        plan: the operation at that version.
        scope: the request as the client sent it.
        receive: the server's.
        send: the server's.
        path: the path of the request, without `root_path`.
        proven: whether the version came in a header field that no cross-site form can set.
    """
    response = GatedResponse(version, plan, scope, path, send)
    headers, fields = inspected(scope["headers"], plan.dropped)
    inner = {**scope}
    inner["headers"] = headers
    try:
        if plan.converts_responses:
            asgi: Mapping[str, Any] | None = scope.get("asgi")
            if asgi is not None and asgi.get("spec_version", "2.0") not in _DISCONNECT_BY_RECEIVE:
                inner["asgi"] = {**asgi, "spec_version": "2.3"}
            extensions: Mapping[str, Any] | None = scope.get("extensions")
            if extensions:
                inner["extensions"] = {name: value for name, value in extensions.items() if name not in _EXTENSIONS}
        # A version's document has tags of its own, be there others or not.
        if (version.tagged or plan.converts_responses) and (b"if-none-match" in fields or b"if-match" in fields):
            headers = inner["headers"] = version.tags.inbound(headers, others=version.shares_tags(plan))
        if plan.assumes_json and (proven or plan.gate.lax) and b"content-type" not in fields:
            headers.append(JSON_TYPE)
        if not plan.same_place:
            _convert_place(response, inner)
            headers, fields = _convert_parameters(response, inner, headers, fields)
        if plan.upgrade is not None:
            receive = await _convert_body(plan.upgrade, response, headers, fields, receive)
        elif plan.gate.form is not None:
            receive = await _convert_form(plan.gate.form, response, inner, fields, receive)
    except Refused as error:
        await refuse(error.problem, response, receive, send)
        return
    except Disconnected:
        return
    if version.settings.own_form is not None:
        retold(inner, response)
    if plan.gate.request_alone:
        # What set the version in the context resets it.
        SELECTED.set(version.selected._replace(operation=plan.gate.key))
    try:
        await app(inner, receive, response.send)
    except Exception:
        # An app that was stopped may raise any exception; the reason is logged or told already.
        if not response.stopped and response.refused is None:
            raise
    if response.refused is not None:
        await refuse(response.refused.problem, response, receive, send)


def _convert_place(response: GatedResponse, inner: dict[str, Any]) -> None:
    """Convert the path of a copy of the scope to head, and make sure that the app's router finds the operation."""
    plan, path = response.plan, response.path
    rewrite, entry = plan.gate.rewrite, plan.with_parameters or plan.head
    if rewrite is not None:
        path = response.head_path = move_to_head(inner, rewrite, plan.entry.parameters(path))
    parameters = _converted_parameters(response, entry, path)
    if parameters is not None:
        path = write_parameters(inner, entry, parameters)
    elif rewrite is None and (not plan.shadows or not plan.shadowed(path)):
        return
    if response.version.head.operation_at(path, inner["method"], inner) == plan.gate.key and (
        parameters is None or entry.parameters(path) == parameters
    ):
        return
    if parameters is None:
        fits = entry.regex is None or entry.regex.match(path) is not None
    else:
        fits = takes_parameters(entry, parameters)
    if plan.head.regex is None:
        # A handover must not get past what else the route or its router looks at.
        fits = fits and match_of(plan.head, inner, path) is Match.FULL
    if not fits or response.version.head.is_broken(path):
        raise Refused(not_in_version(response.version.value))
    if plan.head.route is None:
        _LOG.error("%s cannot be reached at %s: the app's router is out of reach", plan.gate.key, plan.head.path)
        raise Refused(not_ready())
    plain = entry.plain()
    taken = plain.converted(parameters or plain.parameters(path))
    hand_over(inner, Handover(plan.head.route, taken, plan.head.mounts))


def _converted_parameters(response: GatedResponse, entry: Entry, path: str) -> dict[str, str] | None:
    """The path parameters that head gets; None where they are as the client sent them."""
    program = response.plan.gate.path_parameters
    before = None if program is None else entry.parameters(path)
    if program is None or not before:
        return None
    after: dict[str, Any] = _upgrade(program, response, lambda: {**before}, "path")
    if after == before:
        return None
    return {
        name: _upgrade(partial(parameter_text, name), response, partial(after.get, name), "path") for name in before
    }


def _convert_parameters(
    response: GatedResponse, inner: dict[str, Any], headers: RawHeaders, fields: Fields
) -> tuple[RawHeaders, Fields]:
    """Convert the parameters of a copy of the scope to head; returns its header fields, and the inspected ones."""
    gate = response.plan.gate
    if gate.headers is not None:
        as_sent, headers = headers, _convert_headers(gate.headers, response, headers)
        headers, fields = inspected(headers, response.plan.dropped_at_head)
        headers = inner["headers"] = _tags_at_head(response, as_sent, headers)
    if gate.cookies is not None:
        sent = cookies_in(headers)
        cookies: dict[str, Any] = _upgrade(gate.cookies, response, lambda: {**sent}, "cookies")
        headers = inner["headers"] = _upgrade(
            partial(with_cookies, headers, sent), response, lambda: cookies, "cookies"
        )
    if gate.query is not None:
        before = by_name(query_parameters(inner))
        after: dict[str, Any] = _upgrade(gate.query, response, partial(copy_parameters, before), "query")
        if after != before or list(after) != list(before):
            texts = {name: _upgrade(parameter_texts, response, partial(after.get, name), "query") for name in after}
            inner["query_string"] = written(inner.get("query_string", b""), texts)
    return headers, fields


def _convert_headers(program: Program, response: GatedResponse, headers: RawHeaders) -> RawHeaders:
    before = by_name((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    after: dict[str, Any] = _upgrade(program, response, partial(copy_parameters, before), "headers")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed:
        return headers
    kept = [item for item in headers if item[0].decode("latin-1").lower() not in changed]
    added = [
        (name.encode("latin-1"), raw)
        for name in after
        if name in changed
        for raw in _upgrade(field_values, response, partial(after.get, name), "headers")
    ]
    return [*kept, *added]


def _tags_at_head(response: GatedResponse, sent: RawHeaders, headers: RawHeaders) -> RawHeaders:
    """Head's header fields, without the version in the entity tags that came in fields of other names."""
    version, plan = response.version, response.plan
    new = [name for name in CONDITIONS if values_of(headers, name) not in ([], values_of(sent, name))]
    if not new or not (version.tagged or plan.converts_responses):
        return headers
    # What a change makes is the app's own.
    received = {value for _, value in sent}
    made = received.isdisjoint(value for name in new for value in values_of(headers, name))
    return version.tags.inbound(headers, others=made or version.shares_tags(plan), conditions=new)


async def _convert_body(
    convert: Convert, response: GatedResponse, headers: RawHeaders, fields: Fields, receive: Receive
) -> Receive:
    """A `receive` that returns head's body; the header fields get its length."""
    gate, limit = response.plan.gate, response.version.settings.max_body
    length = fields.get(b"content-length")
    # Most lengths have three digits, and are within any limit of four digits.
    if length is not None and (len(length) > 3 or limit < 1000):
        check_length(length, limit=limit)
    message = await receive()
    body: bytes = message.get("body") or b""
    # Most bodies come in one message, and are not copied.
    if message["type"] != "http.request" or message.get("more_body", False) or len(body) > limit:
        body = await read_body(message, receive, limit=limit)
    if not body:
        if gate.headers is None:
            headers += [item for item in response.scope["headers"] if item[0] in OF_THE_BODY]
        return receive_body(body, receive)
    if gate.headers is not None:
        headers[:] = [item for item in headers if item[0] not in OF_THE_BODY]
    coding = coding_of(fields[b"content-encoding"]) if b"content-encoding" in fields else b""
    if fields.get(b"content-type") != JSON:
        check_json(headers)
        upgrades = response.plan.upgrades
        convert = upgrades.get(kind_of(values_of(headers, b"content-type")), convert) if upgrades else convert
    if coding:
        body = inflate(body, coding, limit=limit)
    response.original = body
    try:
        body = convert(body)
    except Exception as error:
        raise Refused(_problem_of(error, response, "body", partial(convert, body))) from None
    headers.append((b"content-length", b"%d" % len(body)))
    return receive_body(body, receive)


async def _convert_form(
    gate: FormGate, response: GatedResponse, inner: dict[str, Any], fields: Fields, receive: Receive
) -> Receive:
    """A `receive` that returns head's form; the header fields of the copy of the scope fit it."""
    if b"content-encoding" in fields and coding_of(fields[b"content-encoding"]):
        raise Refused(unsupported_media("A form at this place must not be coded."))

    def convert(sent: dict[str, Any]) -> dict[str, Any]:
        response.form = sent, {}
        converted: dict[str, Any] = _upgrade(gate.program, response, partial(copy_parameters, sent), "form")
        for name in converted:
            _upgrade(parameter_texts, response, partial(converted.get, name), "form")
        response.form = sent, converted
        return converted

    limit = response.version.settings.max_body
    inner["headers"], receive = await convert_form(
        gate, convert, inner["headers"], receive, limit=limit, refuse=response.refuse
    )
    return receive


def _upgrade(program: Program, response: GatedResponse, value: Callable[[], Any], place: str) -> Any:
    """Convert a part of a request; ``value`` gives a new copy of it each time."""
    try:
        return program(value())
    except Exception as error:
        raise Refused(_problem_of(error, response, place, lambda: program(value()))) from None


def _problem_of(error: Exception, response: GatedResponse, place: str, again: Callable[[], object]) -> Problem:
    """The problem where a part of a request cannot be converted to head; ``again`` tries once more."""
    is_value = isinstance(error, UpgradeError | NotEncodable)
    if is_value and place == "body" and not response.version.settings.codec.is_repeatable(response.original):
        # The client's own number has overflowed, say; a validation error could not even repeat it.
        return malformed("The body has a number or a text that cannot be converted.")
    if isinstance(error, UpgradeError):
        error = complete(error, again)
        return refusal(error, place, response.gate, response.client_request())
    if isinstance(error, NotJSON) and not isinstance(error, NotEncodable):
        return malformed("The body is not JSON in UTF-8 whose numbers and nesting can be converted.")
    key, version = response.plan.gate.key, response.version.value
    _LOG.error("%s of %s from a client of %s: %s; it is refused", place, key, version, reason_of(error))
    return request_not_convertible()
