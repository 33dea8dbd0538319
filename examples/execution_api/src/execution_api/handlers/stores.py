"""`/store`: what a task or an asset keeps from one run to the next."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from execution_api.models import (
    AssetStateStorePutBody,
    AssetStateStoreResponse,
    HTTPExceptionResponse,
    StoreByName,
    StoreByUri,
    StoreValueByName,
    StoreValueByUri,
    TaskStateStorePutBody,
    TaskStateStoreResponse,
)
from execution_api.refusals import not_found
from execution_api.services import path_id, path_key, reading, writing
from execution_api.tables import AssetRow, AssetStateRow, TaskInstanceRow, TaskStateRow
from timegate.starlette import operation

__all__ = [
    "clear_asset_state_store_by_name",
    "clear_asset_state_store_by_uri",
    "clear_task_state_store",
    "delete_asset_state_store_by_name",
    "delete_asset_state_store_by_uri",
    "delete_task_state_store",
    "get_asset_state_store_by_name",
    "get_asset_state_store_by_uri",
    "get_task_state_store",
    "set_asset_state_store_by_name",
    "set_asset_state_store_by_uri",
    "set_task_state_store",
]

Missing = {404: HTTPExceptionResponse}


def _task(session: Session, request: Request) -> tuple[str, str, str, int]:
    task = session.get(TaskInstanceRow, path_id(request))
    if task is None:
        raise not_found("Task Instance not found")
    return task.dag_id, task.run_id, task.task_id, task.map_index


@operation(response=TaskStateStoreResponse, errors=Missing)
def get_task_state_store(request: Request) -> TaskStateStoreResponse:
    """Get a value that the task kept, unless its time is over."""
    key = path_key(request, "key")
    with reading(request) as session:
        kept = session.get(TaskStateRow, (*_task(session, request), key))
        if kept is None or (kept.expires_at is not None and kept.expires_at <= datetime.now(UTC)):
            raise not_found(f"Task state store key '{key}' not found")
        return TaskStateStoreResponse(value=kept.value)


@operation(request=TaskStateStorePutBody, status=204, errors=Missing)
def set_task_state_store(request: Request, *, body: TaskStateStorePutBody) -> None:
    """Keep a value for the task; it outlives the try."""
    key = path_key(request, "key")
    with writing(request) as session:
        dag_id, run_id, task_id, map_index = _task(session, request)
        session.merge(
            TaskStateRow(
                dag_id=dag_id,
                run_id=run_id,
                task_id=task_id,
                map_index=map_index,
                key=key,
                value=body.value,
                expires_at=body.expires_at,
            )
        )


@operation(status=204, errors=Missing)
def delete_task_state_store(request: Request) -> None:
    """Forget a value of the task, if there is one."""
    _forget_task_state(request, path_key(request, "key"))


@operation(status=204, errors=Missing)
def clear_task_state_store(request: Request) -> None:
    """Forget all values of the task."""
    _forget_task_state(request, None)


def _forget_task_state(request: Request, key: str | None) -> None:
    with writing(request) as session:
        dag_id, run_id, task_id, map_index = _task(session, request)
        kept = delete(TaskStateRow).where(
            TaskStateRow.dag_id == dag_id,
            TaskStateRow.run_id == run_id,
            TaskStateRow.task_id == task_id,
            TaskStateRow.map_index == map_index,
        )
        session.execute(kept if key is None else kept.where(TaskStateRow.key == key))


def _asset(session: Session, asset: StoreByName | StoreByUri) -> int:
    if isinstance(asset, StoreByName):
        found = session.scalar(select(AssetRow.id).where(AssetRow.name == asset.name))
        called = f"name {asset.name}"
    else:
        found = session.scalar(select(AssetRow.id).where(AssetRow.uri == asset.uri))
        called = f"URI {asset.uri}"
    if found is None:
        raise not_found(f"Asset with {called} not found")
    return found


def _get_asset_state(request: Request, query: StoreValueByName | StoreValueByUri) -> AssetStateStoreResponse:
    with reading(request) as session:
        kept = session.get(AssetStateRow, (_asset(session, query), query.key))
        if kept is None:
            raise not_found(f"Asset state store key '{query.key}' not found")
        return AssetStateStoreResponse(value=kept.value)


def _set_asset_state(request: Request, query: StoreValueByName | StoreValueByUri, body: AssetStateStorePutBody) -> None:
    with writing(request) as session:
        session.merge(AssetStateRow(asset_id=_asset(session, query), key=query.key, value=body.value))


def _forget_asset_state(request: Request, asset: StoreByName | StoreByUri, key: str | None) -> None:
    with writing(request) as session:
        kept = delete(AssetStateRow).where(AssetStateRow.asset_id == _asset(session, asset))
        session.execute(kept if key is None else kept.where(AssetStateRow.key == key))


@operation(query=StoreValueByName, response=AssetStateStoreResponse, errors=Missing)
def get_asset_state_store_by_name(request: Request, *, query: StoreValueByName) -> AssetStateStoreResponse:
    """Get a value that was kept with an asset."""
    return _get_asset_state(request, query)


@operation(query=StoreValueByUri, response=AssetStateStoreResponse, errors=Missing)
def get_asset_state_store_by_uri(request: Request, *, query: StoreValueByUri) -> AssetStateStoreResponse:
    """Get a value that was kept with an asset."""
    return _get_asset_state(request, query)


@operation(query=StoreValueByName, request=AssetStateStorePutBody, status=204, errors=Missing)
def set_asset_state_store_by_name(request: Request, *, query: StoreValueByName, body: AssetStateStorePutBody) -> None:
    """Keep a value with an asset."""
    _set_asset_state(request, query, body)


@operation(query=StoreValueByUri, request=AssetStateStorePutBody, status=204, errors=Missing)
def set_asset_state_store_by_uri(request: Request, *, query: StoreValueByUri, body: AssetStateStorePutBody) -> None:
    """Keep a value with an asset."""
    _set_asset_state(request, query, body)


@operation(query=StoreValueByName, status=204, errors=Missing)
def delete_asset_state_store_by_name(request: Request, *, query: StoreValueByName) -> None:
    """Forget a value of an asset, if there is one."""
    _forget_asset_state(request, query, query.key)


@operation(query=StoreValueByUri, status=204, errors=Missing)
def delete_asset_state_store_by_uri(request: Request, *, query: StoreValueByUri) -> None:
    """Forget a value of an asset, if there is one."""
    _forget_asset_state(request, query, query.key)


@operation(query=StoreByName, status=204, errors=Missing)
def clear_asset_state_store_by_name(request: Request, *, query: StoreByName) -> None:
    """Forget all values of an asset."""
    _forget_asset_state(request, query, None)


@operation(query=StoreByUri, status=204, errors=Missing)
def clear_asset_state_store_by_uri(request: Request, *, query: StoreByUri) -> None:
    """Forget all values of an asset."""
    _forget_asset_state(request, query, None)
