"""Error responses: the exception that handlers raise, and how it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["Refusal", "already_exists", "invalid_path", "not_found", "render_http_exception", "render_refusal"]


class Refusal(Exception):
    """An error response; raised within a transaction, it rolls it back."""

    def __init__(self, status: int, detail: str | Mapping[str, Any] | list[Mapping[str, Any]]) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


def not_found(message: str) -> Refusal:
    """A 404: the requested object does not exist."""
    return Refusal(404, {"reason": "not_found", "message": message})


def already_exists(message: str) -> Refusal:
    """A 409: the object to create exists already."""
    return Refusal(409, {"reason": "already_exists", "message": message})


def invalid_path(name: str, value: str, *, kind: str, message: str) -> Refusal:
    """A 422: a path parameter is invalid."""
    return Refusal(422, [{"type": kind, "loc": ["path", name], "msg": message, "input": value}])


def render_refusal(request: Request, error: Exception) -> Response:
    """Render a `Refusal`, for Starlette's `exception_handlers`."""
    if not isinstance(error, Refusal):
        raise error
    return JSONResponse({"detail": error.detail}, status_code=error.status)


def render_http_exception(request: Request, error: Exception) -> Response:
    """Render Starlette's own errors as JSON as well: clients of all versions read nothing else."""
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)
