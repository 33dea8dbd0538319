"""What a version may not say yet is refused until the version that may: the real server takes it from everybody."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from execution_api import issue_token
from sqlalchemy import select
from starlette.testclient import TestClient

from examples.airflow.tests.conftest import SECRET, World
from examples.airflow.versions import timeline
from examples.execution_api.tests.serving import MINE, WORLD

VERSIONS: Final = tuple(sorted(version.value for version in timeline.versions))
END: Final = "2026-01-02T00:02:00Z"
DEFERRED: Final[Mapping[str, Any]] = {
    "state": "deferred",
    "classpath": "a.Trigger",
    "next_method": "resume",
    "next_kwargs": {},
}
WAITING: Final[Mapping[str, Any]] = {"state": "awaiting_input", "next_method": "resume", "next_kwargs": {}}


@dataclass(frozen=True, slots=True)
class Case:
    """A body, the last part of the place that is refused, and the version that may first say it."""

    body: Mapping[str, Any]
    place: str
    since: str

    @property
    def triggers(self) -> bool:
        """Whether it triggers a run; else it reports a state."""
        return "state" not in self.body


CASES: Final = {
    "success-names-its-map-index": Case(
        {"state": "success", "end_date": END, "rendered_map_index": "a"}, "rendered_map_index", "2025-04-28"
    ),
    "failed-names-its-map-index": Case(
        {"state": "failed", "end_date": END, "rendered_map_index": "a"}, "rendered_map_index", "2025-04-28"
    ),
    "deferred-names-its-map-index": Case({**DEFERRED, "rendered_map_index": "a"}, "rendered_map_index", "2025-04-28"),
    "retry-names-its-map-index": Case(
        {"state": "up_for_retry", "end_date": END, "rendered_map_index": "a"}, "rendered_map_index", "2025-04-28"
    ),
    "trigger-with-a-note": Case({"note": "hello"}, "note", "2026-04-06"),
    "trigger-for-later": Case({"run_after": "2026-03-01T00:00:00Z"}, "run_after", "2026-04-06"),
    "trigger-of-a-partition": Case({"partition_key": None}, "partition_key", "2026-04-06"),
    "retry-sets-its-delay": Case(
        {"state": "up_for_retry", "end_date": END, "retry_delay_seconds": 5}, "retry_delay_seconds", "2026-06-30"
    ),
    "retry-says-why": Case(
        {"state": "up_for_retry", "end_date": END, "retry_reason": "busy"}, "retry_reason", "2026-06-30"
    ),
    "waiting-for-a-person": Case(WAITING, "body", "2026-06-30"),
    "waiting-for-a-person-until": Case({**WAITING, "timeout": "PT1H"}, "body", "2026-06-30"),
}


@pytest.fixture
def running(load: Callable[[World], None]) -> None:
    """The task instance of the token runs."""
    world = copy.deepcopy(WORLD)
    (row,) = (row for row in world["task_instances"] if row["id"] == MINE)
    row.update(state="running", hostname="h", unixname="u", pid=1, start_date="2026-01-02T00:01:00Z")
    load(world)


def stored() -> tuple[str | None, int]:
    """The state of the task instance, and how many runs there are."""
    with create_session() as session:
        (state,) = session.scalars(select(TaskInstance.state).where(TaskInstance.id == UUID(MINE))).all() or (
            "cleared",
        )
        return state, len(session.scalars(select(DagRun.id)).all())


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_refused_until_the_version_that_may_say_it(case: Case, version: str, client: TestClient) -> None:
    before = stored()
    headers = {"Airflow-API-Version": version, "Authorization": f"Bearer {issue_token(MINE, secret=SECRET)}"}
    method, path = ("POST", "/dag-runs/tg_demo/new") if case.triggers else ("PATCH", f"/task-instances/{MINE}/state")

    response = client.request(method, path, json=dict(case.body), headers=headers)

    if version >= case.since:
        assert response.status_code == 204
        assert stored() != before
    else:
        assert response.status_code == 422
        assert case.place in [error["loc"][-1] for error in response.json()["detail"]]
        assert stored() == before
