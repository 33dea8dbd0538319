"""Requests that no recording holds, so that every operation of every version is seen at work."""

from __future__ import annotations

from pydantic import JsonValue

from examples.execution_api.tests.recordings import Exchange, Recording
from examples.execution_api.tests.serving import MINE, RUN

__all__ = ["situations_at"]

TEST = "01900000-0000-7000-8000-0000000000cc"
FIRST_RUN = "manual__2026-01-01T00%3A00%3A00%2B00%3A00"
RUN_IN_PATH = RUN.replace(":", "%3A").replace("+", "%2B")
XCOM = f"/xcoms/tg_demo/{RUN_IN_PATH}"
TASK_STORE = f"/store/ti/{MINE}"
ASSET_STORE = "/store/asset/by-uri"
ASSET = "uri=s3%3A%2F%2Fbucket%2Ftg_asset"


def situations_at(version: str) -> list[Recording]:
    """Return the situations that a version's clients may come into, as recordings without responses."""

    def ask(method: str, path: str, status: int, *, body: JsonValue = None, token: str = f"sub={MINE}") -> Exchange:
        headers = {"Airflow-API-Version": version, "Authorization": f"Bearer <jwt {token}>"}
        if body is not None:
            headers["content-type"] = "application/json"
        return Exchange(method, path, headers, body, (), status, {}, None)

    tester = f"sub={TEST} scope=workload"
    connection_test = {
        "insert": "connection_tests",
        "row": {"id": TEST, "conn_id": "tested", "conn_type": "http", "host": "example.org", "password": "pw"},
    }
    common = {
        "workloads": [
            ask("GET", "/workloads?wait=0", 200, token="sub=queue:default scope=workload"),
            ask("GET", "/workloads?wait=0", 200, token="sub=queue:empty scope=workload"),
            ask("GET", "/workloads?wait=0", 403, token=f"sub={MINE} scope=workload"),
        ],
        "tasks-counted": [
            ask("GET", "/task-instances/count?dag_id=tg_demo", 200),
            ask("GET", "/task-instances/count?dag_id=tg_demo&states=success", 200),
        ],
        "breadcrumbs": [ask("GET", f"/task-instances/breadcrumbs?dag_id=tg_demo&run_id={FIRST_RUN}", 200)],
        "variables-written": [
            ask("PUT", "/variables/new/one", 201, body={"val": "1", "description": "d"}),
            ask("GET", "/variables/new/one", 200),
            ask("DELETE", "/variables/new/one", 204),
            ask("GET", "/variables/new/one", 404),
        ],
        "xcoms-counted": [
            ask("HEAD", f"{XCOM}/mapped/return_value", 200),
            ask("HEAD", f"{XCOM}/transform/return_value", 200),
        ],
        "assets": [
            ask("GET", "/assets/by-name?name=tg_asset", 200),
            ask("GET", "/assets/by-name?name=nope", 404),
            ask("GET", f"/assets/by-uri?{ASSET}", 200),
            ask("GET", "/assets/by-uri?uri=s3%3A%2F%2Fnope", 404),
        ],
        "dagrun-cleared": [
            ask("POST", f"/dag-runs/tg_demo/{FIRST_RUN}/clear", 204),
            ask("GET", f"/dag-runs/tg_demo/{FIRST_RUN}/state", 200),
            ask("POST", "/dag-runs/tg_demo/nope/clear", 404),
        ],
    }
    since_stores = {
        "assets-of-alias": [
            ask("GET", "/assets/by-alias?alias_name=tg_alias", 200),
            ask("GET", "/assets/by-alias?alias_name=nope", 200),
        ],
        "connection-tested": [
            ask("GET", f"/connection-tests/{TEST}/connection", 200, token=tester),
            ask("GET", f"/connection-tests/{TEST}/connection", 409, token=tester),
            ask("PATCH", f"/connection-tests/{TEST}", 204, body={"state": "success"}, token=tester),
            ask("PATCH", f"/connection-tests/{TEST}", 409, body={"state": "failed"}, token=tester),
        ],
        "store-asset-by-uri": [
            ask("PUT", f"{ASSET_STORE}/value?{ASSET}&key=k", 204, body={"value": {"n": 1}}),
            ask("GET", f"{ASSET_STORE}/value?{ASSET}&key=k", 200),
            ask("DELETE", f"{ASSET_STORE}/value?{ASSET}&key=k", 204),
            ask("DELETE", f"{ASSET_STORE}/clear?{ASSET}", 204),
        ],
        "store-task": [
            ask("PUT", f"{TASK_STORE}/deep/key", 204, body={"value": [1, None, "x"]}),
            ask("GET", f"{TASK_STORE}/deep/key", 200),
            ask("GET", f"{TASK_STORE}/nope", 404),
            ask("DELETE", f"{TASK_STORE}/deep/key", 204),
            ask("DELETE", TASK_STORE, 204),
        ],
    }
    table = common if version < "2026-06-30" else {**common, **since_stores}
    given = {"connection-tested": (connection_test,)}
    return [Recording(version, name, given.get(name, ()), tuple(asked)) for name, asked in table.items()]
