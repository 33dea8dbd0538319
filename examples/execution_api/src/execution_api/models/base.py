"""What all models of the interface share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

__all__ = ["ClosedModel", "OpenModel", "UtcDateTime"]


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


UtcDateTime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment with a time zone, kept in UTC."""


class OpenModel(BaseModel):
    """Ignores keys that it does not know."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class ClosedModel(OpenModel):
    """Refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid")
