"""Answers on their way to a client: stamped where no change touches them, gated where one does."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from timegate.asgi.exchange.validation_errors import Sent, converted, lists_errors
from timegate.asgi.message.body import declared
from timegate.asgi.message.headers import RawHeaders, is_json, without
from timegate.asgi.message.json import Convert, NotJSON
from timegate.asgi.message.parameters import by_name, query_parameters
from timegate.asgi.message.problems import Problem, rendered, response_not_convertible
from timegate.asgi.message.scope import Message, Scope, Send
from timegate.asgi.route.operation import DROPPED, INVALID, OperationPlan, ResponsePlan
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.version import HARMLESS, ApiVersion
from timegate.errors import GateError
from timegate.gates.operation import Program

_LOG: Final = logging.getLogger("timegate.asgi")

# Its tag speaks of the bytes too, and becomes the version's.
_OF_THE_BYTES: Final = DROPPED | {b"etag"}
# What may come before or beside an answer without being a part of its body.
_BESIDE: Final = frozenset({"http.response.debug", "http.response.early_hint", "http.response.push"})


async def send_problem(
    problem: Problem, send: Send, *, settings: Settings, version: ApiVersion | None, method: str
) -> None:
    """Send a problem as the whole answer."""
    headers, body = rendered(problem, settings.render)
    headers = with_version(headers, settings=settings, version=version)
    await send({"type": "http.response.start", "status": int(problem.status), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body, "more_body": False})


def with_version(headers: RawHeaders, *, settings: Settings, version: ApiVersion | None) -> RawHeaders:
    """The fields of an answer of ours: no version is echoed where none is in force."""
    if version is not None:
        return version.with_version_fields(headers)
    if settings.vary:
        return [*headers, (b"vary", b", ".join(settings.vary.values()))]
    return headers


def untouched_send(send: Send, version: ApiVersion, scope: Scope, path: str) -> Send:
    """The `send` of a request that no change touches: it says the version in force, and nothing else of the body.

    Args:
        send: the server's.
        version: the version.
        scope: the request as the client sent it.
        path: its path.
    """

    def sending(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            # As `_listed` does, without the call: every answer that no change touches passes here.
            headers: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
            if not isinstance(headers, list):
                headers = list(headers)
            for name, _ in headers:
                if name not in HARMLESS:
                    headers = version.response_fields(headers, scope, path, path)
                    break
            else:
                headers = [*headers, *version.version_fields]
            # A copy: an app may send one list of headers again and again.
            message = {**message, "headers": headers}
        return send(message)

    return sending


def _listed(message: Message) -> RawHeaders:
    """The fields of an answer, which may be gone once they are read."""
    headers: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
    return headers if isinstance(headers, list) else list(headers)


class Stopped(OSError):
    """The client has another answer already; what an app still streams is wanted by nobody."""


class GatedResponse:
    """The answer to a request that something is done for, on its way from the app to the client.

    Nearly every answer is a start that says JSON and little else, and one body. That is done in few steps; whatever is
    not like it is looked at field by field and message by message. The start waits until the body has passed its gate,
    so that what cannot be told is never begun.

    Args:
        version: the client's version.
        plan: the operation at that version.
        scope: the request as the client sent it.
        path: its path, less `root_path`.
        send: the server's.

    Attributes:
        head_path: the path that the app sees.
        original: the body of the request, where it was read.
        stopped: whether the app was told to stop a stream that nobody gets.
    """

    __slots__ = (
        "_convert", "_held", "_send", "_start", "_step", "head_path", "original", "path", "plan", "scope", "stopped",
        "version",
    )  # fmt: skip

    # They are set when the answer begins.
    _start: Message
    _convert: Convert

    def __init__(self, version: ApiVersion, plan: OperationPlan, scope: Scope, path: str, send: Send) -> None:
        self.version = version
        self.plan = plan
        self.scope = scope
        self.path = self.head_path = path
        self.original = b""
        self.stopped = False
        self._send = send
        self._held: bytearray | None = None
        # Of the class, not of the object: a method bound to what holds it would wait for the garbage collector.
        self._step: Callable[[GatedResponse, Message], Awaitable[None]] = GatedResponse._opening

    def send(self, message: Message) -> Awaitable[None]:
        """Take the next message of the app."""
        return self._step(self, message)

    def sent(self) -> Sent:
        """What the client sent, taken apart only when somebody asks."""
        plan, scope, path, original = self.plan, self.scope, self.path, self.original
        codec = self.version.settings.codec
        return Sent(
            # Programs change what they are given, so it is decoded anew.
            body=lambda: codec.decode(original) if original else None,
            query=lambda: by_name(query_parameters(scope)),
            path=lambda: plan.entry.parameters(path),
        )

    async def _opening(self, message: Message) -> None:
        """Begin an answer; one that is plain JSON needs no second look."""
        if message["type"] != "http.response.start":
            await self._beside(message)
            return
        headers, plan, status = _listed(message), self.plan, message["status"]
        outcome = plan.response_plans.get(status) or plan.plan_response(status)
        if outcome.usual is not None and self.scope["method"] != "HEAD":
            plain = self.version.plain(headers)
            if plain is not None:
                self._start = {**message, "status": outcome.status, "headers": plain}
                self._convert = outcome.usual
                self._step = GatedResponse._buffering
                return
        await self._look_at(message, headers, outcome)

    async def _look_at(self, message: Message, headers: RawHeaders, outcome: ResponsePlan) -> None:
        """Begin an answer that may be more than plain JSON."""
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
        program = outcome.program
        if plan.converts_errors and message["status"] == INVALID and json:
            program = self._told_wrong(program)
        if of_the_bytes and plan.converts_responses:
            headers = self.version.tags.outbound(without(headers, DROPPED))
        headers = self.version.response_fields(headers, self.scope, self.path, self.head_path)
        start = {**message, "status": outcome.status, "headers": headers}
        if program is None or (not json and declared(outcome.media, types)):
            self._step = GatedResponse._passing
            await self._send(start)
            return
        # Its length is that of a body that nobody has gated.
        self._start = {**start, "headers": without(headers, (b"content-length",))}
        self._convert = self.version.settings.codec.around(program)
        if self.scope["method"] == "HEAD":
            self._step = GatedResponse._bodiless
        elif coded:
            await self.fail("the answer is encoded, and was asked not to be")
        else:
            self._step = GatedResponse._buffering if json else GatedResponse._empty

    def _told_wrong(self, program: Program | None) -> Program:
        """The program of an answer that says what is wrong in the request."""
        # Of what it needs, not of the answer, which holds it.
        gate, sent = self.plan.gate, self.sent()

        def plan_response(body: Any) -> Any:
            if lists_errors(body):
                return converted(body, gate=gate, sent=sent)
            return body if program is None else program(body)

        return plan_response

    async def _passing(self, message: Message) -> None:
        await self._send(message)

    async def _dropping(self, message: Message) -> None:
        """What comes after the end of an answer goes nowhere, and who goes on with it is told to stop."""
        if message.get("more_body", False):
            self.stopped = True
            raise Stopped("the answer has ended")

    async def _beside(self, message: Message) -> None:
        if message["type"] in _BESIDE:
            await self._send(message)
        else:
            await self.fail(f"the app sent {message['type']}, whose body cannot be gated")

    async def _bodiless(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._beside(message)
        elif not message.get("more_body", False):
            self._step = GatedResponse._dropping
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _empty(self, message: Message) -> None:
        if message["type"] == "http.response.body" and message.get("body", b""):
            await self.fail("the answer is not JSON, and the contract declares nothing else")
        else:
            await self._buffering(message)

    async def _buffering(self, message: Message) -> None:
        """Keep the body until it is whole, and send it as the client's version has it."""
        if message["type"] != "http.response.body":
            await self._beside(message)
            return
        # What is not of these very bytes becomes so, and what is stays the same object.
        body: bytes = b"" + (message.get("body") or b"")
        held = self._held
        limit = self.version.settings.max_body
        if len(body) > (limit if held is None else limit - len(held)):
            await self.fail(f"the answer is larger than {limit} bytes")
            return
        if held is not None or message.get("more_body", False):
            held = self._held = bytearray() if held is None else held
            held += body
            if message.get("more_body", False):
                return
            body = bytes(held)
            held = self._held = None
        if body:
            why = ""
            try:
                body = self._convert(body)
            except Exception as error:
                why = self._why(error)
            if why:
                await self.fail(why)
                return
        self._step = GatedResponse._dropping
        start = self._start
        start["headers"].append((b"content-length", b"%d" % len(body)))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _why(self, error: Exception) -> str:
        """Why a body cannot be told."""
        if isinstance(error, GateError):
            return f"{error.version} {error.change} at {error.pointer or 'the root'}: {error.problem}"
        if isinstance(error, NotJSON):
            return f"the answer cannot be gated as JSON: {error}"
        _LOG.error("%s", self._where(), exc_info=error)
        return "a function of a change failed"

    def _where(self) -> str:
        return f"answer of {self.plan.gate.key} to a client of {self.version.value}"

    async def fail(self, reason: str) -> None:
        """Nothing of the answer is sent, in whatever shape it is."""
        self._step, self._held = GatedResponse._dropping, None
        _LOG.error("%s: %s; it was not sent", self._where(), reason)
        version = self.version
        await send_problem(
            response_not_convertible(),
            self._send,
            settings=version.settings,
            version=version,
            method=self.scope["method"],
        )
