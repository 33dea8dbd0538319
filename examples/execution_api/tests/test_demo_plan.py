"""What the demo starts from is what the server takes, and playing the triggerer is what a triggerer does."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from execution_api.demo.ledger import Ledger
from execution_api.demo.plan import DAG_FILE, DAG_ID, Performance, language_performance_of, performance_of, world_of
from execution_api.demo.tally import exceptions_in, tally_of
from execution_api.store import Store
from execution_api.tables import TaskInstanceRow
from execution_api.worker import GENERATIONS, LANGUAGES, language_workers_of
from execution_api.world import World
from pydantic import JsonValue
from sqlalchemy import select

from examples.execution_api.tests.databases import NewDatabase


@pytest.fixture
def performances() -> tuple[Performance, ...]:
    languages = language_workers_of(" ".join(language.name for language in LANGUAGES))
    return (
        *(performance_of(generation) for generation in GENERATIONS),
        *(language_performance_of(worker, partner=GENERATIONS[-1]) for worker in languages),
    )


@pytest.fixture
def database(new_database: NewDatabase, performances: tuple[Performance, ...]) -> str:
    """The URL of a database that holds the world of the demo."""
    url = new_database(shared=True)
    store = Store(url)
    store.set_up(world_of(performances))
    store.close()
    return url


def _defer(database: str, task_instance_id: str, next_kwargs: JsonValue) -> None:
    store = Store(database)
    with store.writing() as session:
        for row in session.scalars(select(TaskInstanceRow)):
            if str(row.id) == task_instance_id:
                row.state, row.next_method, row.next_kwargs = "deferred", "resume", next_kwargs
    store.close()


def _next_kwargs(database: str, task_instance_id: str) -> JsonValue:
    store = Store(database)
    with store.reading() as session:
        (found,) = (row for row in session.scalars(select(TaskInstanceRow)) if str(row.id) == task_instance_id)
        arguments: JsonValue = found.next_kwargs
    store.close()
    return arguments


class TestPlan:
    def test_the_dag_file_is_where_the_demo_looks_for_it(self) -> None:
        assert f'DAG("{DAG_ID}"' in DAG_FILE.read_text()

    def test_no_two_workers_share_a_run_a_date_a_queue_or_a_task_instance(
        self, performances: tuple[Performance, ...]
    ) -> None:
        world = World.model_validate(world_of(performances))
        assert len({run.run_id for run in world.dag_runs}) == len(performances)
        assert len({run.logical_date for run in world.dag_runs}) == len(performances)
        assert len({task.queue for task in world.task_instances}) == len(world.task_instances)
        assert len({task.id for task in world.task_instances}) == len(world.task_instances)
        assert len(world.task_instances) == 3 * len(GENERATIONS) + 8 * len(LANGUAGES)

    def test_the_server_takes_the_world_and_the_first_task_of_each_thread_is_queued(
        self, database: str, performances: tuple[Performance, ...]
    ) -> None:
        with Ledger.at(database) as ledger:
            for performance in performances:
                for thread in performance.threads:
                    for task_id in {act.task_id for act in thread}:
                        record = ledger.task_instance(ledger.current_id(performance.run_id, task_id))
                        expected = "queued" if task_id == thread[0].task_id else "scheduled"
                        assert (record.state, record.xcoms) == (expected, {})

    def test_an_executor_hands_over_the_task_instance_of_the_database(
        self, database: str, performances: tuple[Performance, ...]
    ) -> None:
        performance = performances[0]
        with Ledger.at(database) as ledger:
            handed = ledger.handed_out(performance.task_instance_id("wait"))
        assert str(handed.id) == performance.task_instance_id("wait")
        assert (handed.dag_id, handed.run_id, handed.task_id) == (DAG_ID, "sdk-1.0.0", "wait")
        assert (handed.try_number, handed.map_index) == (1, -1)


class TestUser:
    def test_a_task_instance_is_cleared_once_it_runs_and_its_old_id_is_gone(
        self, database: str, performances: tuple[Performance, ...]
    ) -> None:
        run_id = performances[-1].run_id
        with Ledger.at(database) as ledger:
            lingering = ledger.current_id(run_id, "linger")
            with pytest.raises(TimeoutError, match=r"did not run within 0\.1 s"):
                ledger.clear_once_running(lingering, within=0.1)
            with ledger.store.writing() as session:
                session.get_one(TaskInstanceRow, UUID(lingering)).state = "running"
            ledger.clear_once_running(lingering, within=1)
            renewed = ledger.current_id(run_id, "linger")
            assert renewed != lingering
            assert ledger.task_instance(renewed).state is None


class TestTriggerer:
    @pytest.mark.parametrize(
        ("stored", "afterwards"),
        [
            ({"patience": 90.0}, {"patience": 90.0, "event": "rung"}),
            (
                {"__type": "dict", "__var": {"patience": {"__type": "timedelta", "__var": 90.0}}},
                {"__type": "dict", "__var": {"patience": {"__type": "timedelta", "__var": 90.0}, "event": "rung"}},
            ),
            (None, {"event": "rung"}),
        ],
        ids=["plain", "wrapped", "none"],
    )
    def test_the_event_joins_the_arguments_in_the_format_they_have(
        self, database: str, performances: tuple[Performance, ...], stored: JsonValue, afterwards: JsonValue
    ) -> None:
        waiting = performances[0].task_instance_id("wait")
        _defer(database, waiting, stored)
        with Ledger.at(database) as ledger:
            ledger.play_the_triggerer(waiting)
            assert ledger.task_instance(waiting).state == "queued"
        assert _next_kwargs(database, waiting) == afterwards

    def test_a_task_instance_that_does_not_wait_gets_no_event(
        self, database: str, performances: tuple[Performance, ...]
    ) -> None:
        with Ledger.at(database) as ledger, pytest.raises(ValueError, match="is queued, it waits for nothing"):
            ledger.play_the_triggerer(performances[0].task_instance_id("wait"))


class TestTally:
    def test_only_the_requests_of_the_run_are_counted(self, tmp_path: Path) -> None:
        lines: list[JsonValue] = [
            {"method": "PATCH", "path": "/a/run", "status": 200, "correlation_id": "mine-1", "gated": ["response"]},
            {"method": "GET", "path": "/b", "status": 200, "correlation_id": "other", "gated": ["response"]},
            {"method": "PATCH", "path": "/a/state", "status": 204, "correlation_id": "mine-2", "gated": 2},
            {"method": "GET", "path": "/c", "status": 503, "correlation_id": "mine-3"},
            {"event": "started"},
        ]
        log = tmp_path / "server.log"
        log.write_text("INFO: plain words\n" + "".join(json.dumps(line) + "\n" for line in lines) + "{half a li")
        tally = tally_of(log, correlation_ids=["mine-1", "mine-2", "mine-3"])
        assert (tally.requests, tally.gated) == (3, 3)
        assert tally.refused == ("GET /c 503",)

    def test_each_exception_of_the_server_is_reported_once(self, tmp_path: Path) -> None:
        log = tmp_path / "server.log"
        lines: list[JsonValue] = [{"event": "broken", "exception": text} for text in ("first", "second", "first")]
        log.write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"event": "fine"}]))
        assert exceptions_in(log) == ("first", "second")
