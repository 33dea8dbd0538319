"""What a client of version 2025-04-28 sends and receives; generated, `make clients` writes it anew."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel


class AssetAliasReferenceAssetEventDagRun(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(title="Name")]


class AssetProfile(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str | None, Field(title="Name")] = None
    uri: Annotated[str | None, Field(title="Uri")] = None
    type: Annotated[str, Field(title="Type")]


class BundleInfo(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(title="Name")]
    version: Annotated[str | None, Field(title="Version")] = None


class ConnectionResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    conn_id: Annotated[str, Field(title="Conn Id")]
    conn_type: Annotated[str, Field(title="Conn Type")]
    host: Annotated[str | None, Field(title="Host")]
    schema_: Annotated[str | None, Field(alias="schema", title="Schema")]
    login: Annotated[str | None, Field(title="Login")]
    password: Annotated[str | None, Field(title="Password")]
    port: Annotated[int | None, Field(title="Port")]
    extra: Annotated[str | None, Field(title="Extra")]


class DagAttributeTypes(StrEnum):
    operator = "operator"
    taskgroup = "taskgroup"


class DagRunAssetReference(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    run_id: Annotated[str, Field(title="Run Id")]
    dag_id: Annotated[str, Field(title="Dag Id")]
    logical_date: Annotated[AwareDatetime | None, Field(title="Logical Date")]
    start_date: Annotated[AwareDatetime, Field(title="Start Date")]
    end_date: Annotated[AwareDatetime | None, Field(title="End Date")]
    state: Annotated[str, Field(title="State")]
    data_interval_start: Annotated[AwareDatetime | None, Field(title="Data Interval Start")]
    data_interval_end: Annotated[AwareDatetime | None, Field(title="Data Interval End")]


class DagRunState(StrEnum):
    queued = "queued"
    running = "running"
    success = "success"
    failed = "failed"


class DagRunStateResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: DagRunState


class DagRunType(StrEnum):
    backfill = "backfill"
    scheduled = "scheduled"
    manual = "manual"
    asset_triggered = "asset_triggered"


class HITLUser(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    id: Annotated[str, Field(title="Id")]
    name: Annotated[str, Field(title="Name")]


class HTTPExceptionResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    detail: Annotated[str | dict[str, Any], Field(title="Detail")]


class InactiveAssetsResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    inactive_assets: Annotated[list[AssetProfile] | None, Field(title="Inactive Assets")] = None


class IntermediateTIState(StrEnum):
    scheduled = "scheduled"
    queued = "queued"
    restarting = "restarting"
    up_for_retry = "up_for_retry"
    up_for_reschedule = "up_for_reschedule"
    deferred = "deferred"


class JsonValue(RootModel[Any]):
    root: Any


class PrevSuccessfulDagRunResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    data_interval_start: Annotated[AwareDatetime | None, Field(title="Data Interval Start")] = None
    data_interval_end: Annotated[AwareDatetime | None, Field(title="Data Interval End")] = None
    start_date: Annotated[AwareDatetime | None, Field(title="Start Date")] = None
    end_date: Annotated[AwareDatetime | None, Field(title="End Date")] = None


class PreviousTIResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    task_id: Annotated[str, Field(title="Task Id")]
    dag_id: Annotated[str, Field(title="Dag Id")]
    run_id: Annotated[str, Field(title="Run Id")]
    logical_date: Annotated[AwareDatetime | None, Field(title="Logical Date")] = None
    start_date: Annotated[AwareDatetime | None, Field(title="Start Date")] = None
    end_date: Annotated[AwareDatetime | None, Field(title="End Date")] = None
    state: Annotated[str | None, Field(title="State")] = None
    try_number: Annotated[int, Field(title="Try Number")]
    map_index: Annotated[int | None, Field(title="Map Index")] = -1
    duration: Annotated[float | None, Field(title="Duration")] = None


class TIDeferredStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: Annotated[Literal["deferred"], Field(title="State")]
    classpath: Annotated[str, Field(title="Classpath")]
    trigger_kwargs: Annotated[dict[str, JsonValue] | str | None, Field(title="Trigger Kwargs")] = None
    trigger_timeout: Annotated[timedelta | None, Field(title="Trigger Timeout")] = None
    queue: Annotated[str | None, Field(title="Queue")] = None
    next_method: Annotated[str, Field(title="Next Method")]
    next_kwargs: Annotated[dict[str, JsonValue] | None, Field(title="Next Kwargs")] = None
    rendered_map_index: Annotated[str | None, Field(title="Rendered Map Index")] = None


class TIEnterRunningPayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: Annotated[Literal["running"], Field(title="State")]
    hostname: Annotated[str, Field(title="Hostname")]
    unixname: Annotated[str, Field(title="Unixname")]
    pid: Annotated[int, Field(title="Pid")]
    start_date: Annotated[AwareDatetime, Field(title="Start Date")]


class TIHeartbeatInfo(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    hostname: Annotated[str, Field(title="Hostname")]
    pid: Annotated[int, Field(title="Pid")]


class TIRescheduleStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: Annotated[Literal["up_for_reschedule"], Field(title="State")]
    reschedule_date: Annotated[AwareDatetime, Field(title="Reschedule Date")]
    end_date: Annotated[AwareDatetime, Field(title="End Date")]


class TIRetryStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: Annotated[Literal["up_for_retry"], Field(title="State")]
    end_date: Annotated[AwareDatetime, Field(title="End Date")]
    rendered_map_index: Annotated[str | None, Field(title="Rendered Map Index")] = None


class Tasks(RootModel[tuple[str, int]]):
    root: Annotated[tuple[str, int], Field(max_length=2, min_length=2)]


class TISkippedDownstreamTasksStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    tasks: Annotated[list[str | Tasks], Field(title="Tasks")]


class TISuccessStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: Annotated[Literal["success"], Field(title="State")]
    end_date: Annotated[AwareDatetime, Field(title="End Date")]
    task_outlets: Annotated[list[AssetProfile] | None, Field(title="Task Outlets")] = None
    outlet_events: Annotated[list[dict[str, Any]] | None, Field(title="Outlet Events")] = None
    rendered_map_index: Annotated[str | None, Field(title="Rendered Map Index")] = None


class TITargetStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: IntermediateTIState


class TaskBreadcrumbsResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    breadcrumbs: Annotated[list[dict[str, Any]], Field(title="Breadcrumbs")]


class TaskInstance(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    id: Annotated[UUID, Field(title="Id")]
    task_id: Annotated[str, Field(title="Task Id")]
    dag_id: Annotated[str, Field(title="Dag Id")]
    run_id: Annotated[str, Field(title="Run Id")]
    try_number: Annotated[int, Field(title="Try Number")]
    map_index: Annotated[int | None, Field(title="Map Index")] = -1
    hostname: Annotated[str | None, Field(title="Hostname")] = None
    context_carrier: Annotated[dict[str, Any] | None, Field(title="Context Carrier")] = None


class TaskInstanceState(StrEnum):
    removed = "removed"
    scheduled = "scheduled"
    queued = "queued"
    running = "running"
    success = "success"
    restarting = "restarting"
    failed = "failed"
    up_for_retry = "up_for_retry"
    up_for_reschedule = "up_for_reschedule"
    upstream_failed = "upstream_failed"
    skipped = "skipped"
    deferred = "deferred"


class TaskStatesResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    task_states: Annotated[dict[str, Any], Field(title="Task States")]


class TerminalStateNonSuccess(StrEnum):
    failed = "failed"
    skipped = "skipped"
    removed = "removed"
    upstream_failed = "upstream_failed"


class TerminalTIState(StrEnum):
    success = "success"
    failed = "failed"
    skipped = "skipped"
    upstream_failed = "upstream_failed"
    removed = "removed"


class TriggerDAGRunPayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    logical_date: Annotated[AwareDatetime | None, Field(title="Logical Date")] = None
    conf: Annotated[dict[str, Any] | None, Field(title="Conf")] = None
    reset_dag_run: Annotated[bool | None, Field(title="Reset Dag Run")] = False


class TriggerRule(StrEnum):
    all_success = "all_success"
    all_failed = "all_failed"
    all_done = "all_done"
    all_done_min_one_success = "all_done_min_one_success"
    all_done_setup_success = "all_done_setup_success"
    one_success = "one_success"
    one_failed = "one_failed"
    one_done = "one_done"
    none_failed = "none_failed"
    none_skipped = "none_skipped"
    always = "always"
    none_failed_min_one_success = "none_failed_min_one_success"
    all_skipped = "all_skipped"


class UpdateHITLDetailPayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    ti_id: Annotated[UUID, Field(title="Ti Id")]
    chosen_options: Annotated[list[str], Field(min_length=1, title="Chosen Options")]
    params_input: Annotated[dict[str, Any] | None, Field(title="Params Input")] = None


class ValidationError(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    loc: Annotated[list[str | int], Field(title="Loc")]
    msg: Annotated[str, Field(title="Msg")]
    type: Annotated[str, Field(title="Type")]
    input: Annotated[Any | None, Field(title="Input")] = None
    ctx: Annotated[dict[str, Any] | None, Field(title="Ctx")] = None


class VariablePostBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    val: Annotated[str | None, Field(title="Val")]
    description: Annotated[str | None, Field(title="Description")] = None


class VariableResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    key: Annotated[str, Field(title="Key")]
    value: Annotated[str | None, Field(title="Value")]


class WeightRule(StrEnum):
    downstream = "downstream"
    upstream = "upstream"
    absolute = "absolute"


class XComResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    key: Annotated[str, Field(title="Key")]
    value: JsonValue


class XComSequenceIndexResponse(RootModel[JsonValue]):
    root: Annotated[JsonValue, Field(description="One value of a mapped task.", title="XComSequenceIndexResponse")]


class XComSequenceSliceResponse(RootModel[list[JsonValue]]):
    root: Annotated[
        list[JsonValue], Field(description="Several values of a mapped task.", title="XComSequenceSliceResponse")
    ]


class HealthResponse200(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )


class GetPreviousTaskInstanceResponse200(RootModel[PreviousTIResponse | None]):
    root: PreviousTIResponse | None


class PutRtifRequest(RootModel[dict[str, JsonValue]]):
    root: dict[str, JsonValue]


class PutRtifResponse201(RootModel[dict[str, str]]):
    root: dict[str, str]


class GetStartDateResponse200(RootModel[AwareDatetime | None]):
    root: AwareDatetime | None


class PutVariableResponse201(RootModel[dict[str, str]]):
    root: dict[str, str]


class SetXcomRequest(RootModel[JsonValue | None]):
    root: JsonValue | None


class SetXcomResponse201(RootModel[dict[str, str]]):
    root: dict[str, str]


class DeleteXcomResponse200(RootModel[dict[str, str]]):
    root: dict[str, str]


class AssetReferenceAssetEventDagRun(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(title="Name")]
    uri: Annotated[str, Field(title="Uri")]
    extra: Annotated[dict[str, JsonValue], Field(title="Extra")]


class AssetResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    name: Annotated[str, Field(title="Name")]
    uri: Annotated[str, Field(title="Uri")]
    group: Annotated[str, Field(title="Group")]
    extra: Annotated[dict[str, JsonValue] | None, Field(title="Extra")] = None


class ExecuteTask(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    type: Annotated[Literal["ExecuteTask"], Field(title="Type")]
    token: Annotated[str, Field(title="Token")]
    ti: TaskInstance
    dag_rel_path: Annotated[str, Field(title="Dag Rel Path")]
    bundle_info: BundleInfo
    log_path: Annotated[str | None, Field(title="Log Path")] = None


class HITLDetailRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    ti_id: Annotated[UUID, Field(title="Ti Id")]
    options: Annotated[list[str], Field(min_length=1, title="Options")]
    subject: Annotated[str, Field(title="Subject")]
    body: Annotated[str | None, Field(title="Body")] = None
    defaults: Annotated[list[str] | None, Field(title="Defaults")] = None
    multiple: Annotated[bool | None, Field(title="Multiple")] = False
    params: Annotated[dict[str, Any] | None, Field(title="Params")] = None
    assigned_users: Annotated[list[HITLUser] | None, Field(title="Assigned Users")] = None


class HITLDetailResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    response_received: Annotated[bool, Field(title="Response Received")]
    responded_by_user: HITLUser | None = None
    responded_at: Annotated[AwareDatetime | None, Field(title="Responded At")]
    chosen_options: Annotated[list[str] | None, Field(title="Chosen Options")]
    params_input: Annotated[dict[str, Any] | None, Field(title="Params Input")] = None


class HTTPValidationError(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    detail: Annotated[list[ValidationError] | None, Field(title="Detail")] = None


class TITerminalStatePayload(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    state: TerminalStateNonSuccess
    end_date: Annotated[AwareDatetime, Field(title="End Date")]
    rendered_map_index: Annotated[str | None, Field(title="Rendered Map Index")] = None


class Workloads(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    workloads: Annotated[list[ExecuteTask], Field(title="Workloads")]


class TiUpdateStateRequest(
    RootModel[
        TITerminalStatePayload
        | TISuccessStatePayload
        | TITargetStatePayload
        | TIDeferredStatePayload
        | TIRescheduleStatePayload
        | TIRetryStatePayload
    ]
):
    root: TITerminalStatePayload | TISuccessStatePayload | TITargetStatePayload | TIDeferredStatePayload | TIRescheduleStatePayload | TIRetryStatePayload


class TiPatchRenderedMapIndexResponse422(RootModel[HTTPExceptionResponse | HTTPValidationError]):
    root: HTTPExceptionResponse | HTTPValidationError


class AssetEventDagRunReference(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    asset: AssetReferenceAssetEventDagRun
    extra: Annotated[dict[str, JsonValue], Field(title="Extra")]
    source_task_id: Annotated[str | None, Field(title="Source Task Id")]
    source_dag_id: Annotated[str | None, Field(title="Source Dag Id")]
    source_run_id: Annotated[str | None, Field(title="Source Run Id")]
    source_map_index: Annotated[int | None, Field(title="Source Map Index")]
    source_aliases: Annotated[list[AssetAliasReferenceAssetEventDagRun], Field(title="Source Aliases")]
    timestamp: Annotated[AwareDatetime, Field(title="Timestamp")]


class AssetEventResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    id: Annotated[int, Field(title="Id")]
    timestamp: Annotated[AwareDatetime, Field(title="Timestamp")]
    extra: Annotated[dict[str, JsonValue] | None, Field(title="Extra")] = None
    asset: AssetResponse
    created_dagruns: Annotated[list[DagRunAssetReference], Field(title="Created Dagruns")]
    source_task_id: Annotated[str | None, Field(title="Source Task Id")] = None
    source_dag_id: Annotated[str | None, Field(title="Source Dag Id")] = None
    source_run_id: Annotated[str | None, Field(title="Source Run Id")] = None
    source_map_index: Annotated[int | None, Field(title="Source Map Index")] = None


class AssetEventsResponse(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    asset_events: Annotated[list[AssetEventResponse], Field(title="Asset Events")]


class DagRun(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    dag_id: Annotated[str, Field(title="Dag Id")]
    run_id: Annotated[str, Field(title="Run Id")]
    logical_date: Annotated[AwareDatetime | None, Field(title="Logical Date")]
    data_interval_start: Annotated[AwareDatetime | None, Field(title="Data Interval Start")]
    data_interval_end: Annotated[AwareDatetime | None, Field(title="Data Interval End")]
    run_after: Annotated[AwareDatetime, Field(title="Run After")]
    start_date: Annotated[AwareDatetime, Field(title="Start Date")]
    end_date: Annotated[AwareDatetime | None, Field(title="End Date")]
    clear_number: Annotated[int | None, Field(title="Clear Number")] = 0
    run_type: DagRunType
    conf: Annotated[dict[str, Any] | None, Field(title="Conf")] = None
    consumed_asset_events: Annotated[list[AssetEventDagRunReference], Field(title="Consumed Asset Events")]


class TIRunContext(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    dag_run: DagRun
    task_reschedule_count: Annotated[int | None, Field(title="Task Reschedule Count")] = 0
    max_tries: Annotated[int, Field(title="Max Tries")]
    variables: Annotated[list[VariableResponse] | None, Field(title="Variables")] = None
    connections: Annotated[list[ConnectionResponse] | None, Field(title="Connections")] = None
    next_method: Annotated[str | None, Field(title="Next Method")] = None
    next_kwargs: Annotated[dict[str, Any] | str | None, Field(title="Next Kwargs")] = None
    xcom_keys_to_clear: Annotated[list[str] | None, Field(title="Xcom Keys To Clear")] = None
    should_retry: Annotated[bool | None, Field(title="Should Retry")] = False
    upstream_map_indexes: dict[str, int | None] | None
