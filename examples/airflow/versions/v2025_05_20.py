"""Several upstream map indexes at once: Task SDK 1.0.2."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import TIRunContext

from timegate import VersionChange, on


class ListUpstreamMapIndexes(VersionChange):
    """An upstream task of a run context may have several map indexes, where it had one."""

    changes = (on(TIRunContext).became_list("upstream_map_indexes.*", was=int | None),)
