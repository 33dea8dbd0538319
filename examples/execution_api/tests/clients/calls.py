"""Every call that is made of a client, in the order in which the recorded ones were made.

Arguments are JSON. What JSON cannot express is an object with one key that begins with `$`; the driver, which runs
where the SDK is installed, makes the SDK's own values of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from pydantic import JsonValue, TypeAdapter

__all__ = ["ENDS", "TASK_INSTANCE", "Call", "End", "calls_ending_with"]

End: TypeAlias = Literal["succeed", "failed", "retry", "reschedule", "defer", "await_input"]
"""What is said of the task instance last."""

ENDS: Final[tuple[End, ...]] = get_args(End)

_OBJECT: Final = TypeAdapter(dict[str, JsonValue])
_SEED: Final = _OBJECT.validate_json((Path(__file__).parents[1] / "data" / "clients" / "seed.json").read_bytes())


def _named(name: str) -> str:
    value = _SEED[name]
    assert isinstance(value, str), name
    return value


TASK_INSTANCE: Final = _named("ti_id")
"""The task instance that a token is for; it waits to be started."""

_DAG: Final = _named("dag_id")
_RUN: Final = _named("run_id")
_EARLIER_RUN: Final = _named("prev_run_id")
_WORKER: Final = 4242


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one method of a client.

    Attributes:
        method: `group.name`.
        label: What sets it apart from other calls of the method.
        args: What is given by position.
        kwargs: What is given by name; an SDK whose method has no such parameter is not given it.
    """

    method: str
    label: str = ""
    args: tuple[JsonValue, ...] = ()
    kwargs: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    @property
    def name(self) -> str:
        """What the row of this call is called."""
        return f"{self.method}:{self.label}" if self.label else self.method

    def message(self) -> dict[str, JsonValue]:
        """The call as the driver reads it."""
        return {"name": self.name, "method": self.method, "args": list(self.args), "kwargs": dict(self.kwargs)}


def call(method: str, /, *args: JsonValue, label: str = "", **kwargs: JsonValue) -> Call:
    """Write down a call as it is written in Python."""
    return Call(method, label, args, kwargs)


def moment(text: str) -> JsonValue:
    """A moment, as ISO 8601 writes it."""
    return {"$moment": text}


def uuid(text: str) -> JsonValue:
    """A UUID."""
    return {"$uuid": text}


def seconds(number: int) -> JsonValue:
    """A duration."""
    return {"$seconds": number}


def model(name: str, /, **fields: JsonValue) -> JsonValue:
    """An object of a class that the SDK has under that name."""
    return {"$model": [name, fields]}


def member(enum: str, value: str) -> JsonValue:
    """A member of an enum that the SDK has under that name."""
    return {"$member": [enum, value]}


_MINE: Final = uuid(TASK_INSTANCE)
_NOBODY: Final = uuid(_named("missing_ti_id"))
_DAY: Final = moment(_named("logical_date"))
_EARLIER_DAY: Final = moment(_named("prev_logical_date"))
_START: Final = moment("2026-01-02T00:01:00Z")
_END: Final = moment("2026-01-02T00:02:00Z")
_TRIGGERED_DAY: Final = moment("2026-02-01T00:00:00Z")
_ASSET_URI: Final = "s3://bucket/tg_asset"

