"""What a task reads and writes besides its own state, where no recording shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from execution_api.services import Services
from execution_api.tables import DagRunRow
from starlette.applications import Starlette
from starlette.testclient import TestClient

from examples.execution_api.tests.serving import MINE, RUN, START, Bearer, Serve

EARLIER = "manual__2026-01-01T00:00:00+00:00"
XCOM = f"/xcoms/tg_demo/{RUN}"


@pytest.fixture
def task(client: TestClient, bearer: Bearer) -> TestClient:
    """A client that shows the token of a task."""
    client.headers.update(bearer())
    return client


class TestVariables:
    def test_are_set_read_and_deleted_under_keys_with_slashes(self, task: TestClient) -> None:
        assert task.put("/variables/a/b", json={"val": "1", "description": "d"}).status_code == 201
        assert task.put("/variables/a/b", json={"val": "2"}).status_code == 201
        assert task.get("/variables/a/b").json() == {"key": "a/b", "value": "2"}
        assert task.delete("/variables/a/b").status_code == 204
        assert task.delete("/variables/a/b").status_code == 204
        assert task.get("/variables/a/b").status_code == 404

    @pytest.mark.parametrize("version", ["2025-04-11", "2026-06-30"])
    def test_are_set_by_the_name_of_the_field_too(self, task: TestClient, version: str) -> None:
        headers = {"Airflow-API-Version": version}
        assert task.put("/variables/named", json={"value": "1"}, headers=headers).status_code == 201
        assert task.get("/variables/named", headers=headers).json() == {"key": "named", "value": "1"}
        assert task.put("/variables/named", json={"valu": "1"}, headers=headers).status_code == 422

    def test_without_a_key_are_422(self, task: TestClient) -> None:
        response = task.get("/variables/")

        assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["path", "variable_key"])

    @pytest.mark.parametrize(
        ("query", "keys", "total"),
        [
            ("", ["a/b/c", "tg_json", "tg_var"], 3),
            ("?limit=1&offset=1", ["tg_json"], 3),
            ("?prefix=tg%5F", ["tg_json", "tg_var"], 2),
            ("?prefix=%25", [], 0),
            ("?offset=9", [], 3),
        ],
    )
    def test_keys_come_in_pages(self, task: TestClient, query: str, keys: list[str], total: int) -> None:
        assert task.get(f"/variables/keys{query}").json() == {"keys": keys, "total_entries": total}

    @pytest.mark.parametrize("query", ["limit=0", "limit=10001", "offset=-1", "limit=x"])
    def test_pages_have_limits(self, task: TestClient, query: str) -> None:
        response = task.get(f"/variables/keys?{query}")

        assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["query", query.split("=")[0]])


class TestXComs:
    @pytest.mark.parametrize("value", [None, 0, "", [], {"a": [1, None]}, 2**70, "é\u2028", 1.5])
    def test_keep_any_json(self, task: TestClient, value: object) -> None:
        assert task.post(f"{XCOM}/extract/k", json=value).status_code == 201
        assert task.get(f"{XCOM}/extract/k").json() == {"key": "k", "value": value}

    def test_that_are_sent_without_a_body_are_null(self, task: TestClient) -> None:
        assert task.post(f"{XCOM}/extract/k").status_code == 201
        assert task.get(f"{XCOM}/extract/k").json() == {"key": "k", "value": None}

    def test_have_keys_with_slashes(self, task: TestClient) -> None:
        assert task.post(f"{XCOM}/extract/a/b", json=1).status_code == 201
        assert task.get(f"{XCOM}/extract/a/b").json() == {"key": "a/b", "value": 1}

    @pytest.mark.parametrize(("path", "count"), [("mapped/return_value", 2), ("mapped/nope", 0)])
    def test_are_counted(self, task: TestClient, path: str, count: int) -> None:
        response = task.head(f"{XCOM}/{path}")

        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-range"] == f"map_indexes {count}"

    @pytest.mark.parametrize("index", [-1, 0, 1, 7])
    def test_are_not_counted_one_by_one(self, task: TestClient, index: int) -> None:
        response = task.head(f"{XCOM}/mapped/return_value?map_index={index}")

        assert (response.status_code, response.content) == (400, b"")
        assert "content-range" not in response.headers

    @pytest.mark.parametrize(
        ("query", "values"),
        [
            ("start=1", ["m1"]),
            ("stop=-1", ["m0"]),
            ("step=-1", ["m1", "m0"]),
            ("start=7", []),
        ],
    )
    def test_are_sliced_as_in_python(self, task: TestClient, query: str, values: list[str]) -> None:
        assert task.get(f"{XCOM}/mapped/return_value/slice?{query}").json() == values

    def test_have_no_slice_of_step_zero(self, task: TestClient) -> None:
        assert task.get(f"{XCOM}/mapped/return_value/slice?step=0").status_code == 400

    @pytest.mark.parametrize(("offset", "value"), [(0, "m0"), (-2, "m0"), (1, "m1")])
    def test_are_found_at_an_offset(self, task: TestClient, offset: int, value: str) -> None:
        assert task.get(f"{XCOM}/mapped/return_value?offset={offset}").json()["value"] == value
        assert task.get(f"{XCOM}/mapped/return_value/item/{offset}").json() == value

    def test_have_no_offset_that_is_no_number(self, task: TestClient) -> None:
        response = task.get(f"{XCOM}/mapped/return_value/item/x")

        assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["path", "offset"])

    def test_of_earlier_runs_are_found_when_asked_for(self, task: TestClient) -> None:
        prior = "include_prior_dates=true"
        assert task.get(f"{XCOM}/extract/return_value/slice?{prior}").json() == [{"rows": 3}]
        assert task.get(f"{XCOM}/extract/return_value/slice").json() == []

        task.post(f"{XCOM}/extract/return_value", json="own")

        assert task.get(f"{XCOM}/extract/return_value?{prior}").json()["value"] == "own"
        later = task.get(f"/xcoms/tg_demo/{EARLIER}/extract/return_value?{prior}")
        assert later.json()["value"] == {"rows": 3}


class TestDagRuns:
    def test_that_are_cleared_begin_anew(self, task: TestClient) -> None:
        assert task.post(f"/dag-runs/tg_demo/{EARLIER}/clear").status_code == 204

        run = task.get(f"/dag-runs/tg_demo/{EARLIER}").json()
        assert (run["state"], run["start_date"], run["end_date"], run["clear_number"]) == ("queued", None, None, 1)
        states = task.get("/task-instances/states", params={"dag_id": "tg_demo", "run_ids": EARLIER}).json()
        assert set(states["task_states"][EARLIER].values()) == {None}

    def test_that_are_cleared_stop_the_worker_of_each_task(self, task: TestClient) -> None:
        task.patch(f"/task-instances/{MINE}/run", json=START)

        assert task.post(f"/dag-runs/tg_demo/{RUN}/clear").status_code == 204

        beat = task.put(f"/task-instances/{MINE}/heartbeat", json={"hostname": "h", "pid": 1})
        assert beat.status_code == 410

    @pytest.mark.parametrize(("dag_id", "run_id"), [("nope", EARLIER), ("tg_demo", "nope")])
    def test_that_do_not_exist_are_not_cleared(self, task: TestClient, dag_id: str, run_id: str) -> None:
        assert task.post(f"/dag-runs/{dag_id}/{run_id}/clear").status_code == 404

    def test_of_one_date_are_one(self, task: TestClient) -> None:
        taken = {"logical_date": "2026-01-01T01:00:00+01:00"}

        assert task.post("/dag-runs/tg_demo/another", json=taken).status_code == 409
        assert task.post("/dag-runs/tg_run/another", json=taken).status_code == 204

    def test_are_made_as_wanted(self, task: TestClient) -> None:
        wanted = {"run_after": "2026-03-01T00:00:00Z", "conf": {"a": [1]}, "partition_key": "p"}

        assert task.post("/dag-runs/tg_demo/wanted", json={**wanted, "note": "n"}).status_code == 204

        run = task.get("/dag-runs/tg_demo/wanted").json()
        assert {name: run[name] for name in wanted} == wanted
        assert (run["state"], run["run_type"], run["logical_date"]) == ("queued", "operator_triggered", None)

    @pytest.mark.parametrize(
        "path",
        [f"/dag-runs/tg_demo/{RUN}", "/dag-runs/previous?dag_id=tg_demo&logical_date=2026-01-03T00:00:00Z"],
    )
    def test_that_are_requested_show_neither_a_note_nor_consumed_events(
        self, serve: Serve, world: dict[str, Any], bearer: Bearer, path: str
    ) -> None:
        stored = next(run for run in world["dag_runs"] if (run["dag_id"], run["run_id"]) == ("tg_demo", RUN))
        assert (stored["note"], stored["consumed_asset_events"]) == ("a note", [1])

        run = serve(world=world).get(path, headers=bearer()).json()

        assert (run["run_id"], run["note"], run["consumed_asset_events"]) == (RUN, None, [])

    def test_keep_the_note_of_whoever_made_them(self, task: TestClient) -> None:
        assert task.post("/dag-runs/tg_demo/noted", json={"note": "n"}).status_code == 204

        assert isinstance(task.app, Starlette)
        services: Services = task.app.state.services
        with services.store.reading() as session:
            assert session.get_one(DagRunRow, ("tg_demo", "noted")).note == "n"

    def test_are_not_made_of_a_dag_that_cannot_be_imported(
        self, serve: Serve, world: dict[str, Any], bearer: Bearer
    ) -> None:
        world["dags"][0]["has_import_errors"] = True
        client = serve(world=world)

        assert client.post("/dag-runs/tg_demo/new", json={}, headers=bearer()).status_code == 400
        assert client.post(f"/dag-runs/tg_demo/{RUN}/clear", headers=bearer()).status_code == 400

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("run_ids=x", 0),
            (f"run_ids={EARLIER.replace('+', '%2B')}&run_ids=x", 1),
            ("states=success&states=running", 2),
            ("logical_dates=2026-01-01T00:00:00Z", 1),
        ],
    )
    def test_are_counted(self, task: TestClient, query: str, count: int) -> None:
        assert task.get(f"/dag-runs/count?dag_id=tg_demo&{query}").json() == count


class TestTaskInstances:
    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 12),
            ("states=queued", 1),
            ("states=queued&states=null", 11),
            ("task_ids=mapped", 4),
            ("task_ids=mapped&map_index=1", 2),
            ("logical_dates=2026-01-02T00:00:00Z", 6),
        ],
    )
    def test_are_counted(self, task: TestClient, query: str, count: int) -> None:
        assert task.get(f"/task-instances/count?dag_id=tg_demo&{query}").json() == count

    def test_are_named_by_their_group(self, serve: Serve, world: dict[str, Any], bearer: Bearer) -> None:
        for row in world["task_instances"]:
            if row["task_id"] in ("load", "mapped"):
                row["task_id"] = f"group.{row['task_id']}"
        client = serve(world=world)
        count = "/task-instances/count?dag_id=tg_demo&task_group_id"

        assert client.get(f"{count}=group", headers=bearer()).json() == 6
        assert client.get(f"{count}=grou", headers=bearer()).status_code == 404

    def test_that_have_ended_leave_crumbs(self, task: TestClient) -> None:
        crumbs = task.get("/task-instances/breadcrumbs", params={"dag_id": "tg_demo", "run_id": EARLIER}).json()

        assert crumbs == {
            "breadcrumbs": [
                {"task_id": "extract", "map_index": -1, "state": "success", "operator": "Noop", "duration": 60.0}
            ]
        }

    @pytest.mark.parametrize(
        ("query", "run_id"), [("", RUN), ("?state=success", EARLIER), ("?state=failed", None), ("?map_index=3", None)]
    )
    def test_of_earlier_runs_are_found(self, task: TestClient, query: str, run_id: str | None) -> None:
        found = task.get(f"/task-instances/previous/tg_demo/extract{query}").json()

        assert (found["run_id"] if found else None) == run_id


class TestStores:
    PATH = f"/store/ti/{MINE}"

    def test_keep_what_a_task_says_until_it_says_otherwise(self, task: TestClient) -> None:
        for value in ({"a": [1]}, None):
            assert task.put(f"{self.PATH}/k%2F1", json={"value": value}).status_code == 204
            assert task.get(f"{self.PATH}/k%2F1").json() == {"value": value}
        task.put(f"{self.PATH}/other", json={"value": 1})
        assert task.delete(f"{self.PATH}/k%2F1").status_code == 204
        assert task.get(f"{self.PATH}/k%2F1").status_code == 404
        assert task.delete(self.PATH).status_code == 204
        assert task.get(f"{self.PATH}/other").status_code == 404

    @pytest.mark.parametrize(("seconds", "status"), [(-1, 404), (60, 200)])
    def test_forget_what_has_expired(self, task: TestClient, seconds: int, status: int) -> None:
        expires = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        task.put(f"{self.PATH}/k", json={"value": 1, "expires_at": expires})

        assert task.get(f"{self.PATH}/k").status_code == status

    @pytest.mark.parametrize("which", ["by-name", "by-uri"])
    def test_belong_to_an_asset_that_exists(self, task: TestClient, which: str) -> None:
        name = which.removeprefix("by-")
        response = task.put(f"/store/asset/{which}/value", params={name: "nope", "key": "k"}, json={"value": 1})

        assert (response.status_code, response.json()["detail"]["reason"]) == (404, "not_found")

    @pytest.mark.parametrize("path", ["value?name=&key=k", "value?name=tg_asset&key=", "value?key=k", "clear?name="])
    def test_need_a_name_and_a_key(self, task: TestClient, path: str) -> None:
        assert task.delete(f"/store/asset/by-name/{path}").status_code == 422


class TestPeople:
    ASK: ClassVar[dict[str, object]] = {"ti_id": MINE, "options": ["yes", "no"], "subject": "ok?"}
    PATH = f"/hitlDetails/{MINE}"

    def test_may_be_asked_anew(self, task: TestClient) -> None:
        choice = {"ti_id": MINE, "chosen_options": ["yes"]}
        task.post(self.PATH, json=self.ASK)
        assert task.patch(self.PATH, json=choice).json()["chosen_options"] == ["yes"]
        assert task.patch(self.PATH, json=choice).status_code == 409

        task.post(self.PATH, json=self.ASK)

        assert task.get(self.PATH).json()["response_received"] is False

    def test_are_asked_with_options(self, task: TestClient) -> None:
        response = task.post(self.PATH, json={**self.ASK, "options": []})

        assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["body", "options"])

    def test_are_not_asked_by_a_task_that_is_not_there(self, client: TestClient, bearer: Bearer) -> None:
        missing = "01900000-0000-7000-8000-0000000000ff"

        response = client.post(f"/hitlDetails/{missing}", headers=bearer(missing), json={**self.ASK, "ti_id": missing})

        assert response.status_code == 404


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "/nope", 404), ("DELETE", "/health", 405), ("GET", f"/dag-runs/tg_demo/{RUN}/clear", 405)],
    )
    def test_are_json_whoever_refuses(self, client: TestClient, method: str, path: str, status: int) -> None:
        response = client.request(method, path)

        assert response.status_code == status
        assert response.headers["content-type"] == "application/json"
        assert isinstance(response.json()["detail"], str)
