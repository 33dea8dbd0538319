"""Variables: text under a key, shared by all Dags."""

from __future__ import annotations

from pydantic import Field

from execution_api.models.base import ClosedModel, OpenModel

__all__ = ["VariableKeys", "VariableKeysResponse", "VariablePostBody", "VariableResponse"]


class VariableResponse(ClosedModel):
    """A variable with what a task needs of it."""

    key: str
    value: str | None


class VariablePostBody(ClosedModel):
    """What to set a variable to; `value` is read under its own name too, as in every model of the interface."""

    value: str | None = Field(alias="val")
    description: str | None = None


class VariableKeysResponse(ClosedModel):
    """One page of keys, and how many there are in all."""

    keys: list[str]
    total_entries: int


class VariableKeys(OpenModel):
    """Query of `GET /variables/keys`."""

    prefix: str | None = None
    limit: int = Field(default=1000, ge=1, le=10000)
    offset: int = Field(default=0, ge=0)
