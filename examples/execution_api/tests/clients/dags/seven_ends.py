"""A DAG that every Task SDK since 1.0.0 can run; each of its tasks ends in a way of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, BaseOperator, Connection, Variable
from airflow.triggers.base import BaseTrigger, TriggerEvent

try:
    from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException
except ImportError:  # before 1.1
    from airflow.exceptions import AirflowRescheduleException, AirflowSkipException

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Ok(BaseOperator):
    """Reads and writes whatever a task can, and returns what it saw."""

    template_fields = ("subject",)

    def __init__(self, *, subject: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject = subject

    def execute(self, context: Any) -> dict[str, Any]:
        ti = context["ti"]
        warehouse = Connection.get("warehouse")
        ti.xcom_push(key="pushed", value={"host": warehouse.host, "port": warehouse.port})
        Variable.set(f"written_by_{context['dag_run'].run_id}", "a task")
        return {
            "subject": self.subject,
            "pushed": ti.xcom_pull(task_ids=self.task_id, key="pushed"),
            "upstream": ti.xcom_pull(task_ids="upstream", key="return_value"),
            "absent": ti.xcom_pull(task_ids="upstream", key="absent"),
            "greeting": Variable.get("greeting"),
            "nowhere": Variable.get("nowhere", default="not there"),
            "password": warehouse.password,
            "conf": context["dag_run"].conf,
        }


class Fail(BaseOperator):
    """Fails."""

    def execute(self, context: Any) -> None:
        raise RuntimeError("this task fails on purpose")


class Skip(BaseOperator):
    """Says that there is nothing to do."""

    def execute(self, context: Any) -> None:
        raise AirflowSkipException("nothing to do")


class Reschedule(BaseOperator):
    """Says that it is too early."""

    def execute(self, context: Any) -> None:
        raise AirflowRescheduleException(NOON)


class Bell(BaseTrigger):
    """A trigger that fires once; it is never run here, the tests play the triggerer."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("seven_ends.Bell", {"at": self.at})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent("rung")


class Wait(BaseOperator):
    """Defers, and goes on in another process, maybe of another SDK."""

    def execute(self, context: Any) -> None:
        self.defer(
            trigger=Bell(NOON),
            method_name="resume",
            kwargs={
                "since": NOON,
                "patience": timedelta(seconds=90),
                "visits": [1, 2],
                "nested": {"at": [NOON], "no": None, "text": "ä", "deeper": {"flag": True, "share": 0.5}},
            },
            timeout=timedelta(hours=1),
        )

    def resume(
        self,
        context: Any,
        *,
        event: Any,
        since: datetime,
        patience: timedelta,
        visits: list[int],
        nested: dict[str, Any],
    ) -> dict[str, Any]:
        """Return what arrived, by means that only a date and a duration have."""
        return {
            "event": event,
            "until": (since + patience).astimezone(UTC).isoformat(),
            "patience": patience.total_seconds(),
            "visits": visits,
            "nested": {**nested, "at": [moment.astimezone(UTC).isoformat() for moment in nested["at"]]},
        }


with DAG("seven_ends", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False):
    Ok(task_id="ok", subject="run {{ run_id }} says {{ var.value.greeting }}")
    Fail(task_id="fail")
    Fail(task_id="retry", retries=2)
    Skip(task_id="skip")
    Reschedule(task_id="reschedule")
    Wait(task_id="wait")
