"""Workers of a queue wait for task instances, and get each of them once, in the shape of their version."""

from __future__ import annotations

import copy
import time
from datetime import timedelta
from typing import Any

import pytest
from execution_api import issue_token
from execution_api.auth import Authority
from execution_api.handlers import workloads
from execution_api.models import ExecuteTask
from starlette.testclient import TestClient

from examples.execution_api.tests.serving import MINE, SECRET, START, WORLD, Bearer, Serve

PICKED = "queue:default"


def queued(**changed: object) -> dict[str, Any]:
    """The world, with only MINE queued, in these other ways."""
    world = copy.deepcopy(WORLD)
    for task in world["task_instances"]:
        task["state"] = "queued" if task["id"] == MINE else "success"
        if task["id"] == MINE:
            task.update(changed)
    return world


def test_a_queued_task_instance_is_handed_out_with_a_token_that_starts_it(serve: Serve, bearer: Bearer) -> None:
    client = serve(world=queued())

    (handed,) = client.get("/workloads?wait=0", headers=bearer(PICKED, "workload")).json()["workloads"]

    workload = ExecuteTask.model_validate(handed)
    assert (str(workload.ti.id), workload.ti.task_id, workload.bundle_info.name) == (MINE, "extract", "dags-folder")
    claims = Authority(SECRET).read(workload.token)
    assert (claims.subject, claims.scope) == (MINE, "workload")
    shown = {"Authorization": f"Bearer {workload.token}"}
    assert client.patch(f"/task-instances/{MINE}/run", headers=shown, json=START).status_code == 200


def test_an_older_worker_gets_the_task_instance_that_it_knows(serve: Serve, bearer: Bearer) -> None:
    client = serve(world=queued())
    older = {**bearer(PICKED, "workload"), "Airflow-API-Version": "2025-04-11"}

    (handed,) = client.get("/workloads?wait=0", headers=older).json()["workloads"]

    assert {"queue", "dag_version_id"}.isdisjoint(handed["ti"])


def test_a_workload_is_handed_out_once_until_its_lease_ends(
    serve: Serve, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(world=queued())
    token = bearer(PICKED, "workload")

    def ids() -> list[str]:
        return [one["ti"]["id"] for one in client.get("/workloads?wait=0", headers=token).json()["workloads"]]

    assert [ids(), ids()] == [[MINE], []]
    monkeypatch.setattr(workloads, "LEASE", timedelta(0))
    assert ids() == [MINE]


@pytest.mark.parametrize("changed", [{"queue": "other"}, {"state": "scheduled"}], ids=["another queue", "not queued"])
def test_what_is_not_of_the_queue_is_not_handed_out(serve: Serve, bearer: Bearer, changed: dict[str, str]) -> None:
    client = serve(world=queued(**changed))

    response = client.get("/workloads?wait=0", headers=bearer(PICKED, "workload"))

    assert (response.status_code, response.json()) == (200, {"workloads": []})


def test_a_worker_waits_as_long_as_it_says(serve: Serve, bearer: Bearer) -> None:
    client = serve(world=queued(queue="other"))
    began = time.monotonic()

    response = client.get("/workloads?wait=0.5", headers=bearer(PICKED, "workload"))

    assert response.json() == {"workloads": []}
    assert 0.5 <= time.monotonic() - began < 25


@pytest.mark.parametrize(
    ("subject", "scope"), [(MINE, "workload"), (PICKED, "execution")], ids=["a task's token", "another scope"]
)
def test_only_the_token_of_a_queue_opens_it(client: TestClient, subject: str, scope: str) -> None:
    token = issue_token(subject, "workload" if scope == "workload" else "execution", secret=SECRET)

    assert client.get("/workloads?wait=0", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_the_token_of_a_queue_is_renewed_near_its_end(client: TestClient) -> None:
    token = issue_token(PICKED, "workload", secret=SECRET, lifetime=timedelta(seconds=20))

    response = client.get("/workloads?wait=0", headers={"Authorization": f"Bearer {token}"})

    claims = Authority(SECRET).read(response.headers["Refreshed-API-Token"])
    assert (claims.subject, claims.scope) == (PICKED, "workload")
