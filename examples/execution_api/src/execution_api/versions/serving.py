"""How older workers are served: what lies between them and handlers that know only today's interface."""

from __future__ import annotations

import functools
from contextvars import ContextVar
from dataclasses import dataclass
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
from timegate import Contract, Gates
from timegate.asgi import Problem, TimegateMiddleware, header, problem_json

__all__ = ["TALLY", "Tally", "contract", "gates", "older_workers"]

HANDED_OUT: Final = (TaskInstance, BundleInfo, TerminalTIState, DagAttributeTypes, TriggerRule, WeightRule)
"""What a worker gets when it is given a task, before it has asked for anything: no operation shows it."""


@dataclass(slots=True)
class Tally:
    """How many bodies of one request, its own and its answer's, were written anew for an older worker."""

    gated: int = 0


TALLY: ContextVar[Tally | None] = ContextVar("TALLY", default=None)
"""Set by whoever wants to know, around a request."""


@functools.cache
def contract() -> Contract:
    """Read today's contract from the table of routes; no application differs from another in it."""
    routes = [
        *(Route(path, endpoint, methods=[method]) for method, path, endpoint in OPEN),
        *(Route(path, endpoint, methods=[method]) for method, path, endpoint, _ in CLOSED),
    ]
    return Contract.of(Router(routes), sends=HANDED_OUT)


@functools.cache
def gates() -> Gates:
    """Compile all changes, once a process.

    Raises:
        CompileError: a change cannot be carried out.
    """
    return timeline.compile(contract())


def older_workers() -> Middleware:
    """Make the middleware that serves workers of every age."""
    return Middleware(
        TimegateMiddleware,
        timeline=timeline,
        gates=gates(),
        select=header("Airflow-API-Version"),
        unversioned=("/health", "/health/ping"),
        problems=_as_workers_read_it,
        encoder=_counted,
    )


def _as_workers_read_it(problem: Problem) -> tuple[str, Any]:
    """Render a problem in the form that the documents promise, which is that of the handlers."""
    _, content = problem_json(problem)
    if problem.status == 422:
        place = [problem.members.get("in", "body"), *_steps(problem.members.get("pointer", ""))]
        content = {"detail": [{"type": problem.name, "loc": place, "msg": problem.detail}]}
    # Workers of every age read an error's `detail` where the type is this one to the letter, and pass over all others.
    return "application/json", content


def _steps(pointer: str) -> list[str | int]:
    """The steps of a JSON pointer (RFC 6901); one that may be an index is a number."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return [int(step) if step.isdecimal() else step for step in steps]


def _counted(value: Any) -> bytes:
    tally = TALLY.get()
    if tally is not None:
        tally.gated += 1
    return to_json(value)
