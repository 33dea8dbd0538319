"""`GET /workloads`: a tiny executor. Workers of a queue wait here for task instances that are queued."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Select, or_, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from execution_api.models import BundleInfo, ExecuteTask, TaskInstance, TaskInstanceState, Workloads, WorkloadsWanted
from execution_api.refusals import Refusal
from execution_api.services import Services, services_of
from execution_api.tables import DagRow, TaskInstanceRow
from timegate.starlette import operation

__all__ = ["get_workloads"]

QUEUE: Final = "queue:"
LOOK_EVERY: Final = 0.2
LEASE: Final = timedelta(seconds=60)
"""A workload that no worker has started by then is handed out again."""


@operation(query=WorkloadsWanted, response=Workloads)
async def get_workloads(request: Request, *, query: WorkloadsWanted) -> Workloads:
    """Hand out queued task instances of the queue that the token names; wait for one if there is none."""
    subject: str = request.state.subject
    if not subject.startswith(QUEUE):
        raise Refusal(403, f"Token subject is no queue, which begins with '{QUEUE}'")
    services = services_of(request)
    until = time.monotonic() + query.wait
    while True:
        queued = await run_in_threadpool(_hand_out, services, subject.removeprefix(QUEUE), query.limit)
        if queued or time.monotonic() >= until or await request.is_disconnected():
            return Workloads(workloads=queued)
        await asyncio.sleep(LOOK_EVERY)


def _hand_out(services: Services, queue: str, limit: int) -> list[ExecuteTask]:
    now = datetime.now(UTC)
    waiting = _waiting(queue, now).limit(limit)
    with services.store.reading() as session:
        if session.scalar(waiting) is None:
            return []
    with services.store.writing() as session:
        rows: Sequence[TaskInstanceRow] = session.scalars(waiting.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.handed_out_at = now
        return [_workload(row, session.get_one(DagRow, row.dag_id), services) for row in rows]


def _waiting(queue: str, now: datetime) -> Select[TaskInstanceRow]:
    free = or_(TaskInstanceRow.handed_out_at.is_(None), TaskInstanceRow.handed_out_at < now - LEASE)
    queued = (TaskInstanceRow.queue == queue, TaskInstanceRow.state == TaskInstanceState.QUEUED)
    return select(TaskInstanceRow).where(*queued, free).order_by(TaskInstanceRow.id)


def _workload(row: TaskInstanceRow, dag: DagRow, services: Services) -> ExecuteTask:
    return ExecuteTask(
        type="ExecuteTask",
        token=services.authority.issue(str(row.id), scope="workload"),
        ti=TaskInstance.model_validate(row),
        dag_rel_path=dag.relative_fileloc or "",
        bundle_info=BundleInfo(name=dag.bundle_name or "", version=dag.bundle_version),
    )
