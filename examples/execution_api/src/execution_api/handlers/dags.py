"""`/dags` and `/dag-runs`."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request

from execution_api.handlers.showing import dag_run_of
from execution_api.handlers.task_state import set_aside
from execution_api.models import (
    DagResponse,
    DagRun,
    DagRunCount,
    DagRunState,
    DagRunStateResponse,
    DagRunType,
    HTTPExceptionResponse,
    PreviousDagRun,
    TriggerDAGRunPayload,
)
from execution_api.refusals import Refusal, already_exists, not_found
from execution_api.services import reading, writing
from execution_api.tables import DagRow, DagRunRow, TaskInstanceRow
from execution_api.versions.v2026_06_30 import SeparateOperatorRuns
from timegate.starlette import operation

__all__ = [
    "clear_dag_run",
    "get_dag",
    "get_dag_run",
    "get_dagrun_state",
    "get_dr_count",
    "get_previous_dagrun",
    "trigger_dag_run",
]


@operation(response=DagResponse, errors={404: HTTPExceptionResponse})
def get_dag(request: Request) -> DagResponse:
    """Get a Dag."""
    dag_id: str = request.path_params["dag_id"]
    with reading(request) as session:
        dag = session.get(DagRow, dag_id)
        if dag is None:
            raise not_found(f"The Dag with dag_id: `{dag_id}` was not found")
        return DagResponse.model_validate(dag)


@operation(query=DagRunCount, response=int)
def get_dr_count(request: Request, *, query: DagRunCount) -> int:
    """Count the runs of a Dag."""
    runs = select(func.count()).select_from(DagRunRow).where(DagRunRow.dag_id == query.dag_id)
    if query.logical_dates:
        runs = runs.where(DagRunRow.logical_date.in_(query.logical_dates))
    if query.run_ids:
        runs = runs.where(DagRunRow.run_id.in_(query.run_ids))
    if query.states:
        runs = runs.where(DagRunRow.state.in_(query.states))
    with reading(request) as session:
        return session.scalar(runs) or 0


@operation(query=PreviousDagRun, response=DagRun | None)
def get_previous_dagrun(request: Request, *, query: PreviousDagRun) -> DagRun | None:
    """Find the last run before a date; null if there is none."""
    earlier = select(DagRunRow).where(DagRunRow.dag_id == query.dag_id, DagRunRow.logical_date < query.logical_date)
    if query.state is not None:
        earlier = earlier.where(DagRunRow.state == query.state)
    with reading(request) as session:
        run = session.scalar(earlier.order_by(DagRunRow.logical_date.desc()).limit(1))
        return None if run is None else dag_run_of(run)


@operation(response=DagRun, errors={404: HTTPExceptionResponse})
def get_dag_run(request: Request) -> DagRun:
    """Get a run of a Dag."""
    with reading(request) as session:
        return dag_run_of(_existing(session, request))


@operation(response=DagRunStateResponse, errors={404: HTTPExceptionResponse})
def get_dagrun_state(request: Request) -> DagRunStateResponse:
    """Get the state of a run."""
    with reading(request) as session:
        return DagRunStateResponse(state=DagRunState(_existing(session, request).state))


@operation(
    request=TriggerDAGRunPayload,
    status=204,
    errors={400: HTTPExceptionResponse, 404: HTTPExceptionResponse, 409: HTTPExceptionResponse},
)
def trigger_dag_run(request: Request, *, body: TriggerDAGRunPayload) -> None:
    """Make a run of a Dag, unless it has one of that name or that date."""
    dag_id: str = request.path_params["dag_id"]
    run_id: str = request.path_params["run_id"]
    exists = already_exists(f"A run already exists for Dag '{dag_id}' with run_id '{run_id}'")
    try:
        with writing(request) as session:
            _sound_dag(session, dag_id)
            same_date = DagRunRow.logical_date == body.logical_date if body.logical_date else None
            same = DagRunRow.run_id == run_id if same_date is None else or_(DagRunRow.run_id == run_id, same_date)
            if session.scalar(select(DagRunRow.run_id).where(DagRunRow.dag_id == dag_id, same).limit(1)) is not None:
                raise exists
            session.add(_triggered(dag_id, run_id, body))
    except IntegrityError as error:  # another transaction was first
        raise exists from error


def _triggered(dag_id: str, run_id: str, body: TriggerDAGRunPayload) -> DagRunRow:
    return DagRunRow(
        dag_id=dag_id,
        run_id=run_id,
        logical_date=body.logical_date,
        data_interval_start=body.logical_date,
        data_interval_end=body.logical_date,
        run_after=body.run_after or body.logical_date or datetime.now(UTC),
        state=DagRunState.QUEUED,
        # As long as a server may go back to a release that does not know the type, no row may have it.
        run_type=DagRunType.OPERATOR_TRIGGERED if SeparateOperatorRuns.applies() else DagRunType.MANUAL,
        conf=body.conf,
        partition_key=body.partition_key,
        note=body.note,
    )


@operation(status=204, errors={400: HTTPExceptionResponse, 404: HTTPExceptionResponse})
def clear_dag_run(request: Request) -> None:
    """Restart a run: its tasks lose their states, and those that have been tried get new ids."""
    with writing(request) as session:
        _sound_dag(session, request.path_params["dag_id"])
        run = _existing(session, request, lock=True)
        of_run = (TaskInstanceRow.dag_id == run.dag_id, TaskInstanceRow.run_id == run.run_id)
        for task in session.scalars(select(TaskInstanceRow).where(*of_run).with_for_update()):
            if task.state is not None:
                set_aside(session, task)
            task.state, task.next_method, task.next_kwargs = None, None, None
        run.state, run.start_date, run.end_date = DagRunState.QUEUED, None, None
        run.clear_number += 1


def _sound_dag(session: Session, dag_id: str) -> DagRow:
    dag = session.get(DagRow, dag_id)
    if dag is None:
        raise not_found(f"Dag with dag_id: '{dag_id}' not found")
    if dag.has_import_errors:
        message = f"Dag with dag_id: '{dag_id}' has import errors and cannot be triggered"
        raise Refusal(400, {"reason": "import_errors", "message": message})
    return dag


def _existing(session: Session, request: Request, *, lock: bool = False) -> DagRunRow:
    dag_id, run_id = request.path_params["dag_id"], request.path_params["run_id"]
    run = session.get(DagRunRow, (dag_id, run_id), with_for_update=lock or None)
    if run is None:
        raise not_found(f"Dag run with dag_id '{dag_id}' and run_id '{run_id}' was not found")
    return run
