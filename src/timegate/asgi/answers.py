"""Answers on their way to a client: stamped where no change touches them, gated where one does."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from timegate.asgi.headers import RawHeaders, is_json, without
from timegate.asgi.invalid import Sent, complains, told
from timegate.asgi.messages import Message, NotJSON, Send, declared
from timegate.asgi.parameters import gathered, query_of
from timegate.asgi.problems import Problem, rendered, untold
from timegate.asgi.served import DROPPED, HARMLESS, Plan, Served, Settings
from timegate.errors import GateError
from timegate.gates.operations import Program

Scope: TypeAlias = Mapping[str, Any]

_INVALID: Final = 422

_LOG: Final = logging.getLogger("timegate.asgi")

# Its tag speaks of the bytes too, and becomes the version's.
_OF_THE_BYTES: Final = DROPPED | {b"etag"}
# What may come before or beside an answer without being a part of its body.
_BESIDE: Final = frozenset({"http.response.debug", "http.response.early_hint", "http.response.push"})


async def tell_problem(problem: Problem, send: Send, *, settings: Settings, served: Served | None, method: str) -> None:
    """Send a problem as the whole answer."""
    headers, body = rendered(problem, settings.render)
    headers = with_version(headers, settings=settings, served=served)
    await send({"type": "http.response.start", "status": int(problem.status), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body, "more_body": False})


def with_version(headers: RawHeaders, *, settings: Settings, served: Served | None) -> RawHeaders:
    """The fields of an answer of ours: no version is echoed where none is in force."""
    if served is not None:
        return served.stamped(headers)
    if settings.vary:
        return [*headers, (b"vary", b", ".join(settings.vary.values()))]
    return headers


def stamping(send: Send, served: Served, scope: Scope, path: str) -> Send:
    """The `send` of a request that no change touches: it says the version in force, and nothing else of the body.

    Args:
        send: the server's.
        served: the version.
        scope: the request as the client sent it.
        path: its path.
    """

    def stamped(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            for name, _ in headers:
                if name not in HARMLESS:
                    headers = served.answered(headers, scope, path, path)
                    break
            else:
                headers = [*headers, *served.tail]
            # A copy: an app may send one list of headers again and again.
            message = {**message, "headers": headers}
        return send(message)

    return stamped


class Stopped(OSError):
    """The client has another answer already; what an app still streams is wanted by nobody."""


class Arrived:
    """A request that something is done for, as the client sent it.

    Args:
        plan: the operation at the client's version.
        scope: the request.
        path: its path, less `root_path`.

    Attributes:
        head_path: the path that the app sees.
        original: its body, where it was read.
        stopped: whether the app was told to stop a stream that nobody gets.
    """

    __slots__ = ("head_path", "original", "path", "plan", "scope", "stopped")

    def __init__(self, plan: Plan, scope: Scope, path: str) -> None:
        self.plan = plan
        self.scope = scope
        self.path = self.head_path = path
        self.original = b""
        self.stopped = False

    def sent(self) -> Sent:
        """What the client sent, taken apart only when somebody asks."""
        codec = self.plan.served.settings.codec
        return Sent(
            # Programs change what they are given, so it is decoded anew.
            body=lambda: codec.decoded(self.original) if self.original else None,
            query=lambda: gathered(query_of(self.scope)),
            path=lambda: self.plan.entry.parameters(self.path),
        )


def gating(arrived: Arrived, send: Send) -> Send:
    """The `send` of a request that a change touches.

    Nearly every answer is a start that says JSON and little else, and one body. That is done here, in few steps; what
    is not like it becomes an `Answer` as soon as that is seen. The start waits until the body has passed its gate, so
    that what cannot be told is never begun.

    Args:
        arrived: the request.
        send: the server's.
    """
    start: Message | None = None
    program: Program | None = None
    answer: Callable[[Message], Awaitable[None]] | None = None

    def gated(message: Message) -> Awaitable[None]:
        nonlocal start, program, answer
        if answer is not None:
            return answer(message)
        kind = message["type"]
        if start is None:
            if kind == "http.response.start":
                plan, status = arrived.plan, message["status"]
                outcome = plan.told(status)
                program = outcome.program
                if program is not None and status != _INVALID and arrived.scope["method"] != "HEAD":
                    headers = plan.served.plain(message.get("headers", ()))
                    if headers is not None:
                        start = {**message, "status": outcome.status, "headers": headers}
                        return _nothing()
            answer = Answer(arrived, send)
            return answer(message)
        if kind == "http.response.body" and program is not None and not message.get("more_body", False):
            body: bytes = message.get("body", b"")
            if len(body) <= arrived.plan.served.settings.max_body:
                told = _gated(arrived, program, body)
                if isinstance(told, str):
                    answer = Answer(arrived, send)
                    return answer.fail(told)
                answer = functools.partial(_ended, arrived)
                return _send_whole(send, start, told)
        answer = Answer(arrived, send, start=start, program=program)
        return answer(message)

    return gated


async def _nothing() -> None:
    """What a message that is held back leaves to wait for."""


async def _ended(arrived: Arrived, message: Message) -> None:
    """What comes after the end of an answer goes nowhere, and who goes on with it is told to stop."""
    if message.get("more_body", False):
        arrived.stopped = True
        raise Stopped("the answer has ended")


async def _send_whole(send: Send, start: Message, body: bytes) -> None:
    start["headers"].append((b"content-length", b"%d" % len(body)))
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _gated(arrived: Arrived, program: Program, body: bytes) -> bytes | str:
    """A body as the client's version has it, or why there is none."""
    if not body:
        return body
    codec = arrived.plan.served.settings.codec
    try:
        return codec.encoded(program(codec.decoded(body)))
    except GateError as error:
        return f"{error.version} {error.change} at {error.pointer or 'the root'}: {error.problem}"
    except NotJSON as error:
        return f"the answer cannot be gated as JSON: {error}"
    except Exception:
        _LOG.exception("%s", _where(arrived.plan))
        return "a function of a change failed"