_READS_AND_WRITES: Final = (
    call("variables.get", "tg_var"),
    call("variables.get", "a/b/c", label="slash"),
    call("variables.get", "nope", label="missing"),
    call("variables.set", "drv_var", "v1", "desc"),
    call("variables.get", "drv_var", label="after-set"),
    call("variables.delete", "drv_var"),
    call("variables.get", "drv_var", label="after-delete"),
    call("variables.keys", prefix="tg_", limit=10, offset=0),
    call("connections.get", "tg_conn"),
    call("connections.get", "nope", label="missing"),
    call("xcoms.head", _DAG, _RUN, "mapped", "return_value"),
    call("xcoms.get", _DAG, _RUN, "transform", "return_value"),
    call("xcoms.get", _DAG, _RUN, "mapped", "return_value", map_index=1, label="mapped"),
    call("xcoms.get", _DAG, _RUN, "transform", "nope", label="missing"),
    call("xcoms.get", _DAG, _RUN, "extract", "return_value", include_prior_dates=True, label="prior"),
    call("xcoms.get_sequence_item", _DAG, _RUN, "mapped", "return_value", 0),
    call("xcoms.get_sequence_item", _DAG, _RUN, "mapped", "return_value", 9, label="missing"),
    call("xcoms.get_sequence_slice", _DAG, _RUN, "mapped", "return_value", 0, 2, None),
    call("xcoms.set", _DAG, _RUN, "extract", "drv_key", {"a": [1, 2]}),
    call("xcoms.get", _DAG, _RUN, "extract", "drv_key", label="after-set"),
    call("xcoms.set", _DAG, _RUN, "extract", "drv_mapped", [1, 2, 3], mapped_length=3, label="mapped_length"),
    call("xcoms.set", _DAG, _RUN, "extract", "drv_res", 5, dag_result=True, label="dag_result"),
    call("xcoms.delete", _DAG, _RUN, "extract", "drv_key"),
    call("xcoms.get", _DAG, _RUN, "extract", "drv_key", label="after-delete"),
    call("assets.get", name="tg_asset", label="by-name"),
    call("assets.get", uri=_ASSET_URI, label="by-uri"),
    call("assets.get", name="nope", label="missing"),
    call("assets.get_by_alias", "tg_alias"),
    call("asset_events.get", name="tg_asset", uri=None, label="by-asset"),
    call(
        "asset_events.get",
        name="tg_asset",
        after=_EARLIER_DAY,
        before=_DAY,
        ascending=False,
        limit=3,
        label="by-asset-filtered",
    ),
    call("asset_events.get", alias_name="tg_alias", label="by-alias"),
)

_DAG_RUNS: Final = (
    call("dag_runs.get_state", _DAG, _RUN),
    call("dag_runs.get_state", _DAG, "nope", label="missing"),
    call("dag_runs.get_count", _DAG),
    call(
        "dag_runs.get_count",
        _DAG,
        states=["success"],
        run_ids=[_EARLIER_RUN],
        logical_dates=[_EARLIER_DAY],
        label="filtered",
    ),
    call("dag_runs.get_previous", _DAG, _DAY),
    call("dag_runs.get_previous", _DAG, _DAY, state="success", label="state"),
    call("dag_runs.get_previous", _DAG, _EARLIER_DAY, label="none"),
    call("dag_runs.get_detail", _DAG, _RUN),
    call("dag_runs.trigger", _DAG, _named("trigger_run_id"), conf={"a": 1}, logical_date=_TRIGGERED_DAY),
    call(
        "dag_runs.trigger",
        _DAG,
        _named("trigger_run_id"),
        conf={},
        logical_date=_TRIGGERED_DAY,
        label="conflict",
    ),
    call("dag_runs.trigger", _DAG, "triggered__n", note="hello", label="note"),
    call("dag_runs.trigger", _DAG, "triggered__ra", run_after=moment("2026-03-01T00:00:00Z"), label="run_after"),
    call("dag_runs.trigger", "nope", "x", label="missing-dag"),
    call("dag_runs.clear", _DAG, _EARLIER_RUN),
    call("dags.get", _DAG),
    call("dags.get", "nope", label="missing"),
)

_TASKS: Final = (
    call("task_instances.get_count", _DAG, run_ids=[_RUN]),
    call(
        "task_instances.get_count",
        _DAG,
        task_ids=["mapped"],
        map_index=0,
        states=["success", "null"],
        logical_dates=[_DAY],
        run_ids=[_RUN],
        label="filtered",
    ),
    call("task_instances.get_task_states", _DAG, run_ids=[_RUN]),
    # So it is spelt.
    call("task_instances.get_task_breakcrumbs", _DAG, _EARLIER_RUN),
    call("task_instances.get_previous", _DAG, "extract", logical_date=_DAY),
    call("task_instances.get_previous", _DAG, "nope", label="none"),
    call("task_instances.get_previous_successful_dagrun", _MINE),
    call("task_instances.get_reschedule_start_date", _MINE),
    call("task_instances.validate_inlets_and_outlets", _MINE),
)

