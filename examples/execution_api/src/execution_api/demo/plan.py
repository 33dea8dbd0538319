"""What the demo plays: one DAG, a run of it for each worker, and what must have become of every task."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import JsonValue

from execution_api.worker import Generation, LanguageWorker

__all__ = [
    "DAG_FILE",
    "DAG_ID",
    "Act",
    "Performance",
    "Worker",
    "language_performance_of",
    "performance_of",
    "world_of",
]

Worker: TypeAlias = Generation | LanguageWorker
"""Whoever runs a task."""

DAG_ID: Final = "first_worker"
# The example is a folder to try things in, installed as it stands: its DAGs lie beside its source.
DAG_FILE: Final = Path(__file__).parents[3] / "dags" / f"{DAG_ID}.py"

_DAG_VERSION: Final = "0b6c5b0e-6a0c-4f4e-9a54-1f2f6f0f8c11"
_FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_GREETING: Final = "good morning"
_WAREHOUSE: Final = "reader@warehouse.example:5432"
_UNTIL_IN_PYTHON: Final = "2026-01-02T12:01:30+00:00"
_PARTS: Final = (3, 1, 2)
"""What the instances of a mapped task have returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One run of a task by a worker, and the state the server must be in afterwards.

    Attributes:
        worker: Who runs it.
        task_id: The task.
        label: What the table calls it.
        state: The task instance's state in the database; None for none.
        xcoms: Every XCom of the task instance in the database, by key.
        cleared: Whether somebody clears the task instance while it runs, so that the worker is told to stop.
    """

    worker: Worker
    task_id: str
    label: str
    state: str | None
    xcoms: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    cleared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What one worker plays, with another one where it needs a partner: a DAG run of its own.

    Attributes:
        worker: Whose performance it is.
        run_id: Its DAG run.
        threads: Acts that follow each other; between two, the demo plays the scheduler and the triggerer.
    """

    worker: Worker
    run_id: str
    threads: tuple[tuple[Act, ...], ...]

    def task_instance_id(self, task_id: str) -> str:
        """The id that a task instance of this run has at first, the same each time."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{DAG_ID}/{self.run_id}/{task_id}"))

    def queue(self, task_id: str) -> str:
        """The queue of a task: each has its own, so that nobody takes what is meant for another act."""
        return f"{self.run_id}.{task_id}"


def performance_of(generation: Generation) -> Performance:
    """What a Task SDK plays."""
    letter: JsonValue = {"greeting": _GREETING, "to": _WAREHOUSE}
    run_id = f"sdk-{generation.sdk}"
    exchange = Act(
        worker=generation,
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
                "conf": {"asked_by": run_id},
            },
        },
    )
    return Performance(
        worker=generation,
        run_id=run_id,
        threads=(
            (exchange,),
            (Act(worker=generation, task_id="fail", label="fail", state="failed"),),
            (_deferred(generation, "wait"), _resumed(generation, "wait", until=_UNTIL_IN_PYTHON)),
        ),
    )


def language_performance_of(worker: LanguageWorker, *, partner: Generation) -> Performance:
    """What a worker in another language plays, together with a Task SDK.

    Args:
        worker: The worker.
        partner: Asks it, reads its reply, defers a task that it resumes, and resumes one that it defers.
    """
    run_id = f"{worker.language.name}-{worker.api_version}"
    question: JsonValue = {"from": run_id, "text": "how do you do?"}
    reply: JsonValue = {
        "to": run_id,
        "greeting": _GREETING,
        "warehouse": _WAREHOUSE,
        "has_password": True,
        "nowhere": "not there",
        "parts": list(_PARTS),
    }
    said: dict[str, JsonValue] = {"echo": "how do you do?", "return_value": reply}
    read: JsonValue = {"reply": reply, "echo": "how do you do?"}
    return Performance(
        worker=worker,
        run_id=run_id,
        threads=(
            (
                Act(worker=partner, task_id="ask", label="ask", state="success", xcoms={"question": question}),
                Act(worker=worker, task_id="reply", label="reply", state="success", xcoms=said),
                Act(worker=partner, task_id="read", label="read", state="success", xcoms={"return_value": read}),
            ),
            (Act(worker=worker, task_id="fail", label="fail", state="failed"),),
            (
                Act(worker=worker, task_id="retry", label="retry", state="up_for_retry"),
                Act(worker=worker, task_id="retry", label="retry, again", state="success", xcoms={"return_value": 2}),
            ),
            (_deferred(partner, "wait"), _resumed(worker, "wait", until="2026-01-02T12:01:30Z")),
            (_deferred(worker, "hold"), _resumed(partner, "hold", until=_UNTIL_IN_PYTHON)),
            (Act(worker=worker, task_id="linger", label="linger, cleared", state=None, cleared=True),),
        ),
    )


def _deferred(worker: Worker, task_id: str) -> Act:
    return Act(worker=worker, task_id=task_id, label=task_id, state="deferred")


def _resumed(worker: Worker, task_id: str, *, until: str) -> Act:
    resumed: JsonValue = {"event": "rung", "until": until, "patience": 90.0, "visits": [1, 2]}
    label = f"{task_id}, resumed"
    return Act(worker=worker, task_id=task_id, label=label, state="success", xcoms={"return_value": resumed})


def world_of(performances: tuple[Performance, ...]) -> dict[str, JsonValue]:
    """The rows the server starts from: one DAG, a run for each worker, a variable, a connection.

    The first task of each thread is queued. No two runs of one DAG have the same logical date.
    """
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
        "dag_runs": [
            _dag_run(performance, date=_FIRST_DAY + timedelta(days=number))
            for number, performance in enumerate(performances)
        ],
        "task_instances": [
            _task_instance(performance, thread, task_id)
            for performance in performances
            for thread in performance.threads
            for task_id in dict.fromkeys(act.task_id for act in thread)
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
        "xcoms": [
            {
                "dag_id": DAG_ID,
                "run_id": performance.run_id,
                "task_id": "part",
                "map_index": index,
                "key": "return_value",
                "value": part,
            }
            for performance in performances
            for index, part in enumerate(_PARTS)
        ],
        "assets": [],
        "asset_aliases": [],
        "asset_events": [],
    }


def _dag_run(performance: Performance, *, date: datetime) -> dict[str, JsonValue]:
    day = date.isoformat()
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
        "conf": {"asked_by": performance.run_id},
        "triggering_user_name": "demo",
        "clear_number": 0,
        "partition_key": None,
        "partition_date": None,
        "note": None,
        "team_name": None,
        "consumed_asset_events": [],
    }


def _task_instance(performance: Performance, thread: tuple[Act, ...], task_id: str) -> dict[str, JsonValue]:
    return {
        "id": performance.task_instance_id(task_id),
        "dag_id": DAG_ID,
        "run_id": performance.run_id,
        "task_id": task_id,
        "map_index": -1,
        "try_number": 1,
        "max_tries": 1 if any(act.state == "up_for_retry" for act in thread) else 0,
        "state": "queued" if task_id == thread[0].task_id else "scheduled",
        "hostname": "",
        "unixname": "",
        "pid": None,
        "start_date": None,
        "end_date": None,
        "duration": None,
        "queue": performance.queue(task_id),
        "dag_version_id": _DAG_VERSION,
        "operator": task_id.title(),
        "next_method": None,
        "next_kwargs": None,
        "outlets": [],
        "inlets": [],
    }
