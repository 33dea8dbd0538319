"""`/variables`."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from starlette.requests import Request

from execution_api.models import (
    HTTPExceptionResponse,
    VariableKeys,
    VariableKeysResponse,
    VariablePostBody,
    VariableResponse,
)
from execution_api.refusals import not_found
from execution_api.services import path_key, reading, services_of, writing
from execution_api.tables import VariableRow
from timegate.starlette import operation

__all__ = ["delete_variable", "get_variable", "get_variable_keys", "put_variable"]


@operation(query=VariableKeys, response=VariableKeysResponse)
def get_variable_keys(request: Request, *, query: VariableKeys) -> VariableKeysResponse:
    """List the keys of the variables in the database."""
    matching = select(VariableRow.key)
    if query.prefix:
        matching = matching.where(VariableRow.key.startswith(query.prefix, autoescape=True))
    with reading(request) as session:
        total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
        page = matching.order_by(VariableRow.key).limit(query.limit).offset(query.offset)
        return VariableKeysResponse(keys=list(session.scalars(page)), total_entries=total)


@operation(response=VariableResponse, errors={404: HTTPExceptionResponse})
def get_variable(request: Request) -> VariableResponse:
    """Get a variable from the first backend that knows it."""
    key = path_key(request, "variable_key")
    with reading(request) as session:
        variable = services_of(request).secrets.variable(key, session=session)
    if variable is None:
        raise not_found(f"Variable with key '{key}' not found")
    return variable


@operation(request=VariablePostBody, response=dict[str, str], status=201)
def put_variable(request: Request, *, body: VariablePostBody) -> dict[str, str]:
    """Set a variable in the database."""
    key = path_key(request, "variable_key")
    with writing(request) as session:
        session.merge(VariableRow(key=key, val=body.value, description=body.description))
    return {"message": "Variable successfully set"}


@operation(status=204)
def delete_variable(request: Request) -> None:
    """Delete a variable from the database, if it is there: a repeated request succeeds too."""
    key = path_key(request, "variable_key")
    with writing(request) as session:
        session.execute(delete(VariableRow).where(VariableRow.key == key))
