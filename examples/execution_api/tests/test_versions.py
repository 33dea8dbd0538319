"""What older workers read and may write, value by value, on gates alone."""

from __future__ import annotations

from typing import Any

import pytest
from execution_api.models import (
    AssetEventsResponse,
    DagRun,
    PreviousTaskInstance,
    TaskInstance,
    TIRunContext,
    TIStateUpdate,
    TriggerDAGRunPayload,
)
from execution_api.versions import timeline
from execution_api.versions.serving import contract, gates

from timegate import DowngradeError, UpgradeError

NEWEST_FIRST = (
    "2026-06-30",
    "2026-04-06",
    "2025-11-05",
    "2025-10-27",
    "2025-09-23",
    "2025-08-10",
    "2025-05-20",
    "2025-04-28",
    "2025-04-11",
)
MOMENT = "2026-01-02T00:00:00Z"


def dag_run(**changed: Any) -> dict[str, Any]:
    return {
        "dag_id": "demo",
        "run_id": "manual__1",
        "logical_date": None,
        "data_interval_start": None,
        "data_interval_end": None,
        "run_after": MOMENT,
        "start_date": "2026-01-02T00:00:01Z",
        "end_date": None,
        "clear_number": 0,
        "run_type": "manual",
        "state": "running",
        "conf": {"a": 1},
        "triggering_user_name": "admin",
        "consumed_asset_events": [],
        "partition_key": "2026-01",
        "partition_date": MOMENT,
        "note": "by hand",
        "team_name": "blue",
        **changed,
    }


def consumed_event(**more: Any) -> dict[str, Any]:
    return {
        "asset": {"name": "orders", "uri": "s3://orders", "extra": {}},
        "extra": {},
        "source_task_id": None,
        "source_dag_id": None,
        "source_run_id": None,
        "source_map_index": None,
        "source_aliases": [],
        "timestamp": MOMENT,
        **more,
    }


def run_context(**changed: Any) -> dict[str, Any]:
    return {
        "dag_run": dag_run(),
        "task_reschedule_count": 0,
        "max_tries": 1,
        "variables": [],
        "connections": [],
        "xcom_keys_to_clear": [],
        "should_retry": False,
        **changed,
    }


def only(run: dict[str, Any], *gone: str, **changed: Any) -> dict[str, Any]:
    return {**{key: value for key, value in run.items() if key not in gone}, **changed}


def test_every_change_compiles() -> None:
    compiled = timeline.compile(contract())

    assert compiled.timeline.values == NEWEST_FIRST
    assert sum(len(version.changes) for version in timeline) == 30


def test_the_first_worker_reads_the_run_context_that_it_was_written_for() -> None:
    head = run_context(
        dag_run=dag_run(
            start_date=None,
            conf=None,
            run_type="operator_triggered",
            consumed_asset_events=[consumed_event(partition_key="2026-01")],
        ),
        next_method="execute_complete",
        next_kwargs={"n": 1},
        start_date=MOMENT,
    )

    assert gates().downgrade(TIRunContext, head, to_version="2025-04-11") == {
        "dag_run": {
            "dag_id": "demo",
            "run_id": "manual__1",
            "logical_date": None,
            "data_interval_start": None,
            "data_interval_end": None,
            "run_after": MOMENT,
            "start_date": MOMENT,
            "end_date": None,
            "clear_number": 0,
            "run_type": "manual",
            "conf": {},
            "consumed_asset_events": [consumed_event()],
        },
        "task_reschedule_count": 0,
        "max_tries": 1,
        "variables": [],
        "connections": [],
        "xcom_keys_to_clear": [],
        "should_retry": False,
        "next_method": "execute_complete",
        "next_kwargs": {"__type": "dict", "__var": {"n": 1}},
        "upstream_map_indexes": None,
    }


def test_todays_worker_reads_what_the_handler_wrote() -> None:
    head = run_context(next_kwargs={"n": 1}, start_date=MOMENT)

    assert gates().downgrade(TIRunContext, head, to_version="2026-06-30") == head


@pytest.mark.parametrize(
    ("version", "gone"),
    [
        ("2026-04-06", ("partition_date", "team_name")),
        ("2025-11-05", ("partition_date", "team_name", "partition_key", "note")),
        ("2025-10-27", ("partition_date", "team_name", "partition_key", "note", "triggering_user_name")),
        ("2025-08-10", ("partition_date", "team_name", "partition_key", "note", "triggering_user_name")),
        ("2025-05-20", ("partition_date", "team_name", "partition_key", "note", "triggering_user_name", "state")),
    ],
)
def test_a_dag_run_is_the_same_wherever_it_is_shown(version: str, gone: tuple[str, ...]) -> None:
    bare = gates().downgrade(DagRun, dag_run(), to_version=version)
    perhaps = gates().downgrade(DagRun | None, dag_run(), to_version=version)
    nested = gates().downgrade(TIRunContext, run_context(), to_version=version)

    assert bare == perhaps == nested["dag_run"] == only(dag_run(), *gone)