def _where(plan: Plan) -> str:
    return f"answer of {plan.gate.key} to a client of {plan.served.version}"


class Answer:
    """An answer that is looked at field by field and message by message.

    Args:
        arrived: the request.
        send: the server's.
        start: the start of an answer in JSON, as the client gets it, where that has been seen already.
        program: the program of its body.
    """

    __slots__ = ("_arrived", "_begin", "_parts", "_program", "_send", "_size", "_start")

    def __init__(
        self, arrived: Arrived, send: Send, *, start: Message | None = None, program: Program | None = None
    ) -> None:
        self._arrived = arrived
        self._send = send
        self._start = start
        self._program = program
        self._parts: list[bytes] = []
        self._size = 0
        # Of the class, not of the object: a method bound to what holds it would wait for the garbage collector.
        self._begin: Callable[[Answer, Message], Awaitable[None]] = (
            Answer._waiting if start is None else Answer._buffering
        )

    def __call__(self, message: Message) -> Awaitable[None]:
        return self._begin(self, message)

    async def _waiting(self, message: Message) -> None:
        """Begin an answer that may be more than plain JSON."""
        if message["type"] != "http.response.start":
            await self._beside(message)
            return
        arrived, plan, status = self._arrived, self._arrived.plan, message["status"]
        outcome = plan.told(status)
        headers: RawHeaders = list(message.get("headers", ()))
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
        if plan.complains and status == _INVALID and json:
            program = self._told_wrong(program)
        if of_the_bytes and plan.tells:
            headers = plan.served.tags.outbound(without(headers, DROPPED))
        headers = plan.served.answered(headers, arrived.scope, arrived.path, arrived.head_path)
        start = {**message, "status": outcome.status, "headers": headers}
        if program is None or (not json and declared(outcome.media, types)):
            self._begin = Answer._passing
            await self._send(start)
            return
        # Its length is that of a body that nobody has gated.
        self._program, self._start = program, {**start, "headers": without(headers, (b"content-length",))}
        if arrived.scope["method"] == "HEAD":
            self._begin = Answer._bodiless
        elif coded:
            await self.fail("the answer is encoded, and was asked not to be")
        else:
            self._begin = Answer._buffering if json else Answer._empty

    def _told_wrong(self, program: Program | None) -> Program:
        """The program of an answer that says what is wrong in the request."""
        arrived = self._arrived

        def tell(body: Any) -> Any:
            if complains(body):
                return told(body, gate=arrived.plan.gate, sent=arrived.sent())
            return body if program is None else program(body)

        return tell

    async def _passing(self, message: Message) -> None:
        await self._send(message)

    async def _dropping(self, message: Message) -> None:
        await _ended(self._arrived, message)

    async def _beside(self, message: Message) -> None:
        if message["type"] in _BESIDE:
            await self._send(message)
        else:
            await self.fail(f"the app sent {message['type']}, whose body cannot be gated")

    async def _bodiless(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._beside(message)
        elif not message.get("more_body", False):
            await self._finish(b"")

    async def _empty(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._beside(message)
        elif message.get("body", b""):
            await self.fail("the answer is not JSON, and the contract declares nothing else")
        elif not message.get("more_body", False):
            await self._finish(b"")

    async def _buffering(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._beside(message)
            return
        part: bytes = message.get("body", b"")
        self._size += len(part)
        limit = self._arrived.plan.served.settings.max_body
        if self._size > limit:
            await self.fail(f"the answer is larger than {limit} bytes")
            return
        self._parts.append(part)
        if not message.get("more_body", False) and self._program is not None:
            body = _gated(self._arrived, self._program, b"".join(self._parts))
            await (self.fail(body) if isinstance(body, str) else self._finish(body))

    async def _finish(self, body: bytes) -> None:
        start, self._begin, self._parts = self._start, Answer._dropping, []
        if start is None:
            return
        if self._arrived.scope["method"] != "HEAD":
            await _send_whole(self._send, start, body)
            return
        await self._send(start)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def fail(self, reason: str) -> None:
        """Nothing of the answer is sent, in whatever shape it is."""
        self._begin, self._parts = Answer._dropping, []
        _LOG.error("%s: %s; it was not sent", _where(self._arrived.plan), reason)
        served = self._arrived.plan.served
        await tell_problem(
            untold(), self._send, settings=served.settings, served=served, method=self._arrived.scope["method"]
        )
