"""The report at the end of the demo: a table, one response as two workers saw it, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from execution_api.demo.side_by_side import render_side_by_side
from execution_api.demo.stage import ActResult
from execution_api.demo.table import render_table
from timegate.observing.event import UNKNOWN
from timegate.observing.usage import Losses, Usage

__all__ = ["render_report"]

_HEADER: Final = ("worker", "API version", "task", "outcome", "requests", "bodies gated")
_USAGE: Final = ("SDK", "API version", "operations", "requests", "refused")
_LOSSES: Final = ("API version", "change", "loss", "times")
_LOST: Final = "What older workers did not see as it is, or sent in vain:"
_COUNTED: Final = "What the server counted, by SDK:"
_LINES_OF_LOG: Final = 12
_INTRODUCTION: Final = """\
The response to PATCH /task-instances/…/run as each worker received it. `<` marks what only the older one gets, `>` what
only the newer one gets, `~` what differs; each has a DAG run of its own, so names and dates differ."""


def render_report(
    results: Sequence[ActResult],
    *,
    exceptions: Sequence[str] = (),
    usage: Sequence[Usage] = (),
    losses: Sequence[Losses] = (),
) -> str:
    """The end of the demo.

    Args:
        results: Every act played, worker by worker and the oldest SDK first.
        usage: What the server counted.
        losses: What the conversions lost, as it counted too.
        exceptions: The tracebacks that the server logged.
    """
    parts = [render_table(_HEADER, [_row(result) for result in results])]
    if (compared := _comparison(results)) is not None:
        parts.append(compared)
    wrong = [result for result in results if result.faults]
    parts += [f"{_COUNTED}\n\n{render_table(_USAGE, _usage_rows(usage))}"] if usage else []
    parts += [f"{_LOST}\n\n{render_table(_LOSSES, _loss_rows(losses))}"] if losses else []
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


def _usage_rows(usage: Sequence[Usage]) -> list[tuple[str | int, ...]]:
    """Who used which version: how many operations, how often, and how much of that the gates refused."""
    grouped: dict[tuple[str, str], list[Usage]] = {}
    for one in usage:
        # The demo itself asks whether the server is there.
        if one.version != UNKNOWN:
            grouped.setdefault((one.client, one.version), []).append(one)
    return [
        (
            client,
            version,
            len({one.operation for one in found}),
            sum(one.number for one in found),
            sum(one.number for one in found if one.problem),
        )
        for (client, version), found in grouped.items()
    ]


def _loss_rows(losses: Sequence[Losses]) -> list[tuple[str | int, ...]]:
    """What each change lost at each version, in all operations together."""
    grouped: dict[tuple[str, str, str], int] = {}
    for one in losses:
        key = one.version, one.change, one.kind
        grouped[key] = grouped.get(key, 0) + one.number
    return [(*key, number) for key, number in grouped.items()]


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
