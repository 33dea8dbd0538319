"""Whole tasks, run by the supervisor of each released SDK, end in the right state in the server's database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from execution_api.tables import (
    RenderedFieldsRow,
    TaskInstanceHistoryRow,
    TaskInstanceRow,
    TaskRescheduleRow,
    TriggerRow,
    VariableRow,
)
from execution_api.worker import GENERATIONS, Environment, Generation, TaskRun, generation_of
from pydantic import JsonValue
from sqlalchemy import select

from examples.execution_api.tests.clients.driving import Environments
from examples.execution_api.tests.clients.stage import CROSSINGS, Crossing, Stage

# Making an environment takes its time, on the first run.
pytestmark = pytest.mark.timeout(1800)

NOON: Final = datetime(2026, 1, 2, 12, tzinfo=UTC)

RESUMED: Final[JsonValue] = {
    "event": "rung",
    "until": "2026-01-02T12:01:30+00:00",
    "patience": 90.0,
    "visits": [1, 2],
    "nested": {
        "at": ["2026-01-02T12:00:00+00:00"],
        "no": None,
        "text": "ä",
        "deeper": {"flag": True, "share": 0.5},
    },
}

each_generation = pytest.mark.parametrize("generation", GENERATIONS, ids=lambda generation: generation.sdk)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage.at(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def environment(generation: Generation, environment_of: Environments) -> Environment:
    return environment_of(generation)


def account_of(finished: TaskRun) -> str:
    """What a worker brought back, for whoever looks for a fault."""
    requests = [f"{one.method} {one.path} {one.status} {one.response}" for one in finished.exchanges]
    return "\n".join([*requests, finished.supervisor_log, finished.task_log])


def play(stage: Stage, environment: Environment, task_id: str, *, cast: str | None = None) -> TaskInstanceRow:
    """Let a worker run a task; return what the database holds of it."""
    generation = environment.generation
    cast = generation.sdk if cast is None else cast
    finished = stage.run(environment, cast=cast, task_id=task_id)
    assert finished.error is None, account_of(finished)
    assert {exchange.api_version for exchange in finished.exchanges} == {generation.api_version}
    # What is not there is asked for on purpose; nothing else goes wrong.
    refused = [exchange for exchange in finished.exchanges if exchange.status >= 400]
    missing = ("/variables/nowhere", f"/xcoms/seven_ends/{cast}/upstream/absent")
    assert [one for one in refused if (one.status, one.path) not in {(404, path) for path in missing}] == []
    return stage.task_instance(cast, task_id)


def ended(row: TaskInstanceRow) -> str | None:
    """The state of a task instance that is over, and has been somewhere for some time."""
    assert row.hostname
    assert row.start_date is not None
    assert row.end_date is not None
    assert row.duration == (row.end_date - row.start_date).total_seconds() > 0
    return row.state


@each_generation
def test_a_task_reads_and_writes_what_it_wants_and_succeeds(
    generation: Generation, environment: Environment, stage: Stage
) -> None:
    row = play(stage, environment, "ok")

    assert ended(row) == "success", row.state
    pushed: JsonValue = {"host": "warehouse.example", "port": 5432}
    subject = f"run {generation.sdk} says good morning"
    assert stage.xcoms(generation.sdk, "ok") == {
        "pushed": pushed,
        "return_value": {
            "subject": subject,
            "pushed": pushed,
            "upstream": {"of": generation.sdk},
            "absent": None,
            "greeting": "good morning",
            "nowhere": "not there",
            "password": "only the server has it",
            # Up to 1.1.0 a run has a configuration, at least an empty one.
            "conf": {} if generation.api_version < "2025-10-27" else None,
        },
    }
    with stage.ledger.store.reading() as session:
        assert session.get_one(VariableRow, f"written_by_{generation.sdk}").val == "a task"
        assert session.get_one(RenderedFieldsRow, row.id).rendered_fields == {"subject": subject}


@each_generation
def test_a_task_fails(generation: Generation, environment: Environment, stage: Stage) -> None:
    row = play(stage, environment, "fail")

    assert ended(row) == "failed"
    assert (row.try_number, stage.xcoms(generation.sdk, "fail")) == (1, {})


@each_generation
def test_a_task_that_may_fail_again_waits_for_its_next_try(
    generation: Generation, environment: Environment, stage: Stage
) -> None:
    tried = stage.task_instance(generation.sdk, "retry").id

    row = play(stage, environment, "retry")

    assert ended(row) == "up_for_retry"
    assert (row.try_number, row.id == tried) == (2, False)
    with stage.ledger.store.reading() as session:
        kept = session.get_one(TaskInstanceHistoryRow, tried)
        assert (kept.try_number, kept.successor_id) == (1, row.id)


@each_generation
def test_a_task_is_skipped(generation: Generation, environment: Environment, stage: Stage) -> None:
    assert ended(play(stage, environment, "skip")) == "skipped"


@each_generation
def test_a_task_asks_to_be_run_later(generation: Generation, environment: Environment, stage: Stage) -> None:
    row = play(stage, environment, "reschedule")

    assert ended(row) == "up_for_reschedule"
    with stage.ledger.store.reading() as session:
        asked = session.scalars(select(TaskRescheduleRow).filter_by(ti_id=row.id)).one()
        assert (asked.reschedule_date, asked.end_date) == (NOON, row.end_date)


@each_generation
def test_a_task_defers_and_resumes(generation: Generation, environment: Environment, stage: Stage) -> None:
    waiting = play(stage, environment, "wait")

    assert (waiting.state, waiting.next_method, stage.xcoms(generation.sdk, "wait")) == ("deferred", "resume", {})
    with stage.ledger.store.reading() as session:
        trigger = session.get_one(TriggerRow, waiting.trigger_id)
        assert trigger.classpath == "seven_ends.Bell"
        assert waiting.trigger_timeout is not None
        # From the moment at which the worker had said it to the one at which it was written down.
        assert (
            timedelta(0) <= waiting.trigger_timeout - trigger.created_date - timedelta(hours=1) < timedelta(minutes=1)
        )

    stage.ring(generation.sdk, "wait")
    over = play(stage, environment, "wait")

    assert ended(over) == "success"
    assert over.start_date == waiting.start_date
    assert (over.next_method, over.next_kwargs, over.trigger_id) == (None, None, None)
    assert stage.xcoms(generation.sdk, "wait") == {"return_value": RESUMED}


@pytest.mark.parametrize("crossing", CROSSINGS, ids=str)
def test_a_task_resumes_on_another_sdk_than_it_deferred_on(
    crossing: Crossing, environment_of: Environments, stage: Stage
) -> None:
    cast = str(crossing)
    waiting = play(stage, environment_of(generation_of(crossing.defers)), "wait", cast=cast)
    assert (waiting.state, stage.xcoms(cast, "wait")) == ("deferred", {})

    stage.ring(cast, "wait")
    over = play(stage, environment_of(generation_of(crossing.resumes)), "wait", cast=cast)

    assert ended(over) == "success"
    assert stage.xcoms(cast, "wait") == {"return_value": RESUMED}
