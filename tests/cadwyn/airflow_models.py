"""Airflow's modules as far as converted version files import them: the example's models stand for Airflow's own."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from types import ModuleType
from typing import Any

import execution_api.models
import pytest
from execution_api.models.xcoms import XComLookup, XComSlice
from execution_api.routes import CLOSED, OPEN
from starlette.routing import Route, Router

from timegate import Contract

_NAMED_OTHERWISE = {
    "GetXComSliceFilterParams": XComSlice,
    "GetXcomFilterParams": XComLookup,
    "UtcDateTime": datetime,
}
_MODULES = ("common.types", *(f"execution_api.datamodels.{name}" for name in ("asset_event", "dagrun", "taskinstance")))


class _StandIn(ModuleType):
    """A module that has every model."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _NAMED_OTHERWISE.get(name) or getattr(execution_api.models, name)


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``from airflow.api_fastapi… import …`` give the example's models."""
    for name in (*_MODULES, "execution_api.routes.xcoms"):
        parts = f"airflow.api_fastapi.{name}".split(".")
        for end in range(1, len(parts) + 1):
            whole = ".".join(parts[:end])
            monkeypatch.setitem(sys.modules, whole, _StandIn(whole))
    importlib.invalidate_caches()


def contract() -> Contract:
    """Today's contract, with the operation that Airflow's app still routes for older clients."""
    routes = [(path, method, endpoint) for method, path, endpoint in OPEN]
    routes += [(path, method, endpoint) for method, path, endpoint, _ in CLOSED]
    previous = next(endpoint for path, _, endpoint in routes if path == "/dag-runs/previous")
    routes.append(("/dag-runs/{dag_id}/previous", "GET", previous))
    sends = (execution_api.models.TaskInstance,)
    return Contract.of(
        Router([Route(path, endpoint, methods=[method]) for path, method, endpoint in routes]), sends=sends
    )
