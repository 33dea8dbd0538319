"""`/connections` and `/connection-tests`."""

from __future__ import annotations

from starlette.requests import Request

from execution_api.models import (
    ConnectionResponse,
    ConnectionTestConnectionResponse,
    ConnectionTestResultBody,
    ConnectionTestState,
    HTTPExceptionResponse,
)
from execution_api.refusals import Refusal, not_found
from execution_api.services import path_id, path_key, reading, services_of, writing
from execution_api.tables import ConnectionTestRow
from timegate.starlette import operation

__all__ = ["get_connection", "get_connection_test_connection", "patch_connection_test"]

ENDED = (ConnectionTestState.SUCCESS, ConnectionTestState.FAILED)


@operation(response=ConnectionResponse, errors={404: HTTPExceptionResponse})
def get_connection(request: Request) -> ConnectionResponse:
    """Get a connection from the first backend that knows it."""
    conn_id = path_key(request, "connection_id")
    with reading(request) as session:
        connection = services_of(request).secrets.connection(conn_id, session=session)
    if connection is None:
        raise not_found(f"Connection with ID {conn_id} not found")
    return connection


@operation(response=ConnectionTestConnectionResponse, errors={404: HTTPExceptionResponse, 409: HTTPExceptionResponse})
def get_connection_test_connection(request: Request) -> ConnectionTestConnectionResponse:
    """Hand the connection to the one worker that tests it: from now on the test is running."""
    test_id = path_id(request, "connection_test_id")
    with writing(request) as session:
        test = session.get(ConnectionTestRow, test_id, with_for_update=True)
        if test is None:
            raise not_found(f"Connection test {test_id} not found")
        if test.state not in (ConnectionTestState.PENDING, ConnectionTestState.QUEUED):
            raise _invalid_state(test, "The connection test has been started")
        test.state = ConnectionTestState.RUNNING
        return ConnectionTestConnectionResponse.model_validate(test)


@operation(
    request=ConnectionTestResultBody, status=204, errors={404: HTTPExceptionResponse, 409: HTTPExceptionResponse}
)
def patch_connection_test(request: Request, *, body: ConnectionTestResultBody) -> None:
    """Record the result of a connection test."""
    test_id = path_id(request, "connection_test_id")
    with writing(request) as session:
        test = session.get(ConnectionTestRow, test_id, with_for_update=True)
        if test is None:
            raise not_found(f"Connection test {test_id} not found")
        if test.state in ENDED:
            raise _invalid_state(test, "The connection test has ended")
        test.state, test.result_message = body.state, body.result_message


def _invalid_state(test: ConnectionTestRow, message: str) -> Refusal:
    return Refusal(409, {"reason": "invalid_state", "message": message, "previous_state": test.state})
