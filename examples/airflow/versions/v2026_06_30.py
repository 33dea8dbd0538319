"""Stores, connection tests, tasks that wait for a person, retry policies: Task SDK 1.3, today's version."""

from __future__ import annotations

from airflow.api_fastapi.execution_api.datamodels.taskinstance import (
    AssetEventDagRunReference,
    DagRun,
    TaskInstance,
    TIAwaitingInputStatePayload,
    TIRetryStatePayload,
)
from airflow.utils.state import IntermediateTIState, TaskInstanceState
from airflow.utils.types import DagRunType

from timegate import VersionChange, endpoint, enum, on


class ListVariableKeys(VersionChange):
    """The keys of variables can be listed."""

    changes = (endpoint("/variables/keys", "GET").added(),)


class LetWorkersTestConnections(VersionChange):
    """Workers test connections."""

    changes = (
        endpoint("/connection-tests/{connection_test_id}", "PATCH").added(),
        endpoint("/connection-tests/{connection_test_id}/connection", "GET").added(),
    )


class AwaitInput(VersionChange):
    """A task can wait for a person, without a trigger: the state `awaiting_input`."""

    changes = (
        on(TIAwaitingInputStatePayload).introduced(),
        enum(IntermediateTIState).grew(IntermediateTIState.AWAITING_INPUT),
        enum(TaskInstanceState).grew(TaskInstanceState.AWAITING_INPUT),
    )


class ShowQueue(VersionChange):
    """A task instance names its queue."""

    changes = (on(TaskInstance).added("queue"),)


class ChooseRetry(VersionChange):
    """A task that failed can set when to try again, and why: `retry_delay_seconds`, `retry_reason`."""

    changes = (on(TIRetryStatePayload).added("retry_delay_seconds", "retry_reason"),)


class NameTeam(VersionChange):
    """A Dag run names the team that it belongs to: `team_name`."""

    changes = (on(DagRun).added("team_name"),)


class KeepState(VersionChange):
    """Tasks and assets keep state from one run to the next."""

    changes = (
        endpoint("/store/ti/{task_instance_id}/{key}").added(),
        endpoint("/store/ti/{task_instance_id}").added(),
        endpoint("/store/asset/by-name/value").added(),
        endpoint("/store/asset/by-name/clear").added(),
        endpoint("/store/asset/by-uri/value").added(),
        endpoint("/store/asset/by-uri/clear").added(),
    )


class ResolveAssetAliases(VersionChange):
    """The assets that an alias stands for can be requested."""

    changes = (endpoint("/assets/by-alias", "GET").added(),)


class DatePartitions(VersionChange):
    """A Dag run shows the moment that its partition stands for: `partition_date`."""

    changes = (on(DagRun).added("partition_date"),)


class PartitionConsumedEvents(VersionChange):
    """An asset event that a Dag run consumed names its partition: `partition_key`."""

    changes = (on(AssetEventDagRunReference).added("partition_key"),)


class SeparateOperatorRuns(VersionChange):
    """A Dag run that a task triggered is of a type of its own, where it was a manual one."""

    # Older workers know the types as a closed set and would refuse the whole run context.
    changes = (enum(DagRunType).grew(DagRunType.OPERATOR_TRIGGERED, seen_as=DagRunType.MANUAL),)
