"""Dag runs as responses show them."""

from __future__ import annotations

from execution_api.models import (
    AssetAliasReferenceAssetEventDagRun,
    AssetEventDagRunReference,
    AssetReferenceAssetEventDagRun,
    DagRun,
    DagRunState,
    DagRunType,
)
from execution_api.tables import AssetEventRow, DagRunRow

__all__ = ["consumed_events_of", "dag_run_of"]


def dag_run_of(row: DagRunRow) -> DagRun:
    """Show a Dag run as whoever asks for it sees it.

    The models of every version have the note and the consumed events of a run, but no response ever had a note, and
    only the response to the start of a task has the events.
    """
    return DagRun(
        dag_id=row.dag_id,
        run_id=row.run_id,
        logical_date=row.logical_date,
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        run_after=row.run_after,
        start_date=row.start_date,
        end_date=row.end_date,
        clear_number=row.clear_number,
        run_type=DagRunType(row.run_type),
        state=DagRunState(row.state),
        conf=row.conf,
        triggering_user_name=row.triggering_user_name,
        consumed_asset_events=[],
        partition_key=row.partition_key,
        partition_date=row.partition_date,
        note=None,
        team_name=row.team_name,
    )


def consumed_events_of(row: DagRunRow) -> list[AssetEventDagRunReference]:
    """Show the asset events that a Dag run consumed."""
    return [_consumed(event) for event in row.consumed_asset_events]


def _consumed(event: AssetEventRow) -> AssetEventDagRunReference:
    return AssetEventDagRunReference(
        asset=AssetReferenceAssetEventDagRun(name=event.asset.name, uri=event.asset.uri, extra=event.asset.extra),
        extra=event.extra,
        source_task_id=event.source_task_id,
        source_dag_id=event.source_dag_id,
        source_run_id=event.source_run_id,
        source_map_index=event.source_map_index,
        source_aliases=[AssetAliasReferenceAssetEventDagRun(name=alias.name) for alias in event.source_aliases],
        timestamp=event.timestamp,
        partition_key=event.partition_key,
    )
