"""One request that something is done for: it becomes one of head's, and its answer one of the client's version."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode

from timegate.asgi.answers import Answer, tell_problem
from timegate.asgi.guard import Handover, hand_over
from timegate.asgi.headers import RawHeaders
from timegate.asgi.invalid import Sent
from timegate.asgi.messages import (
    Disconnected,
    NotJSON,
    Receive,
    Refused,
    Send,
    check_json,
    check_length,
    coding_of,
    inflated,
    is_list,
    read_body,
    whole_body,
)
from timegate.asgi.moves import at_path, moved_path, moved_query
from timegate.asgi.problems import malformed, not_in_version, not_understood, refused, unready
from timegate.asgi.served import Plan
from timegate.asgi.serving import Serving
from timegate.errors import UpgradeError
from timegate.gates.operations import Program

Scope: TypeAlias = MutableMapping[str, Any]
Parameter: TypeAlias = str | list[str]

_LOG: Final = logging.getLogger("timegate.asgi")

JSON_TYPE: Final = (b"content-type", b"application/json")

# An answer that must be gated is wanted whole, plain and through the server's ordinary messages.
_NOT_ASKED_FOR: Final = frozenset({b"accept-encoding", b"range", b"if-range"})
_NOT_ENCODED: Final = frozenset({b"accept-encoding"})
_ANYTHING: Final = frozenset[bytes]()
_LOOKED_AT: Final = _NOT_ASKED_FOR | {b"if-match", b"if-none-match", b"content-type"}
_EXTENSIONS: Final = frozenset({"http.response.pathsend", "http.response.zerocopysend", "http.response.trailers"})
# Up to then an app asks for the disconnect; since then `send` tells it, and ours holds the answer back.
_ASKING: Final = frozenset({"2.0", "2.1", "2.2", "2.3"})
_OF_THE_BODY: Final = frozenset({b"content-length", b"content-encoding", b"transfer-encoding", b"content-type"})


class Exchange:
    """One request on its way in.

    Args:
        plan: the operation at the client's version.
        serving: all versions.
        scope: the request as the client sent it.
        path: its path, less `root_path`.
        proven: whether the version came in a header that no cross-site form can set.
        guarded: whether the app's router has a guard.
    """

    __slots__ = ("_guarded", "_original", "_path", "_plan", "_proven", "_scope", "_serving")

    def __init__(self, plan: Plan, serving: Serving, scope: Scope, *, path: str, proven: bool, guarded: bool) -> None:
        self._plan = plan
        self._serving = serving
        self._scope = scope
        self._path = path
        self._proven = proven
        self._guarded = guarded
        self._original = b""

    async def run(self, app: Any, receive: Receive, send: Send) -> None:
        """Serve it by the app."""
        plan, scope = self._plan, self._scope
        try:
            inner, head_path = self._placed()
            inner["headers"] = self._headers(scope["headers"])
            if plan.gate.query is not None:
                self._query(plan.gate.query, inner)
            if plan.gate.request is not None:
                receive = await self._body(plan.gate.request, inner, receive)
        except Refused as error:
            settings, served = plan.served.settings, plan.served
            await tell_problem(error.problem, send, settings=settings, served=served, method=scope["method"])
            return
        except Disconnected:
            return
        answer = Answer(plan, send, scope=scope, path=self._path, head_path=head_path, sent=self._sent)
        try:
            await app(inner, receive, answer)
        except Exception:
            # An app that was told to stop may say so in its own way; why it was is logged already.
            if not answer.stopped:
                raise

    def _placed(self) -> tuple[dict[str, Any], str]:
        """A copy of the scope at head's path, and that path."""
        plan, scope, path = self._plan, self._scope, self._path
        rewrite = plan.gate.rewrite
        if rewrite is not None:
            parameters = plan.entry.parameters(path)
            path = moved_path(rewrite, parameters)
            inner = at_path(scope, path)
            inner["query_string"] = moved_query(scope.get("query_string", b""), rewrite, parameters)
        else:
            inner = {**scope}
        if rewrite is not None or (plan.shadows and plan.shadowed(path)):
            self._reach(inner, path)
        if plan.tells:
            extensions: Mapping[str, Any] | None = scope.get("extensions")
            if extensions:
                inner["extensions"] = {name: value for name, value in extensions.items() if name not in _EXTENSIONS}
            asgi: Mapping[str, Any] = scope.get("asgi", {})
            if asgi.get("spec_version", "2.0") not in _ASKING:
                inner["asgi"] = {**asgi, "spec_version": "2.3"}
        return inner, path

    def _reach(self, inner: dict[str, Any], path: str) -> None:
        """See to it that the app's router reaches this operation and no other one."""
        plan, scope = self._plan, self._scope
        method: str = scope["method"]
        found = self._serving.head.find(path, method, scope)
        if found is not None and found.full and found.entry.key(method) == plan.gate.key:
            return
        if plan.head.regex is not None and plan.head.regex.match(path) is None:
            raise Refused(not_in_version(plan.served.version))
        if plan.head.route is None or not self._guarded:
            _LOG.error("%s cannot be reached at %s: the app's router is out of reach", plan.gate.key, plan.head.path)
            raise Refused(unready())
        hand_over(inner, Handover(plan.head.route, plan.head.converted(path)))

    def _headers(self, given: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        # The names of a request's fields are in lower case (ASGI), and apps look them up so.
        plan = self._plan
        gate = plan.gate
        dropped = _NOT_ASKED_FOR if plan.tells else _NOT_ENCODED if plan.complains else _ANYTHING
        headers: RawHeaders = []
        typed = tagged = False
        for item in given:
            name = item[0]
            if name in _LOOKED_AT:
                if name in dropped:
                    continue
                if name == b"content-type":
                    typed = True
                else:
                    tagged = True
            headers.append(item)
        if tagged and plan.served.tagged:
            headers = plan.served.tags.inbound(headers, others=not plan.tells)
        if gate.headers is not None:
            headers = self._gated_headers(gate.headers, headers)
        if gate.json_only and self._proven and not typed:
            headers.append(JSON_TYPE)
        return headers

    def _gated_headers(self, program: Program, headers: RawHeaders) -> RawHeaders:
        before = _gathered((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
        after: dict[str, Any] = self._upgraded(program, _copied(before), "headers")
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        if not changed:
            return headers
        kept = [item for item in headers if item[0].decode("latin-1").lower() not in changed]
        put = [
            (name.encode("latin-1"), text.encode("latin-1", "replace"))
            for name, value in after.items()
            if name in changed
            for text in _texts(value)
        ]
        return [*kept, *put]

    def _query(self, program: Program, inner: dict[str, Any]) -> None:
        before = _gathered(_pairs(inner))
        after: dict[str, Any] = self._upgraded(program, _copied(before), "query")
        if after != before or list(after) != list(before):
            pairs = [(name, text) for name, value in after.items() for text in _texts(value)]
            inner["query_string"] = urlencode(pairs).encode("ascii")

    async def _body(self, program: Program, inner: dict[str, Any], receive: Receive) -> Receive:
        settings = self._plan.served.settings
        headers: RawHeaders = inner["headers"]
        kept: RawHeaders = []
        coded, types = False, 0
        for item in headers:
            name = item[0]
            if name not in _OF_THE_BODY:
                kept.append(item)
            elif name == b"content-type":
                kept.append(item)
                types += 1 if item[1] == b"application/json" else 2
            elif name == b"content-length":
                check_length(item[1], limit=settings.max_body)
            else:
                coded = True
        body = await read_body(receive, limit=settings.max_body)
        if not body:
            return whole_body(body, receive)
        coding = coding_of(headers) if coded else b""
        if types != 1:
            check_json(headers)
        if coding:
            body = inflated(body, coding, limit=settings.max_body)
        self._original = body
        try:
            value = settings.codec.decoded(body)
        except NotJSON:
            detail = "The body is not JSON in UTF-8 whose numbers and nesting can be carried."
            raise Refused(malformed(detail)) from None
        value = self._upgraded(program, value, "body")
        try:
            body = settings.codec.encoded(value)
        except NotJSON:
            raise Refused(malformed("The body holds a number that cannot be carried.")) from None
        kept.append((b"content-length", b"%d" % len(body)))
        inner["headers"] = kept
        return whole_body(body, receive)

    def _sent(self) -> Sent:
        """What the client sent, taken apart only when somebody asks."""
        plan, original = self._plan, self._original
        codec = plan.served.settings.codec
        return Sent(
            # Programs change what they are given, so it is decoded anew.
            body=lambda: codec.decoded(original) if original else None,
            query=lambda: _gathered(_pairs(self._scope)),
            path=lambda: plan.entry.parameters(self._path),
        )

    def _upgraded(self, program: Program, value: Any, place: str) -> Any:
        try:
            return program(value)
        except UpgradeError as error:
            raise Refused(refused(error, place=place)) from None
        except Exception:
            gate, version = self._plan.gate, self._plan.served.version
            _LOG.exception("%s of %s from a client of %s: a function of a change failed", place, gate.key, version)
            raise Refused(not_understood()) from None


def _pairs(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    raw: bytes = scope.get("query_string", b"")
    return parse_qsl(raw.decode("latin-1"), keep_blank_values=True)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, Parameter]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _copied(values: Mapping[str, Parameter]) -> dict[str, Parameter]:
    return {name: value if isinstance(value, str) else list(value) for name, value in values.items()}


def _texts(value: Any) -> list[str]:
    """A parameter's value as the texts it has in a URL or a header."""
    if value is None:
        return []
    items = value if is_list(value) else [value]
    return [("true" if item else "false") if isinstance(item, bool) else str(item) for item in items]
