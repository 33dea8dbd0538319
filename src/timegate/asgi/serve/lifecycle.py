"""The start of a middleware: before the first request, again when routes came, and within others of its kind."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from timegate.asgi.message.scope import App, Message, Receive, Scope, Send
from timegate.asgi.serve.startup import ReadyApp, Startup, same_changes, summary
from timegate.context import SELECTED, Selected
from timegate.errors import DeclarationError, TimegateError
from timegate.gates import Gates

NOT_READY: Final = "the declared changes cannot be carried out"
_LOG: Final = logging.getLogger("timegate.asgi")
_AROUND: Final = "timegate.around"
_TWICE: Final = (
    "TimegateMiddleware is there twice around one app; the inner one passes every request through: remove one"
)
_TWO_TIMELINES: Final = (
    "TimegateMiddleware is there twice around one app, with two timelines: remove one, or give both the same timeline"
)


class Startable:
    """An ASGI app around another one that has work to do before its first request.

    Args:
        app: the app, or the middleware around it.
        startup: does the work.
    """

    serves_versions = True
    """Says to another one around it that what it wraps has gates of its own."""

    def __init__(self, app: App, startup: Startup) -> None:
        self.app = app
        self.timeline = startup.timeline
        self.startup = startup
        self._ready: ReadyApp | None = None
        self._failure: Exception | None = None
        self._warned = False

    @property
    def gates(self) -> Gates | None:
        """The compiled changes; None before the start, and where it failed."""
        return None if self._ready is None else self._ready.versions.gates

    @property
    def document_path(self) -> str | None:
        """The path of the app's OpenAPI document; None for none."""
        return None if self._ready is None else self._ready.document_path

    def _passes(self, around: Selected, scope: Scope) -> bool:
        """Whether a request comes from a middleware like this one around the same app, which gates it already.

        Args:
            around: the version in the context, with the middleware that selected it.
            scope: the request.
        """
        by = around.by
        # An app may send requests to itself while it handles one: these come from nobody else.
        if not isinstance(by, Startable) or by is self or self in around.passed:
            return False
        app = self.startup.routed(scope)
        if by._ready is None or app is None or by._ready.app is not app:
            return False
        self._check_other(by, scope)
        return self._failure is None

    async def _pass(self, around: Selected, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request that another middleware gates, and note that it came through here."""
        token = SELECTED.set(around._replace(passed=(*around.passed, self)))
        try:
            await self.app(scope, receive, send)
        finally:
            SELECTED.reset(token)

    def _check_other(self, outer: Startable, scope: Scope) -> None:
        """Warn of a middleware around this one that gates the same app; another timeline is a failure."""
        if self._failure is not None:
            return
        if not same_changes(outer.timeline, self.timeline):
            self._fail(DeclarationError(_TWO_TIMELINES), scope)
        elif not outer._warned:
            outer._warned = True
            _LOG.warning(_TWICE)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compile when the app has started; a fault makes the start fail."""
        sent = False
        around: tuple[Startable, ...] = scope.get(_AROUND, ())
        inner = {**scope, _AROUND: (*around, self)}

        async def sending(message: Message) -> None:
            nonlocal sent
            if message["type"] == "lifespan.startup.complete" and self._begun(scope, around) is None:
                # The app cleans up as if its own start had failed, and reports the failure.
                raise self._failure or RuntimeError(NOT_READY)
            if message["type"] == "lifespan.startup.failed" and self._failure is not None:
                sent = True
                message = {**message, "message": str(self._failure)}
            await send(message)

        try:
            await self.app(inner, receive, sending)
        except Exception:
            if self._failure is not None and not sent:
                await send({"type": "lifespan.startup.failed", "message": str(self._failure)})
            raise

    def _begun(self, scope: Scope, around: Sequence[Startable]) -> ReadyApp | None:
        """Start within others of its kind."""
        app = self.startup.routed(scope)
        for outer in around:
            if app is not None and outer.startup.routed(scope) is app:
                self._check_other(outer, scope)
                break
        return None if self._failure is not None else self._started(scope)

    def _started(self, scope: Scope) -> ReadyApp | None:
        """Compile the app's versions, at the start and again when routes changed; None where that fails."""
        if self._ready is None and self._failure is not None:
            return None
        again = self._ready is not None
        try:
            self._ready = self.startup.run(self.startup.routed(scope), by=self, again=again)
        except Exception as error:
            self._fail(error, scope)
        if self._ready is not None and not again:
            if _LOG.isEnabledFor(logging.INFO):
                _LOG.info("TimegateMiddleware serves %s", summary(self._ready))
            for note in (*self.startup.notes, *map(str, self._ready.versions.gates.twins)):
                _LOG.warning(note)
        return self._ready

    def _fail(self, failure: Exception, scope: Scope) -> None:
        """Serve nothing from now on. A server reports a start that fails; else, the log does."""
        self._failure, self._ready = failure, None
        if not isinstance(failure, TimegateError):
            _LOG.error("%s; no request is served", NOT_READY, exc_info=failure)
        elif scope["type"] != "lifespan":
            _LOG.error("%s; no request is served: %s", NOT_READY, failure)


def wrapped_app(app: App) -> App:
    """The wrapped app, looking through middleware of this kind."""
    while isinstance(app, Startable):
        app = app.app
    return app
