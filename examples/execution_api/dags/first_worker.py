"""A DAG that every Task SDK since 1.0.0 can run: it talks to the server, it fails, it waits and goes on.

`reply`, `retry` and `linger` are tasks of the same DAG in other languages, as are a `fail`, a `wait` and a `hold`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, BaseOperator, Connection, Variable
from airflow.triggers.base import BaseTrigger, TriggerEvent

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Exchange(BaseOperator):
    """Reads a variable and a connection, pushes an XCom and pulls it again."""

    template_fields = ("subject",)

    def __init__(self, *, subject: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject = subject

    def execute(self, context: Any) -> dict[str, Any]:
        """Return what was read, so that it is seen in the server's database."""
        greeting = Variable.get("greeting")
        warehouse = Connection.get("warehouse")
        letter = {"greeting": greeting, "to": f"{warehouse.login}@{warehouse.host}:{warehouse.port}"}
        context["ti"].xcom_push(key="letter", value=letter)
        return {
            "subject": self.subject,
            "letter": context["ti"].xcom_pull(task_ids=self.task_id, key="letter"),
            "nowhere": Variable.get("nowhere", default="not there"),
            "has_password": bool(warehouse.password),
            "conf": context["dag_run"].conf,
        }


class Ask(BaseOperator):
    """Asks a task that may be written in another language."""

    def execute(self, context: Any) -> None:
        """Push the question."""
        context["ti"].xcom_push(key="question", value={"from": context["run_id"], "text": "how do you do?"})


class Read(BaseOperator):
    """Reads what the task has replied."""

    def execute(self, context: Any) -> dict[str, Any]:
        """Return what was read, so that it is seen in the server's database."""
        ti = context["ti"]
        return {
            "reply": ti.xcom_pull(task_ids="reply", map_indexes=-1),
            "echo": ti.xcom_pull(task_ids="reply", key="echo", map_indexes=-1),
        }


class Fail(BaseOperator):
    """Fails."""

    def execute(self, context: Any) -> None:
        """Raise."""
        raise RuntimeError("this task fails on purpose")


class Bell(BaseTrigger):
    """A trigger that fires once; it is never run here, the demo plays the triggerer."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Name the class and its arguments, for the triggerer's process."""
        return ("first_worker.Bell", {"at": self.at})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fire."""
        yield TriggerEvent("rung")


class Wait(BaseOperator):
    """Defers, and goes on in another process when the bell has rung."""

    def execute(self, context: Any) -> None:
        """Give the slot back; what `resume` needs travels over the server."""
        self.defer(
            trigger=Bell(NOON),
            method_name="resume",
            kwargs={"since": NOON, "patience": timedelta(seconds=90), "visits": [1, 2]},
            timeout=timedelta(hours=1),
        )

    def resume(
        self, context: Any, *, event: str, since: datetime, patience: timedelta, visits: list[int]
    ) -> dict[str, Any]:
        """Return what arrived, as types that only a date and a duration have."""
        return {
            "event": event,
            "until": (since + patience).astimezone(UTC).isoformat(),
            "patience": patience.total_seconds(),
            "visits": visits,
        }


with DAG("first_worker", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False):
    Exchange(task_id="exchange", subject="run {{ run_id }}")
    Ask(task_id="ask")
    Read(task_id="read")
    Fail(task_id="fail")
    Wait(task_id="wait")
    Wait(task_id="hold")
