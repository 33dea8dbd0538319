"""What a request looks like from outside: its event for an observer, and the changes that touched its response."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Final, TypeAlias

from timegate.asgi.message.headers import field_text
from timegate.asgi.message.scope import Message, Scope, Send
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.version import ApiVersion
from timegate.gates import Gates
from timegate.observing.event import OTHER, UNKNOWN, Event, Observer

NameClient: TypeAlias = Callable[[Scope], str | None]
"""Says who sends a request, from its scope; None where nobody knows."""

_LOG: Final = logging.getLogger("timegate.asgi")
_MAX_CLIENTS: Final = 1000


def nobody(scope: Scope) -> str | None:
    """Say of no request who sends it."""
    return None


class Watch:
    """Watches the requests of one middleware.

    Args:
        observer: gets the event of each request; None for none.
        client: says who sends a request.
        changes_field: the header field of responses that names the changes which touch them; None for none.
    """

    __slots__ = ("_changes", "_clients", "_failed", "_field", "_observer", "client")

    def __init__(self, observer: Observer | None, client: NameClient, changes_field: str | None) -> None:
        self._observer = observer
        self._clients = {UNKNOWN}
        self._field = None if changes_field is None else changes_field.lower().encode("ascii")
        self._changes: dict[tuple[str, str], bytes] = {}
        self._failed = False
        self.client = client

    @property
    def names_changes(self) -> bool:
        """Whether responses name the changes that touch them."""
        return self._field is not None

    def changes_field(
        self, version: ApiVersion | None, plan: OperationPlan | None, gates: Gates
    ) -> tuple[bytes, bytes] | None:
        """The header field with the changes that touch a response, newest first; None where there are none."""
        if self._field is None or version is None or plan is None:
            return None
        key = version.value, plan.gate.key
        if key not in self._changes:
            touching = gates.touching(version.value).get(plan.gate.key, ())
            names = [touch.change.__qualname__ for touch in touching if "responses" in touch.parts]
            self._changes[key] = ", ".join(names).encode("ascii", "replace")
        return (self._field, self._changes[key]) if self._changes[key] else None

    def named(self, scope: Scope) -> str:
        """Who sends a request: one of the first thousand clients, or the others."""
        name = self.client(scope) or UNKNOWN
        clients = self._clients
        if name in clients:
            return name
        if len(clients) >= _MAX_CLIENTS:
            return OTHER
        clients.add(name)
        return name

    def tell(self, event: Event) -> None:
        """Tell the observer of a request. Its failure is no failure of the request."""
        if self._observer is None:
            return
        try:
            self._observer(event)
        except Exception:
            if not self._failed:
                self._failed = True
                _LOG.exception("the observer failed; the log says so once")


class Watched:
    """One request that is watched; it is the `send` of what serves it.

    Args:
        watch: what watches.
        gates: the compiled changes.
        scope: the request.
        send: the server's.
        asked: the version as the client wrote it.
        version: the version in force, as far as it is known.
        plan: the operation at that version.

    Attributes:
        operation: the key of the operation, where the request is refused before there is a plan.
        problem: why it is refused, the end of the problem's type; empty for not.
        status: the status of the response.
    """

    __slots__ = (
        "_began", "_ended", "_gates", "_scope", "_send", "_watch", "asked", "operation", "plan", "problem", "status",
        "version",
    )  # fmt: skip

    def __init__(
        self,
        watch: Watch,
        gates: Gates,
        scope: Scope,
        send: Send,
        asked: bytes | None,
        version: ApiVersion | None = None,
        plan: OperationPlan | None = None,
    ) -> None:
        self._began = perf_counter()
        self._ended = 0.0
        self._watch = watch
        self._gates = gates
        self._scope = scope
        self._send = send
        self.asked: bytes | str | None = asked
        self.version = version
        self.plan = plan
        self.operation: str | None = None
        self.problem = ""
        self.status = 500

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._watch.names_changes:
                message = self._with_changes(message)
        elif not message.get("more_body", False):
            self._ended = perf_counter()
        return self._send(message)

    def _with_changes(self, message: Message) -> Message:
        field = self._watch.changes_field(self.version, self.plan, self._gates)
        return message if field is None else {**message, "headers": [*message.get("headers", ()), field]}

    def end(self) -> None:
        """Tell what became of the request."""
        version, plan, asked, watch = self.version, self.plan, self.asked, self._watch
        watch.tell(
            Event(
                field_text(asked) if isinstance(asked, bytes) else asked,
                UNKNOWN if version is None else version.value,
                (self.operation or OTHER) if plan is None else plan.gate.key,
                plan is not None and not plan.untouched,
                self.status,
                self.problem,
                watch.named(self._scope),
                (self._ended or perf_counter()) - self._began,
            )
        )
