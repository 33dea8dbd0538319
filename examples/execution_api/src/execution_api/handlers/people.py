"""`/hitlDetails`: a task asks a person, and reads the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from execution_api.handlers.task_instances import locked
from execution_api.models import (
    HITLDetailRequest,
    HITLDetailResponse,
    HITLUser,
    HTTPExceptionResponse,
    UpdateHITLDetailPayload,
)
from execution_api.refusals import Refusal, not_found
from execution_api.services import path_id, reading, writing
from execution_api.tables import HumanInputRow
from timegate.starlette import operation

__all__ = ["get_hitl_detail", "update_hitl_detail", "upsert_hitl_detail"]


@operation(request=HITLDetailRequest, response=HITLDetailRequest, status=201, errors={404: HTTPExceptionResponse})
def upsert_hitl_detail(request: Request, *, body: HITLDetailRequest) -> HITLDetailRequest:
    """Ask; whatever the task asked before is forgotten, with its answer."""
    with writing(request) as session:
        task = locked(session, path_id(request))
        session.merge(
            HumanInputRow(
                ti_id=task.id,
                options=body.options,
                subject=body.subject,
                body=body.body,
                defaults=body.defaults,
                multiple=body.multiple,
                params=body.params,
                assigned_users=[user.model_dump() for user in body.assigned_users],
                responded_at=None,
                responded_by=None,
                chosen_options=[],
                params_input={},
            )
        )
    return body


@operation(response=HITLDetailResponse, errors={404: HTTPExceptionResponse})
def get_hitl_detail(request: Request) -> HITLDetailResponse:
    """Read the answer."""
    with reading(request) as session:
        return _shown(_existing(session, path_id(request)))


@operation(
    request=UpdateHITLDetailPayload,
    response=HITLDetailResponse,
    errors={404: HTTPExceptionResponse, 409: HTTPExceptionResponse},
)
def update_hitl_detail(request: Request, *, body: UpdateHITLDetailPayload) -> HITLDetailResponse:
    """Take an answer down, if there is none yet: the task does so with its defaults when nobody answers in time."""
    task_id = path_id(request)
    with writing(request) as session:
        detail = _existing(session, task_id, lock=True)
        if detail.responded_at is not None:
            raise Refusal(409, f"Human-in-the-loop detail for Task Instance with id {task_id} already exists.")
        detail.responded_at = datetime.now(UTC)
        detail.chosen_options, detail.params_input = body.chosen_options, body.params_input
        return _shown(detail)


def _existing(session: Session, task_id: UUID, *, lock: bool = False) -> HumanInputRow:
    detail = session.get(HumanInputRow, task_id, with_for_update=lock or None)
    if detail is None:
        raise not_found(
            "HITLDetail not found. This happens most likely due to clearing task instance before receiving response."
        )
    return detail


def _shown(detail: HumanInputRow) -> HITLDetailResponse:
    return HITLDetailResponse(
        response_received=detail.responded_at is not None,
        responded_by_user=None if detail.responded_by is None else HITLUser.model_validate(detail.responded_by),
        responded_at=detail.responded_at,
        chosen_options=detail.chosen_options,
        params_input=detail.params_input,
    )
