"""`/xcoms/{dag_id}/{run_id}/{task_id}/{key}`."""

from __future__ import annotations

from pydantic import JsonValue
from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from execution_api.models import (
    HTTPExceptionResponse,
    XComCount,
    XComDeletion,
    XComLookup,
    XComResponse,
    XComSequenceIndexResponse,
    XComSequenceSliceResponse,
    XComSlice,
    XComWriting,
)
from execution_api.refusals import Refusal, invalid_path, not_found
from execution_api.services import path_key, reading, writing
from execution_api.tables import DagRunRow, XComRow
from timegate.starlette import operation

__all__ = [
    "delete_xcom",
    "get_mapped_xcom_by_index",
    "get_mapped_xcom_by_slice",
    "get_xcom",
    "head_xcom",
    "set_xcom",
]

MOST_MAPPED = 1024
"""Into so many task instances one value may expand."""


def _place(request: Request) -> tuple[str, str, str, str]:
    names = request.path_params
    return names["dag_id"], names["run_id"], names["task_id"], path_key(request, "key")


def _of_key(request: Request) -> Select[XComRow]:
    """The values under a key of a task of a run, in the order of their map indexes."""
    dag_id, run_id, task_id, key = _place(request)
    return (
        select(XComRow)
        .where(
            XComRow.dag_id == dag_id,
            XComRow.run_id == run_id,
            XComRow.task_id == task_id,
            XComRow.key == key,
        )
        .order_by(XComRow.map_index)
    )


def _latest_run(session: Session, request: Request, *, map_index: int | None) -> str | None:
    """The last run up to the one of the path that has the key; that one itself, if it has."""
    dag_id, run_id, task_id, key = _place(request)
    logical_date = session.scalar(
        select(DagRunRow.logical_date).where(DagRunRow.dag_id == dag_id, DagRunRow.run_id == run_id)
    )
    having = (
        select(XComRow.run_id)
        .join(DagRunRow, and_(DagRunRow.dag_id == XComRow.dag_id, DagRunRow.run_id == XComRow.run_id))
        .where(XComRow.dag_id == dag_id, XComRow.task_id == task_id, XComRow.key == key)
        .where(or_(XComRow.run_id == run_id, DagRunRow.logical_date < logical_date))
        .order_by((XComRow.run_id == run_id).desc(), DagRunRow.logical_date.desc())
    )
    if map_index is not None:
        having = having.where(XComRow.map_index == map_index)
    return session.scalar(having.limit(1))


def _with_prior_dates(session: Session, request: Request, *, map_index: int | None) -> Select[XComRow]:
    dag_id, run_id, task_id, key = _place(request)
    latest = _latest_run(session, request, map_index=map_index) or run_id
    of_task = (XComRow.dag_id == dag_id, XComRow.run_id == latest, XComRow.task_id == task_id, XComRow.key == key)
    return select(XComRow).where(*of_task).order_by(XComRow.map_index)


@operation(query=XComCount)
def head_xcom(request: Request, *, query: XComCount) -> Response:
    """Count the values under a key; the number is in `Content-Range`. One value is not counted."""
    if query.map_index is not None:
        raise Refusal(400, {"reason": "invalid_request", "message": "Cannot specify map_index in a HEAD request"})
    values = _of_key(request).order_by(None)
    with reading(request) as session:
        count = session.scalar(select(func.count()).select_from(values.subquery())) or 0
    return Response(headers={"Content-Range": f"map_indexes {count}"}, media_type="application/json")


