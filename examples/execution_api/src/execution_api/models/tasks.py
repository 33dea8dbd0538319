"""Task instances: what a worker is handed, what it reports, what it may ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Discriminator, Field, JsonValue, Tag

from execution_api.models.assets import AssetProfile
from execution_api.models.base import ClosedModel, OpenModel, UtcDateTime
from execution_api.models.connections import ConnectionResponse
from execution_api.models.dags import DagRun
from execution_api.models.states import (
    IntermediateTIState,
    TaskInstanceState,
    TerminalStateNonSuccess,
    TerminalTIState,
)
from execution_api.models.variables import VariableResponse

__all__ = [
    "BundleInfo",
    "PrevSuccessfulDagRunResponse",
    "PreviousTIResponse",
    "PreviousTaskInstance",
    "TIAwaitingInputStatePayload",
    "TIDeferredStatePayload",
    "TIEnterRunningPayload",
    "TIHeartbeatInfo",
    "TIRescheduleStatePayload",
    "TIRetryStatePayload",
    "TIRunContext",
    "TISkippedDownstreamTasksStatePayload",
    "TIStateUpdate",
    "TISuccessStatePayload",
    "TITargetStatePayload",
    "TITerminalStatePayload",
    "TaskBreadcrumbs",
    "TaskBreadcrumbsResponse",
    "TaskInstance",
    "TaskInstanceCount",
    "TaskInstanceStates",
    "TaskStatesResponse",
]


class BundleInfo(OpenModel):
    """Which bundle of Dag files a worker shall run from."""

    name: str
    version: str | None = None


class TaskInstance(OpenModel):
    """A task instance as a worker is handed it."""

    id: UUID
    dag_version_id: UUID
    task_id: str
    dag_id: str
    run_id: str
    try_number: int
    map_index: int = -1
    hostname: str | None = None
    context_carrier: dict[str, Any] | None = None
    queue: str = "default"


class TIEnterRunningPayload(ClosedModel):
    """A worker has started the task."""

    state: Literal["running"] = Field(json_schema_extra={"default": "running"})
    hostname: str
    unixname: str
    pid: int
    start_date: UtcDateTime


class TIHeartbeatInfo(ClosedModel):
    """A worker still runs the task."""

    hostname: str
    pid: int


class TITerminalStatePayload(ClosedModel):
    """The task has ended, but not in success."""

    state: TerminalStateNonSuccess
    end_date: UtcDateTime
    rendered_map_index: str | None = None


class TISuccessStatePayload(ClosedModel):
    """The task has ended in success."""

    state: Literal["success"] = Field(json_schema_extra={"default": "success"})
    end_date: UtcDateTime
    task_outlets: list[AssetProfile] = Field(default_factory=list[AssetProfile])
    outlet_events: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    rendered_map_index: str | None = None


class TITargetStatePayload(ClosedModel):
    """The task shall be in this state, which needs no further information."""

    state: IntermediateTIState


class TIDeferredStatePayload(ClosedModel):
    """The task waits for a trigger."""

    state: Literal["deferred"] = Field(json_schema_extra={"default": "deferred"})
    classpath: str
    trigger_kwargs: dict[str, JsonValue] | str = Field(default_factory=dict[str, JsonValue])
    trigger_timeout: timedelta | None = None
    queue: str | None = None
    next_method: str
    next_kwargs: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    rendered_map_index: str | None = None


class TIRescheduleStatePayload(ClosedModel):
    """The task waits for a time."""

    state: Literal["up_for_reschedule"] = Field(json_schema_extra={"default": "up_for_reschedule"})
    reschedule_date: UtcDateTime
    end_date: UtcDateTime


class TIAwaitingInputStatePayload(ClosedModel):
    """The task waits for a person, without a trigger."""

    state: Literal["awaiting_input"] = Field(json_schema_extra={"default": "awaiting_input"})
    timeout: timedelta | None = None
    next_method: str
    next_kwargs: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    rendered_map_index: str | None = None


class TIRetryStatePayload(ClosedModel):
    """The task has failed and shall be tried again."""

    state: Literal["up_for_retry"] = Field(json_schema_extra={"default": "up_for_retry"})
    end_date: UtcDateTime
    rendered_map_index: str | None = None
    retry_delay_seconds: float | None = None
    retry_reason: str | None = None


def _arm_of(payload: Any) -> str:
    state: object
    match payload:
        case {"state": str(given)}:
            state = given
        case _:
            state = getattr(payload, "state", None)
    if state in ("success", "deferred", "up_for_reschedule", "awaiting_input", "up_for_retry"):
        return str(state)
    return "_terminal_" if state in set(TerminalTIState) else "_other_"


TIStateUpdate = Annotated[
    Annotated[TITerminalStatePayload, Tag("_terminal_")]
    | Annotated[TISuccessStatePayload, Tag("success")]
    | Annotated[TITargetStatePayload, Tag("_other_")]
    | Annotated[TIDeferredStatePayload, Tag("deferred")]
    | Annotated[TIRescheduleStatePayload, Tag("up_for_reschedule")]
    | Annotated[TIAwaitingInputStatePayload, Tag("awaiting_input")]
    | Annotated[TIRetryStatePayload, Tag("up_for_retry")],
    Discriminator(_arm_of),
]
"""Whatever a worker may report of a task that it ran; the state decides which."""


class TISkippedDownstreamTasksStatePayload(ClosedModel):
    """Tasks that shall not run; a mapped one with its index."""

    tasks: list[str | tuple[str, int]]


class TIRunContext(OpenModel):
    """All that a worker needs to run a task instance."""

    dag_run: DagRun
    task_reschedule_count: int = 0
    max_tries: int
    variables: list[VariableResponse] = Field(default_factory=list[VariableResponse])
    connections: list[ConnectionResponse] = Field(default_factory=list[ConnectionResponse])
    next_method: str | None = None
    next_kwargs: dict[str, Any] | str | None = None
    xcom_keys_to_clear: list[str] = Field(default_factory=list[str])
    should_retry: bool = False
    start_date: UtcDateTime | None = None


class PrevSuccessfulDagRunResponse(OpenModel):
    """When the last successful run before this one was."""

    data_interval_start: UtcDateTime | None = None
    data_interval_end: UtcDateTime | None = None
    start_date: UtcDateTime | None = None
    end_date: UtcDateTime | None = None


class PreviousTIResponse(OpenModel):
    """The same task in an earlier run."""

    task_id: str
    dag_id: str
    run_id: str
    logical_date: UtcDateTime | None = None
    start_date: UtcDateTime | None = None
    end_date: UtcDateTime | None = None
    state: str | None = None
    try_number: int
    map_index: int | None = -1
    duration: float | None = None


class TaskStatesResponse(OpenModel):
    """The state of each task, by run."""

    task_states: dict[str, Any]


class TaskBreadcrumbsResponse(OpenModel):
    """The tasks of a run that have ended, in a few words each."""

    breadcrumbs: list[dict[str, Any]]


class TaskInstanceStates(OpenModel):
    """Query of `GET /task-instances/states`."""

    dag_id: str
    map_index: int | None = None
    task_ids: list[str] | None = None
    task_group_id: str | None = None
    logical_dates: list[UtcDateTime] | None = None
    run_ids: list[str] | None = None


class TaskInstanceCount(TaskInstanceStates):
    """Query of `GET /task-instances/count`; the state `null` means none yet."""

    states: list[str] | None = None


class PreviousTaskInstance(OpenModel):
    """Query of `GET /task-instances/previous/{dag_id}/{task_id}`."""

    logical_date: UtcDateTime | None = None
    map_index: int = -1
    state: TaskInstanceState | None = None


class TaskBreadcrumbs(OpenModel):
    """Query of `GET /task-instances/breadcrumbs`."""

    dag_id: str
    run_id: str
