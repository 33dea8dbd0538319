"""The tables, in SQL that SQLite and PostgreSQL both speak."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "AssetActiveRow",
    "AssetAliasEventRow",
    "AssetAliasRow",
    "AssetAliasTargetRow",
    "AssetEventRow",
    "AssetRow",
    "AssetStateRow",
    "Base",
    "ConnectionRow",
    "ConnectionTestRow",
    "ConsumedEventRow",
    "DagRow",
    "DagRunRow",
    "HumanInputRow",
    "RenderedFieldsRow",
    "TaskInstanceHistoryRow",
    "TaskInstanceRow",
    "TaskRescheduleRow",
    "TaskStateRow",
    "TriggerRow",
    "VariableRow",
    "XComRow",
]


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, on databases that keep the time zone and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the server."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        UUID: Uuid,
        str: Text,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class DagRow(Base):
    """A Dag."""

    __tablename__ = "dag"

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    is_paused: Mapped[bool] = mapped_column(default=False)
    bundle_name: Mapped[str | None]
    bundle_version: Mapped[str | None]
    relative_fileloc: Mapped[str | None]
    owners: Mapped[str | None]
    tags: Mapped[list[Any]] = mapped_column(default=list[Any])
    next_dagrun: Mapped[datetime | None]
    has_import_errors: Mapped[bool] = mapped_column(default=False)


class DagRunRow(Base):
    """A run of a Dag."""

    __tablename__ = "dag_run"
    __table_args__ = (UniqueConstraint("dag_id", "logical_date"),)

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    logical_date: Mapped[datetime | None]
    data_interval_start: Mapped[datetime | None]
    data_interval_end: Mapped[datetime | None]
    run_after: Mapped[datetime]
    start_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    state: Mapped[str]
    run_type: Mapped[str]
    conf: Mapped[dict[str, Any] | None]
    triggering_user_name: Mapped[str | None]
    clear_number: Mapped[int] = mapped_column(default=0)
    partition_key: Mapped[str | None]
    partition_date: Mapped[datetime | None]
    note: Mapped[str | None]
    team_name: Mapped[str | None]

    consumed_asset_events: Mapped[list[AssetEventRow]] = relationship(
        secondary="dagrun_asset_event", order_by="AssetEventRow.id", back_populates="created_dagruns"
    )


class TaskInstanceRow(Base):
    """A task in a run, in its present try."""

    __tablename__ = "task_instance"
    __table_args__ = (
        UniqueConstraint("dag_id", "run_id", "task_id", "map_index"),
        ForeignKeyConstraint(["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dag_id: Mapped[str]
    run_id: Mapped[str]
    task_id: Mapped[str]
    map_index: Mapped[int] = mapped_column(default=-1)
    try_number: Mapped[int] = mapped_column(default=0)
    max_tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[str | None]
    hostname: Mapped[str] = mapped_column(default="")
    unixname: Mapped[str | None]
    pid: Mapped[int | None]
    start_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    duration: Mapped[float | None]
    last_heartbeat_at: Mapped[datetime | None]
    queue: Mapped[str] = mapped_column(default="default")
    handed_out_at: Mapped[datetime | None]
    dag_version_id: Mapped[UUID | None]
    operator: Mapped[str | None]
    rendered_map_index: Mapped[str | None]
    next_method: Mapped[str | None]
    next_kwargs: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    trigger_id: Mapped[int | None] = mapped_column(ForeignKey("trigger.id"))
    trigger_timeout: Mapped[datetime | None]
    retry_delay_seconds: Mapped[float | None]
    retry_reason: Mapped[str | None]
    inlets: Mapped[list[Any]] = mapped_column(default=list[Any])
    outlets: Mapped[list[Any]] = mapped_column(default=list[Any])

    dag_run: Mapped[DagRunRow] = relationship()


class TaskInstanceHistoryRow(Base):
    """A try that is over; its task instance goes on under another id."""

    __tablename__ = "task_instance_history"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    successor_id: Mapped[UUID | None]
    try_number: Mapped[int | None]
    state: Mapped[str | None]
    end_date: Mapped[datetime | None]


class TriggerRow(Base):
    """What a deferred task instance waits for."""

    __tablename__ = "trigger"

    id: Mapped[int] = mapped_column(primary_key=True)
    classpath: Mapped[str]
    kwargs: Mapped[Any] = mapped_column(JSON)
    queue: Mapped[str | None]
    created_date: Mapped[datetime]


class TaskRescheduleRow(Base):
    """That a task instance asked to go on later."""

    __tablename__ = "task_reschedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    ti_id: Mapped[UUID] = mapped_column(index=True)
    start_date: Mapped[datetime]
    end_date: Mapped[datetime]
    reschedule_date: Mapped[datetime]


class RenderedFieldsRow(Base):
    """The fields of a task instance as they were rendered."""

    __tablename__ = "rendered_task_instance_fields"

    ti_id: Mapped[UUID] = mapped_column(primary_key=True)
    rendered_fields: Mapped[dict[str, Any]]


class VariableRow(Base):
    """A variable."""

    __tablename__ = "variable"

    key: Mapped[str] = mapped_column(primary_key=True)
    val: Mapped[str | None]
    description: Mapped[str | None]


class ConnectionRow(Base):
    """A connection."""

    __tablename__ = "connection"

    conn_id: Mapped[str] = mapped_column(primary_key=True)
    conn_type: Mapped[str]
    host: Mapped[str | None]
    schema: Mapped[str | None]
    login: Mapped[str | None]
    password: Mapped[str | None]
    port: Mapped[int | None]
    extra: Mapped[str | None]


class ConnectionTestRow(Base):
    """A test of a connection, with a copy of it."""

    __tablename__ = "connection_test"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    result_message: Mapped[str | None]
    conn_id: Mapped[str]
    conn_type: Mapped[str]
    host: Mapped[str | None]
    schema: Mapped[str | None]
    login: Mapped[str | None]
    password: Mapped[str | None]
    port: Mapped[int | None]
    extra: Mapped[str | None]


class XComRow(Base):
    """A value that a task instance handed to others."""

    __tablename__ = "xcom"

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    map_index: Mapped[int] = mapped_column(primary_key=True, default=-1)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    dag_result: Mapped[bool] = mapped_column(default=False)
    mapped_length: Mapped[int | None]


class AssetRow(Base):
    """An asset."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    uri: Mapped[str] = mapped_column(unique=True)
    group: Mapped[str] = mapped_column(default="asset")
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])


