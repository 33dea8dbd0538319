"""`PATCH /task-instances/{task_instance_id}/state`: the end or the deferral of a task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, assert_never
from uuid import uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from execution_api.handlers.task_instances import locked
from execution_api.models import (
    HTTPExceptionResponse,
    TaskInstanceState,
    TIAwaitingInputStatePayload,
    TIDeferredStatePayload,
    TIRescheduleStatePayload,
    TIRetryStatePayload,
    TIStateUpdate,
    TISuccessStatePayload,
    TITargetStatePayload,
    TITerminalStatePayload,
)
from execution_api.refusals import Refusal
from execution_api.services import path_id, writing
from execution_api.tables import (
    AssetAliasRow,
    AssetEventRow,
    AssetRow,
    TaskInstanceHistoryRow,
    TaskInstanceRow,
    TaskRescheduleRow,
    TriggerRow,
)
from timegate.starlette import operation

__all__ = ["set_aside", "ti_update_state"]


@operation(request=TIStateUpdate, status=204, errors={404: HTTPExceptionResponse, 409: HTTPExceptionResponse})
def ti_update_state(request: Request, *, body: TIStateUpdate) -> Response | None:
    """Move a running task instance on; a state that was reported before is accepted with 200 instead of 204."""
    with writing(request) as session:
        task = locked(session, path_id(request))
        if task.state == body.state:
            return Response(status_code=200)
        if task.state != TaskInstanceState.RUNNING:
            message = "TI was not in the running state so it cannot be updated"
            raise Refusal(409, {"reason": "invalid_state", "message": message, "previous_state": task.state})
        _apply(session, task, body)
    return None


def _apply(session: Session, task: TaskInstanceRow, body: TIStateUpdate) -> None:
    match body:
        case TITerminalStatePayload():
            _end(task, body)
        case TISuccessStatePayload():
            _end(task, body)
            _register_outlets(session, task, body)
        case TITargetStatePayload():
            task.state = body.state
        case TIDeferredStatePayload():
            _defer(session, task, body)
        case TIRescheduleStatePayload():
            _reschedule(session, task, body)
        case TIAwaitingInputStatePayload():
            _await_input(task, body)
        case TIRetryStatePayload():
            _retry(session, task, body)
        case _:
            assert_never(body)


def _finish(task: TaskInstanceRow, end_date: datetime) -> None:
    task.end_date = end_date
    task.duration = None if task.start_date is None else (end_date - task.start_date).total_seconds()
    _forget_resumption(task)


def _forget_resumption(task: TaskInstanceRow) -> None:
    task.next_method, task.next_kwargs, task.trigger_id, task.trigger_timeout = None, None, None, None


def _end(task: TaskInstanceRow, body: TITerminalStatePayload | TISuccessStatePayload) -> None:
    task.state = body.state
    _finish(task, body.end_date)
    _name_map_index(task, body.rendered_map_index)


def _name_map_index(task: TaskInstanceRow, rendered: str | None) -> None:
    if rendered is not None:
        task.rendered_map_index = rendered


def _defer(session: Session, task: TaskInstanceRow, body: TIDeferredStatePayload) -> None:
    now = datetime.now(UTC)
    trigger = TriggerRow(classpath=body.classpath, kwargs=body.trigger_kwargs, queue=body.queue, created_date=now)
    session.add(trigger)
    session.flush()
    task.state = body.state
    task.trigger_id = trigger.id
    task.trigger_timeout = None if body.trigger_timeout is None else now + body.trigger_timeout
    # Stored as the worker sent it: if the worker that resumes has another version, its response is converted.
    task.next_method, task.next_kwargs = body.next_method, body.next_kwargs
    _name_map_index(task, body.rendered_map_index)


def _await_input(task: TaskInstanceRow, body: TIAwaitingInputStatePayload) -> None:
    task.state = body.state
    task.trigger_timeout = None if body.timeout is None else datetime.now(UTC) + body.timeout
    task.next_method, task.next_kwargs = body.next_method, body.next_kwargs
    _name_map_index(task, body.rendered_map_index)


def _reschedule(session: Session, task: TaskInstanceRow, body: TIRescheduleStatePayload) -> None:
    now = datetime.now(UTC)
    session.add(
        TaskRescheduleRow(ti_id=task.id, start_date=now, end_date=body.end_date, reschedule_date=body.reschedule_date)
    )
    task.state = body.state
    _finish(task, body.end_date)


def _retry(session: Session, task: TaskInstanceRow, body: TIRetryStatePayload) -> None:
    _finish(task, body.end_date)
    _name_map_index(task, body.rendered_map_index)
    task.state = body.state
    task.retry_delay_seconds, task.retry_reason = body.retry_delay_seconds, body.retry_reason
    set_aside(session, task)
    task.try_number += 1


def set_aside(session: Session, task: TaskInstanceRow) -> None:
    """Keep the try that is over under its id, and let the task instance go on under a new one.

    A worker that still holds the old id learns that it is gone, and stops.
    """
    old, new = task.id, uuid4()
    session.add(
        TaskInstanceHistoryRow(
            id=old, successor_id=new, try_number=task.try_number, state=task.state, end_date=task.end_date
        )
    )
    task.id = new


def _register_outlets(session: Session, task: TaskInstanceRow, body: TISuccessStatePayload) -> None:
    """Make an event for each asset that the task says it has updated, directly or through an alias."""
    for profile in body.task_outlets:
        asset = None if profile.type == "AssetAlias" else session.scalar(_asset_named(profile.name, profile.uri))
        if asset is not None:
            extra = _extra_of(body.outlet_events, {"name": asset.name, "uri": asset.uri})
            session.add(_event(task, asset, extra))
    for reported in body.outlet_events:
        if reported.get("source_alias_name") is not None:
            _register_alias(session, task, reported)


def _register_alias(session: Session, task: TaskInstanceRow, reported: Mapping[str, Any]) -> None:
    key: Mapping[str, Any] = reported.get("dest_asset_key") or {}
    name, uri = key.get("name"), key.get("uri")
    alias = session.get(AssetAliasRow, reported["source_alias_name"])
    if alias is None or not name or not uri:
        return
    asset = session.scalar(_asset_named(name, uri))
    if asset is None:
        asset = AssetRow(name=name, uri=uri, extra=reported.get("dest_asset_extra") or {})
    event = _event(task, asset, reported.get("extra") or {})
    event.source_aliases.append(alias)
    session.add(event)
    if asset not in alias.assets:
        alias.assets.append(asset)


def _asset_named(name: str | None, uri: str | None) -> Select[AssetRow]:
    query = select(AssetRow)
    if name is not None:
        query = query.where(AssetRow.name == name)
    if uri is not None:
        query = query.where(AssetRow.uri == uri)
    return query


def _extra_of(events: list[dict[str, Any]], key: Mapping[str, Any]) -> dict[str, Any]:
    direct = (event for event in events if event.get("source_alias_name") is None)
    extras: list[dict[str, Any]] = [event.get("extra") or {} for event in direct if event.get("dest_asset_key") == key]
    return extras[0] if extras else {}


def _event(task: TaskInstanceRow, asset: AssetRow, extra: dict[str, Any]) -> AssetEventRow:
    return AssetEventRow(
        asset=asset,
        timestamp=datetime.now(UTC),
        extra=extra,
        source_dag_id=task.dag_id,
        source_run_id=task.run_id,
        source_task_id=task.task_id,
        source_map_index=task.map_index,
    )
