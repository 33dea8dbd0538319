"""The rows that a server may start from, in a form that knows neither tables nor models of the wire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from execution_api.models.base import UtcDateTime
from execution_api.tables import (
    AssetActiveRow,
    AssetAliasEventRow,
    AssetAliasRow,
    AssetAliasTargetRow,
    AssetEventRow,
    AssetRow,
    Base,
    ConnectionRow,
    ConnectionTestRow,
    ConsumedEventRow,
    DagRow,
    DagRunRow,
    TaskInstanceHistoryRow,
    TaskInstanceRow,
    VariableRow,
    XComRow,
)

__all__ = ["World", "rows_of"]


class Row(BaseModel):
    """What all rows share: a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid")


class Dag(Row):
    """A Dag."""

    dag_id: str
    is_paused: bool = False
    bundle_name: str | None = None
    bundle_version: str | None = None
    relative_fileloc: str | None = None
    owners: str | None = None
    tags: list[str] = []
    next_dagrun: UtcDateTime | None = None
    has_import_errors: bool = False


class DagRun(Row):
    """A run of a Dag; the events are named by id."""

    dag_id: str
    run_id: str
    logical_date: UtcDateTime | None
    data_interval_start: UtcDateTime | None = None
    data_interval_end: UtcDateTime | None = None
    run_after: UtcDateTime
    start_date: UtcDateTime | None = None
    end_date: UtcDateTime | None = None
    state: str
    run_type: str
    conf: dict[str, Any] | None = None
    triggering_user_name: str | None = None
    clear_number: int = 0
    partition_key: str | None = None
    partition_date: UtcDateTime | None = None
    note: str | None = None
    team_name: str | None = None
    consumed_asset_events: list[int] = []


class TaskInstance(Row):
    """A task in a run; inlets and outlets are named by the ids of assets."""

    id: UUID
    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    try_number: int = 0
    max_tries: int = 0
    state: str | None = None
    hostname: str = ""
    unixname: str | None = None
    pid: int | None = None
    start_date: UtcDateTime | None = None
    end_date: UtcDateTime | None = None
    duration: float | None = None
    queue: str = "default"
    dag_version_id: UUID | None = None
    operator: str | None = None
    next_method: str | None = None
    next_kwargs: dict[str, Any] | str | None = None
    inlets: list[int] = []
    outlets: list[int] = []


class Variable(Row):
    """A variable."""

    key: str
    value: str | None
    description: str | None = None


class Connection(Row):
    """A connection."""

    conn_id: str
    conn_type: str
    host: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    login: str | None = None
    password: str | None = None
    port: int | None = None
    extra: str | None = None


class ConnectionTest(Connection):
    """A test of a connection that waits for a worker."""

    id: UUID
    state: str = "queued"


class XCom(Row):
    """A value that a task handed to others."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    key: str
    value: JsonValue


class Asset(Row):
    """An asset; one that is not active is declared by no Dag."""

    id: int
    name: str
    uri: str
    group: str = "asset"
    extra: dict[str, JsonValue] = {}
    active: bool = True


class AssetAlias(Row):
    """A name that stands for assets; assets and events are named by id."""

    name: str
    group: str = "asset"
    assets: list[int] = []
    events: list[int] = []


class AssetEvent(Row):
    """An update of an asset, which is named by id."""

    id: int
    asset: int
    extra: dict[str, JsonValue] = {}
    source_task_id: str | None = None
    source_dag_id: str | None = None
    source_run_id: str | None = None
    source_map_index: int | None = -1
    timestamp: UtcDateTime
    partition_key: str | None = None


class World(Row):
    """All rows by kind; each refers to others by id or name."""

    comment: str = ""
    dags: list[Dag] = []
    dag_runs: list[DagRun] = []
    task_instances: list[TaskInstance] = []
    archived_task_instances: list[UUID] = []
    variables: list[Variable] = []
    connections: list[Connection] = []
    connection_tests: list[ConnectionTest] = []
    xcoms: list[XCom] = []
    assets: list[Asset] = []
    asset_aliases: list[AssetAlias] = []
    asset_events: list[AssetEvent] = []


def rows_of(world: World) -> Iterator[Sequence[Base]]:
    """The rows of a world, group by group; no group refers to a later one."""
    yield [DagRow(**dag.model_dump()) for dag in world.dags]
    yield [DagRunRow(**run.model_dump(exclude={"consumed_asset_events"})) for run in world.dag_runs]
    yield [TaskInstanceRow(**task.model_dump()) for task in world.task_instances]
    yield [TaskInstanceHistoryRow(id=gone) for gone in world.archived_task_instances]
    yield [VariableRow(key=one.key, val=one.value, description=one.description) for one in world.variables]
    yield [ConnectionRow(**connection.model_dump(by_alias=True)) for connection in world.connections]
    yield [ConnectionTestRow(**test.model_dump(by_alias=True)) for test in world.connection_tests]
    yield [XComRow(**xcom.model_dump()) for xcom in world.xcoms]
    yield [AssetRow(**asset.model_dump(exclude={"active"})) for asset in world.assets]
    yield [AssetActiveRow(name=asset.name, uri=asset.uri) for asset in world.assets if asset.active]
    yield [AssetAliasRow(name=alias.name, group=alias.group) for alias in world.asset_aliases]
    yield [AssetEventRow(asset_id=event.asset, **event.model_dump(exclude={"asset"})) for event in world.asset_events]
    yield [
        *(AssetAliasTargetRow(alias=alias.name, asset_id=one) for alias in world.asset_aliases for one in alias.assets),
        *(AssetAliasEventRow(alias=alias.name, event_id=one) for alias in world.asset_aliases for one in alias.events),
        *(
            ConsumedEventRow(dag_id=run.dag_id, run_id=run.run_id, event_id=one)
            for run in world.dag_runs
            for one in run.consumed_asset_events
        ),
    ]
