"""The middleware: each client gets the contract of its version, each handler gets requests of head.

`app.add_middleware(TimegateMiddleware, timeline=timeline, select=header("API-Version"))` is all that an app writes. It
is pure ASGI and keeps no state of a request: the objects made for one request hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal

from starlette.responses import RedirectResponse

from timegate.asgi.exchange.request import exchange
from timegate.asgi.exchange.response import send_problem, untouched_send
from timegate.asgi.exchange.watching import NameClient, Watched, nobody, watch_of
from timegate.asgi.message.json import Codec, Decoder, Encoder, decode_json, encode_json
from timegate.asgi.message.parameters import without_parameters
from timegate.asgi.message.problems import Problem, Renderer, not_in_version, not_ready, problem_json
from timegate.asgi.message.scope import (
    App,
    Receive,
    Scope,
    Send,
    rooted,
    route_path,
)
from timegate.asgi.route.handover import hand_over
from timegate.asgi.route.not_found import handed_over, problem_of, slash_redirect
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.select.ceiling import Ceiling, top_of
from timegate.asgi.select.choice import VersionChoice
from timegate.asgi.select.selectors import (
    ECHO,
    HeaderSelector,
    Pin,
    Selector,
    header,
    selector_of,
)
from timegate.asgi.serve.arguments import check_arguments, check_sunset_status, paths_of
from timegate.asgi.serve.documents import Hook, Shown, unchanged
from timegate.asgi.serve.in_force import InForce
from timegate.asgi.serve.lifecycle import NOT_READY, Startable, wrapped_app
from timegate.asgi.serve.listing import MIDDLEWARE, Listing, served_by
from timegate.asgi.serve.startup import Payloads, ReadyApp, Startup
from timegate.changes.calls import explained
from timegate.context import SELECTED
from timegate.gates import Gates
from timegate.observing.event import Observer, Sampling
from timegate.timeline import Timeline

_MIB: Final = 1024 * 1024
_BY_HEADER: Final = header(ECHO)
_POLICY_VIOLATION: Final = 1008
# Bound once: CPython takes an imported name for a module, and would make a method of it in each request.
_selected: Final = SELECTED.get
_set_selected: Final = SELECTED.set
_reset_selected: Final = SELECTED.reset


class TimegateMiddleware(Startable):
    """Serves every version of a timeline with an app that knows only the newest one.

    Args:
        app: the app, or the middleware around it.
        timeline: the versions, newest first.
        contract: the contract of head, or the app to read it from; without it, the wrapped app or ``scope["app"]``.
        gates: compiled gates, for example for a mounted app, which has no lifespan.
        sends: types of payloads that leave the server without an operation, which facts may be about.
        receives: types of payloads that reach it without an operation.
        select: finds the version that a request asks for.
        default: the version of a request that names none: ``"required"`` refuses it, ``"oldest"``, ``"latest"``, a
            version, or a callable of the scope, which may be ``async``.
        newer: how a version newer than the latest is handled: ``"refuse"``, or ``"latest"`` for that one.
        ceiling: the newest version that is offered: a version, a file that holds one and is read again when it changes,
            or a callable that is asked at each request.
        unreleased: whether the version without a date is served to those who ask for ``"unreleased"``.
        unversioned: paths of operations that need no version.
        sunset_status: the status of a request for a version that is past its sunset.
        during_sunset: paths of operations that are served past the sunset and in brownouts too.
        max_body: how many bytes are buffered at most of a body that is converted.
        problems: renders problems for clients.
        documents: changes the OpenAPI document of a version before it is served, given it and the version.
        observer: gets an event for each request, when it has ended.
        client: says who sends a request, for its event; it gets the scope.
        losses: who is told what conversions lose, and in which share of the requests.
        changes_field: a header field of responses that names the changes which touch them, such as ``"API-Changes"``.
        decoder: from a JSON body to plain data; big integers must survive.
        encoder: from plain data to a JSON body in UTF-8.

    Raises:
        DeclarationError: an argument is invalid.
    """

    @explained
    def __init__(
        self,
        app: App,
        *,
        timeline: Timeline,
        contract: object = None,
        gates: Gates | None = None,
        sends: Sequence[Any] = (),
        receives: Sequence[Any] = (),
        select: Selector | Pin = _BY_HEADER,
        default: str | Pin = "required",
        newer: Literal["refuse", "latest"] = "refuse",
        ceiling: Ceiling = None,
        unreleased: bool = False,
        unversioned: Iterable[str] = (),
        sunset_status: int = HTTPStatus.GONE,
        during_sunset: Iterable[str] = (),
        max_body: int = 16 * _MIB,
        problems: Renderer = problem_json,
        documents: Hook = unchanged,
        observer: Observer | None = None,
        client: NameClient = nobody,
        losses: Sampling | None = None,
        changes_field: str | None = None,
        decoder: Decoder = decode_json,
        encoder: Encoder = encode_json,
    ) -> None:
        check_arguments(
            timeline=timeline,
            contract=contract,
            gates=gates,
            sends=sends,
            receives=receives,
            max_body=max_body,
            observer=observer,
            losses=losses,
            changes_field=changes_field,
            unreleased=unreleased,
            problems=problems,
            documents=documents,
            client=client,
            decoder=decoder,
            encoder=encoder,
        )
        check_sunset_status(sunset_status)
        self.select = selector_of(select).bound(timeline.scheme)
        choice = VersionChoice(
            timeline, default=default, newer=newer, unreleased=unreleased, sunset_status=sunset_status
        )
        self._top = top_of(ceiling, timeline)
        vary = self.select.vary
        self.settings = Settings(
            codec=Codec(decoder, encoder),
            max_body=max_body,
            render=problems,
            echo=self.select.echo or ECHO,
            details=problems is problem_json,
            vary=None if vary is None else {name.lower().encode("ascii"): name.encode("ascii") for name in vary},
        )
        startup = Startup(
            app=wrapped_app(app),
            timeline=timeline,
            contract=contract,
            gates=gates,
            payloads=Payloads(sends, receives),
            settings=self.settings,
            unversioned=paths_of("unversioned", unversioned),
            during_sunset=paths_of("during_sunset", during_sunset),
            top=self._top,
            default=default,
            notes=choice.notes,
            shown=Shown(select=self.select, required=default == "required", hook=documents),
        )
        super().__init__(app, startup)
        self._in_force = InForce(self.select, choice)
        # The common case: one header field selects the version.
        self._header = self.select.raw if isinstance(self.select, HeaderSelector) else None
        self.listing = Listing(timeline, self._top, self.select)
        self._watch = watch_of(observer, client, changes_field, losses)
        self._proven = isinstance(self.select, HeaderSelector) and self.select.proves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind != "http":
            await (self._lifespan if kind == "lifespan" else self._websocket)(scope, receive, send)
            return
        around = _selected()
        if around is not None and self._passes(around, scope):
            await self._pass(around, scope, receive, send)
            return
        ready = self._ready
        if (
            ready is None
            or ready.holder.routes is not (routes := ready.routes)
            or routes != ready.kept
            or (ready.nested and ready.outdated())
        ):
            ready = self._started(scope)
            if ready is None:
                await send_problem(not_ready(), send, settings=self.settings, version=None, method=scope["method"])
                return
        if ready.rooted is not None and ready.rooted.root_path:
            scope = rooted(scope, ready.rooted)
        # Most requests need no other look at their header fields.
        wanted, value = self._header, None
        for name, content in scope["headers"]:
            if name == wanted:
                if value is not None:
                    value = None
                    break
                value = content
        version = None if value is None else ready.versions.by_header.get(value)
        if version is None and value is not None:
            version = ready.versions.recalled(value)
        watched: Watched | None = None
        if version is None:
            if self._watch is None:
                await self._select(ready, scope, receive, send)
                return
            watched = self._watch.watched(self._watch, send, None)
            try:
                await self._select(ready, scope, receive, watched)
            finally:
                self._watch.tell(watched, scope)
            return
        path = route_path(scope) if scope.get("root_path") else scope["path"]
        plan = version.plan_of(path, scope["method"], scope)
        # Starlette calls routes equal that differ in the types of responses, so the one that is asked for is looked at.
        if (plan is None or plan.routes[plan.at] is not plan.route) and ready.replaced():
            self._started(scope)
            await self(scope, receive, send)
            return
        watch = self._watch
        if watch is not None:
            if watch.samples:
                version, plan = watch.sampled(version, plan, ready.versions)
            send = watched = watch.watched(watch, send, value, version, plan)
        token = _set_selected(version.selected)
        try:
            if plan is None:
                await self._serve_other(ready, version, scope, receive, send, path=path)
            elif plan.untouched and (
                (plan.unconditional and not version.tagged) or plan.passes(scope["headers"], path, version.tagged)
            ):
                # CPython looks for a method where an attribute is called.
                app = self.app
                await app(scope, receive, untouched_send(send, version, scope))
            else:
                await exchange(self.app, version, plan, scope, receive, send, path, self._proven)
        finally:
            _reset_selected(token)
            if watched is not None and watch is not None:
                watch.tell(watched, scope)

    async def _serve(
        self,
        version: ApiVersion,
        plan: OperationPlan,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        path: str,
        proven: bool,
    ) -> None:
        """Serve an operation of the contract; its version is in the context already."""
        if plan.untouched and plan.passes(scope["headers"], path, version.tagged):
            await self.app(scope, receive, untouched_send(send, version, scope))
        else:
            await exchange(self.app, version, plan, scope, receive, send, path, proven)

    async def _select(self, ready: ReadyApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose version is not known from the value of one header field."""
        versions, as_sent = ready.versions, scope
        given, scope = await self._in_force.given(ready, scope)
        if isinstance(send, Watched) and given is not None:
            send.asked = given.values[0] if given.values else ""
        path, method = route_path(scope), scope["method"]
        # Some apps take a method for the same in capitals: it needs a version as that does.
        key = versions.operation_at(path, method.upper(), scope)
        plan = versions.unselected.plans.get(key or "")
        if (plan is None or plan.routes[plan.at] is not plan.route) and ready.replaced():
            again = self._started(scope)
            if again is None:
                await send_problem(not_ready(), send, settings=self.settings, version=None, method=method)
            else:
                await self._select(again, as_sent, receive, send)
            return
        if isinstance(send, Watched):
            send.operation = key or ""
        required = key is not None and key not in versions.unversioned
        spared = key in versions.during_sunset
        newest = self._top.newest()
        version = await self._in_force.version(
            ready, given, scope, newest=newest, required=required, during_sunset=spared
        )
        if isinstance(version, Problem) and (required or ready.is_document(path, method)):
            await send_problem(version, send, settings=self.settings, version=None, method=method)
            return
        if version is None or isinstance(version, Problem):
            version = versions.unnamed(newest)
            if version is versions.unselected:
                await self._serve_head(ready, plan, scope, receive, send, path=path)
                return
        plan = version.plan_of(path, method, scope)
        if isinstance(send, Watched):
            version, plan = send.found(version, plan, versions)
        token = _set_selected(version.selected)
        try:
            if plan is None:
                await self._serve_other(ready, version, scope, receive, send, path=path)
            else:
                proven = given is not None and given.proven
                # An app may build links from its URL, so an operation loses only what it would refuse.
                if ready.versions.closed and (undeclared := ready.versions.closed.get(plan.gate.key)):
                    scope = without_parameters(scope, *undeclared)
                await self._serve(version, plan, scope, receive, send, path=path, proven=proven)
        finally:
            _reset_selected(token)

    async def _serve_head(
        self, ready: ReadyApp, plan: OperationPlan | None, scope: Scope, receive: Receive, send: Send, *, path: str
    ) -> None:
        """Serve a request for which no version is selected."""
        version = ready.versions.unselected
        if isinstance(send, Watched):
            send.plan = plan
        plan = plan or ready.document(version, path, scope["method"])
        scope = {**scope, MIDDLEWARE: served_by(self, scope)}
        # Another middleware may have selected a version of its own for the request that this one is a part of.
        token = _set_selected(None)
        try:
            if plan is not None:
                await self._serve(version, plan, scope, receive, send, path=path, proven=False)
            elif version.head.is_broken(path):
                problem = not_in_version(version.value)
                await send_problem(problem, send, settings=self.settings, version=version, method=scope["method"])
            else:
                await self.app(scope, receive, send)
        finally:
            _reset_selected(token)

    async def _serve_other(
        self, ready: ReadyApp, version: ApiVersion, scope: Scope, receive: Receive, send: Send, *, path: str
    ) -> None:
        """Serve a request that is no operation of its version, which is in the context already."""
        method = scope["method"]
        plan = ready.document(version, path, method)
        if plan is not None:
            await self._serve(version, plan, scope, receive, send, path=path, proven=False)
            return
        head = ready.versions.head
        location = slash_redirect(version, head, scope, path=path) if ready.redirects else None
        if location is not None:
            redirect = RedirectResponse(location)
            redirect.raw_headers += version.version_fields
            await redirect(scope, receive, send)
            return
        # Without a route that takes it, head's operation would.
        handover = handed_over(version, head, scope, path=path) if ready.versions.shadowed else None
        if handover is not None:
            inner = {**scope, MIDDLEWARE: served_by(self, scope)}
            hand_over(inner, handover)
            await self.app(inner, receive, send)
            return
        problem, passes = problem_of(version, head, scope, path=path)
        if problem is not None:
            await send_problem(problem, send, settings=self.settings, version=version, method=method)
        elif passes:
            await self.app({**scope, MIDDLEWARE: served_by(self, scope)}, receive, send)
        else:
            await self.app(scope, receive, untouched_send(send, version, scope))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a websocket to the app, with its version in the context; one of a bad version is closed."""
        around = _selected()
        if around is not None and self._passes(around, scope):
            await self._pass(around, scope, receive, send)
            return
        ready = self._ready or self._started(scope)
        if ready is None:
            raise RuntimeError(NOT_READY) from self._failure
        if ready.rooted is not None and ready.rooted.root_path:
            scope = rooted(scope, ready.rooted)
        given, scope = await self._in_force.given(ready, scope)
        newest = self._top.newest()
        version = await self._in_force.version(ready, given, scope, newest=newest)
        if isinstance(version, Problem) and not ready.mounts(scope):
            # Closed before it is accepted, it is a 403 of HTTP to the client, whatever the code.
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": version.title})
            return
        if newest and not isinstance(version, ApiVersion):
            version = ready.versions.unnamed(newest)
        token = _set_selected(version.selected if isinstance(version, ApiVersion) else None)
        try:
            await self.app(scope, receive, send)
        finally:
            _reset_selected(token)
