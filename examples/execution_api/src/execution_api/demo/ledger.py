"""The server's database, as the parts of a scheduler see it: they are beside the server, not behind its API."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import select

from execution_api.handlers.task_state import set_aside
from execution_api.models.states import TaskInstanceState
from execution_api.models.tasks import TaskInstance
from execution_api.store import Store
from execution_api.tables import TaskInstanceRow, XComRow

__all__ = ["Ledger", "TaskInstanceRecord"]

_EVENT: Final = "rung"


@dataclass(frozen=True, slots=True)
class TaskInstanceRecord:
    """What the database holds of a task instance.

    Attributes:
        state: Its state.
        xcoms: The value of each XCom it has written, by key.
    """

    state: str | None
    xcoms: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Reads the database of a running server, and writes what a scheduler and a triggerer write there."""

    store: Store

    @classmethod
    @contextmanager
    def at(cls, database: str) -> Generator[Self]:
        """Open the database of a URL and close it in the end."""
        store = Store(database)
        try:
            yield cls(store)
        finally:
            store.close()

    def task_instance(self, task_instance_id: str) -> TaskInstanceRecord:
        """What became of a task instance."""
        with self.store.reading() as session:
            row = session.get_one(TaskInstanceRow, UUID(task_instance_id))
            written = select(XComRow).filter_by(
                dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id, map_index=row.map_index
            )
            return TaskInstanceRecord(row.state, {xcom.key: xcom.value for xcom in session.scalars(written)})

    def handed_out(self, task_instance_id: str) -> TaskInstance:
        """The task instance as an executor of today would hand it to a worker."""
        with self.store.reading() as session:
            row = session.get_one(TaskInstanceRow, UUID(task_instance_id))
            return TaskInstance.model_validate(row, from_attributes=True)

    def current_id(self, run_id: str, task_id: str) -> str:
        """The id that a task instance has now: each try has its own."""
        with self.store.reading() as session:
            return str(session.scalars(select(TaskInstanceRow.id).filter_by(run_id=run_id, task_id=task_id)).one())

    def play_the_scheduler(self, task_instance_id: str) -> None:
        """Queue a task instance whose turn it is."""
        with self.store.writing() as session:
            session.get_one(TaskInstanceRow, UUID(task_instance_id)).state = TaskInstanceState.QUEUED

    def clear_once_running(self, task_instance_id: str, *, within: float) -> None:
        """Clear a task instance as soon as it runs, as somebody would who wants it to run again from its beginning.

        Raises:
            TimeoutError: It did not run within so many seconds.
        """
        until = time.monotonic() + within
        while self.task_instance(task_instance_id).state != TaskInstanceState.RUNNING:
            if time.monotonic() > until:
                raise TimeoutError(f"task instance {task_instance_id} did not run within {within:g} s")
            time.sleep(0.05)
        with self.store.writing() as session:
            row = session.get_one(TaskInstanceRow, UUID(task_instance_id))
            set_aside(session, row)
            row.state = None

    def play_the_triggerer(self, task_instance_id: str) -> None:
        """Let the event come that a deferred task instance waits for, and queue it again.

        Raises:
            ValueError: It does not wait.
        """
        with self.store.writing() as session:
            row = session.get_one(TaskInstanceRow, UUID(task_instance_id))
            if row.state != "deferred":
                raise ValueError(f"task instance {task_instance_id} is {row.state}, it waits for nothing")
            row.next_kwargs = _with_event(row.next_kwargs)
            row.state = "queued"
            row.trigger_id = None
            row.trigger_timeout = None


def _with_event(next_kwargs: JsonValue) -> JsonValue:
    """The arguments of the method to go on with, and the event among them.

    Workers up to 1.1 wrap their arguments in an object that names its type, newer ones do not; what is stored is what
    the worker wrote.
    """
    if not isinstance(next_kwargs, dict):
        return {"event": _EVENT}
    wrapped = next_kwargs.get("__var")
    if next_kwargs.get("__type") == "dict" and isinstance(wrapped, dict):
        return {**next_kwargs, "__var": {**wrapped, "event": _EVENT}}
    return {**next_kwargs, "event": _EVENT}
