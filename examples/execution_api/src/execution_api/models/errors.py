"""Error responses."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

__all__ = ["HTTPExceptionResponse", "HTTPValidationError", "ValidationError"]


class HTTPExceptionResponse(BaseModel):
    """What is wrong, as a sentence or with a reason that a client can read."""

    detail: str | dict[str, Any]


class ValidationError(BaseModel):
    """One validation error: a place of the input, and what is wrong there."""

    loc: list[str | int]
    msg: str
    type: str
    input: Any = None
    ctx: dict[str, Any] = Field(default_factory=dict[str, Any])


class HTTPValidationError(BaseModel):
    """All validation errors of a request."""

    detail: list[ValidationError] = Field(default_factory=list[ValidationError])
