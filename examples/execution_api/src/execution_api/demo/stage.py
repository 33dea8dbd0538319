"""Let the workers play their parts, act by act, and judge each by what the server has in its database afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

from execution_api.demo.ledger import Ledger, TaskInstanceRecord
from execution_api.demo.plan import DAG_FILE, Act, Performance, Worker
from execution_api.demo.server import RunningServer
from execution_api.demo.tally import Tally, tally_of
from execution_api.worker import (
    Environment,
    Exchange,
    Program,
    TaskOrder,
    TaskRun,
    run_next,
    run_task,
    workload_for,
)

__all__ = ["ActResult", "Player", "Stage"]

Player: TypeAlias = Environment | Program
"""A worker that is ready: an SDK that is installed, or a program that is built."""

_SECONDS_TO_LOG: Final = 30.0
_SECONDS_TO_START: Final = 240.0
# What a worker that is told to stop is told by; older ones do not know the second.
_GONE: Final = (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResult:
    """An act that is over.

    Attributes:
        performance: What it is an act of.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where acts are played.

    Attributes:
        server: The server to speak to.
        ledger: Its database.
        token: Gives the `workload` token for a task instance or a queue.
        players: The worker of each act, ready.
    """

    server: RunningServer
    ledger: Ledger
    token: Callable[[str], str]
    players: Mapping[Worker, Player]

    def play(
        self, thread: Iterable[Act], *, performance: Performance, report: Callable[[ActResult], None]
    ) -> list[ActResult]:
        """Play acts in turn; after one that goes wrong the rest is not played.

        Args:
            thread: The acts.
            performance: What they are acts of.
            report: Called with each result.
        """
        results: list[ActResult] = []
        for act in thread:
            task_instance_id = self.ledger.current_id(performance.run_id, act.task_id)
            match self.ledger.task_instance(task_instance_id).state:
                case "deferred":
                    self.ledger.play_the_triggerer(task_instance_id)
                case state if state != "queued":
                    self.ledger.play_the_scheduler(task_instance_id)
                case _:
                    pass
            finished = self._run(act, performance, task_instance_id)
            result = self._judge(act, performance, finished)
            results.append(result)
            report(result)
            if result.faults:
                break
        return results

    def _run(self, act: Act, performance: Performance, task_instance_id: str) -> TaskRun:
        if not act.cleared:
            return self._hand_out(act, performance, task_instance_id)
        with ThreadPoolExecutor(1) as somebody:
            clearing = somebody.submit(self.ledger.clear_once_running, task_instance_id, within=_SECONDS_TO_START)
            finished = self._hand_out(act, performance, task_instance_id)
            clearing.result()
            return finished

    def _hand_out(self, act: Act, performance: Performance, task_instance_id: str) -> TaskRun:
        match self.players[act.worker]:
            case Environment() as environment:
                order = TaskOrder(
                    task_instance=workload_for(environment.generation, self.ledger.handed_out(task_instance_id)),
                    dag_file=DAG_FILE,
                    server=self.server.url,
                    token=self.token(task_instance_id),
                )
                return run_task(environment, order)
            case Program() as program:
                queue = self.token(f"queue:{performance.queue(act.task_id)}")
                return run_next(program, server=self.server.url, token=queue)

    def _judge(self, act: Act, performance: Performance, finished: TaskRun) -> ActResult:
        record = self.ledger.task_instance(self.ledger.current_id(performance.run_id, act.task_id))
        tally = self._settled_tally(finished)
        return ActResult(
            performance=performance,
            act=act,
            outcome=record.state or "none",
            tally=tally,
            run=finished,
            faults=tuple(_faults(act, record=record, finished=finished, tally=tally)),
        )

    def _settled_tally(self, finished: TaskRun) -> Tally:
        """What the server counted, once it has written the last request's line, which it may do after its response."""
        named = {exchange.correlation_id for exchange in finished.exchanges if exchange.correlation_id is not None}
        until = time.monotonic() + _SECONDS_TO_LOG
        while True:
            tally = tally_of(self.server.log, correlation_ids=named)
            if tally.requests >= len(finished.exchanges) or time.monotonic() > until:
                return tally
            time.sleep(0.05)


def _faults(act: Act, *, record: TaskInstanceRecord, finished: TaskRun, tally: Tally) -> list[str]:
    faults: list[str] = []
    if finished.error is not None:
        faults.append(f"the worker failed: {finished.error}")
    if record.state != act.state:
        faults.append(f"the task instance is {record.state!r}, not {act.state!r}")
    if record.xcoms != act.xcoms:
        faults.append(f"the XComs are {record.xcoms}, not {dict(act.xcoms)}")
    if act.cleared and finished.exchanges and finished.exchanges[-1].status not in _GONE:
        faults.append(f"the worker was not told to stop: its last response was {finished.exchanges[-1].status}")
    if tally.requests != len(finished.exchanges):
        faults.append(f"the server counted {tally.requests} requests, the worker {len(finished.exchanges)}")
    faults += [f"the server failed: {line}" for line in tally.refused]
    spoken = {exchange.api_version for exchange in finished.exchanges}
    if spoken != {act.worker.api_version}:
        faults.append(f"the worker spoke {spoken}, not {act.worker.api_version}")
    return faults
