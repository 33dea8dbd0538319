"""Task instances know the version of their Dag: Task SDK 1.1.0."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import TaskInstance

from timegate import VersionChange, on


class ShowDagVersion(VersionChange):
    """A task instance names the version of its Dag: `dag_version_id`."""

    # Task instances are only in responses, so older clients never send one and no default is needed.
    changes = (on(TaskInstance).added("dag_version_id"),)
