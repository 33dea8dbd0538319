"""Human in the loop: a task asks, a person answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from execution_api.models.base import OpenModel, UtcDateTime

__all__ = ["HITLDetailRequest", "HITLDetailResponse", "HITLUser", "UpdateHITLDetailPayload"]


class HITLUser(OpenModel):
    """A person."""

    id: str
    name: str


class HITLDetailRequest(OpenModel):
    """What a task asks."""

    ti_id: UUID
    options: list[str] = Field(min_length=1)
    subject: str
    body: str | None = None
    defaults: list[str] | None = None
    multiple: bool = False
    params: dict[str, Any] = Field(default_factory=dict[str, Any])
    assigned_users: list[HITLUser] = Field(default_factory=list[HITLUser])


class UpdateHITLDetailPayload(OpenModel):
    """What was answered."""

    ti_id: UUID
    chosen_options: list[str] = Field(min_length=1)
    params_input: dict[str, Any] = Field(default_factory=dict[str, Any])


class HITLDetailResponse(OpenModel):
    """What was answered, by whom and when, if it was."""

    response_received: bool
    responded_by_user: HITLUser | None = None
    responded_at: UtcDateTime | None
    chosen_options: list[str] | None
    params_input: dict[str, Any] = Field(default_factory=dict[str, Any])
