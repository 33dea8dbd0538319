"""State that a task or an asset keeps from one run to the next."""

from __future__ import annotations

from pydantic import Field, JsonValue

from execution_api.models.base import ClosedModel, OpenModel, UtcDateTime

__all__ = [
    "AssetStateStorePutBody",
    "AssetStateStoreResponse",
    "StoreByName",
    "StoreByUri",
    "StoreValueByName",
    "StoreValueByUri",
    "TaskStateStorePutBody",
    "TaskStateStoreResponse",
]


class TaskStateStorePutBody(ClosedModel):
    """A value that a task keeps."""

    value: JsonValue
    expires_at: UtcDateTime | None = None


class TaskStateStoreResponse(ClosedModel):
    """A value that a task kept."""

    value: JsonValue


class AssetStateStorePutBody(ClosedModel):
    """A value to keep with an asset."""

    value: JsonValue


class AssetStateStoreResponse(ClosedModel):
    """A value that was kept with an asset."""

    value: JsonValue


class StoreByName(OpenModel):
    """Query of `/store/asset/by-name/clear`."""

    name: str = Field(min_length=1)


class StoreByUri(OpenModel):
    """Query of `/store/asset/by-uri/clear`."""

    uri: str = Field(min_length=1)


class StoreValueByName(StoreByName):
    """Query of `/store/asset/by-name/value`."""

    key: str = Field(min_length=1)


class StoreValueByUri(StoreByUri):
    """Query of `/store/asset/by-uri/value`."""

    key: str = Field(min_length=1)
