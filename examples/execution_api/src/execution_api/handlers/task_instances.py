"""`/task-instances/{task_instance_id}/…`: the requests of a worker while it runs a task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import and_, func, or_, select, tuple_, update
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from execution_api.handlers.showing import consumed_events_of, dag_run_of
from execution_api.models import (
    FINISHED,
    AssetProfile,
    DagRunState,
    HTTPExceptionResponse,
    HTTPValidationError,
    InactiveAssetsResponse,
    PrevSuccessfulDagRunResponse,
    TaskInstanceState,
    TIEnterRunningPayload,
    TIHeartbeatInfo,
    TIRunContext,
    TISkippedDownstreamTasksStatePayload,
)
from execution_api.refusals import Refusal, not_found
from execution_api.services import path_id, reading, writing
from execution_api.tables import (
    AssetActiveRow,
    AssetRow,
    DagRunRow,
    RenderedFieldsRow,
    TaskInstanceHistoryRow,
    TaskInstanceRow,
    TaskRescheduleRow,
    XComRow,
)
from timegate.starlette import operation

__all__ = [
    "get_previous_successful_dagrun",
    "get_start_date",
    "put_rtif",
    "ti_heartbeat",
    "ti_patch_rendered_map_index",
    "ti_run",
    "ti_skip_downstream",
    "validate_inlets_and_outlets",
]

STARTABLE = frozenset(
    {
        TaskInstanceState.SCHEDULED,
        TaskInstanceState.QUEUED,
        TaskInstanceState.RESTARTING,
        TaskInstanceState.UP_FOR_RETRY,
        TaskInstanceState.UP_FOR_RESCHEDULE,
        TaskInstanceState.DEFERRED,
        TaskInstanceState.AWAITING_INPUT,
    }
)
"""Neither scheduler nor triggerer is here to queue what waits: whoever holds its token may start it."""

Refusals = HTTPExceptionResponse


def locked(session: Session, task_id: UUID) -> TaskInstanceRow:
    """Return a task instance that nobody else changes before this transaction ends.

    Raises:
        Refusal: 404, there is none.
    """
    task = session.get(TaskInstanceRow, task_id, with_for_update=True)
    if task is None:
        raise not_found("Task Instance not found")
    return task


def _locked_or_gone(session: Session, task_id: UUID) -> TaskInstanceRow:
    if session.get(TaskInstanceHistoryRow, task_id) is not None:
        message = "Task Instance not found, it may have been moved to the Task Instance History table"
        raise Refusal(410, {"reason": "not_found", "message": message})
    return locked(session, task_id)


def _existing(session: Session, task_id: UUID) -> TaskInstanceRow:
    task = session.get(TaskInstanceRow, task_id)
    if task is None:
        raise not_found("Task Instance not found")
    return task


@operation(request=TIEnterRunningPayload, response=TIRunContext, errors={404: Refusals, 409: Refusals})
def ti_run(request: Request, *, body: TIEnterRunningPayload) -> Response:
    """Let one worker start a task; a second worker is refused, the first one may repeat its request."""
    with writing(request) as session:
        task = locked(session, path_id(request))
        asked_again = task.state == TaskInstanceState.RUNNING and (task.hostname, task.unixname, task.pid) == (
            body.hostname,
            body.unixname,
            body.pid,
        )
        if not asked_again and task.state not in STARTABLE:
            message = "TI was not in a state where it could be marked as running"
            raise Refusal(409, {"reason": "invalid_state", "message": message, "previous_state": task.state})
        restarts = task.state == TaskInstanceState.RESTARTING
        if not asked_again:
            _start(task, body)
        context = _run_context(session, task, restarts=restarts)
        # Without a value the key is left out: the API has always done so.
        return Response(context.model_dump_json(exclude_unset=True, by_alias=True), media_type="application/json")


def _start(task: TaskInstanceRow, body: TIEnterRunningPayload) -> None:
    task.state = body.state
    task.hostname, task.unixname, task.pid = body.hostname, body.unixname, body.pid
    task.end_date, task.duration, task.handed_out_at = None, None, None
    task.last_heartbeat_at = datetime.now(UTC)
    if task.next_method is None or task.start_date is None:
        task.start_date = body.start_date  # one that resumes has begun earlier


def _run_context(session: Session, task: TaskInstanceRow, *, restarts: bool) -> TIRunContext:
    resumes = task.next_method is not None
    consumed = consumed_events_of(task.dag_run)
    dag_run = dag_run_of(task.dag_run).model_copy(update={"consumed_asset_events": consumed})
    reschedules = select(func.count()).select_from(TaskRescheduleRow).where(TaskRescheduleRow.ti_id == task.id)
    of_task = and_(
        XComRow.dag_id == task.dag_id,
        XComRow.run_id == task.run_id,
        XComRow.task_id == task.task_id,
        XComRow.map_index == task.map_index,
    )
    left_over = [] if resumes else list(session.scalars(select(XComRow.key).where(of_task).order_by(XComRow.key)))
    context = TIRunContext(
        dag_run=dag_run,
        task_reschedule_count=session.scalar(reschedules) or 0,
        max_tries=task.max_tries,
        variables=[],
        connections=[],
        xcom_keys_to_clear=left_over,
        should_retry=restarts or (task.max_tries != 0 and task.try_number <= task.max_tries),
    )
    if not resumes:
        return context
    kept = {"next_method": task.next_method, "next_kwargs": task.next_kwargs, "start_date": task.start_date}
    return context.model_copy(update=kept)


@operation(request=TIHeartbeatInfo, status=204, errors={404: Refusals, 409: Refusals, 410: Refusals})
def ti_heartbeat(request: Request, *, body: TIHeartbeatInfo) -> None:
    """Record that the task still runs, or stop the worker by an error response."""
    with writing(request) as session:
        task = _locked_or_gone(session, path_id(request))
        if (task.hostname, task.pid) != (body.hostname, body.pid):
            where = {"current_hostname": task.hostname, "current_pid": task.pid}
            raise Refusal(409, {"reason": "running_elsewhere", "message": "TI is already running elsewhere", **where})
        if task.state != TaskInstanceState.RUNNING:
            message = "TI is no longer in the running state and task should terminate"
            raise Refusal(409, {"reason": "not_running", "message": message, "current_state": task.state})
        task.last_heartbeat_at = datetime.now(UTC)


@operation(
    request=dict[str, JsonValue],
    response=dict[str, str],
    status=201,
    errors={404: Refusals, 410: Refusals},
)
def put_rtif(request: Request, *, body: dict[str, JsonValue]) -> dict[str, str]:
    """Keep the fields of a task as they were rendered."""
    with writing(request) as session:
        task = _locked_or_gone(session, path_id(request))
        session.merge(RenderedFieldsRow(ti_id=task.id, rendered_fields=dict(body)))
    return {"message": "Rendered task instance fields successfully set"}


@operation(request=str, status=204, errors={404: Refusals, 422: Refusals | HTTPValidationError})
def ti_patch_rendered_map_index(request: Request, *, body: str) -> None:
    """Name a mapped task instance by what it works on."""
    if not body:
        raise Refusal(422, {"reason": "invalid_value", "message": "rendered_map_index must not be empty"})
    with writing(request) as session:
        locked(session, path_id(request)).rendered_map_index = body


@operation(request=TISkippedDownstreamTasksStatePayload, status=204, errors={404: Refusals})
def ti_skip_downstream(request: Request, *, body: TISkippedDownstreamTasksStatePayload) -> None:
    """Skip tasks of the same run that have not ended."""
    named = [(task, -1) if isinstance(task, str) else task for task in body.tasks]
    now = datetime.now(UTC)
    with writing(request) as session:
        task = locked(session, path_id(request))
        session.execute(
            update(TaskInstanceRow)
            .where(
                TaskInstanceRow.dag_id == task.dag_id,
                TaskInstanceRow.run_id == task.run_id,
                tuple_(TaskInstanceRow.task_id, TaskInstanceRow.map_index).in_(named),
                or_(TaskInstanceRow.state.is_(None), TaskInstanceRow.state.not_in(FINISHED)),
            )
            .values(state=TaskInstanceState.SKIPPED, start_date=now, end_date=now)
        )


@operation(response=PrevSuccessfulDagRunResponse, errors={404: Refusals})
def get_previous_successful_dagrun(request: Request) -> PrevSuccessfulDagRunResponse:
    """Get the dates of the last successful run before the task's own; nulls if there was none."""
    with reading(request) as session:
        own = _existing(session, path_id(request)).dag_run
        if own.logical_date is None:
            return PrevSuccessfulDagRunResponse()
        previous = session.scalar(
            select(DagRunRow)
            .where(DagRunRow.dag_id == own.dag_id, DagRunRow.logical_date < own.logical_date)
            .where(DagRunRow.state == DagRunState.SUCCESS)
            .order_by(DagRunRow.logical_date.desc())
            .limit(1)
        )
        if previous is None:
            return PrevSuccessfulDagRunResponse()
        return PrevSuccessfulDagRunResponse.model_validate(previous)


@operation(response=InactiveAssetsResponse, errors={404: Refusals})
def validate_inlets_and_outlets(request: Request) -> InactiveAssetsResponse:
    """Name those inlets and outlets of a task that no Dag declares any more."""
    with reading(request) as session:
        task = _existing(session, path_id(request))
        named = select(AssetRow).where(AssetRow.id.in_([*task.inlets, *task.outlets])).order_by(AssetRow.id)
        active = {(row.name, row.uri) for row in session.scalars(select(AssetActiveRow))}
        inactive = [asset for asset in session.scalars(named) if (asset.name, asset.uri) not in active]
        profiles = [AssetProfile(name=asset.name, uri=asset.uri, type="Asset") for asset in inactive]
        return InactiveAssetsResponse(inactive_assets=profiles)


@operation(response=datetime | None, errors={404: Refusals})
def get_start_date(request: Request) -> Any:
    """Get the first start of a rescheduled task; null if it never started."""
    with reading(request) as session:
        task = _existing(session, path_id(request))
        first = select(TaskRescheduleRow.start_date).where(TaskRescheduleRow.ti_id == task.id)
        return session.scalar(first.order_by(TaskRescheduleRow.id).limit(1))
