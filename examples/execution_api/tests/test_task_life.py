"""A task instance from its start to its end, as a worker lives it."""

from __future__ import annotations

from typing import Any

import pytest
from execution_api.services import Services
from execution_api.tables import RenderedFieldsRow, TaskInstanceHistoryRow, TaskInstanceRow, TriggerRow
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from examples.execution_api.tests.serving import MINE, OTHER, RUN, START, Bearer, Serve

BEAT = {"hostname": "h", "pid": 1}
END = "2026-01-02T00:02:00Z"
DEFER = {
    "state": "deferred",
    "classpath": "a.Trigger",
    "trigger_kwargs": {"moment": 1},
    "trigger_timeout": "PT1H",
    "next_method": "resume",
    "next_kwargs": {"__type": "dict", "__var": {"x": 1}},
}


class Worker:
    """One task instance and the token for it."""

    def __init__(self, client: TestClient, headers: dict[str, str], task_id: str = MINE) -> None:
        self.client = client
        self.headers = headers
        self.path = f"/task-instances/{task_id}"

    def run(self, **changed: object) -> Any:
        return self.client.patch(f"{self.path}/run", headers=self.headers, json={**START, **changed})

    def state(self, **payload: object) -> Any:
        return self.client.patch(f"{self.path}/state", headers=self.headers, json=payload)

    def heartbeat(self, **changed: object) -> Any:
        return self.client.put(f"{self.path}/heartbeat", headers=self.headers, json={**BEAT, **changed})


@pytest.fixture
def worker(client: TestClient, bearer: Bearer) -> Worker:
    return Worker(client, bearer())


def services_of(client: TestClient) -> Services:
    """What the application behind a client works with."""
    assert isinstance(client.app, Starlette)
    services: Services = client.app.state.services
    return services


def row(client: TestClient, task_id: str = "extract") -> TaskInstanceRow:
    """The task instance as the database has it."""
    with services_of(client).store.reading() as session:
        found = session.scalars(
            select(TaskInstanceRow).where(TaskInstanceRow.run_id == RUN, TaskInstanceRow.task_id == task_id)
        ).first()
        assert found is not None
        session.expunge(found)
        return found


def test_the_worker_that_started_a_task_may_ask_again_and_no_other(worker: Worker) -> None:
    assert worker.run().status_code == 200
    assert worker.run().status_code == 200
    for changed in ({"pid": 2}, {"hostname": "elsewhere"}, {"unixname": "somebody"}):
        refused = worker.run(**changed)
        assert (refused.status_code, refused.json()["detail"]["previous_state"]) == (409, "running")


@pytest.mark.parametrize(
    "payload",
    [
        {"state": "failed", "end_date": END},
        {"state": "skipped", "end_date": END},
        {"state": "success", "end_date": END},
        {"state": "up_for_reschedule", "end_date": END, "reschedule_date": "2026-01-03T00:00:00Z"},
        DEFER,
        {"state": "awaiting_input", "next_method": "resume"},
        {"state": "scheduled"},
    ],
    ids=lambda payload: payload["state"],
)
def test_a_state_that_is_reported_twice_is_stored_once(
    client: TestClient, worker: Worker, payload: dict[str, object]
) -> None:
    worker.run()

    first, again = worker.state(**payload), worker.state(**payload)

    assert (first.status_code, first.content) == (204, b"")
    assert (again.status_code, again.content) == (200, b"")
    assert row(client).state == payload["state"]
    assert worker.heartbeat().json()["detail"]["current_state"] == payload["state"]


def test_what_has_ended_stays_as_it_ended(client: TestClient, worker: Worker) -> None:
    worker.run()
    worker.state(state="success", end_date=END, rendered_map_index="label")

    refused = worker.state(state="failed", end_date="2026-01-02T09:00:00Z")

    assert (refused.status_code, refused.json()["detail"]["previous_state"]) == (409, "success")
    ended = row(client)
    assert (ended.state, ended.duration, ended.rendered_map_index) == ("success", 60.0, "label")


def test_a_state_of_a_task_that_does_not_run_is_refused(worker: Worker) -> None:
    refused = worker.state(state="failed", end_date=END)

    assert (refused.status_code, refused.json()["detail"]["previous_state"]) == (409, "queued")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"state": None},
        {"state": "running"},
        {"state": "failed"},
        {"state": "deferred", "next_method": "m"},
        {"state": "awaiting_input"},
        {"state": "success", "end_date": END, "retry_reason": "why"},
        {"state": "failed", "end_date": "2026-01-02T00:02:00"},
    ],
)
def test_a_state_with_too_few_or_too_many_keys_is_422(worker: Worker, payload: dict[str, object]) -> None:
    worker.run()

    refused = worker.state(**payload)

    assert refused.status_code == 422
    assert all(error["loc"][0] == "body" for error in refused.json()["detail"])


def test_a_deferred_task_resumes_where_it_was(client: TestClient, worker: Worker) -> None:
    worker.run()
    client.post(f"/xcoms/tg_demo/{RUN}/extract/kept", headers=worker.headers, json=1)
    worker.state(**DEFER)
    waiting = row(client)

    resumed = worker.run(pid=2, start_date="2026-01-02T05:00:00Z").json()

    assert waiting.trigger_id is not None
    assert waiting.trigger_timeout is not None
    assert resumed["next_method"] == "resume"
    assert resumed["next_kwargs"] == {"__type": "dict", "__var": {"x": 1}}
    assert resumed["start_date"] == "2026-01-02T00:01:00Z"
    assert resumed["xcom_keys_to_clear"] == []
    worker.state(state="success", end_date=END)
    ended = row(client)
    assert (ended.next_method, ended.next_kwargs, ended.trigger_id) == (None, None, None)