class AssetActiveRow(Base):
    """An asset that some Dag declares now."""

    __tablename__ = "asset_active"

    name: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str] = mapped_column(primary_key=True)


class AssetAliasRow(Base):
    """A name that stands for assets."""

    __tablename__ = "asset_alias"

    name: Mapped[str] = mapped_column(primary_key=True)
    group: Mapped[str] = mapped_column(default="asset")

    assets: Mapped[list[AssetRow]] = relationship(secondary="asset_alias_asset", order_by="AssetRow.id")


class AssetAliasTargetRow(Base):
    """That an alias stands for an asset."""

    __tablename__ = "asset_alias_asset"

    alias: Mapped[str] = mapped_column(ForeignKey("asset_alias.name"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)


class AssetEventRow(Base):
    """An update of an asset."""

    __tablename__ = "asset_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    timestamp: Mapped[datetime] = mapped_column(index=True)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])
    source_dag_id: Mapped[str | None]
    source_run_id: Mapped[str | None]
    source_task_id: Mapped[str | None]
    source_map_index: Mapped[int | None] = mapped_column(Integer, default=-1)
    partition_key: Mapped[str | None]

    asset: Mapped[AssetRow] = relationship()
    source_aliases: Mapped[list[AssetAliasRow]] = relationship(
        secondary="asset_alias_asset_event", order_by="AssetAliasRow.name"
    )
    created_dagruns: Mapped[list[DagRunRow]] = relationship(
        secondary="dagrun_asset_event", order_by="DagRunRow.logical_date.desc()", back_populates="consumed_asset_events"
    )


class AssetAliasEventRow(Base):
    """That an event was made through an alias."""

    __tablename__ = "asset_alias_asset_event"

    alias: Mapped[str] = mapped_column(ForeignKey("asset_alias.name"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("asset_event.id"), primary_key=True)


class ConsumedEventRow(Base):
    """That an asset event had a part in making a Dag run."""

    __tablename__ = "dagrun_asset_event"
    __table_args__ = (ForeignKeyConstraint(["dag_id", "run_id"], ["dag_run.dag_id", "dag_run.run_id"]),)

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("asset_event.id"), primary_key=True)


class HumanInputRow(Base):
    """What a task asked a person, and the answer."""

    __tablename__ = "hitl_detail"

    ti_id: Mapped[UUID] = mapped_column(primary_key=True)
    options: Mapped[list[Any]]
    subject: Mapped[str]
    body: Mapped[str | None]
    defaults: Mapped[list[Any] | None]
    multiple: Mapped[bool] = mapped_column(default=False)
    params: Mapped[dict[str, Any]]
    assigned_users: Mapped[list[Any]]
    responded_at: Mapped[datetime | None]
    responded_by: Mapped[dict[str, Any] | None]
    chosen_options: Mapped[list[Any]] = mapped_column(default=list[Any])
    params_input: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])


class TaskStateRow(Base):
    """A value that a task keeps; it belongs to the task, not to one try of it."""

    __tablename__ = "task_state_store"

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    map_index: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    expires_at: Mapped[datetime | None]


class AssetStateRow(Base):
    """A value that is kept with an asset."""

    __tablename__ = "asset_state_store"

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


Index("dag_run_by_date", DagRunRow.dag_id, DagRunRow.logical_date)
