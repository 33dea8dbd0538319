"""`/task-instances/…` without an id: what a task may ask about others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from execution_api.models import (
    FINISHED,
    PreviousTaskInstance,
    PreviousTIResponse,
    TaskBreadcrumbs,
    TaskBreadcrumbsResponse,
    TaskInstanceCount,
    TaskInstanceStates,
    TaskStatesResponse,
)
from execution_api.refusals import not_found
from execution_api.services import reading
from execution_api.tables import DagRunRow, TaskInstanceRow
from timegate.starlette import operation

__all__ = [
    "get_previous_task_instance",
    "get_task_instance_breadcrumbs",
    "get_task_instance_count",
    "get_task_instance_states",
]

NO_STATE = "null"


def _selected(session: Session, query: TaskInstanceStates) -> Select[TaskInstanceRow]:
    """Narrow the task instances of a Dag down to those that a query names.

    Raises:
        Refusal: 404, no task is in the group that it names.
    """
    tasks = select(TaskInstanceRow).join(TaskInstanceRow.dag_run).where(TaskInstanceRow.dag_id == query.dag_id)
    if query.logical_dates:
        tasks = tasks.where(DagRunRow.logical_date.in_(query.logical_dates))
    if query.run_ids:
        tasks = tasks.where(TaskInstanceRow.run_id.in_(query.run_ids))
    if query.map_index is not None:
        tasks = tasks.where(TaskInstanceRow.map_index == query.map_index)
    named = set(query.task_ids or ())
    if query.task_group_id is not None:
        named |= _tasks_of_group(session, query.dag_id, query.task_group_id)
    return tasks.where(TaskInstanceRow.task_id.in_(sorted(named))) if named else tasks


def _tasks_of_group(session: Session, dag_id: str, group: str) -> set[str]:
    # The ids of the tasks in a group begin with the group's.
    inside = TaskInstanceRow.task_id.startswith(f"{group}.", autoescape=True)
    tasks = set(session.scalars(select(TaskInstanceRow.task_id).where(TaskInstanceRow.dag_id == dag_id, inside)))
    if not tasks:
        raise not_found(f"Task group {group} not found in DAG {dag_id}")
    return tasks


@operation(query=TaskInstanceCount, response=int)
def get_task_instance_count(request: Request, *, query: TaskInstanceCount) -> int:
    """Count task instances."""
    with reading(request) as session:
        tasks = _selected(session, query)
        if query.states:
            known = TaskInstanceRow.state.in_([state for state in query.states if state != NO_STATE])
            tasks = tasks.where(or_(known, TaskInstanceRow.state.is_(None)) if NO_STATE in query.states else known)
        return session.scalar(select(func.count()).select_from(tasks.subquery())) or 0


@operation(query=TaskInstanceStates, response=TaskStatesResponse)
def get_task_instance_states(request: Request, *, query: TaskInstanceStates) -> TaskStatesResponse:
    """List the states of task instances, by run; a mapped one has its index behind its name."""
    states: dict[str, Any] = {}
    with reading(request) as session:
        for task in session.scalars(_selected(session, query).order_by(TaskInstanceRow.run_id, TaskInstanceRow.id)):
            name = task.task_id if task.map_index < 0 else f"{task.task_id}_{task.map_index}"
            states.setdefault(task.run_id, {})[name] = task.state
    return TaskStatesResponse(task_states=states)


@operation(query=PreviousTaskInstance, response=PreviousTIResponse | None)
def get_previous_task_instance(request: Request, *, query: PreviousTaskInstance) -> PreviousTIResponse | None:
    """Find the same task in the last run before a date; null if there is none."""
    earlier = (
        select(TaskInstanceRow)
        .join(TaskInstanceRow.dag_run)
        .where(
            TaskInstanceRow.dag_id == request.path_params["dag_id"],
            TaskInstanceRow.task_id == request.path_params["task_id"],
            TaskInstanceRow.map_index == query.map_index,
        )
        .order_by(DagRunRow.logical_date.desc())
        .limit(1)
    )
    if query.logical_date is not None:
        earlier = earlier.where(DagRunRow.logical_date < query.logical_date)
    if query.state is not None:
        earlier = earlier.where(TaskInstanceRow.state == query.state)
    with reading(request) as session:
        task = session.scalar(earlier)
        if task is None:
            return None
        return PreviousTIResponse(
            task_id=task.task_id,
            dag_id=task.dag_id,
            run_id=task.run_id,
            logical_date=task.dag_run.logical_date,
            start_date=task.start_date,
            end_date=task.end_date,
            state=task.state,
            try_number=task.try_number,
            map_index=task.map_index,
            duration=task.duration,
        )


@operation(query=TaskBreadcrumbs, response=TaskBreadcrumbsResponse)
def get_task_instance_breadcrumbs(request: Request, *, query: TaskBreadcrumbs) -> TaskBreadcrumbsResponse:
    """List the tasks of a run that have ended, each with its state."""
    ended = (
        select(TaskInstanceRow)
        .where(
            TaskInstanceRow.dag_id == query.dag_id,
            TaskInstanceRow.run_id == query.run_id,
            TaskInstanceRow.state.in_(FINISHED),
        )
        .order_by(TaskInstanceRow.id)
    )
    with reading(request) as session:
        return TaskBreadcrumbsResponse(
            breadcrumbs=[
                {
                    "task_id": task.task_id,
                    "map_index": task.map_index,
                    "state": task.state,
                    "operator": task.operator,
                    "duration": task.duration,
                }
                for task in session.scalars(ended)
            ]
        )
