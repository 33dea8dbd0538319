"""Let an SDK play its part, act by act, and judge each act by what the server has in its database afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from execution_api.demo.ledger import Ledger, TaskInstanceRecord
from execution_api.demo.plan import DAG_FILE, Act, Performance
from execution_api.demo.server import RunningServer
from execution_api.demo.tally import Tally, tally_of
from execution_api.worker import Environment, Exchange, TaskOrder, TaskRun, run_task, workload_for

__all__ = ["ActResult", "play_thread"]

_SECONDS_TO_LOG: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResult:
    """An act that is over.

    Attributes:
        performance: Whose act.
        act: Which.
        outcome: The state of the task instance in the database.
        tally: What the server counted.
        run: What the worker brought back.
        faults: What is not as it must be, a sentence each; none is the success.
    """

    performance: Performance
    act: Act
    outcome: str
    tally: Tally
    run: TaskRun
    faults: tuple[str, ...]

    @property
    def run_exchange(self) -> Exchange | None:
        """The exchange in which the worker started the task and got its run context."""
        return next((exchange for exchange in self.run.exchanges if exchange.path.endswith("/run")), None)


def play_thread(
    thread: Iterable[Act],
    *,
    performance: Performance,
    environment: Environment,
    server: RunningServer,
    ledger: Ledger,
    token: Callable[[str], str],
    report: Callable[[ActResult], None],
) -> list[ActResult]:
    """Play the acts of one task instance in turn; after one that goes wrong the rest is not played.

    Args:
        thread: The acts.
        performance: Whose they are.
        environment: Where the SDK is installed.
        server: The server to speak to.
        ledger: Its database.
        token: Gives the token for a task instance.
        report: Called with each result.
    """
    results: list[ActResult] = []
    for act in thread:
        task_instance_id = performance.task_instance_id(act.task_id)
        if results:
            ledger.play_the_triggerer(task_instance_id)
        finished = run_task(
            environment,
            TaskOrder(
                task_instance=workload_for(performance.generation, ledger.handed_out(task_instance_id)),
                dag_file=DAG_FILE,
                server=server.url,
                token=token(task_instance_id),
            ),
        )
        result = _judge(act, performance=performance, finished=finished, server=server, ledger=ledger)
        results.append(result)
        report(result)
        if result.faults:
            break
    return results


def _judge(
    act: Act, *, performance: Performance, finished: TaskRun, server: RunningServer, ledger: Ledger
) -> ActResult:
    record = ledger.task_instance(performance.task_instance_id(act.task_id))
    tally = _settled_tally(finished, server=server)
    return ActResult(
        performance=performance,
        act=act,
        outcome=record.state or "none",
        tally=tally,
        run=finished,
        faults=tuple(_faults(act, performance=performance, record=record, finished=finished, tally=tally)),
    )


def _settled_tally(finished: TaskRun, *, server: RunningServer) -> Tally:
    """What the server counted, once it has written the line of the last request, which it may do after its response."""
    named = {exchange.correlation_id for exchange in finished.exchanges if exchange.correlation_id is not None}
    until = time.monotonic() + _SECONDS_TO_LOG
    while True:
        tally = tally_of(server.log, correlation_ids=named)
        if tally.requests >= len(finished.exchanges) or time.monotonic() > until:
            return tally
        time.sleep(0.05)


def _faults(
    act: Act, *, performance: Performance, record: TaskInstanceRecord, finished: TaskRun, tally: Tally
) -> list[str]:
    faults: list[str] = []
    if finished.error is not None:
        faults.append(f"the supervisor failed: {finished.error}")
    if record.state != act.state:
        faults.append(f"the task instance is {record.state!r}, not {act.state!r}")
    if record.xcoms != act.xcoms:
        faults.append(f"the XComs are {record.xcoms}, not {dict(act.xcoms)}")
    if tally.requests != len(finished.exchanges):
        faults.append(f"the server counted {tally.requests} requests, the worker {len(finished.exchanges)}")
    faults += [f"the server failed: {line}" for line in tally.refused]
    spoken = {exchange.api_version for exchange in finished.exchanges}
    if spoken != {performance.generation.api_version}:
        faults.append(f"the worker spoke {spoken}, not {performance.generation.api_version}")
    return faults
