"""Responses on their way to the client: with the version's header fields, and converted where a change touches them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from timegate.asgi.exchange.client_request import ClientRequest
from timegate.asgi.exchange.failures import reason_of
from timegate.asgi.exchange.validation_errors import (
    convert_errors,
    has_validation_errors,
    is_of_the_framework,
)
from timegate.asgi.exchange.watching import Watched
from timegate.asgi.message.body import Refused, is_declared_media, kind_of
from timegate.asgi.message.cookies import cookies_in
from timegate.asgi.message.headers import RawHeaders, is_json, values_of, without
from timegate.asgi.message.json import Convert, NotJSON
from timegate.asgi.message.parameters import by_name, query_parameters, repeatable
from timegate.asgi.message.problems import (
    Problem,
    detail_json,
    errors_too_large,
    malformed,
    render_problem,
    response_not_convertible,
)
from timegate.asgi.message.response_headers import converted_fields
from timegate.asgi.message.scope import Message, Scope, Send, route_path
from timegate.asgi.route.operation import DROPPED, FIRST_ERROR, NOT_MODIFIED, OperationPlan, ResponsePlan
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.version import COMMON_FIELDS, ApiVersion
from timegate.errors import GateError
from timegate.gates.operation import OperationGate
from timegate.gates.plan.conversion import Program
from timegate.gates.run.runtime import copy_json
from timegate.wire.wire import WITHOUT_BODY

_LOG: Final = logging.getLogger("timegate.asgi")

# The entity tag depends on the bytes too, and becomes the version's.
_OF_THE_BYTES: Final = DROPPED | {b"etag"}
_OF_THE_WHOLE: Final = frozenset({b"content-length", b"trailer"})
_OF_ANY_BODY: Final = _OF_THE_WHOLE | {b"content-type", b"content-encoding"}
# Messages that may come before or between those of a response, and that have no part of its body.
_HINT: Final = "http.response.early_hint"
_WITHOUT_BODY: Final = frozenset({_HINT, "http.response.debug", "http.response.push"})


async def send_problem(
    problem: Problem, send: Send, *, settings: Settings, version: ApiVersion | None, method: str
) -> None:
    """Send a problem as the whole response; it names no version where none is in force."""
    if isinstance(send, Watched):
        send.problem = problem.name
    has_details = settings.details and "errors" in problem.members
    headers, body = render_problem(problem, detail_json if has_details else settings.render)
    if version is not None:
        headers = version.with_version_fields(headers)
    elif settings.vary:
        headers.append((b"vary", b", ".join(settings.vary.values())))
    await send({"type": "http.response.start", "status": int(problem.status), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body, "more_body": False})


def untouched_send(send: Send, version: ApiVersion, scope: Scope) -> Send:
    """The `send` of a request that no change touches: it adds the version's header fields, and the body passes.

    Args:
        send: the server's.
        version: the version.
        scope: the request as the client sent it.
    """

    def sending(message: Message) -> Awaitable[None]:
        kind: str = message["type"]
        if kind == "http.response.start":
            # A copy: an app may send an iterator, which can be read only once, or one list again and again.
            headers: RawHeaders = [*message.get("headers", ())]
            for name, _ in headers:
                if name not in COMMON_FIELDS:
                    path = route_path(scope)
                    headers = version.response_fields(headers, scope, path, path)
                    break
            else:
                headers += version.version_fields
            message = {**message}
            message["headers"] = headers
        elif kind == _HINT:
            path = route_path(scope)
            message = version.early_hint(message, scope, path, path)
        return send(message)

    return sending


def _without_body(headers: RawHeaders, heads: int, status: int) -> RawHeaders:
    """The header fields of a response without a body: head's status, or the version's, has none."""
    if heads == status == NOT_MODIFIED:
        # They are about the body that the client has kept; the length is that of head's.
        return without(headers, (b"content-length",))
    # An app may say of its empty response that it is JSON.
    empty = [] if status in WITHOUT_BODY else [(b"content-length", b"0")]
    return [*without(headers, _OF_ANY_BODY), *empty]


class Stopped(OSError):
    """The client got another response already, so the rest of the app's stream is not sent."""


