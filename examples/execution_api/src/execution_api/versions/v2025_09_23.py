"""Task instances know the version of their Dag: Task SDK 1.1.0."""

from __future__ import annotations

from execution_api.models import TaskInstance
from timegate import VersionChange, on


class ShowDagVersion(VersionChange):
    """A task instance names the version of its Dag: `dag_version_id`."""

    # The server hands task instances out and takes none back, so nothing has to be made up for older clients.
    changes = (on(TaskInstance).added("dag_version_id"),)
