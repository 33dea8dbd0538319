"""The middleware: every client gets the contract it was written for, every handler sees head.

`app.add_middleware(TimegateMiddleware, timeline=timeline, select=header("API-Version"))` is all an app writes. It is
pure ASGI and holds nothing of a request; what one request needs lives in objects made for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

from starlette.datastructures import URL
from starlette.responses import RedirectResponse

from timegate.asgi.answers import stamping, tell_problem
from timegate.asgi.documents import document_plan
from timegate.asgi.exchange import exchanged
from timegate.asgi.messages import Codec, Decoder, Encoder, Message, Receive, Send, decode_json, encode_json
from timegate.asgi.problems import (
    Problem,
    Renderer,
    cannot_be_selected,
    method_not_in_version,
    no_version,
    not_in_version,
    problem_json,
    several_versions,
    unready,
)
from timegate.asgi.selection import (
    ECHO,
    Given,
    HeaderSelector,
    Pin,
    Selector,
    header,
    route_path,
    selector_of,
    too_long,
)
from timegate.asgi.served import LOOKED_AT, Plan, Served, Settings, looked_at
from timegate.asgi.serving import Serving
from timegate.asgi.startup import Preparation, Prepared
from timegate.context import SELECTED
from timegate.errors import DeclarationError, SelectionError, UnknownVersion, VersionSunset, VersionTooNew
from timegate.gates import Gates
from timegate.timeline import Timeline

Scope: TypeAlias = MutableMapping[str, Any]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB: Final = 1024 * 1024

_LOG: Final = logging.getLogger("timegate.asgi")
_REMEMBERED: Final = 512
_BY_HEADER: Final = header(ECHO)


class TimegateMiddleware:
    """Serve every version of a timeline by an app that knows only the newest one.

    Args:
        app: the app, or what stands before it.
        timeline: the versions, newest first.
        contract: the contract of head, or the app to read it from; without it, the wrapped app or ``scope["app"]``.
        gates: compiled gates, which is what a mounted app without a lifespan wants.
        select: how a request says its version.
        default: the version of a request that names none: ``"required"`` refuses it, ``"oldest"``, ``"latest"``, a
            version, or a callable of the scope.
        newer: what becomes of a version newer than head: ``"refuse"``, or ``"latest"`` for head.
        unversioned: paths of operations that want no version.
        max_body: how many bytes of a body that a change touches are buffered at most.
        problems: renders what clients are told.
        decoder: from a JSON body to plain data; big integers must survive.
        encoder: from plain data to a JSON body in UTF-8.

    Raises:
        DeclarationError: an argument means nothing.
    """

    def __init__(
        self,
        app: App,
        *,
        timeline: Timeline,
        contract: object = None,
        gates: Gates | None = None,
        select: Selector | Pin = _BY_HEADER,
        default: str | Pin = "required",
        newer: Literal["refuse", "latest"] = "refuse",
        unversioned: Iterable[str] = (),
        max_body: int = 16 * MIB,
        problems: Renderer = problem_json,
        decoder: Decoder = decode_json,
        encoder: Encoder = encode_json,
    ) -> None:
        if newer not in ("refuse", "latest"):
            raise DeclarationError(f"TimegateMiddleware(newer={newer!r}): newer='refuse' or newer='latest'")
        if isinstance(default, str) and default not in ("required", "oldest", "latest", *timeline.values):
            raise DeclarationError(
                f"TimegateMiddleware(default={default!r}): 'required', 'oldest', 'latest', a callable, "
                f"or one of {', '.join(timeline.values)}"
            )
        self.app = app
        self.timeline = timeline
        self.select = selector_of(select).bound(timeline.scheme)
        self.default = default
        self.newer = newer
        vary = self.select.vary
        self.settings = Settings(
            codec=Codec(decoder, encoder),
            max_body=max_body,
            render=problems,
            echo=self.select.echo or ECHO,
            vary=None if vary is None else {name.lower().encode("ascii"): name.encode("ascii") for name in vary},
        )
        self._preparation = Preparation(
            app, timeline=timeline, contract=contract, gates=gates, settings=self.settings, unversioned=unversioned
        )
        self._prepared: Prepared | None = None
        self._failed: Exception | None = None
        self._documents: dict[Served, Plan] = {}
        # The common case needs nothing but one header.
        self._header = self.select.raw if isinstance(self.select, HeaderSelector) else None
        self._looked_at = LOOKED_AT if self._header is None else LOOKED_AT | {self._header}
        self._proven = isinstance(self.select, HeaderSelector) and self.select.proves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind != "http":
            await (self._lifespan if kind == "lifespan" else self._beside)(scope, receive, send)
            return
        prepared = self._prepared
        if prepared is None or len(prepared.routes) != prepared.count or (prepared.more and prepared.outdated()):
            prepared = self._ready(scope)
            if prepared is None:
                await tell_problem(unready(), send, settings=self.settings, served=None, method=scope["method"])
                return
        # What `looked_at` does, with the version found on the way: most requests need no second pass over their fields.
        interesting, value = self._looked_at, None
        fields: dict[bytes, bytes] = {}
        for name, content in scope["headers"]:
            if name in interesting:
                if name != self._header:
                    # Two fields of one name are one list (RFC 9110, section 5.3).
                    fields[name] = fields[name] + b", " + content if name in fields else content
                elif value is None:
                    value = content
                else:
                    value = None
                    break
        served = None if value is None else prepared.serving.by_raw.get(value)
        if served is None:
            await self._select(prepared, scope, receive, send)
            return
        path = route_path(scope) if scope.get("root_path") else scope["path"]
        plan = served.plan_of(path, scope["method"], scope)
        if plan is None:
            await self._outside(prepared, served, scope, receive, send, path=path)
            return
        token = SELECTED.set(served.selected)
        try:
            if plan.light and ((plan.free and not (fields and served.tagged)) or plan.passes(fields, path)):
                await self.app(scope, receive, stamping(send, served, scope, path))
            else:
                await exchanged(self.app, plan, prepared, scope, receive, send, path, fields, self._proven)
        finally:
            SELECTED.reset(token)

    async def _serve(
        self, prepared: Prepared, plan: Plan, scope: Scope, receive: Receive, send: Send, *, path: str, proven: bool
    ) -> None:
        """Serve an operation of the contract, its version in the context already."""
        fields = looked_at(scope["headers"])
        if plan.light and plan.passes(fields, path):
            await self.app(scope, receive, stamping(send, plan.served, scope, path))
        else:
            await exchanged(self.app, plan, prepared, scope, receive, send, path, fields, proven)

    async def _select(self, prepared: Prepared, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose version is not plain from one header."""
        serving = prepared.serving
        given = self.select.find(scope)
        scope = _below(scope, given)
        path, method = route_path(scope), scope["method"]
        key = serving.operation_at(path, method, scope)
        wants = key is not None and key not in serving.unversioned
        chosen = self._chosen(serving, given, scope, required=wants)
        if isinstance(chosen, Problem):
            if wants:
                await tell_problem(chosen, send, settings=self.settings, served=None, method=method)
                return
            chosen = None
        if chosen is None:
            plan = None if key is None else serving.nameless.plans.get(key)
            if plan is not None:
                await self._serve(prepared, plan, scope, receive, send, path=path, proven=False)
            elif path == prepared.document_path and method in ("GET", "HEAD"):
                await self._document(prepared, serving.nameless, scope, receive, send, path=path)
            else:
                await self.app(scope, receive, send)
            return
        plan = chosen.plan_of(path, method, scope)
        if plan is None:
            await self._outside(prepared, chosen, scope, receive, send, path=path)
            return
        token = SELECTED.set(chosen.selected)
        try:
            proven = given is not None and given.proven
            await self._serve(prepared, plan, scope, receive, send, path=path, proven=proven)
        finally:
            SELECTED.reset(token)

    def _chosen(
        self, serving: Serving, given: Given | None, scope: Scope, *, required: bool
    ) -> Served | Problem | None:
        """The version in force, or why there is none; None where none is asked for and none is needed."""
        supported = self.timeline.values
        if given is None:
            if not required:
                return None
            if self.default == "required":
                return no_version(supported)
            if isinstance(self.default, str):
                named = {"oldest": serving.oldest, "latest": serving.newest}
                served = named.get(self.default) or serving.versions[self.default]
                return self._in_force(served, self.default)
            pinned = self.default(scope)
            if pinned is None:
                return no_version(supported)
            given = Given((pinned,))
        if len(given.values) > 1:
            return several_versions(given.values, supported)
        requested = next(iter(given.values), "")
        try:
            if too_long(requested):
                raise UnknownVersion(requested, supported)
            served = serving.versions[self.timeline.resolve(requested).value]
        except VersionTooNew as error:
            if self.newer == "refuse":
                return cannot_be_selected(error)
            served = serving.newest
        except SelectionError as error:
            return cannot_be_selected(error)
        if self._header is not None and served.sunset is None and len(serving.by_raw) < _REMEMBERED:
            serving.by_raw[requested.encode("latin-1", "replace")] = served
        return self._in_force(served, requested)

    def _in_force(self, served: Served, requested: str) -> Served | Problem:
        if served.sunset is not None and time.time() >= served.sunset:
            return cannot_be_selected(VersionSunset(requested, self.timeline.values))
        return served

    async def _outside(
        self, prepared: Prepared, served: Served, scope: Scope, receive: Receive, send: Send, *, path: str
    ) -> None:
        """Serve a request that is no operation of its version."""
        token = SELECTED.set(served.selected)
        try:
            method = scope["method"]
            if path == prepared.document_path and method in ("GET", "HEAD"):
                await self._document(prepared, served, scope, receive, send, path=path)
                return
            problem, passes = _verdict(prepared.serving, served, scope, path=path)
            elsewhere = None if problem or passes or not prepared.redirects else _slashed(served, scope, path=path)
            if problem is not None:
                await tell_problem(problem, send, settings=self.settings, served=served, method=method)
            elif elsewhere is not None:
                await RedirectResponse(elsewhere)(scope, receive, stamping(send, served, scope, path))
            elif passes:
                await self.app(scope, receive, send)
            else:
                await self.app(scope, receive, stamping(send, served, scope, path))
        finally:
            SELECTED.reset(token)

    async def _document(
        self, prepared: Prepared, served: Served, scope: Scope, receive: Receive, send: Send, *, path: str
    ) -> None:
        plan = self._documents.get(served)
        if plan is None:
            plan = self._documents[served] = document_plan(path, served=served, gates=prepared.serving.gates)
        await self._serve(prepared, plan, scope, receive, send, path=path, proven=False)

    async def _beside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a websocket pass, its version in the context."""
        prepared = self._prepared or self._ready(scope)
        if prepared is None:
            raise RuntimeError("the declared changes cannot be carried out") from self._failed
        given = self.select.find(scope)
        scope = _below(scope, given)
        chosen = None if given is None else self._chosen(prepared.serving, given, scope, required=False)
        token = SELECTED.set(chosen.selected if isinstance(chosen, Served) else None)
        try:
            await self.app(scope, receive, send)
        finally:
            SELECTED.reset(token)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compile when the app has started; a fault is a failed start."""
        told = False

        async def sending(message: Message) -> None:
            nonlocal told
            if message["type"] == "lifespan.startup.complete" and self._ready(scope) is None:
                # The app cleans up as if its own start had failed, and says so.
                raise RuntimeError("the declared changes cannot be carried out") from self._failed
            if message["type"] == "lifespan.startup.failed" and self._failed is not None:
                told = True
                message = {**message, "message": str(self._failed)}
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception:
            if self._failed is not None and not told:
                await send({"type": "lifespan.startup.failed", "message": str(self._failed)})
            raise

    def _ready(self, scope: Scope) -> Prepared | None:
        """What serves, compiled once and again when routes came; None where it cannot be."""
        if self._prepared is None and self._failed is not None:
            return None
        try:
            prepared = self._preparation.prepare(scope)
        except Exception as error:
            _LOG.exception("the declared changes cannot be carried out; no request is served")
            self._failed, self._prepared = error, None
            return None
        self._documents.clear()
        self._prepared = prepared
        return prepared


