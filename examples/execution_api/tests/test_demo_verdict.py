"""The demo believes the server's database, never a worker's word, and shows what is wrong."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from execution_api.demo.ledger import Ledger
from execution_api.demo.plan import performance_of, world_of
from execution_api.demo.report import render_report
from execution_api.demo.server import RunningServer
from execution_api.demo.stage import ActResult, Stage
from execution_api.demo.tally import Tally
from execution_api.store import Store
from execution_api.worker import Environment, Exchange, TaskRun, generation_of
from pydantic import JsonValue

from examples.execution_api.tests.databases import NewDatabase
from timegate.observing.usage import Usage

# Stands in for an SDK's environment: reports success, and sent the server nothing.
_CONTENT_WORKER = """
import json, sys
order = json.load(sys.stdin)
open(order["outcome"], "w").write(json.dumps({"exit_code": 0}))
"""


def _exchange(*, path: str, status: int, response: JsonValue, api_version: str) -> Exchange:
    return Exchange(
        method="PATCH",
        path=path,
        query="",
        api_version=api_version,
        correlation_id="c",
        request=None,
        status=status,
        response=response,
    )


def _result(sdk: str, *, response: JsonValue, status: int = 200, faults: tuple[str, ...] = ()) -> ActResult:
    performance = performance_of(generation_of(sdk))
    exchange = _exchange(
        path="/task-instances/1/run", status=status, response=response, api_version=performance.worker.api_version
    )
    return ActResult(
        performance=performance,
        act=performance.threads[0][0],
        outcome="success",
        tally=Tally(requests=10, gated=3, refused=()),
        run=TaskRun(
            exit_code=0, error=None, seconds=1.0, exchanges=(exchange,), task_log="a task's line", supervisor_log=""
        ),
        faults=faults,
    )


class TestJudgement:
    @pytest.fixture
    def content_worker(self, tmp_path: Path) -> Environment:
        folder = tmp_path / "environment"
        (folder / "bin").mkdir(parents=True)
        (folder / "worker.py").write_text(_CONTENT_WORKER)
        python = folder / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "worker.py"}"\n')
        python.chmod(0o755)
        return Environment(generation_of("1.0.0"), folder, None)

    def test_a_worker_that_sent_nothing_to_the_server_is_wrong_and_the_rest_is_not_played(
        self, tmp_path: Path, content_worker: Environment, new_database: NewDatabase
    ) -> None:
        performance = performance_of(generation_of("1.0.0"))
        server = RunningServer(
            url="http://127.0.0.1:1", database=new_database(shared=True), log=tmp_path / "log", secret="s"
        )
        server.log.touch()
        store = Store(server.database)
        store.set_up(world_of((performance,)))
        store.close()
        reported: list[ActResult] = []
        with Ledger.at(server.database) as ledger:
            stage = Stage(
                server=server,
                ledger=ledger,
                token=lambda subject: subject,
                players={performance.worker: content_worker},
            )
            results = stage.play(performance.threads[2], performance=performance, report=reported.append)
        assert [result.act.label for result in results] == ["wait"]
        assert reported == results
        assert results[0].outcome == "queued"
        assert results[0].faults == (
            "the task instance is 'queued', not 'deferred'",
            "the worker spoke set(), not 2025-04-11",
        )


def _used(client: str, operation: str, number: int, *, version: str = "2025-04-11", problem: str = "") -> Usage:
    day = date(2026, 1, 1)
    return Usage(
        client=client,
        version=version,
        operation=operation,
        status=422 if problem else 200,
        problem=problem,
        number=number,
        first=day,
        last=day,
    )


class TestReport:
    def test_each_act_is_a_row_with_the_servers_figures(self) -> None:
        text = render_report([_result("1.0.0", response={}), _result("1.3.2", response={})])
        assert text.splitlines()[:4] == [
            "worker        API version  task      outcome  requests  bodies gated",
            "------------  -----------  --------  -------  --------  ------------",
            "Python 1.0.0  2025-04-11   exchange  success        10             3",
            "Python 1.3.2  2026-06-30   exchange  success        10             3",
        ]
        assert text.endswith("all 2 outcomes are right: 2 workers, one set of handlers")

    def test_the_oldest_and_the_newest_response_are_shown_side_by_side(self) -> None:
        text = render_report(
            [
                _result("1.0.0", response={"version_id": 1}),
                _result("1.1.8", response={"between": 1}),
                _result("1.3.2", response={"dag_version_id": 1}),
            ]
        )
        assert "Python 1.0.0, API 2025-04-11   Python 1.3.2, API 2026-06-30" in text
        assert [line.split() for line in text.splitlines() if '"version_id"' in line] == [['"version_id":', "1", "<"]]
        assert '>   "dag_version_id": 1' in text
        assert "between" not in text

    def test_who_used_which_version_is_summed_up(self) -> None:
        rows = [_used("task-sdk 1.0.0", "GET /a", 3), _used("task-sdk 1.0.0", "PUT /a", 2, problem="request-refused")]
        unknown = _used("unknown", "GET /health", 9, version="unknown")
        lines = render_report([_result("1.0.0", response={})], usage=[*rows, unknown]).splitlines()
        at = lines.index("What the server counted, by SDK:")
        assert lines[at + 2 : at + 6] == [
            "SDK             API version  operations  requests  refused",
            "--------------  -----------  ----------  --------  -------",
            "task-sdk 1.0.0  2025-04-11            2         5        2",
            "",
        ]

    def test_one_sdk_alone_is_compared_with_nothing(self) -> None:
        text = render_report([_result("1.0.0", response={"a": 1})])
        assert "The response to" not in text
        assert text.endswith("all 1 outcomes are right: 1 worker, one set of handlers")

    def test_a_fault_is_reported_with_the_refusals_and_the_logs(self) -> None:
        wrong = _result(
            "1.0.0", response={"detail": "unknown field"}, status=422, faults=("the task instance is 'running'",)
        )
        lines = render_report([wrong]).splitlines()
        assert "Python 1.0.0  2025-04-11   exchange  success, WRONG        10             3" in lines
        assert "WRONG: Python 1.0.0, exchange" in lines
        assert "  the task instance is 'running'" in lines
        assert "  PATCH /task-instances/1/run got 422: {'detail': 'unknown field'}" in lines
        assert "  a task's line" in lines
        assert lines[-1] == "1 of 1 outcomes are wrong: 1 worker, one set of handlers"
