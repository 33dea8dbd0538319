"""The services that handlers use: database, secrets, tokens, and path parameters."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request

from execution_api.auth import Authority
from execution_api.refusals import invalid_path
from execution_api.secret_backends import SecretChain
from execution_api.store import Store

__all__ = ["Services", "path_id", "path_key", "reading", "services_of", "writing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services of one application."""

    store: Store
    secrets: SecretChain
    authority: Authority


def services_of(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    services: Services = request.app.state.services
    return services


def reading(request: Request) -> AbstractContextManager[Session]:
    """A transaction that changes nothing."""
    return services_of(request).store.reading()


def writing(request: Request) -> AbstractContextManager[Session]:
    """A transaction that is committed at the end, and rolled back by any exception."""
    return services_of(request).store.writing()


def path_id(request: Request, name: str = "task_instance_id") -> UUID:
    """Return a parameter of the path that is a UUID.

    Raises:
        Refusal: 422, it is none.
    """
    value: str = request.path_params[name]
    try:
        return UUID(value)
    except ValueError:
        raise invalid_path(name, value, kind="uuid_parsing", message="Input should be a valid UUID") from None


def path_key(request: Request, name: str) -> str:
    """Return a parameter of the path that is not empty.

    Raises:
        Refusal: 422, it is.
    """
    value: str = request.path_params[name]
    if not value:
        message = "String should have at least 1 character"
        raise invalid_path(name, value, kind="string_too_short", message=message)
    return value
