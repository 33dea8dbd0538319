"""Names of mapped task instances: Task SDK 1.0.1."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import (
    TIDeferredStatePayload,
    TIRetryStatePayload,
    TISuccessStatePayload,
    TITerminalStatePayload,
)

from timegate import VersionChange, on


class NameMappedTaskInstances(VersionChange):
    """A worker that reports a state can name its mapped task instance: `rendered_map_index`."""

    changes = (
        on(TITerminalStatePayload, TISuccessStatePayload, TIDeferredStatePayload, TIRetryStatePayload).added(
            "rendered_map_index"
        ),
    )
