"""Assets, and the events that say that one was updated."""

from __future__ import annotations

from pydantic import Field, JsonValue

from execution_api.models.base import ClosedModel, OpenModel, UtcDateTime

__all__ = [
    "AssetAliasReferenceAssetEventDagRun",
    "AssetByAlias",
    "AssetByName",
    "AssetByUri",
    "AssetEventDagRunReference",
    "AssetEventResponse",
    "AssetEventsByAlias",
    "AssetEventsByAsset",
    "AssetEventsResponse",
    "AssetProfile",
    "AssetReferenceAssetEventDagRun",
    "AssetResponse",
    "DagRunAssetReference",
    "InactiveAssetsResponse",
]


class AssetProfile(ClosedModel):
    """What a task names as its inlet or outlet.

    An `Asset` has a name and a URI, an `AssetNameRef` and an `AssetAlias` a name, an `AssetUriRef` a URI; `type` names
    which of them it is.
    """

    name: str | None = None
    uri: str | None = None
    type: str


class InactiveAssetsResponse(OpenModel):
    """Those inlets and outlets of a task that no Dag declares any more."""

    inactive_assets: list[AssetProfile] = Field(default_factory=list[AssetProfile])


class AssetResponse(OpenModel):
    """An asset with what a task needs of it."""

    name: str
    uri: str
    group: str
    extra: dict[str, JsonValue] | None = None


class AssetReferenceAssetEventDagRun(ClosedModel):
    """The asset of an event that a Dag run consumed."""

    name: str
    uri: str
    extra: dict[str, JsonValue]


class AssetAliasReferenceAssetEventDagRun(ClosedModel):
    """An alias through which an event was made."""

    name: str


class AssetEventDagRunReference(ClosedModel):
    """An event that a Dag run consumed."""

    asset: AssetReferenceAssetEventDagRun
    extra: dict[str, JsonValue]
    source_task_id: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_map_index: int | None
    source_aliases: list[AssetAliasReferenceAssetEventDagRun]
    timestamp: UtcDateTime
    partition_key: str | None = None


class DagRunAssetReference(ClosedModel):
    """A Dag run that an asset event made."""

    run_id: str
    dag_id: str
    logical_date: UtcDateTime | None
    start_date: UtcDateTime
    end_date: UtcDateTime | None
    state: str
    data_interval_start: UtcDateTime | None
    data_interval_end: UtcDateTime | None
    partition_key: str | None


class AssetEventResponse(OpenModel):
    """An update of an asset with what a task needs of it."""

    id: int
    timestamp: UtcDateTime
    extra: dict[str, JsonValue] | None = None
    asset: AssetResponse
    created_dagruns: list[DagRunAssetReference]
    source_task_id: str | None = None
    source_dag_id: str | None = None
    source_run_id: str | None = None
    source_map_index: int | None = None
    partition_key: str | None = None


class AssetEventsResponse(OpenModel):
    """Updates of an asset."""

    asset_events: list[AssetEventResponse]


class AssetByName(OpenModel):
    """Query of `GET /assets/by-name`."""

    name: str = Field(description="The name of the Asset")


class AssetByUri(OpenModel):
    """Query of `GET /assets/by-uri`."""

    uri: str = Field(description="The URI of the Asset")


class AssetByAlias(OpenModel):
    """Query of `GET /assets/by-alias`."""

    alias_name: str = Field(description="The name of the AssetAlias")


class AssetEventsByAsset(OpenModel):
    """Query of `GET /asset-events/by-asset`."""

    name: str | None = Field(description="The name of the Asset")
    uri: str | None = Field(description="The URI of the Asset")
    after: UtcDateTime | None = Field(default=None, description="The start of the time range")
    before: UtcDateTime | None = Field(default=None, description="The end of the time range")
    ascending: bool = Field(default=True, description="Whether to sort results in ascending order")
    limit: int | None = Field(default=None, description="The maximum number of results to return")


class AssetEventsByAlias(OpenModel):
    """Query of `GET /asset-events/by-asset-alias`."""

    name: str = Field(description="The name of the Asset Alias")
    after: UtcDateTime | None = Field(default=None, description="The start of the time range")
    before: UtcDateTime | None = Field(default=None, description="The end of the time range")
    ascending: bool = Field(default=True, description="Whether to sort results in ascending order")
    limit: int | None = Field(default=None, description="The maximum number of results to return")
