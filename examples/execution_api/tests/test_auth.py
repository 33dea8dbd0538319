"""Who may ask for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from execution_api import create_app, issue_token
from execution_api.auth import ALGORITHM, AUDIENCE, CODEC, LIFETIME, Authority
from starlette.testclient import TestClient

from examples.execution_api.tests.serving import MINE, OTHER, SECRET, START, Bearer, Serve

TEST = "01900000-0000-7000-8000-0000000000c1"


def token_of(**changed: object) -> str:
    """A token like ours with other claims; None leaves one out."""
    now = datetime.now(UTC)
    claims = {"sub": MINE, "scope": "execution", "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + LIFETIME}
    merged = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return CODEC.encode(merged, SECRET, ALGORITHM)


def test_a_token_of_these_tests_is_like_ours(client: TestClient) -> None:
    response = client.get("/variables/tg_var", headers={"Authorization": f"Bearer {token_of()}"})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer nonsense",
        f"Bearer {issue_token(MINE, secret=SECRET, lifetime=timedelta(minutes=-5))}",
        f"Bearer {issue_token(MINE, secret=SECRET + ' of another server')}",
        f"Bearer {token_of(aud='urn:somebody-else')}",
        f"Bearer {token_of(sub=None)}",
        f"Bearer {token_of(exp=None)}",
        f"Bearer {token_of(scope='admin')}",
        f"Bearer {CODEC.encode({'sub': MINE, 'scope': 'execution'}, '', 'none')}",
    ],
    ids=["garbage", "expired", "other-secret", "other-audience", "no-subject", "endless", "unknown-scope", "unsigned"],
)
def test_a_token_that_is_not_ours_opens_nothing(client: TestClient, header: str) -> None:
    response = client.get("/variables/tg_var", headers={"Authorization": header})

    assert response.status_code == 403
    assert isinstance(response.json()["detail"], str)


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Basic dTpw"}])
def test_no_token_is_401(client: TestClient, headers: dict[str, str]) -> None:
    response = client.get("/variables/tg_var", headers=headers)

    assert (response.status_code, response.json()) == (401, {"detail": "Missing auth token"})


def test_a_refused_request_is_not_read(client: TestClient, bearer: Bearer) -> None:
    response = client.patch(f"/task-instances/{MINE}/run", headers=bearer(OTHER), content=b"{nonsense")

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", f"/task-instances/{MINE}/run", 200),
        ("PATCH", f"/task-instances/{MINE}/state", 403),
        ("PUT", f"/task-instances/{MINE}/heartbeat", 403),
        ("GET", "/variables/tg_var", 403),
        ("GET", "/connections/tg_conn", 403),
        ("GET", "/dag-runs/count?dag_id=tg_demo", 403),
        ("GET", f"/store/ti/{MINE}/k", 403),
    ],
)
def test_a_token_for_a_workload_only_starts_it(
    client: TestClient, bearer: Bearer, method: str, path: str, status: int
) -> None:
    response = client.request(method, path, headers=bearer(MINE, "workload"), json=START)

    assert response.status_code == status


def test_a_start_with_a_workload_token_returns_a_token_for_the_run(client: TestClient, bearer: Bearer) -> None:
    started = client.patch(f"/task-instances/{MINE}/run", headers=bearer(MINE, "workload"), json=START)

    renewed = {"Authorization": f"Bearer {started.headers['Refreshed-API-Token']}"}
    beat = {"hostname": "h", "pid": 1}
    assert client.put(f"/task-instances/{MINE}/heartbeat", headers=renewed, json=beat).status_code == 204
    assert client.get("/variables/tg_var", headers=renewed).json() == {"key": "tg_var", "value": "hello"}


def test_a_refused_start_gives_no_token(client: TestClient, bearer: Bearer) -> None:
    refused = client.patch(f"/task-instances/{OTHER}/run", headers=bearer(OTHER, "workload"), json=START)

    assert refused.status_code == 409
    assert "Refreshed-API-Token" not in refused.headers


@pytest.mark.parametrize(
    ("seconds", "renewed"), [(3600, False), (31, False), (29, True)], ids=["fresh", "short", "ending"]
)
def test_a_token_near_its_end_is_renewed(client: TestClient, seconds: int, renewed: bool) -> None:
    token = issue_token(MINE, secret=SECRET, lifetime=timedelta(seconds=seconds))

    response = client.get("/variables/tg_var", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 200
    assert ("Refreshed-API-Token" in response.headers) is renewed
    if renewed:
        assert Authority(SECRET).read(response.headers["Refreshed-API-Token"]).subject == MINE


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/task-instances/{}/run"),
        ("PATCH", "/task-instances/{}/state"),
        ("PATCH", "/task-instances/{}/skip-downstream"),
        ("PATCH", "/task-instances/{}/rendered-map-index"),
        ("PUT", "/task-instances/{}/heartbeat"),
        ("PUT", "/task-instances/{}/rtif"),
        ("GET", "/task-instances/{}/previous-successful-dagrun"),
        ("GET", "/task-instances/{}/validate-inlets-and-outlets"),
        ("GET", "/task-reschedules/{}/start_date"),
        ("POST", "/hitlDetails/{}"),
        ("PATCH", "/hitlDetails/{}"),
        ("GET", "/hitlDetails/{}"),
        ("GET", "/store/ti/{}/k"),
        ("PUT", "/store/ti/{}/k"),
        ("DELETE", "/store/ti/{}/k"),
        ("DELETE", "/store/ti/{}"),
    ],
)
@pytest.mark.parametrize("named", [OTHER, "no-uuid"])
def test_a_task_can_only_change_its_own_task_instance(
    client: TestClient, bearer: Bearer, method: str, path: str, named: str
) -> None:
    response = client.request(method, path.format(named), headers=bearer(MINE))

    assert (response.status_code, response.json()) == (403, {"detail": "Token subject does not match task instance ID"})


def test_ones_own_id_may_be_spelled_in_another_way(client: TestClient, bearer: Bearer) -> None:
    response = client.patch(f"/task-instances/{MINE.replace('-', '').upper()}/run", headers=bearer(MINE), json=START)

    assert response.status_code == 200


def test_a_connection_test_is_for_the_worker_that_holds_its_token(
    serve: Serve, world: dict[str, Any], bearer: Bearer
) -> None:
    world["connection_tests"] = [{"id": TEST, "conn_id": "c", "conn_type": "http", "password": "pw"}]
    client = serve(world=world)
    path = f"/connection-tests/{TEST}"

    assert client.get(f"{path}/connection", headers=bearer(TEST)).status_code == 403
    assert client.get(f"{path}/connection", headers=bearer(MINE, "workload")).status_code == 403
    handed = client.get(f"{path}/connection", headers=bearer(TEST, "workload"))
    assert (handed.status_code, handed.json()["password"]) == (200, "pw")
    assert "Refreshed-API-Token" not in handed.headers
    assert client.get(f"{path}/connection", headers=bearer(TEST, "workload")).status_code == 409

    result = {"state": "success", "result_message": "fine"}
    assert client.patch(path, headers=bearer(TEST, "workload"), json=result).status_code == 204
    assert client.patch(path, headers=bearer(TEST, "workload"), json=result).status_code == 409


@pytest.mark.parametrize("path", ["/health", "/health/ping"])
def test_health_needs_no_token(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_secret_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 32 bytes"):
        create_app(database="sqlite://", secret="short")