def test_no_previous_dag_run_is_null_at_every_version() -> None:
    assert [gates().downgrade(DagRun | None, None, to_version=version) for version in NEWEST_FIRST] == [None] * 9


@pytest.mark.parametrize(
    ("version", "expected"), [("2026-04-06", None), ("2025-11-05", MOMENT), ("2025-04-11", MOMENT)]
)
def test_a_run_that_waits_starts_after_its_moment_for_older_workers(version: str, expected: str | None) -> None:
    assert gates().downgrade(DagRun, dag_run(start_date=None), to_version=version)["start_date"] == expected


@pytest.mark.parametrize(("version", "expected"), [("2025-10-27", None), ("2025-09-23", {}), ("2025-04-11", {})])
def test_a_run_without_a_configuration_has_an_empty_one_for_older_workers(
    version: str, expected: dict[str, Any] | None
) -> None:
    assert gates().downgrade(DagRun, dag_run(conf=None), to_version=version)["conf"] == expected


@pytest.mark.parametrize(
    ("run_type", "version", "expected"),
    [
        ("operator_triggered", "2026-06-30", "operator_triggered"),
        ("operator_triggered", "2026-04-06", "manual"),
        ("asset_materialization", "2026-04-06", "asset_materialization"),
        ("asset_materialization", "2025-11-05", "manual"),
        ("asset_triggered", "2025-04-11", "asset_triggered"),
    ],
)
def test_a_type_of_run_that_a_worker_cannot_know_is_a_manual_one(run_type: str, version: str, expected: str) -> None:
    assert gates().downgrade(DagRun, dag_run(run_type=run_type), to_version=version)["run_type"] == expected


@pytest.mark.parametrize("version", ["2025-11-05", "2025-04-11"])
def test_partition_keys_are_stripped_at_every_depth_of_asset_events(version: str) -> None:
    made = {
        "run_id": "asset__1",
        "dag_id": "demo",
        "logical_date": None,
        "start_date": MOMENT,
        "end_date": None,
        "state": "running",
        "data_interval_start": None,
        "data_interval_end": None,
    }
    event: dict[str, Any] = {
        "id": 1,
        "timestamp": MOMENT,
        "extra": {"partition_key": "the user's own"},
        "asset": {"name": "orders", "uri": "s3://orders", "group": "asset", "extra": None},
    }
    head: dict[str, Any] = {
        "asset_events": [
            {**event, "created_dagruns": [{**made, "partition_key": "p"}, {**made, "partition_key": None}]}
            | {"partition_key": "p"},
            {**event, "created_dagruns": [], "partition_key": None},
        ]
    }

    assert gates().downgrade(AssetEventsResponse, head, to_version=version) == {
        "asset_events": [{**event, "created_dagruns": [made, made]}, {**event, "created_dagruns": []}]
    }


def test_a_task_instance_is_handed_out_as_its_worker_knows_it() -> None:
    handed = {"id": "01900000-0000-7000-8000-000000000001", "task_id": "t", "dag_id": "d", "run_id": "r"}
    head = {**handed, "try_number": 1, "map_index": -1, "dag_version_id": handed["id"], "queue": "default"}

    assert gates().downgrade(TaskInstance, head, to_version="2026-04-06") == only(head, "queue")
    assert gates().downgrade(TaskInstance, head, to_version="2025-08-10") == only(head, "queue", "dag_version_id")


END = {"end_date": MOMENT}
RESUMES: dict[str, Any] = {"next_method": "execute_complete", "next_kwargs": {}}

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("2025-04-11", {"state": "success", **END}),
    ("2025-04-11", {"state": "failed", **END}),
    ("2025-04-11", {"state": "skipped", **END}),
    ("2025-04-11", {"state": "up_for_retry", **END}),
    ("2025-04-11", {"state": "up_for_reschedule", "reschedule_date": MOMENT, **END}),
    ("2025-04-11", {"state": "deferred", "classpath": "some.Trigger", "queue": "triggers", **RESUMES}),
    ("2025-04-11", {"state": "queued"}),
    ("2025-04-28", {"state": "success", "rendered_map_index": "first", **END}),
    ("2025-04-28", {"state": "failed", "rendered_map_index": "first", **END}),
    ("2025-04-28", {"state": "up_for_retry", "rendered_map_index": "first", **END}),
    ("2025-04-28", {"state": "deferred", "classpath": "some.Trigger", "rendered_map_index": "first", **RESUMES}),
    ("2026-06-30", {"state": "up_for_retry", "retry_delay_seconds": 5.0, "retry_reason": "busy", **END}),
    ("2026-06-30", {"state": "awaiting_input", **RESUMES}),
    ("2026-06-30", {"state": "awaiting_input"}),
]


