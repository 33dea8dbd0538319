"""The bodies between a supervisor and a task's process of another age, without Cadwyn, FastAPI and HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, Final

import pytest
from airflow.sdk.api.datamodels._generated import BundleInfo, DagRun, TaskInstance, TIRetryStatePayload, TIRunContext
from airflow.sdk.execution_time.comms import RetryTask, StartupDetails
from airflow.sdk.execution_time.schema import registered_models_by_name
from pydantic import BaseModel

from examples.airflow.supervisor import Migrator
from timegate import Contract, Timeline, UpgradeError, Version, VersionChange, on

NEW: Final = "2026-11-01"
OLD: Final = "2026-06-16"
MOMENT: Final = "2026-01-02T00:00:00Z"


class NameTheFile(VersionChange):
    """The path of the Dag file is called so."""

    changes = (on(StartupDetails).renamed("dag_file", to="dag_rel_path"),)


class ShowQueueAndTeam(VersionChange):
    """A task instance names its queue, and a Dag run its team."""

    changes = (on(TaskInstance).added("queue"), on(DagRun).added("team_name"))


class ExplainRetries(VersionChange):
    """A task that failed can say why it is to be tried again."""

    changes = (on(TIRetryStatePayload).added("retry_reason"),)


@pytest.fixture(scope="module")
def migrator() -> Migrator:
    changes = (NameTheFile, ShowQueueAndTeam, ExplainRetries)
    return Migrator(Timeline(Version(NEW, *changes), Version(OLD)))


def startup() -> StartupDetails:
    dag_run: dict[str, Any] = {
        "dag_id": "d",
        "run_id": "r",
        "logical_date": MOMENT,
        "data_interval_start": None,
        "end_date": None,
    }
    dag_run |= {"data_interval_end": None, "run_after": MOMENT, "start_date": MOMENT, "run_type": "manual"}
    dag_run |= {"state": "running", "consumed_asset_events": [], "partition_key": None, "team_name": "a team"}
    task: dict[str, Any] = {
        "id": "01900000-0000-7000-8000-000000000001",
        "task_id": "t",
        "dag_id": "d",
        "run_id": "r",
        "try_number": 1,
    }
    task |= {"dag_version_id": "01900000-0000-7000-8000-0000000000dd", "queue": "java"}
    return StartupDetails.model_validate(
        {
            "ti": TaskInstance.model_validate(task),
            "dag_rel_path": "dag.py",
            "bundle_info": BundleInfo(name="b"),
            "start_date": MOMENT,
            "ti_context": TIRunContext.model_validate({"dag_run": dag_run, "max_tries": 0}),
            "sentry_integration": "",
        }
    )


def test_an_older_process_reads_the_message_as_its_version_has_it(migrator: Migrator) -> None:
    new, old = migrator.downgrade(startup(), NEW), migrator.downgrade(startup(), OLD)

    assert new["dag_rel_path"] == old["dag_file"] == "dag.py"
    assert "dag_rel_path" not in old
    assert new["ti"]["queue"] == "java"
    assert old["ti"] == {key: value for key, value in new["ti"].items() if key != "queue"}
    assert new["ti_context"]["dag_run"]["team_name"] == "a team"
    assert "team_name" not in old["ti_context"]["dag_run"]


def test_the_message_of_an_older_process_is_read_as_todays(migrator: Migrator) -> None:
    old = {"type": "RetryTask", "state": "up_for_retry", "end_date": MOMENT}

    message = migrator.upgrade(old, OLD)

    assert isinstance(message, RetryTask)
    assert "retry_reason" not in message.model_fields_set


def test_an_older_process_cannot_say_what_is_newer(migrator: Migrator) -> None:
    body = {"type": "RetryTask", "state": "up_for_retry", "end_date": MOMENT, "retry_reason": "busy"}

    with pytest.raises(UpgradeError) as caught:
        migrator.upgrade(body, OLD)

    assert caught.value.pointer == "/retry_reason"


def test_what_is_not_registered_is_no_message(migrator: Migrator) -> None:
    with pytest.raises(LookupError, match="no body is registered as 'Nothing'"):
        migrator.upgrade({"type": "Nothing"}, OLD)


def renamed_field(model: type[BaseModel]) -> str | None:
    """A field of the body, one that holds text if there is one."""
    names = [name for name in model.model_fields if name != "type"]
    return next(iter([name for name in names if is_text(model, name)] or names), None)


def is_text(model: type[BaseModel], field: str) -> bool:
    return repr(model.model_fields[field].annotation) in ("<class 'str'>", "str | None")


def test_a_field_of_every_registered_body_can_change() -> None:
    models = registered_models_by_name()
    fields = {model: field for model in models.values() if (field := renamed_field(model)) is not None}
    facts = tuple(on(model).renamed(f"former_{field}", to=field) for model, field in fields.items())
    change = type("RenameAll", (VersionChange,), {"__doc__": "A field of each is called otherwise.", "changes": facts})
    gates = Timeline(Version(NEW, change), Version(OLD)).compile(Contract.of_types(*models.values()))

    assert len(models) == 86
    assert len(fields) == 85  # one has no field but its type
    texts = {model: field for model, field in fields.items() if is_text(model, field)}
    assert len(texts) == 55
    for model, field in texts.items():
        body: dict[str, Any] = {field: "x", "type": model.__name__}
        old = {f"former_{field}": "x", "type": model.__name__}
        assert gates.downgrade(model, body, to_version=OLD) == old
        assert gates.upgrade(model, old, from_version=OLD) == body


def test_neither_fastapi_nor_starlette_is_imported() -> None:
    program = (
        "import sys; from examples.airflow.supervisor import Migrator; from timegate import Timeline, Version;"
        f"Migrator(Timeline(Version({OLD!r})));"
        "print(sorted({'cadwyn', 'fastapi', 'starlette'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, check=False)

    assert ran.stdout.splitlines()[-1:] == ["[]"], ran.stderr
