"""Looking back: the previous Dag run, and XComs of earlier runs. Task SDK 1.0.6."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun

from timegate import VersionChange, endpoint, on


class ShowStateOfDagRun(VersionChange):
    """A Dag run shows its state, and the run before it can be requested."""

    changes = (
        on(DagRun).added("state"),
        endpoint("/dag-runs/{dag_id}/previous", "GET").added(),
    )


class SliceXComsOfPriorRuns(VersionChange):
    """A slice of XComs can include earlier runs: `include_prior_dates`."""

    # One single XCom could be asked for like this from the start.
    changes = (endpoint("/xcoms/{dag_id}/{run_id}/{task_id}/{key}/slice", "GET").query("include_prior_dates").added(),)
