"""The report at the end of the demo: a table, one response as two workers saw it, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from execution_api.demo.side_by_side import render_side_by_side
from execution_api.demo.stage import ActResult
from execution_api.demo.table import render_table

__all__ = ["render_report"]

_HEADER: Final = ("worker", "API version", "task", "outcome", "requests", "bodies gated")
_LINES_OF_LOG: Final = 12
_INTRODUCTION: Final = """\
The response to PATCH /task-instances/…/run as each worker received it. `<` marks what only the older one gets, `>` what
only the newer one gets, `~` what differs; each has a DAG run of its own, so names and dates differ."""


def render_report(results: Sequence[ActResult], *, exceptions: Sequence[str] = ()) -> str:
    """The end of the demo.

    Args:
        results: Every act played, worker by worker and the oldest SDK first.
        exceptions: The tracebacks that the server logged.
    """
    parts = [render_table(_HEADER, [_row(result) for result in results])]
    if (compared := _comparison(results)) is not None:
        parts.append(compared)
    wrong = [result for result in results if result.faults]
    parts += [_account(result) for result in wrong]
    parts += [f"The server logged an exception:\n{text}" for text in exceptions]
    workers = len({result.act.worker for result in results})
    verdict = (
        f"{len(wrong)} of {len(results)} outcomes are wrong" if wrong else f"all {len(results)} outcomes are right"
    )
    parts.append(f"{verdict}: {workers} worker{'s' if workers > 1 else ''}, one set of handlers")
    return "\n\n".join(parts)


def _row(result: ActResult) -> tuple[str | int, ...]:
    outcome = result.outcome if not result.faults else f"{result.outcome}, WRONG"
    return (
        result.act.worker.name,
        result.act.worker.api_version,
        result.act.label,
        outcome,
        result.tally.requests,
        result.tally.gated,
    )


def _comparison(results: Sequence[ActResult]) -> str | None:
    """The response to `/run` as the oldest and the newest worker saw it; None if all are of one version."""
    contexts = [
        (result, exchange)
        for result in results
        if result.act == result.performance.threads[0][0]
        and (exchange := result.run_exchange) is not None
        and exchange.status == 200
    ]
    if len({result.act.worker.api_version for result, _ in contexts}) < 2:
        return None
    old, old_exchange = min(contexts, key=lambda context: context[0].act.worker.api_version)
    new, new_exchange = max(contexts, key=lambda context: context[0].act.worker.api_version)
    drawn = render_side_by_side(
        old_exchange.response,
        new_exchange.response,
        titles=(_title(old), _title(new)),
    )
    return f"{_INTRODUCTION}\n\n{drawn}"


def _title(result: ActResult) -> str:
    return f"{result.act.worker.name}, API {result.act.worker.api_version}"


def _account(result: ActResult) -> str:
    """What is wrong with an act, the error responses, and the ends of both logs."""
    lines = [f"WRONG: {result.act.worker.name}, {result.act.label}"]
    lines += [f"  {fault}" for fault in result.faults]
    lines += [
        f"  {exchange.method} {exchange.path} got {exchange.status}: {exchange.response}"
        for exchange in result.run.exchanges
        if exchange.status >= 400
    ]
    for name, log in (("supervisor", result.run.supervisor_log), ("task", result.run.task_log)):
        lines.append(f"  --- the end of the {name}'s log")
        lines += [f"  {line[:500]}" for line in log.splitlines()[-_LINES_OF_LOG:]]
    return "\n".join(lines)
