"""What the demo plays: one DAG, a run of it for each SDK, and what must have become of every task."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from execution_api.worker import GENERATIONS, Generation

__all__ = ["DAG_FILE", "DAG_ID", "Act", "Performance", "performance_of", "world_of"]

DAG_ID: Final = "first_worker"
# The example is a folder to try things in, installed as it stands: its DAGs lie beside its source.
DAG_FILE: Final = Path(__file__).parents[3] / "dags" / f"{DAG_ID}.py"

_DAG_VERSION: Final = "0b6c5b0e-6a0c-4f4e-9a54-1f2f6f0f8c11"
_FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_GREETING: Final = "good morning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One run of a task by a worker, and the state the server must be in afterwards.

    Attributes:
        task_id: The task.
        label: What the table calls it.
        state: The task instance's state in the database.
        xcoms: Every XCom of the task instance in the database, by key.
    """

    task_id: str
    label: str
    state: str
    xcoms: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What one SDK plays: a DAG run of its own, so that no SDK disturbs another.

    Attributes:
        generation: The SDK.
        run_id: Its DAG run.
        day: The run's logical date.
        threads: The task instances; the acts of one follow each other, and between two the demo plays the triggerer.
    """

    generation: Generation
    run_id: str
    day: datetime
    threads: tuple[tuple[Act, ...], ...]

    def task_instance_id(self, task_id: str) -> str:
        """The id of a task instance of this run, the same each time."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{DAG_ID}/{self.run_id}/{task_id}"))


def performance_of(generation: Generation) -> Performance:
    """What an SDK plays."""
    letter: JsonValue = {"greeting": _GREETING, "to": "reader@warehouse.example:5432"}
    run_id = f"sdk-{generation.sdk}"
    exchange = Act(
        task_id="exchange",
        label="exchange",
        state="success",
        xcoms={
            "letter": letter,
            "return_value": {
                "subject": f"run {run_id}",
                "letter": letter,
                "nowhere": "not there",
                "has_password": True,
                "conf": {"asked_by": generation.sdk},
            },
        },
    )
    resumed: JsonValue = {
        "event": "rung",
        "until": "2026-01-02T12:01:30+00:00",
        "patience": 90.0,
        "visits": [1, 2],
    }
    return Performance(
        generation=generation,
        run_id=run_id,
        # No two runs of one DAG have the same logical date.
        day=_FIRST_DAY + timedelta(days=GENERATIONS.index(generation)),
        threads=(
            (exchange,),
            (Act(task_id="fail", label="fail", state="failed"),),
            (
                Act(task_id="wait", label="wait", state="deferred"),
                Act(task_id="wait", label="wait, resumed", state="success", xcoms={"return_value": resumed}),
            ),
        ),
    )


def world_of(performances: tuple[Performance, ...]) -> dict[str, JsonValue]:
    """The rows the server starts from: one DAG, a run for each SDK with its tasks queued, a variable, a connection."""
    return {
        "dags": [
            {
                "dag_id": DAG_ID,
                "is_paused": False,
                "bundle_name": "demo",
                "relative_fileloc": DAG_FILE.name,
                "owners": "demo",
                "tags": [],
                "next_dagrun": None,
            }
        ],
        "dag_runs": [_dag_run(performance) for performance in performances],
        "task_instances": [
            _task_instance(performance, thread[0]) for performance in performances for thread in performance.threads
        ],
        "archived_task_instances": [],
        "variables": [{"key": "greeting", "value": _GREETING}],
        "connections": [
            {
                "conn_id": "warehouse",
                "conn_type": "postgres",
                "host": "warehouse.example",
                "schema": "letters",
                "login": "reader",
                "password": "only the server has it",
                "port": 5432,
                "extra": None,
            }
        ],
        "xcoms": [],
        "assets": [],
        "asset_aliases": [],
        "asset_events": [],
    }


def _dag_run(performance: Performance) -> dict[str, JsonValue]:
    day = performance.day.isoformat()
    return {
        "dag_id": DAG_ID,
        "run_id": performance.run_id,
        "logical_date": day,
        "data_interval_start": day,
        "data_interval_end": day,
        "run_after": _FIRST_DAY.isoformat(),
        "start_date": _FIRST_DAY.isoformat(),
        "end_date": None,
        "state": "running",
        # Older workers know the types as a closed set without this one.
        "run_type": "operator_triggered",
        "conf": {"asked_by": performance.generation.sdk},
        "triggering_user_name": "demo",
        "clear_number": 0,
        "partition_key": None,
        "partition_date": None,
        "note": None,
        "team_name": None,
        "consumed_asset_events": [],
    }


def _task_instance(performance: Performance, act: Act) -> dict[str, JsonValue]:
    return {
        "id": performance.task_instance_id(act.task_id),
        "dag_id": DAG_ID,
        "run_id": performance.run_id,
        "task_id": act.task_id,
        "map_index": -1,
        "try_number": 1,
        "max_tries": 0,
        "state": "queued",
        "hostname": "",
        "unixname": "",
        "pid": None,
        "start_date": None,
        "end_date": None,
        "duration": None,
        "queue": "default",
        "dag_version_id": _DAG_VERSION,
        "operator": act.task_id.title(),
        "next_method": None,
        "next_kwargs": None,
        "outlets": [],
        "inlets": [],
    }
