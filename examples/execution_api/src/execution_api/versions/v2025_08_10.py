"""Looking back: the previous Dag run, and XComs of earlier runs. Task SDK 1.0.6."""

from __future__ import annotations

from execution_api.models import DagRun
from timegate import VersionChange, endpoint, on


class TellStateOfDagRun(VersionChange):
    """A Dag run tells its state, and the run before it can be asked for."""

    changes = (
        on(DagRun).added("state"),
        endpoint("/dag-runs/{dag_id}/previous", "GET").added(),
    )


class SliceXComsOfPriorRuns(VersionChange):
    """A slice of XComs may be taken from earlier runs: `include_prior_dates`."""

    # One single XCom could be asked for like this from the start.
    changes = (endpoint("/xcoms/{dag_id}/{run_id}/{task_id}/{key}/slice", "GET").query("include_prior_dates").added(),)