def _verdict(serving: Serving, served: Served, scope: Scope, *, path: str) -> tuple[Problem | None, bool]:
    """What becomes of a request that is no operation of its version: a problem, or whether its answer is left alone."""
    method: str = scope["method"]
    mine, heads = served.table.find(path, method, scope), serving.head.find(path, method, scope)
    version = served.version
    if heads is not None and heads.full and heads.entry.key(method) is not None:
        allowed = served.methods_at(path)
        return (method_not_in_version(version, allowed) if allowed else not_in_version(version)), False
    known = heads is not None and bool(heads.entry.operations)
    if mine is not None and mine.full and not known:
        return None, True
    if method == "OPTIONS":
        return None, False
    if mine is not None:
        if known and not served.methods_at(path):
            return not_in_version(version), False
        # Only the app knows what it allows here, unless this path is none of head's.
        return (method_not_in_version(version, served.methods_at(path)) if heads is None else None), False
    return (not_in_version(version) if known else None), False


def _slashed(served: Served, scope: Scope, *, path: str) -> str | None:
    """Where the app would redirect to if it had the version's paths; it knows only its own."""
    if path == "/" or served.table.find(path, scope["method"], scope) is not None:
        return None
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if not any(
        served.plans[key].gate.rewrite for entry in served.table.matching(other) for key in entry.operations.values()
    ):
        return None
    return str(URL(scope={**scope, "path": scope.get("root_path", "") + other}))


def _below(scope: Scope, given: Given | None) -> Scope:
    """The scope with what the path begins with moved to `root_path`."""
    if given is None or not given.root_path:
        return scope
    root: str = scope.get("root_path", "")
    below = {**scope, "root_path": root + given.root_path}
    if root and route_path(scope) == scope["path"]:
        # A proxy has taken its prefix off already; what begins with `root_path` must do so as a whole.
        below["path"] = root + scope["path"]
        below["raw_path"] = quote(root, safe="/").encode("ascii") + scope.get("raw_path", b"")
    return below


__all__ = ["TimegateMiddleware"]
