"""`/assets` and `/asset-events`."""

from __future__ import annotations

from sqlalchemy import Select, select
from starlette.requests import Request

from execution_api.models import (
    AssetByAlias,
    AssetByName,
    AssetByUri,
    AssetEventResponse,
    AssetEventsByAlias,
    AssetEventsByAsset,
    AssetEventsResponse,
    AssetResponse,
    DagRunAssetReference,
    HTTPExceptionResponse,
)
from execution_api.refusals import Refusal, not_found
from execution_api.services import reading
from execution_api.tables import AssetAliasRow, AssetEventRow, AssetRow, DagRunRow
from timegate.starlette import operation

__all__ = [
    "get_asset_by_name",
    "get_asset_by_uri",
    "get_asset_event_by_asset_alias",
    "get_asset_event_by_asset_name_uri",
    "get_assets_by_alias",
]


@operation(query=AssetByName, response=AssetResponse, errors={404: HTTPExceptionResponse})
def get_asset_by_name(request: Request, *, query: AssetByName) -> AssetResponse:
    """Get an asset by its name."""
    return _asset(request, select(AssetRow).where(AssetRow.name == query.name), f"name {query.name}")


@operation(query=AssetByUri, response=AssetResponse, errors={404: HTTPExceptionResponse})
def get_asset_by_uri(request: Request, *, query: AssetByUri) -> AssetResponse:
    """Get an asset by its URI."""
    return _asset(request, select(AssetRow).where(AssetRow.uri == query.uri), f"URI {query.uri}")


def _asset(request: Request, query: Select[AssetRow], called: str) -> AssetResponse:
    with reading(request) as session:
        asset = session.scalar(query)
        if asset is None:
            raise not_found(f"Asset with {called} not found")
        return AssetResponse.model_validate(asset)


@operation(query=AssetByAlias, response=list[AssetResponse], errors={404: HTTPExceptionResponse})
def get_assets_by_alias(request: Request, *, query: AssetByAlias) -> list[AssetResponse]:
    """List the assets that an alias stands for."""
    with reading(request) as session:
        alias = session.get(AssetAliasRow, query.alias_name)
        return [] if alias is None else [AssetResponse.model_validate(asset) for asset in alias.assets]


@operation(query=AssetEventsByAsset, response=AssetEventsResponse, errors={404: HTTPExceptionResponse})
def get_asset_event_by_asset_name_uri(request: Request, *, query: AssetEventsByAsset) -> AssetEventsResponse:
    """List the events of an asset, which is named by its name, its URI, or both."""
    if not query.name and not query.uri:
        raise Refusal(400, {"reason": "Missing parameter", "message": "name and uri cannot both be None"})
    events = select(AssetEventRow).join(AssetEventRow.asset)
    if query.name:
        events = events.where(AssetRow.name == query.name)
    if query.uri:
        events = events.where(AssetRow.uri == query.uri)
    return _events(request, events, query)


@operation(query=AssetEventsByAlias, response=AssetEventsResponse, errors={404: HTTPExceptionResponse})
def get_asset_event_by_asset_alias(request: Request, *, query: AssetEventsByAlias) -> AssetEventsResponse:
    """List the events that were made through an alias."""
    through = AssetEventRow.source_aliases.any(AssetAliasRow.name == query.name)
    return _events(request, select(AssetEventRow).where(through), query)


def _events(
    request: Request, events: Select[AssetEventRow], query: AssetEventsByAsset | AssetEventsByAlias
) -> AssetEventsResponse:
    if query.after is not None:
        events = events.where(AssetEventRow.timestamp >= query.after)
    if query.before is not None:
        events = events.where(AssetEventRow.timestamp <= query.before)
    columns = (AssetEventRow.timestamp, AssetEventRow.id)
    events = events.order_by(*(column if query.ascending else column.desc() for column in columns))
    if query.limit is not None:
        events = events.limit(query.limit)
    with reading(request) as session:
        return AssetEventsResponse(asset_events=[_event(event) for event in session.scalars(events)])


def _event(event: AssetEventRow) -> AssetEventResponse:
    return AssetEventResponse(
        id=event.id,
        timestamp=event.timestamp,
        extra=event.extra,
        asset=AssetResponse.model_validate(event.asset),
        created_dagruns=[_reference(run) for run in event.created_dagruns],
        source_task_id=event.source_task_id,
        source_dag_id=event.source_dag_id,
        source_run_id=event.source_run_id,
        source_map_index=event.source_map_index,
        partition_key=event.partition_key,
    )


def _reference(run: DagRunRow) -> DagRunAssetReference:
    return DagRunAssetReference(
        run_id=run.run_id,
        dag_id=run.dag_id,
        logical_date=run.logical_date,
        # The interface has no null here; a run that waits will not start before this.
        start_date=run.start_date or run.run_after,
        end_date=run.end_date,
        state=run.state,
        data_interval_start=run.data_interval_start,
        data_interval_end=run.data_interval_end,
        partition_key=run.partition_key,
    )
