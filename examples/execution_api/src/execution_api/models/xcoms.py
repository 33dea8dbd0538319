"""XComs: values that one task hands to others."""

from __future__ import annotations

from pydantic import Field, JsonValue, RootModel

from execution_api.models.base import OpenModel

__all__ = [
    "XComCount",
    "XComDeletion",
    "XComLookup",
    "XComResponse",
    "XComSequenceIndexResponse",
    "XComSequenceSliceResponse",
    "XComSlice",
    "XComWriting",
]


class XComResponse(OpenModel):
    """An XCom with what a task needs of it."""

    key: str
    value: JsonValue


class XComSequenceIndexResponse(RootModel[JsonValue]):
    """One value of a mapped task."""


class XComSequenceSliceResponse(RootModel[list[JsonValue]]):
    """Several values of a mapped task."""


class XComCount(OpenModel):
    """Query of `HEAD /xcoms/…/{key}`."""

    map_index: int | None = None


class XComLookup(OpenModel):
    """Query of `GET /xcoms/…/{key}`."""

    map_index: int = -1
    include_prior_dates: bool = False
    offset: int | None = None


class XComSlice(OpenModel):
    """Query of `GET /xcoms/…/{key}/slice`; the meaning is that of a slice in Python."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None
    include_prior_dates: bool = False


class XComWriting(OpenModel):
    """Query of `POST /xcoms/…/{key}`."""

    map_index: int = -1
    dag_result: bool = Field(default=False, description="Whether this XCom is a dag result")
    mapped_length: int | None = Field(default=None, description="Number of mapped tasks this value expands into")


class XComDeletion(OpenModel):
    """Query of `DELETE /xcoms/…/{key}`."""

    map_index: int = -1