@pytest.mark.parametrize(("version", "payload"), ACCEPTED)
def test_a_state_that_a_version_knows_reaches_the_handler_as_it_was_sent(version: str, payload: dict[str, Any]) -> None:
    assert gates().upgrade(TIStateUpdate, payload, from_version=version) == payload


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("2025-04-11", {"state": "success", "rendered_map_index": "first", **END}, "/rendered_map_index"),
    ("2025-04-11", {"state": "failed", "rendered_map_index": "first", **END}, "/rendered_map_index"),
    ("2025-04-11", {"state": "up_for_retry", "rendered_map_index": "first", **END}, "/rendered_map_index"),
    (
        "2025-04-11",
        {"state": "deferred", "classpath": "some.Trigger", "rendered_map_index": "first", **RESUMES},
        "/rendered_map_index",
    ),
    ("2025-04-11", {"state": "up_for_retry", "retry_delay_seconds": 5.0, **END}, "/retry_delay_seconds"),
    ("2026-04-06", {"state": "up_for_retry", "retry_delay_seconds": 5.0, **END}, "/retry_delay_seconds"),
    ("2026-04-06", {"state": "up_for_retry", "retry_reason": "busy", **END}, "/retry_reason"),
    ("2026-04-06", {"state": "awaiting_input", **RESUMES}, ""),
    ("2026-04-06", {"state": "awaiting_input"}, ""),
    ("2025-04-11", {"state": "awaiting_input", **RESUMES}, ""),
]


@pytest.mark.parametrize(("version", "payload", "pointer"), REFUSED)
def test_a_state_that_says_more_than_its_version_knows_is_refused(
    version: str, payload: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(UpgradeError) as refused:
        gates().upgrade(TIStateUpdate, payload, from_version=version)

    assert refused.value.pointer == pointer


@pytest.mark.parametrize("key", ["note", "run_after", "partition_key"])
def test_a_run_is_triggered_with_what_its_version_knows(key: str) -> None:
    payload: dict[str, Any] = {"conf": {}, key: MOMENT}

    assert gates().upgrade(TriggerDAGRunPayload, payload, from_version="2026-04-06") == payload
    with pytest.raises(UpgradeError) as refused:
        gates().upgrade(TriggerDAGRunPayload, payload, from_version="2025-11-05")
    assert refused.value.pointer == f"/{key}"


def test_a_query_for_a_newer_state_is_refused() -> None:
    assert gates().upgrade(PreviousTaskInstance, {"state": "awaiting_input"}, from_version="2026-06-30") == {
        "state": "awaiting_input"
    }
    with pytest.raises(UpgradeError):
        gates().upgrade(PreviousTaskInstance, {"state": "awaiting_input"}, from_version="2026-04-06")


def test_a_worker_resumes_with_what_its_own_generation_can_read() -> None:
    plain = {
        "when": {
            "__classname__": "datetime.datetime",
            "__version__": 2,
            "__data__": {"timestamp": 1767398400.0, "tz": None},
        },
        "delta": {"__classname__": "datetime.timedelta", "__version__": 2, "__data__": 90.0},
        "x": 1,
    }
    tagged = {
        "__type": "dict",
        "__var": {
            "when": {"__type": "datetime", "__var": 1767398400.0},
            "delta": {"__type": "timedelta", "__var": 90.0},
            "x": 1,
        },
    }

    def read(kwargs: object, version: str) -> object:
        return gates().downgrade(TIRunContext, run_context(next_kwargs=kwargs), to_version=version)["next_kwargs"]

    assert read(plain, "2026-04-06") == plain
    assert read(plain, "2025-11-05") == tagged
    assert read(tagged, "2025-11-05") == tagged
    assert read(tagged, "2026-06-30") == tagged
    assert read(None, "2025-11-05") is None
    assert read("gAAA", "2025-11-05") == "gAAA"


def test_a_worker_gets_nothing_that_its_generation_cannot_express() -> None:
    unknown: dict[str, Any] = {"it": {"__classname__": "company.Order", "__version__": 1, "__data__": {}}}

    with pytest.raises(DowngradeError) as caught:
        gates().downgrade(TIRunContext, run_context(next_kwargs=unknown), to_version="2025-11-05")

    assert (caught.value.pointer, caught.value.change) == ("/next_kwargs", "SpeakPlainKwargs")
