"""Around the versions: how a request selects one, what an error response looks like, and what the log holds."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from starlette.testclient import TestClient

from examples.execution_api.tests.serving import MINE, RUN, START, Bearer, Serve

OLDEST = {"Airflow-API-Version": "2025-04-11"}


def variable(client: TestClient, bearer: Bearer, version: str | None, name: str = "tg_var") -> Any:
    client.headers.pop("Airflow-API-Version", None)
    asked = {} if version is None else {"Airflow-API-Version": version}
    return client.get(f"/variables/{name}", headers={**bearer(), **asked})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "names no version"),
        ("yesterday", "not a version"),
        ("2025-01-01", "older than the oldest"),
        ("2026-12-31", "upgrade the server first"),
    ],
)
def test_a_version_that_cannot_be_served_is_refused_as_every_worker_reads_it(
    client: TestClient, bearer: Bearer, asked: str | None, words: str
) -> None:
    response = variable(client, bearer, asked)

    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    assert words in response.json()["detail"]
    assert response.json()["supported_versions"][::8] == ["2026-06-30", "2025-04-11"]
    assert "airflow-api-version" not in response.headers


def test_a_worker_between_two_versions_gets_the_older_one_and_its_name(client: TestClient, bearer: Bearer) -> None:
    response = variable(client, bearer, "2025-09-01")

    assert (response.status_code, response.headers["airflow-api-version"]) == (200, "2025-08-10")


@pytest.mark.parametrize("path", ["/health", "/health/ping"])
def test_health_needs_no_version(client: TestClient, path: str) -> None:
    client.headers.pop("Airflow-API-Version")

    assert client.get(path).status_code == 200


def test_a_variable_named_keys_can_be_read_where_keys_are_not_listed(
    serve: Serve, world: dict[str, Any], bearer: Bearer
) -> None:
    world["variables"].append({"key": "keys", "value": "brass", "description": None})
    client = serve(world=world)

    assert variable(client, bearer, "2026-04-06", "keys").json() == {"key": "keys", "value": "brass"}
    assert variable(client, bearer, "2026-06-30", "keys").json()["total_entries"] == len(world["variables"])


def test_a_run_named_previous_is_reached_where_the_path_is_free(
    serve: Serve, world: dict[str, Any], bearer: Bearer
) -> None:
    world["dag_runs"].append({**world["dag_runs"][0], "run_id": "previous", "logical_date": None})
    client = serve(world=world)
    path = "/dag-runs/tg_demo/previous"

    newer = client.get(path, headers={**bearer(), "Airflow-API-Version": "2026-04-06"})
    older = client.get(
        f"{path}?logical_date=2026-01-02T00:00:00Z", headers={**bearer(), "Airflow-API-Version": "2025-11-05"}
    )
    before = client.get(path, headers={**bearer(), "Airflow-API-Version": "2025-05-20"})

    assert newer.json()["run_id"] == "previous"
    assert older.json()["run_id"] == "manual__2026-01-01T00:00:00+00:00"
    assert before.status_code == 405


def test_the_first_worker_starts_a_task_though_it_names_no_content_type(client: TestClient, bearer: Bearer) -> None:
    response = client.patch(
        f"/task-instances/{MINE}/run",
        content=b'{"state":"running","hostname":"h","unixname":"u","pid":1,"start_date":"2026-01-02T00:01:00Z"}',
        headers={**bearer(), **OLDEST},
    )

    assert response.status_code == 200
    assert response.json()["dag_run"]["run_id"] == RUN
    assert response.json()["upstream_map_indexes"] is None
    assert "state" not in response.json()["dag_run"]


def test_a_key_that_a_version_does_not_have_is_refused_with_its_place(client: TestClient, bearer: Bearer) -> None:
    response = client.post(
        "/dag-runs/tg_demo/mine", json={"note": "by hand"}, headers={**bearer(), "Airflow-API-Version": "2025-11-05"}
    )

    assert (response.status_code, response.headers["content-type"]) == (422, "application/json")
    (problem,) = response.json()["detail"]
    assert (problem["loc"], problem["type"]) == (["body", "note"], "extra_forbidden")
    assert (problem["msg"], problem["input"]) == ("Extra inputs are not permitted", "by hand")


@pytest.mark.parametrize(("version", "gated"), [("2025-04-11", [1, 1, 0]), ("2026-06-30", [0, 0, 0])])
def test_the_log_counts_the_converted_bodies(
    client: TestClient, bearer: Bearer, caplog: pytest.LogCaptureFixture, version: str, gated: list[int]
) -> None:
    headers = {**bearer(), "Airflow-API-Version": version}

    with caplog.at_level(logging.INFO, logger="execution_api.requests"):
        client.patch(f"/task-instances/{MINE}/run", json=START, headers=headers)
        client.patch(f"/task-instances/{MINE}/state", json={"state": "queued"}, headers=headers)
        client.get("/variables/tg_var", headers=headers)

    lines = [vars(record)["fields"] for record in caplog.records if record.name == "execution_api.requests"]
    assert [line["gated"] for line in lines] == gated
    assert {line["api_version"] for line in lines} == {version}
    assert [line["status"] for line in lines] == [200, 204, 200]