class GatedResponse:
    """Converts one response on its way from the app to the client.

    Nearly every response is plain JSON: a start with few header fields, and one body. A short path handles it. Any
    other response is handled field by field and message by message. The start waits until the body is converted, so
    that a response that cannot be converted is never begun.

    Args:
        version: the client's version.
        plan: the operation at that version.
        scope: the request as the client sent it.
        path: its path, without `root_path`.
        send: the server's.

    Attributes:
        head_path: its path at head, with the values of the client's.
        original: the body of the request, where it was read.
        form: the fields of the form in the body of the request, where they were read, as sent and as head gets them.
        refused: why the request is refused in place of what the app has responded; None for no reason.
        renames: whether the places in the app's validation errors get the client's names.
        stopped: whether the app was stopped, because its stream is not sent.
    """

    __slots__ = (
        "_buffer", "_convert", "_send", "_start", "_step", "_told", "form", "head_path", "original", "path", "plan",
        "refused", "renames", "scope", "stopped", "version",
    )  # fmt: skip

    # They are set when the response begins.
    _start: Message
    _convert: Convert

    def __init__(self, version: ApiVersion, plan: OperationPlan, scope: Scope, path: str, send: Send) -> None:
        self.version = version
        self.plan = plan
        self.scope = scope
        self.path = self.head_path = path
        self.original = b""
        self.form: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self.refused: Refused | None = None
        self.stopped = False
        self.renames = True
        self._send = send
        self._buffer: bytearray | None = None
        self._told = False
        # A function of the class: a bound method would be a reference cycle, which waits for the garbage collector.
        self._step: Callable[[GatedResponse, Message], Awaitable[None]] = GatedResponse._opening

    def send(self, message: Message) -> Awaitable[None]:
        """Handle the next message of the app."""
        return self._step(self, message)

    def refuse(self, error: Refused) -> None:
        """Send nothing of what the app makes of a request whose rest is refused."""
        if self._step is GatedResponse._opening:
            self._step, self.refused = GatedResponse._withholding, error
        else:
            _LOG.error("%s: it had begun before the request was read, and the rest is refused", self._subject())

    async def _withholding(self, message: Message) -> None:
        """Drop a message of the app."""

    @property
    def gate(self) -> OperationGate:
        """The operation's gate, as it tells what is wrong in the request's body."""
        return self.plan.gate.of_media(kind_of(values_of(list(self.scope["headers"]), b"content-type")))

    def client_request(self) -> ClientRequest:
        """The request as the client sent it, parsed only when it is needed."""
        plan, scope, path, original, forms = self.plan, self.scope, self.path, self.original, self.form
        form = None if forms is None else forms[0]
        as_read = plan.gate.as_read
        headers: RawHeaders = list(scope["headers"])
        codec = self.version.settings.codec
        return ClientRequest(
            # Programs change their argument, so the body is decoded again.
            body=lambda: codec.decode(original) if original else form and as_read("form", repeatable(form)),
            query=lambda: as_read("query", by_name(query_parameters(scope))),
            path=lambda: plan.entry.parameters(path),
            header=lambda: as_read(
                "header", by_name((name.decode("latin-1").lower(), text.decode("latin-1")) for name, text in headers)
            ),
            cookie=lambda: cookies_in(headers),
            spellings=self.gate.spellings,
            forms=forms,
        )

    async def _opening(self, message: Message) -> None:
        """Begin a response; the short path is for plain JSON."""
        if message["type"] != "http.response.start":
            await self._pass_other(message)
            return
        plan, status = self.plan, message["status"]
        # An app may send an iterator, which can be read only once.
        headers: RawHeaders = [*message.get("headers", ())]
        if plan.gate.response_headers:
            try:
                headers = converted_fields(
                    headers,
                    plan.gate.response_headers,
                    lambda given, name: self.version.with_links(given, name, self.scope, self.path, self.head_path),
                )
            except Exception as error:
                await self._fail(f"its header fields: {reason_of(error)}")
                return
        response_plan = plan.response_plans.get(status) or plan.plan_response(status)
        if response_plan.convert is not None and self.scope["method"] != "HEAD" and "trailers" not in message:
            plain = self.version.plain(headers)
            if plain is not None:
                # One entry at a time: CPython makes a dict more of several that follow `**`.
                self._start = start = {**message}
                start["status"] = response_plan.status
                start["headers"] = plain
                self._convert = response_plan.convert
                self._step = GatedResponse._buffering
                return
        await self._begin(message, headers, response_plan)

    async def _begin(self, message: Message, headers: RawHeaders, response_plan: ResponsePlan) -> None:
        """Begin a response that may be more than plain JSON."""
        plan = self.plan
        types: list[bytes] = []
        coded = of_the_bytes = False
        for name, value in headers:
            lower = name.lower()
            if lower == b"content-type":
                types.append(value)
            elif lower == b"content-encoding":
                coded = coded or value.strip().lower() != b"identity"
            elif lower in _OF_THE_BYTES:
                of_the_bytes = True
        json = len(types) == 1 and is_json(types[0])
        kind = kind_of(types)
        program = response_plan.apart.get(kind, response_plan.program)
        self._told = response_plan.told
        if response_plan.told and json and (plan.converts_errors or program is not None):
            program = self._error_program(program, lists=response_plan.lists)
        if of_the_bytes and plan.converts_responses:
            headers = self.version.tags.outbound(without(headers, DROPPED))
        headers = self.version.response_fields(headers, self.scope, self.path, self.head_path)
        start = {**message, "status": response_plan.status, "headers": headers}
        if response_plan.bodiless:
            start.pop("trailers", None)
            self._start = {**start, "headers": _without_body(headers, message["status"], response_plan.status)}
            self._step = GatedResponse._dropping_body
            return
        # Starlette sends its own errors as plain text, in which no model is.
        is_text_error = kind == "text/plain" and message["status"] >= FIRST_ERROR
        if program is None or is_text_error or is_declared_media(response_plan.media, kind):
            self._step = GatedResponse._passing
            await self._send(start)
            return
        # The app's Content-Length is that of the unconverted body, and its trailers come after that.
        start.pop("trailers", None)
        self._start = {**start, "headers": without(headers, _OF_THE_WHOLE)}
        self._convert = self.version.settings.codec.around(program, of_app=True)
        if self.scope["method"] == "HEAD":
            self._step = GatedResponse._dropping_body
        elif coded:
            await self._fail("the response is encoded, although the request accepts no coding")
        else:
            self._step = GatedResponse._buffering if json else GatedResponse._empty

    def _error_program(self, program: Program | None, *, lists: bool) -> Program:
        """The program of a response that may have validation errors; ``lists`` says whether its model lists such."""
        # It must not refer to this object, which refers to it.
        gate, request = self.gate, self.client_request()
        converts = self.renames and self.plan.converts_errors

        def convert(body: Any) -> Any:
            if not has_validation_errors(body):
                return body if program is None else program(body)
            told = convert_errors(body, gate=gate, request=request) if converts else body
            # The framework's own stand in place of what the app declares.
            of_the_framework = is_of_the_framework(told)
            if program is None or (of_the_framework and not lists):
                return told
            try:
                return program(copy_json(told))
            except GateError:
                if not of_the_framework:
                    raise
                return told

        return convert

    async def _passing(self, message: Message) -> None:
        await self._send(message)

    async def _dropping(self, message: Message) -> None:
        """Drop what comes after the end of a response, and stop an app that streams more."""
        if message.get("more_body", False):
            self.stopped = True
            raise Stopped("the response has ended")

    async def _pass_other(self, message: Message) -> None:
        """Pass a message on that is not part of the response's start or body."""
        if message["type"] == _HINT:
            await self._send(self.version.early_hint(message, self.scope, self.path, self.head_path))
        elif message["type"] in _WITHOUT_BODY:
            await self._send(message)
        else:
            await self._fail(f"the app sent {message['type']}, whose body cannot be converted")

    async def _dropping_body(self, message: Message) -> None:
        """Wait for the end of a response that has no body for the client, and send it without one."""
        if message["type"] != "http.response.body":
            await self._pass_other(message)
        elif not message.get("more_body", False):
            self._step = GatedResponse._dropping
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _empty(self, message: Message) -> None:
        """Fail if a response of a media type that the contract does not declare has a body."""
        if message["type"] == "http.response.body" and message.get("body", b""):
            await self._fail("the response is not JSON, and the contract declares no other media type")
        else:
            await self._buffering(message)

    async def _buffering(self, message: Message) -> None:
        """Keep the body until it is whole, convert it and send it."""
        if message["type"] != "http.response.body":
            await self._pass_other(message)
            return
        # Turns a bytes-like object into bytes; bytes stay the same object.
        body: bytes = b"" + (message.get("body") or b"")
        buffer = self._buffer
        limit = self.version.settings.max_body
        if len(body) > (limit if buffer is None else limit - len(buffer)):
            # A list of validation errors repeats what the client sent, perhaps many times.
            problem = errors_too_large(self._start["status"]) if self._told else None
            await self._fail(f"the response is larger than {limit} bytes", problem)
            return
        if buffer is not None or message.get("more_body", False):
            buffer = self._buffer = bytearray() if buffer is None else buffer
            buffer += body
            if message.get("more_body", False):
                return
            body = bytes(buffer)
            buffer = self._buffer = None
        if body:
            reason, problem = "", None
            try:
                body = self._convert(body)
            except Exception as error:
                reason = reason_of(error)
                if isinstance(error, NotJSON) and self._told:
                    # The app repeats what the client has sent, and that cannot be read again.
                    problem = malformed("The body has what JSON does not have, or is nested too deeply.")
            if reason:
                await self._fail(reason, problem)
                return
        self._step = GatedResponse._dropping
        start = self._start
        start["headers"].append((b"content-length", b"%d" % len(body)))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _subject(self) -> str:
        return f"response of {self.plan.gate.key} to a client of {self.version.value}"

    async def _fail(self, reason: str, problem: Problem | None = None) -> None:
        """Send a problem instead of the response, of which nothing is sent."""
        self._step, self._buffer = GatedResponse._dropping, None
        _LOG.error("%s: %s; it was not sent", self._subject(), reason)
        version, method = self.version, self.scope["method"]
        problem = problem or response_not_convertible()
        if version.settings.own_form is not None and "errors" in problem.members:
            self.refused = Refused(problem)
            return
        await send_problem(problem, self._send, settings=version.settings, version=version, method=method)
