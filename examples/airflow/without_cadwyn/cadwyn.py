"""Stands where Airflow's modules import Cadwyn, so that they can stay as they are.

First on the path of a process, it is all of Cadwyn that the process has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI

__all__ = ["Cadwyn", "VersionedAPIRouter", "current_dependency_solver"]

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


class Cadwyn(FastAPI):
    """Airflow derives a class from it, which is never made here."""


class VersionedAPIRouter(APIRouter):
    """FastAPI's own router, and one decorator."""

    def only_exists_in_older_versions(self, handler: _Handler) -> _Handler:
        """Take a route away: what only older clients request, a change declares."""
        self.routes[:] = [route for route in self.routes if getattr(route, "endpoint", None) is not handler]
        return handler


def current_dependency_solver() -> str:
    """Dependencies are solved once a request, by FastAPI."""
    return "fastapi"
