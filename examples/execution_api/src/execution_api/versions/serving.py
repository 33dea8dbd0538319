"""The middleware that serves older workers, around handlers that know only today's interface."""

from __future__ import annotations

import functools
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json
from starlette.middleware import Middleware
from starlette.routing import Route, Router

from execution_api.models import (
    BundleInfo,
    DagAttributeTypes,
    TaskInstance,
    TerminalTIState,
    TriggerRule,
    WeightRule,
)
from execution_api.routes import CLOSED, OPEN
from execution_api.versions import timeline
from timegate import Contract, Gates, Timeline
from timegate.asgi import Problem, Scope, TimegateMiddleware, header, problem_json
from timegate.observing import Sampling
from timegate.observing.counts import Counts

__all__ = ["TALLY", "Tally", "contract", "gates", "older_workers", "sdk_of"]

HANDED_OUT: Final = (TaskInstance, BundleInfo, TerminalTIState, DagAttributeTypes, TriggerRule, WeightRule)
"""Models that a worker gets with a task, before its first request: no operation has them."""


START: Final = "/task-instances/{task_instance_id}/run"
"""Where a worker begins a task."""

AFTER_THE_START: Final = tuple({path: None for _, path, _, _ in CLOSED if path != START})
"""What a task that runs may need: it ends by itself, though its version has ended."""


@dataclass(slots=True)
class Tally:
    """Counts the converted bodies of one exchange: of the request and of the response."""

    gated: int = 0


TALLY: ContextVar[Tally | None] = ContextVar("TALLY", default=None)
"""The tally of the current request; the request log sets it."""


@functools.cache
def contract() -> Contract:
    """Read today's contract from the table of routes, which is the same in every application."""
    routes = [
        *(Route(path, endpoint, methods=[method]) for method, path, endpoint in OPEN),
        *(Route(path, endpoint, methods=[method]) for method, path, endpoint, _ in CLOSED),
    ]
    return Contract.of(Router(routes), sends=HANDED_OUT)


@functools.cache
def gates(versions: Timeline = timeline) -> Gates:
    """Compile all changes, once a process.

    Args:
        versions: the versions, newest first.

    Raises:
        CompileError: a change cannot be carried out.
    """
    return versions.compile(contract())


def older_workers(
    versions: Timeline = timeline, *, ceiling: Path | None = None, usage: Path | None = None, sample: float = 0.01
) -> Middleware:
    """Make the middleware that serves workers of every version.

    Args:
        versions: the versions, newest first.
        ceiling: a file that holds the newest version to offer; None to offer all.
        usage: the file into which requests are counted, by SDK; None to count none.
        sample: in which share of the requests it is counted what conversions lose.
    """
    counts = None if usage is None else Counts(usage)
    return Middleware(
        TimegateMiddleware,
        timeline=versions,
        gates=gates(versions),
        select=header("Airflow-API-Version"),
        ceiling=ceiling,
        observer=counts,
        losses=None if counts is None else Sampling(counts.lost, rate=sample),
        client=sdk_of,
        unversioned=("/health", "/health/ping"),
        # A supervisor kills its task on 404, 409 and 410, and tries again on 503.
        sunset_status=503,
        during_sunset=AFTER_THE_START,
        problems=_as_workers_read_it,
        encoder=_counted,
    )


def sdk_of(scope: Scope) -> str | None:
    """The SDK that sends a request, `task-sdk 1.3.2`, as its User-Agent says; None for any other client."""
    for name, value in scope["headers"]:
        if name == b"user-agent":
            product, _, version = value.split(b" ", 1)[0].partition(b"/")
            return f"task-sdk {version.decode('latin-1')}" if product == b"apache-airflow-task-sdk" else None
    return None


def _as_workers_read_it(problem: Problem) -> tuple[str, Any]:
    """Render a problem as the OpenAPI documents declare it, which is how the handlers render errors."""
    _, content = problem_json(problem)
    if "errors" in problem.members:
        content = {"detail": problem.members["errors"]}
    # Workers of every version read an error's `detail` only if the media type is exactly this one.
    return "application/json", content


def _counted(value: Any) -> bytes:
    tally = TALLY.get()
    if tally is not None:
        tally.gated += 1
    return to_json(value)
