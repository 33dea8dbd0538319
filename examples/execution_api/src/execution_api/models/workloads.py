"""Workloads: what an executor hands to a worker before the worker's first request about a task."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from execution_api.models.base import OpenModel
from execution_api.models.tasks import BundleInfo, TaskInstance

__all__ = ["ExecuteTask", "Workloads", "WorkloadsWanted"]


class ExecuteTask(OpenModel):
    """A task instance to run, and a token that starts it."""

    type: Literal["ExecuteTask"]
    token: str
    ti: TaskInstance
    dag_rel_path: str
    bundle_info: BundleInfo
    log_path: str | None = None


class Workloads(OpenModel):
    """Workloads for one worker; none if none came while it waited."""

    workloads: list[ExecuteTask]


class WorkloadsWanted(OpenModel):
    """Query of `GET /workloads`."""

    limit: int = Field(default=1, ge=1, le=100, description="The most workloads to hand out")
    wait: float = Field(default=30, ge=0, le=60, description="Seconds to wait for the first")
