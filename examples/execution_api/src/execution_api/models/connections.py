"""Connections, and tests of them that a worker carries out."""

from __future__ import annotations

from pydantic import Field

from execution_api.models.base import ClosedModel, OpenModel
from execution_api.models.states import ConnectionTestState

__all__ = ["ConnectionResponse", "ConnectionTestConnectionResponse", "ConnectionTestResultBody"]


class ConnectionResponse(OpenModel):
    """A connection with what a task needs of it."""

    conn_id: str
    conn_type: str
    host: str | None
    schema_: str | None = Field(alias="schema")
    login: str | None
    password: str | None
    port: int | None
    extra: str | None


class ConnectionTestConnectionResponse(OpenModel):
    """The connection that a worker shall test."""

    conn_id: str
    conn_type: str
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    port: int | None = None
    extra: str | None = None


class ConnectionTestResultBody(ClosedModel):
    """What a worker found when it tested a connection."""

    state: ConnectionTestState
    result_message: str | None = Field(default=None, max_length=2000)