def test_what_a_trigger_needs_is_kept(client: TestClient, worker: Worker) -> None:
    worker.run()
    worker.state(**{**DEFER, "queue": "gpu"})

    waiting = row(client)
    with services_of(client).store.reading() as session:
        trigger = session.get(TriggerRow, waiting.trigger_id)
        assert trigger is not None
        assert (trigger.classpath, trigger.kwargs, trigger.queue) == ("a.Trigger", {"moment": 1}, "gpu")


def test_a_task_that_is_tried_again_goes_on_under_a_new_id(client: TestClient, bearer: Bearer, worker: Worker) -> None:
    worker.run()
    worker.state(state="up_for_retry", end_date=END, retry_delay_seconds=5, retry_reason="why")

    gone = worker.heartbeat()
    assert (gone.status_code, gone.json()["detail"]["reason"]) == (410, "not_found")
    assert client.put(f"{worker.path}/rtif", headers=worker.headers, json={}).status_code == 410
    assert worker.run().status_code == 404
    assert worker.state(state="failed", end_date=END).status_code == 404

    waiting = row(client)
    assert (waiting.state, waiting.try_number, waiting.retry_delay_seconds) == ("up_for_retry", 2, 5.0)
    second = Worker(client, bearer(str(waiting.id)), str(waiting.id))
    context = second.run().json()
    assert context["should_retry"] is True
    second.state(state="up_for_retry", end_date=END)
    third = row(client)
    assert Worker(client, bearer(str(third.id)), str(third.id)).run().json()["should_retry"] is False


def test_each_try_is_kept(client: TestClient, worker: Worker) -> None:
    worker.run()
    worker.state(state="up_for_retry", end_date=END)

    with services_of(client).store.reading() as session:
        kept = session.scalars(select(TaskInstanceHistoryRow).where(TaskInstanceHistoryRow.try_number == 1)).one()
        before, after = str(kept.id), kept.successor_id
    assert (before, after) == (MINE, row(client).id)


def test_the_ids_of_old_tries_are_gone_not_unknown(serve: Serve, bearer: Bearer) -> None:
    archived = "01900000-0000-7000-8000-0000000000aa"

    assert Worker(serve(), bearer(archived), archived).heartbeat().status_code == 410


@pytest.mark.parametrize("changed", [{"pid": 2}, {"hostname": "elsewhere"}])
def test_a_heartbeat_from_elsewhere_learns_where_the_task_runs(worker: Worker, changed: dict[str, object]) -> None:
    worker.run()

    refused = worker.heartbeat(**changed)

    assert refused.status_code == 409
    assert refused.json()["detail"] == {
        "reason": "running_elsewhere",
        "message": "TI is already running elsewhere",
        "current_hostname": "h",
        "current_pid": 1,
    }
    assert worker.heartbeat().status_code == 204


def test_only_what_has_not_ended_is_skipped(serve: Serve, world: dict[str, Any], bearer: Bearer) -> None:
    for task in world["task_instances"]:
        if task["id"] == OTHER:
            task["state"] = "success"
    client = serve(world=world)

    tasks = {"tasks": ["transform", "load", ["mapped", 1]]}
    response = client.patch(f"/task-instances/{MINE}/skip-downstream", headers=bearer(), json=tasks)

    assert response.status_code == 204
    states = client.get("/task-instances/states", params={"dag_id": "tg_demo", "run_ids": RUN}, headers=bearer()).json()
    assert states["task_states"][RUN] == {
        "extract": "queued",
        "transform": "success",
        "load": "skipped",
        "mapped_0": None,
        "mapped_1": "skipped",
        "asset_consumer": None,
    }


def test_rendered_fields_replace_those_before(client: TestClient, worker: Worker) -> None:
    for fields in ({"a": "1", "b": [1, {"c": None}]}, {"a": "2"}):
        assert client.put(f"{worker.path}/rtif", headers=worker.headers, json=fields).status_code == 201

    with services_of(client).store.reading() as session:
        kept = session.scalars(select(RenderedFieldsRow)).one()
        assert (str(kept.ti_id), kept.rendered_fields) == (MINE, {"a": "2"})


def test_an_alias_makes_an_asset_that_was_not_known(client: TestClient, worker: Worker) -> None:
    worker.run()
    event = {
        "source_alias_name": "tg_alias",
        "dest_asset_key": {"name": "new", "uri": "s3://bucket/new"},
        "dest_asset_extra": {"made": "here"},
        "extra": {"n": 3},
    }
    outlets = [{"name": "tg_alias", "type": "AssetAlias"}]
    worker.state(state="success", end_date=END, task_outlets=outlets, outlet_events=[event])

    events = client.get("/asset-events/by-asset-alias?name=tg_alias", headers=worker.headers).json()["asset_events"]
    known = client.get("/assets/by-alias?alias_name=tg_alias", headers=worker.headers).json()

    assert [(one["asset"]["name"], one["extra"]) for one in events] == [("tg_asset", {"n": 1}), ("new", {"n": 3})]
    assert [(one["name"], one["extra"]) for one in known] == [("tg_asset", {"team": "x"}), ("new", {"made": "here"})]


def test_what_a_task_keeps_outlives_a_try(client: TestClient, bearer: Bearer, worker: Worker) -> None:
    client.put(f"/store/ti/{MINE}/k", headers=worker.headers, json={"value": 1})
    worker.run()
    worker.state(state="up_for_retry", end_date=END)

    again = str(row(client).id)

    assert client.get(f"/store/ti/{MINE}/k", headers=worker.headers).status_code == 404
    assert client.get(f"/store/ti/{again}/k", headers=bearer(again)).json() == {"value": 1}
