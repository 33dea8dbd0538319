"""Dag runs know who triggered them: Task SDK 1.1.8."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun

from timegate import VersionChange, on


class NameWhoTriggered(VersionChange):
    """A Dag run names the user who triggered it: `triggering_user_name`."""

    changes = (on(DagRun).added("triggering_user_name"),)
