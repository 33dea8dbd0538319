"""Dags and their runs."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from execution_api.models.assets import AssetEventDagRunReference
from execution_api.models.base import ClosedModel, OpenModel, UtcDateTime
from execution_api.models.states import DagRunState, DagRunType

__all__ = [
    "DagResponse",
    "DagRun",
    "DagRunCount",
    "DagRunStateResponse",
    "PreviousDagRun",
    "TriggerDAGRunPayload",
]


class DagResponse(OpenModel):
    """A Dag."""

    dag_id: str
    is_paused: bool
    bundle_name: str | None
    bundle_version: str | None
    relative_fileloc: str | None
    owners: str | None
    tags: list[str]
    next_dagrun: UtcDateTime | None


class DagRun(ClosedModel):
    """A Dag run with what a task needs of it."""

    dag_id: str
    run_id: str
    logical_date: UtcDateTime | None
    data_interval_start: UtcDateTime | None
    data_interval_end: UtcDateTime | None
    run_after: UtcDateTime
    start_date: UtcDateTime | None
    end_date: UtcDateTime | None
    clear_number: int = 0
    run_type: DagRunType
    state: DagRunState
    conf: dict[str, Any] | None = None
    triggering_user_name: str | None = None
    consumed_asset_events: list[AssetEventDagRunReference]
    partition_key: str | None
    partition_date: UtcDateTime | None = None
    note: str | None = None
    team_name: str | None = None


class DagRunStateResponse(OpenModel):
    """The state of a Dag run."""

    state: DagRunState


class TriggerDAGRunPayload(ClosedModel):
    """The Dag run that a task wants."""

    logical_date: UtcDateTime | None = None
    run_after: UtcDateTime | None = None
    conf: dict[str, Any] = Field(default_factory=dict[str, Any])
    reset_dag_run: bool = False
    partition_key: str | None = None
    note: str | None = None


class DagRunCount(OpenModel):
    """Query of `GET /dag-runs/count`."""

    dag_id: str
    logical_dates: list[UtcDateTime] | None = None
    run_ids: list[str] | None = None
    states: list[str] | None = None


class PreviousDagRun(OpenModel):
    """Query of `GET /dag-runs/previous`."""

    dag_id: str
    logical_date: UtcDateTime
    state: DagRunState | None = None
