"""Dag runs without a configuration: Task SDK 1.1.1."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun

from timegate import VersionChange, on


class LetDagRunsHaveNoConf(VersionChange):
    """The `conf` of a Dag run may be null, where it was an empty object."""

    changes = (on(DagRun).became_nullable("conf", null_was={}),)