@operation(query=XComLookup, response=XComResponse, errors={404: HTTPExceptionResponse})
def get_xcom(request: Request, *, query: XComLookup) -> XComResponse:
    """Get the value of one map index, or the one at an offset among all."""
    dag_id, run_id, task_id, key = _place(request)
    map_index = query.map_index if query.offset is None else None
    with reading(request) as session:
        prior = query.include_prior_dates
        values = _with_prior_dates(session, request, map_index=map_index) if prior else _of_key(request)
        if query.offset is None:
            found = session.scalar(values.where(XComRow.map_index == query.map_index))
            called = f"map_index={query.map_index}"
        else:
            found = _at(list(session.scalars(values)), query.offset)
            called = f"offset={query.offset}"
        if found is None:
            where = f"task '{task_id}' in DAG run '{run_id}' of '{dag_id}'"
            raise not_found(f"XCom with key={key!r} {called} not found for {where}")
        return XComResponse(key=key, value=found.value)


@operation(response=XComSequenceIndexResponse, errors={404: HTTPExceptionResponse})
def get_mapped_xcom_by_index(request: Request) -> XComSequenceIndexResponse:
    """Get one value of a mapped task; a negative offset counts from the end."""
    dag_id, run_id, task_id, key = _place(request)
    text: str = request.path_params["offset"]
    try:
        offset = int(text)
    except ValueError:
        message = "Input should be a valid integer, unable to parse string as an integer"
        raise invalid_path("offset", text, kind="int_parsing", message=message) from None
    with reading(request) as session:
        found = _at(list(session.scalars(_of_key(request))), offset)
        if found is None:
            where = f"task '{task_id}' in DAG run '{run_id}' of '{dag_id}'"
            raise not_found(f"XCom with key={key!r} offset={offset} not found for {where}")
        return XComSequenceIndexResponse(found.value)


def _at(rows: list[XComRow], offset: int) -> XComRow | None:
    return rows[offset] if -len(rows) <= offset < len(rows) else None


@operation(query=XComSlice, response=XComSequenceSliceResponse)
def get_mapped_xcom_by_slice(request: Request, *, query: XComSlice) -> XComSequenceSliceResponse:
    """Get several values of a mapped task, as a slice in Python would."""
    if query.step == 0:
        raise Refusal(400, {"reason": "invalid_slice", "message": "step must not be zero"})
    with reading(request) as session:
        prior = query.include_prior_dates
        rows = session.scalars(_with_prior_dates(session, request, map_index=None) if prior else _of_key(request))
        values = [row.value for row in rows]
    return XComSequenceSliceResponse(values[query.start : query.stop : query.step])


@operation(
    request=JsonValue | None,
    query=XComWriting,
    response=dict[str, str],
    status=201,
    errors={400: HTTPExceptionResponse, 404: HTTPExceptionResponse},
)
def set_xcom(request: Request, *, body: JsonValue, query: XComWriting) -> dict[str, str]:
    """Set a value; an empty body is null, because clients leave it out then."""
    dag_id, run_id, task_id, key = _place(request)
    if query.mapped_length is not None and query.mapped_length > MOST_MAPPED:
        message = "pushed value is too large to map as a downstream's dependency"
        raise Refusal(400, {"reason": "unmappable_return_value_length", "message": message})
    with writing(request) as session:
        if session.get(DagRunRow, (dag_id, run_id)) is None:
            raise Refusal(404, f"DAG run not found on DAG '{dag_id}' with ID '{run_id}'")
        session.merge(
            XComRow(
                dag_id=dag_id,
                run_id=run_id,
                task_id=task_id,
                map_index=query.map_index,
                key=key,
                value=body,
                dag_result=query.dag_result,
                mapped_length=query.mapped_length,
            )
        )
    return {"message": "XCom successfully set"}


@operation(query=XComDeletion, response=dict[str, str])
def delete_xcom(request: Request, *, query: XComDeletion) -> dict[str, str]:
    """Delete a value, if it is there: a repeated request succeeds too."""
    dag_id, run_id, task_id, key = _place(request)
    with writing(request) as session:
        session.execute(
            delete(XComRow).where(
                XComRow.dag_id == dag_id,
                XComRow.run_id == run_id,
                XComRow.task_id == task_id,
                XComRow.map_index == query.map_index,
                XComRow.key == key,
            )
        )
    return {"message": f"XCom with key: {key} successfully deleted."}
