"""Whole task runs: one server for all of them, and for each cast a run of the DAG of its own."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from execution_api.auth import issue_token
from execution_api.demo.ledger import Ledger
from execution_api.demo.server import RunningServer, running_server
from execution_api.tables import TaskInstanceRow
from execution_api.worker import GENERATIONS, Environment, TaskOrder, TaskRun, run_task, workload_for
from pydantic import JsonValue
from sqlalchemy import select

__all__ = ["CROSSINGS", "Crossing", "Stage", "world"]

_DAG_FILE: Final = Path(__file__).parent / "dags" / "seven_ends.py"
_DAG_ID: Final = _DAG_FILE.stem
_TASKS: Final = ("ok", "fail", "retry", "skip", "reschedule", "wait")
_RETRIES: Final = {"retry": 2}
_FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A task that a worker of one SDK defers and a worker of another resumes."""

    defers: str
    resumes: str

    def __str__(self) -> str:
        return f"{self.defers}-then-{self.resumes}"


CROSSINGS: Final = (
    Crossing("1.3.2", "1.0.6"),
    Crossing("1.0.6", "1.3.2"),
    # The oldest and the newest, and the neighbours between which the form has changed.
    Crossing("1.3.2", "1.0.0"),
    Crossing("1.0.0", "1.3.2"),
    Crossing("1.2.2", "1.1.8"),
    Crossing("1.1.8", "1.2.2"),
)

_CASTS: Final = (*(generation.sdk for generation in GENERATIONS), *map(str, CROSSINGS))
"""Whoever plays names the run of the DAG."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that runs, and its database.

    Attributes:
        server: The server.
        ledger: Its database, as a scheduler and a triggerer see it.
    """

    server: RunningServer
    ledger: Ledger

    @classmethod
    @contextmanager
    def at(cls, folder: Path) -> Generator[Self]:
        """Start a server whose files go to a folder, and stop it in the end."""
        with running_server(folder, world=world()) as server, Ledger.at(server.database) as ledger:
            yield cls(server, ledger)

    def run(self, environment: Environment, *, cast: str, task_id: str) -> TaskRun:
        """Let a worker run a task to its end.

        Args:
            environment: Where the worker's SDK is installed.
            cast: Whose run of the DAG.
            task_id: The task.
        """
        task_instance_id = str(self.task_instance(cast, task_id).id)
        order = TaskOrder(
            task_instance=workload_for(environment.generation, self.ledger.handed_out(task_instance_id)),
            dag_file=_DAG_FILE,
            server=self.server.url,
            # An executor gives a task a token for `/run` only; the response to it has the token to go on with.
            token=self._token(task_instance_id),
        )
        return run_task(environment, order)

    def bearer(self, task_instance_id: str) -> dict[str, str]:
        """The header with which a worker asks to start a task."""
        return {"Authorization": f"Bearer {self._token(task_instance_id)}"}

    def task_instance(self, cast: str, task_id: str) -> TaskInstanceRow:
        """What the database holds of a task instance now; its id changes when it is to be tried again."""
        with self.ledger.store.reading() as session:
            row = session.scalars(select(TaskInstanceRow).filter_by(dag_id=_DAG_ID, run_id=cast, task_id=task_id)).one()
            session.expunge(row)
            return row

    def xcoms(self, cast: str, task_id: str) -> dict[str, JsonValue]:
        """Every XCom that a task has written, by key."""
        return self.ledger.task_instance(str(self.task_instance(cast, task_id).id)).xcoms

    def _token(self, task_instance_id: str) -> str:
        return issue_token(task_instance_id, scope="workload", secret=self.server.secret)

    def ring(self, cast: str, task_id: str) -> None:
        """Let the event come that a task waits for, and queue the task again."""
        self.ledger.play_the_triggerer(str(self.task_instance(cast, task_id).id))


def world() -> dict[str, JsonValue]:
    """The rows that the server starts from: for each cast a run of the DAG."""
    return {
        "dags": [{"dag_id": _DAG_ID, "bundle_name": "tests", "relative_fileloc": _DAG_FILE.name, "owners": "tests"}],
        "dag_runs": [_dag_run(cast, day) for day, cast in enumerate(_CASTS)],
        "task_instances": [_task_instance(cast, task_id) for cast in _CASTS for task_id in _TASKS],
        "variables": [{"key": "greeting", "value": "good morning"}],
        "connections": [
            {
                "conn_id": "warehouse",
                "conn_type": "postgres",
                "host": "warehouse.example",
                "login": "reader",
                "password": "only the server has it",
                "port": 5432,
            }
        ],
        "xcoms": [
            {"dag_id": _DAG_ID, "run_id": cast, "task_id": "upstream", "key": "return_value", "value": {"of": cast}}
            for cast in _CASTS
        ],
    }


def _dag_run(cast: str, day: int) -> dict[str, JsonValue]:
    # No two runs of one DAG have the same logical date.
    date = (_FIRST_DAY + timedelta(days=day)).isoformat()
    return {
        "dag_id": _DAG_ID,
        "run_id": cast,
        "logical_date": date,
        "data_interval_start": date,
        "data_interval_end": date,
        "run_after": date,
        # Not started, without a configuration, and of a type that is newer than most of the workers.
        "start_date": None,
        "state": "running",
        "run_type": "operator_triggered",
        "conf": None,
        "triggering_user_name": "somebody",
        "partition_key": "a partition",
        "team_name": "a team",
    }


def _task_instance(cast: str, task_id: str) -> dict[str, JsonValue]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{_DAG_ID}/{cast}/{task_id}")),
        "dag_id": _DAG_ID,
        "run_id": cast,
        "task_id": task_id,
        "try_number": 1,
        "max_tries": _RETRIES.get(task_id, 0),
        "state": "queued",
        "dag_version_id": str(uuid.uuid5(uuid.NAMESPACE_OID, _DAG_ID)),
    }
