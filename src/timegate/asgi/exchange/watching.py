"""What a request looks like from outside: its event for an observer, and the changes that touched its response."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, Protocol, TypeAlias

from timegate.asgi.message.headers import field_text
from timegate.asgi.message.scope import Message, Scope, Send
from timegate.asgi.route.operation import OperationPlan
from timegate.asgi.route.version import ApiVersion
from timegate.gates.losses import LOST
from timegate.observing.event import OTHER, UNKNOWN, Event, Loss, Observer, Sampling, Tally

NameClient: TypeAlias = Callable[[Scope], str | None]
"""Says who sends a request, from its scope; None where nobody knows."""

_LOG: Final = logging.getLogger("timegate.asgi")
_MAX_CLIENTS: Final = 1000


def unheard(event: Event) -> None:
    """The observer of requests whose events nobody wants."""


def nobody(scope: Scope) -> str | None:
    """Say of no request who sends it."""
    return None


class Counting(Protocol):
    """The versions as they are served, with a second build of each."""

    def counting(self, version: ApiVersion) -> ApiVersion:
        """The version, with programs that tell what they lose."""
        ...


def watch_of(
    observer: Observer | None, client: NameClient, changes_field: str | None, losses: Sampling | None
) -> Watch | None:
    """What watches the requests of a middleware; None where nobody wants to know anything."""
    if observer is None and changes_field is None and losses is None:
        return None
    return Watch(observer or unheard, client, changes_field, losses)


class Watch:
    """Watches the requests of one middleware.

    Args:
        observer: gets the event of each request.
        client: says who sends a request.
        changes_field: the header field of responses that names the changes which touch them; None for none.
        losses: who is told of losses, and in how many requests; None for nobody.

    Attributes:
        names_changes: whether responses name the changes that touch them.
        samples: whether some requests are handled by programs that tell what they lose.
        watched: what is noted of each request.
    """

    __slots__ = (
        "_changes", "_client", "_clients", "_count", "_failed", "_field", "_losses", "_observer", "names_changes",
        "samples", "watched",
    )  # fmt: skip

    def __init__(
        self, observer: Observer, client: NameClient, changes_field: str | None, losses: Sampling | None
    ) -> None:
        self._observer = observer
        self._count = observer.count if isinstance(observer, Tally) else None
        self._client = None if client is nobody else client
        self._clients = {UNKNOWN}
        self._field = b"" if changes_field is None else changes_field.lower().encode("ascii")
        self.names_changes = changes_field is not None
        self._changes: dict[tuple[str, str], bytes] = {}
        self._failed = False
        self._losses = losses
        self.samples = losses is not None
        self.watched: type[Watched] = Timed if self._count is None or self.names_changes else Watched

    def sampled(
        self, version: ApiVersion, plan: OperationPlan | None, versions: Counting
    ) -> tuple[ApiVersion, OperationPlan | None]:
        """How a request is handled: as usual, or, if it is sampled, by programs that tell what they lose."""
        losses = self._losses
        if losses is None or plan is None or not plan.gate.gated or random.random() >= losses.rate:
            return version, plan
        LOST.set([])
        version = versions.counting(version)
        return version, version.plans[plan.gate.key]

    def with_changes(self, message: Message, version: ApiVersion | None, plan: OperationPlan | None) -> Message:
        """The start of a response with the changes that touch it, newest first, if there are any."""
        if version is None or plan is None:
            return message
        key = version.value, plan.gate.key
        if key not in self._changes:
            touching = version.gates.touching(version.value).get(plan.gate.key, ())
            names = [touch.change.__qualname__ for touch in touching if "responses" in touch.parts]
            self._changes[key] = ", ".join(names).encode("ascii", "replace")
        changes = self._changes[key]
        return {**message, "headers": [*message.get("headers", ()), (self._field, changes)]} if changes else message

    def tell(self, watched: Watched, scope: Scope) -> None:
        """Tell the observer what became of a request. Its failure is no failure of the request."""
        plan, status, problem = watched.plan, watched.status, watched.problem
        version = UNKNOWN if watched.version is None else watched.version.selected.version
        operation = (watched.operation or OTHER) if plan is None else plan.gate.key
        try:
            client = UNKNOWN if self._client is None else self._named(self._client(scope) or UNKNOWN)
            if self._count is not None:
                self._count(client, version, operation, status, problem)
            else:
                asked, gated = watched.asked, plan is not None and not plan.untouched
                written = field_text(asked) if isinstance(asked, bytes) else asked
                self._observer(Event(written, version, operation, gated, status, problem, client, watched.seconds()))
            if self._losses is not None:
                self._tell_losses(self._losses, version, operation)
        except Exception:
            if not self._failed:
                self._failed = True
                _LOG.exception("the observer failed; the log says so once")

    def _tell_losses(self, losses: Sampling, version: str, operation: str) -> None:
        for lost in LOST.get() or ():
            losses.tell(Loss(version, operation, lost.change, lost.kind, losses.rate))
        LOST.set(None)

    def _named(self, name: str) -> str:
        """A client, if it is one of the first thousand; else the others."""
        clients = self._clients
        if name not in clients:
            if len(clients) >= _MAX_CLIENTS:
                return OTHER
            clients.add(name)
        return name


@dataclass(eq=False)
class Watched:
    """One request that is watched, and what is noted of it; it is the `send` of what serves it.

    Args:
        watch: what watches.
        send: the server's.
        asked: the version as the client wrote it.
        version: the version in force, as far as it is known.
        plan: the operation at that version.

    Attributes:
        operation: the key of the operation, where the request is refused before there is a plan; empty for none.
        problem: why it is refused, the end of the problem's type; empty for not.
        status: the status of the response.
    """

    # Defaults of the class, because setting them costs each request.
    operation = ""
    problem = ""
    status = 500

    watch: Watch
    send: Send
    asked: bytes | str | None
    version: ApiVersion | None = None
    plan: OperationPlan | None = None

    def found(
        self, version: ApiVersion, plan: OperationPlan | None, versions: Counting
    ) -> tuple[ApiVersion, OperationPlan | None]:
        """Note the version in force and the operation, and say how the request is handled."""
        self.version, self.plan = version, plan = self.watch.sampled(version, plan, versions)
        return version, plan

    def seconds(self) -> float:
        """How long it took; only a request of which an event is told is timed."""
        return 0.0

    def __call__(self, message: Message) -> Awaitable[None]:
        if "status" in message:
            self.status = message["status"]
        return self.send(message)


@dataclass(eq=False)
class Timed(Watched):
    """A request of which an event is told, or whose response names changes."""

    _ended = 0.0

    began: float = field(default_factory=perf_counter, init=False)

    def seconds(self) -> float:
        """From when it was clear what the request wants to the last message of the response."""
        return (self._ended or perf_counter()) - self.began

    def __call__(self, message: Message) -> Awaitable[None]:
        if "status" in message:
            self.status = message["status"]
            if self.watch.names_changes:
                message = self.watch.with_changes(message, self.version, self.plan)
        else:
            self._ended = perf_counter()
        return self.send(message)