_LIFE: Final = (
    call("task_instances.heartbeat", _MINE, _WORKER, label="before-start"),
    call("task_instances.start", _MINE, _WORKER, _START),
    call("task_instances.start", _MINE, _WORKER, _START, label="duplicate"),
    call("task_instances.start", _MINE, _WORKER + 1, _START, label="elsewhere"),
    call("task_instances.heartbeat", _MINE, _WORKER),
    call("task_instances.heartbeat", _MINE, _WORKER + 1, label="elsewhere"),
    call("task_instances.heartbeat", _NOBODY, _WORKER, label="not-my-ti"),
    call("task_instances.set_rtif", _MINE, {"bash_command": "echo 1"}),
    call("task_instances.set_rendered_map_index", _MINE, "label-1"),
    call("task_instances.skip_downstream_tasks", _MINE, model("SkipDownstreamTasks", tasks=["load", ["mapped", 0]])),
    call(
        "hitl.add_response",
        ti_id=_MINE,
        options=["yes", "no"],
        subject="ok?",
        body=None,
        defaults=["yes"],
        multiple=False,
        params={},
        assigned_users=[model("HITLUser", id="1", name="bob")],
    ),
    call("hitl.get_detail_response", _MINE),
    call("hitl.update_response", ti_id=_MINE, chosen_options=["yes"], params_input={"p": 1}),
    call("hitl.get_detail_response", _MINE, label="after-update"),
    call("task_state_store.set", _MINE, "k/1", {"a": 1}, None),
    call("task_state_store.get", _MINE, "k/1"),
    call("task_state_store.get", _MINE, "nope", label="missing"),
    call("task_state_store.delete", _MINE, "k/1"),
    call("task_state_store.clear", _MINE),
    call("asset_state_store.set", "k", 5, name="tg_asset"),
    call("asset_state_store.get", "k", name="tg_asset"),
    call("asset_state_store.get", "k", uri=_ASSET_URI, label="by-uri"),
    call("asset_state_store.get", "nope", name="tg_asset", label="missing"),
    call("asset_state_store.delete", "k", name="tg_asset"),
    call("asset_state_store.clear", name="tg_asset"),
    # The token of a task instance opens none of these.
    call("connection_tests.get_connection", _NOBODY),
    call("connection_tests.update_state", _NOBODY, member("ConnectionTestState", "pending")),
)

_FAILED: Final = member("TerminalStateNonSuccess", "failed")
_LABEL: Final = "idx"

_LAST: Final[Mapping[End, tuple[Call, ...]]] = {
    "succeed": (
        call(
            "task_instances.succeed",
            _MINE,
            _END,
            [model("AssetProfile", name="tg_asset", uri=_ASSET_URI, type="Asset")],
            [{"dest_asset_key": {"name": "tg_asset", "uri": _ASSET_URI}, "extra": {"n": 2}}],
            rendered_map_index=_LABEL,
        ),
        call("task_instances.succeed", _MINE, _END, [], [], rendered_map_index=_LABEL, label="duplicate"),
        call("task_instances.heartbeat", _MINE, _WORKER, label="after-success"),
        call("task_instances.finish", _MINE, _FAILED, _END, rendered_map_index=_LABEL, label="after-success"),
    ),
    "failed": (call("task_instances.finish", _MINE, _FAILED, _END, rendered_map_index=_LABEL),),
    "retry": (
        call(
            "task_instances.retry",
            _MINE,
            _END,
            retry_delay_seconds=5.0,
            retry_reason="why",
            rendered_map_index=_LABEL,
        ),
        call("task_instances.heartbeat", _MINE, _WORKER, label="after-retry"),
    ),
    "reschedule": (
        call(
            "task_instances.reschedule",
            _MINE,
            model("RescheduleTask", reschedule_date=moment("2026-01-02T01:00:00Z"), end_date=_END),
        ),
        call("task_instances.get_reschedule_start_date", _MINE, label="after"),
    ),
    "defer": (
        call(
            "task_instances.defer",
            _MINE,
            model(
                "DeferTask",
                classpath="airflow.triggers.temporal.DateTimeTrigger",
                trigger_kwargs={"moment": "2026-01-03T00:00:00Z"},
                trigger_timeout=seconds(3600),
                next_method="execute_complete",
                next_kwargs={"a": 1},
            ),
        ),
    ),
    "await_input": (
        call(
            "task_instances.await_input",
            _MINE,
            model("AwaitInputTask", timeout=seconds(3600), next_method="execute_complete", next_kwargs={}),
        ),
    ),
}


def calls_ending_with(end: End) -> tuple[Call, ...]:
    """All calls in turn: a task instance is started, all is read and written, and at last that is said of it."""
    return (*_READS_AND_WRITES, *_DAG_RUNS, *_TASKS, *_LIFE, *_LAST[end])
