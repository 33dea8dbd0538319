"""Airflow's own database, and the rows that the recordings were made on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from airflow.models.asset import (
    AssetActive,
    AssetAliasModel,
    AssetEvent,
    AssetModel,
    TaskInletAssetReference,
    TaskOutletAssetReference,
)
from airflow.models.connection import Connection
from airflow.models.dag import DagModel, DagTag
from airflow.models.dag_version import DagVersion
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun, DagRunNote
from airflow.models.serialized_dag import SerializedDagModel
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from airflow.models.variable import Variable
from airflow.models.xcom import XComModel
from airflow.sdk import DAG, Asset, BaseOperator
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from airflow.utils.db import initdb
from airflow.utils.session import create_session
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

__all__ = ["create_database", "fill"]

_MOMENTS: Final = frozenset(
    {"logical_date", "data_interval_start", "data_interval_end", "run_after", "start_date", "end_date", "timestamp"}
)


class Noop(BaseOperator):
    """A task that no worker runs here: the API only needs its name."""


def create_database() -> None:
    """Create Airflow's tables in the database that it is configured with."""
    initdb()


def fill(world: Mapping[str, Any]) -> None:
    """Write rows into empty tables.

    Args:
        world: rows by kind, in the form of `examples/execution_api/tests/data/world.json`, which knows no tables.
    """
    with create_session() as session:
        _assets(session, world)
        for row in world["dags"]:
            _dag(session, row, world)
        _dag_runs(session, world)
        _task_instances(session, world)
        session.add_all(Connection(**row) for row in world["connections"])
        for row in world["variables"]:
            Variable.set(row["key"], row["value"], session=session)


def _assets(session: Session, world: Mapping[str, Any]) -> None:
    assets = {
        row["id"]: AssetModel(name=row["name"], uri=row["uri"], group=row["group"], extra=row["extra"])
        for row in world["assets"]
    }
    session.add_all(assets.values())
    session.flush()
    session.add_all(AssetActive.for_asset(assets[row["id"]]) for row in world["assets"] if row["active"])
    events = {
        row["id"]: AssetEvent(
            **{key: value for key, value in _timed(row).items() if key != "asset"}, asset_id=assets[row["asset"]].id
        )
        for row in world["asset_events"]
    }
    session.add_all(events.values())
    for row in world["asset_aliases"]:
        alias = AssetAliasModel(name=row["name"], group=row["group"])
        alias.assets.extend(assets[one] for one in row["assets"])
        alias.asset_events.extend(events[one] for one in row["events"])
        session.add(alias)
    session.flush()


def _dag(session: Session, row: Mapping[str, Any], world: Mapping[str, Any]) -> None:
    dag_id, bundle = row["dag_id"], row["bundle_name"]
    session.add(DagBundleModel(name=bundle))
    session.flush()
    columns = _plain(row, "dag_id", "bundle_name", "is_paused", "relative_fileloc", "owners", "next_dagrun")
    limits = {"max_active_tasks": 16, "max_consecutive_failed_dag_runs": 0, "has_task_concurrency_limits": False}
    session.execute(insert(DagModel), [{**columns, **limits, "is_stale": False}])
    session.add_all(DagTag(name=name, dag_id=dag_id) for name in row["tags"])
    tasks = [one for one in world["task_instances"] if one["dag_id"] == dag_id]
    assets = {row["id"]: Asset(name=row["name"], uri=row["uri"], group=row["group"]) for row in world["assets"]}
    with DAG(dag_id, schedule=None) as dag:
        for one in {one["task_id"]: one for one in tasks}.values():
            inlets, outlets = ([assets[asset] for asset in one[side]] for side in ("inlets", "outlets"))
            Noop(task_id=one["task_id"], inlets=inlets, outlets=outlets)
    # One version serves the task instances of all Dags here; what holds a version only needs one.
    version = DagVersion(dag_id=dag_id, bundle_name=bundle)
    if session.get(DagVersion, UUID(tasks[0]["dag_version_id"])) is None:
        version.id = UUID(tasks[0]["dag_version_id"])
    session.add(version)
    session.flush()
    serialized = SerializedDagModel(LazyDeserializedDAG.from_dag(dag))
    serialized.dag_version = version
    session.add(serialized)
    for reference, side in ((TaskOutletAssetReference, "outlets"), (TaskInletAssetReference, "inlets")):
        places = {(asset, one["task_id"]) for one in tasks for asset in one[side]}
        session.add_all(reference(asset_id=asset, dag_id=dag_id, task_id=task_id) for asset, task_id in places)
    session.flush()


def _dag_runs(session: Session, world: Mapping[str, Any]) -> None:
    events = {
        row["id"]: event for row, event in zip(world["asset_events"], session.scalars(select(AssetEvent)), strict=True)
    }
    for row in world["dag_runs"]:
        timed = _timed(row)
        run = DagRun(
            **_plain(timed, "dag_id", "run_id", "logical_date", "run_after", "start_date", "state", "run_type"),
            **_plain(timed, "triggering_user_name", "partition_key", "partition_date"),
            data_interval=(timed["data_interval_start"], timed["data_interval_end"]),
        )
        run.conf, run.clear_number = row["conf"], row["clear_number"]
        # A state sets them to this moment.
        run.start_date, run.end_date = timed["start_date"], timed["end_date"]
        session.add(run)
        session.flush()
        if row["note"] is not None:
            session.execute(insert(DagRunNote), [{"dag_run_id": run.id, "content": row["note"]}])
    runs = {(run.dag_id, run.run_id): run for run in session.scalars(select(DagRun))}
    # Airflow lists the runs of an event as the database gives them: the recorded one, the last first.
    for row in reversed(world["dag_runs"]):
        runs[row["dag_id"], row["run_id"]].consumed_asset_events = [events[one] for one in row["consumed_asset_events"]]
        session.flush()
    for row in world["xcoms"]:
        session.add(XComModel(dag_run_id=runs[row["dag_id"], row["run_id"]].id, **row))


def _task_instances(session: Session, world: Mapping[str, Any]) -> None:
    columns = (
        "dag_id",
        "run_id",
        "task_id",
        "map_index",
        "try_number",
        "max_tries",
        "state",
        "hostname",
        "unixname",
        "pid",
        "start_date",
        "end_date",
        "duration",
        "queue",
        "operator",
        "next_method",
        "next_kwargs",
    )
    rows = [
        {
            "id": UUID(row["id"]),
            "dag_version_id": UUID(row["dag_version_id"]),
            "pool": "default_pool",
            "pool_slots": 1,
            **_plain(_timed(row), *columns),
        }
        for row in world["task_instances"]
    ]
    session.execute(insert(TaskInstance), rows)
    # What was cleared has another id since; that of its former try is kept aside.
    archived = session.scalars(select(TaskInstance).limit(1)).one()
    for one in world["archived_task_instances"]:
        former = TaskInstanceHistory(archived, state="failed")
        former.task_instance_id, former.try_number = UUID(one), 0
        session.add(former)


def _plain(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _timed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key in _MOMENTS and isinstance(value, str) else value
        for key, value in row.items()
    }
