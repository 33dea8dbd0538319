"""`/health`: for monitoring; it requires neither token nor version."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from jwt import InvalidTokenError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from execution_api.services import Services, services_of
from timegate.starlette import operation

__all__ = ["health", "ping"]

TOKENS = "airflow.api_fastapi.auth.tokens.JWTValidator"  # what watchers of the real server look for
DATABASE = "database"


@operation(response=dict[str, Any])
def health(request: Request) -> dict[str, Any]:
    """Report that the process responds."""
    return {"status": "healthy"}


@operation(response=Any)
def ping(request: Request) -> Response:
    """Check the database and the tokens; 500 if one of them fails."""
    services = services_of(request)
    failing = {name: reason for name, reason in _trials(services).items() if reason is not None}
    ok = [] if TOKENS in failing else [TOKENS]
    return JSONResponse({"ok": ok, "failing": failing}, status_code=500 if failing else 200)


def _trials(services: Services) -> dict[str, str | None]:
    return {TOKENS: _try_tokens(services), DATABASE: _try_database(services)}


def _try_tokens(services: Services) -> str | None:
    try:
        services.authority.read(services.authority.issue(str(uuid4()), scope="execution"))
    except InvalidTokenError as error:
        return str(error)
    return None


def _try_database(services: Services) -> str | None:
    try:
        with services.store.reading() as session:
            session.execute(text("select 1"))
    except SQLAlchemyError as error:
        return type(error).__name__
    return None
