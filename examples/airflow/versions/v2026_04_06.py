"""Partitions, notes, Dags, runs that wait, and plain values for tasks that resume: Task SDK 1.2."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.asset_event import AssetEventResponse, DagRunAssetReference
from airflow.api_fastapi.execution_api.datamodels.dagrun import TriggerDAGRunPayload
from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun, TIRunContext
from airflow.utils.types import DagRunType

from examples.airflow.kwargs_formats import to_tagged_kwargs
from timegate import VersionChange, endpoint, enum, on, sibling

_STOPS = "older workers stop their task on 404 and on 409 and know no other reason: at 410 they would run on"


class PartitionDagRuns(VersionChange):
    """Dag runs, asset events and what triggers a run have a `partition_key`."""

    changes = (on(DagRun, AssetEventResponse, DagRunAssetReference, TriggerDAGRunPayload).added("partition_key"),)


class AskForPreviousRunByQuery(VersionChange):
    """The run before another is requested at `/dag-runs/previous`, with the Dag in the query."""

    changes = (endpoint("/dag-runs/{dag_id}/previous", "GET").moved(to="/dag-runs/previous?dag_id={dag_id}"),)


class ShowDagRun(VersionChange):
    """A Dag run can be requested by its name."""

    changes = (endpoint("/dag-runs/{dag_id}/{run_id}", "GET").added(),)


class LetDagRunsWait(VersionChange):
    """The `start_date` of a Dag run is null until it starts, where it was the earliest moment of its start."""

    changes = (on(DagRun).became_nullable("start_date", null_was=sibling("run_after")),)


class SpeakPlainKwargs(VersionChange):
    """What a deferred task resumes with is plain JSON that names its classes, where it was tagged throughout."""

    # The arguments of a deferral are stored as sent, any JSON object. Only the worker that resumes must read them.
    changes = (on(TIRunContext).retyped("next_kwargs", to_old=to_tagged_kwargs),)


class LeaveMapIndexesToWorkers(VersionChange):
    """Workers find upstream map indexes themselves: `upstream_map_indexes` is gone from the run context."""

    changes = (
        on(TIRunContext).removed("upstream_map_indexes", was=dict[str, int | list[int] | None] | None, backfill=None),
    )


class AddNotes(VersionChange):
    """A Dag run has a `note`, and whoever triggers it can write one."""

    changes = (on(DagRun, TriggerDAGRunPayload).added("note"),)


class ShowStartOfTaskInstance(VersionChange):
    """The run context shows when the task instance first started: `start_date`."""

    changes = (on(TIRunContext).added("start_date"),)


class TriggerForLater(VersionChange):
    """Whoever triggers a Dag run can set its earliest start: `run_after`."""

    changes = (on(TriggerDAGRunPayload).added("run_after"),)


class ShowDag(VersionChange):
    """A Dag can be requested."""

    changes = (endpoint("/dags/{dag_id}", "GET").added(),)


class SeparateClearedFromMissing(VersionChange):
    """A task instance that was cleared is gone, 410, where it was not found, 404."""

    changes = (
        endpoint("/task-instances/{task_instance_id}/heartbeat", "PUT").status(410, was=404, tolerated=_STOPS),
        endpoint("/task-instances/{task_instance_id}/rtif", "PUT").status(410, was=404, tolerated=_STOPS),
    )


class SeparateMaterializations(VersionChange):
    """A Dag run that materializes an asset is of a type of its own, where it was a manual one."""

    # Older workers know the types as a closed set and would refuse the whole run context.
    changes = (enum(DagRunType).grew(DagRunType.ASSET_MATERIALIZATION, seen_as=DagRunType.MANUAL),)
