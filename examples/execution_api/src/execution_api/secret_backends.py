"""Where connections and variables come from: a chain of backends, asked in turn.

A worker gets a connection from here that it could never read itself: it has no access to the database, and none to the
environment of the server.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import JsonValue, TypeAdapter
from sqlalchemy.orm import Session

from execution_api.models import ConnectionResponse, VariableResponse
from execution_api.tables import ConnectionRow, VariableRow

__all__ = ["Database", "Environment", "SecretBackend", "SecretChain"]

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class SecretBackend(Protocol):
    """A place that may know a connection or a variable; None says that it does not."""

    def connection(self, conn_id: str, *, session: Session) -> ConnectionResponse | None:
        """Look a connection up."""
        ...

    def variable(self, key: str, *, session: Session) -> VariableResponse | None:
        """Look a variable up."""
        ...


@dataclass(frozen=True, slots=True)
class SecretChain:
    """Asks backends in turn; the first that has it wins."""

    backends: Sequence[SecretBackend]

    def connection(self, conn_id: str, *, session: Session) -> ConnectionResponse | None:
        """Look a connection up."""
        found = (backend.connection(conn_id, session=session) for backend in self.backends)
        return next((connection for connection in found if connection is not None), None)

    def variable(self, key: str, *, session: Session) -> VariableResponse | None:
        """Look a variable up."""
        found = (backend.variable(key, session=session) for backend in self.backends)
        return next((variable for variable in found if variable is not None), None)


@dataclass(frozen=True, slots=True)
class Environment:
    """`AIRFLOW_CONN_<ID>`, as a URI or as JSON, and `AIRFLOW_VAR_<KEY>`, as Airflow names them."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def connection(self, conn_id: str, *, session: Session) -> ConnectionResponse | None:
        """Look a connection up.

        Raises:
            ValueError: there is one, but it is neither a URI nor JSON; the text of the error does not show it.
        """
        text = self.variables.get(f"AIRFLOW_CONN_{conn_id.upper()}")
        if not text:
            return None
        try:
            fields = _from_json(text) if text.lstrip().startswith("{") else _from_uri(text)
            return ConnectionResponse.model_validate({**_ABSENT, **fields, "conn_id": conn_id})
        except ValueError:
            # Not from the error, which would show the secret.
            raise ValueError(f"AIRFLOW_CONN_{conn_id.upper()} is neither a URI nor the JSON of a connection") from None

    def variable(self, key: str, *, session: Session) -> VariableResponse | None:
        """Look a variable up."""
        value = self.variables.get(f"AIRFLOW_VAR_{key.upper()}")
        return None if value is None else VariableResponse(key=key, value=value)


@dataclass(frozen=True, slots=True)
class Database:
    """The tables of the server."""

    def connection(self, conn_id: str, *, session: Session) -> ConnectionResponse | None:
        """Look a connection up."""
        row = session.get(ConnectionRow, conn_id)
        return None if row is None else ConnectionResponse.model_validate(row)

    def variable(self, key: str, *, session: Session) -> VariableResponse | None:
        """Look a variable up."""
        row = session.get(VariableRow, key)
        return None if row is None else VariableResponse(key=row.key, value=row.val)


_ABSENT = dict.fromkeys(("host", "schema", "login", "password", "port", "extra"))


def _from_json(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = {**_OBJECT.validate_json(text)}
    if isinstance(fields.get("extra"), dict):
        fields["extra"] = json.dumps(fields["extra"])
    known = {name: value for name, value in fields.items() if name in _ABSENT}
    return {**known, "conn_type": fields.get("conn_type") or ""}


def _from_uri(text: str) -> dict[str, Any]:
    """Read `type://login:password@host:port/schema?key=value`; the query is the extra, or `__extra__` in it is."""
    parts = urlsplit(text)
    if not parts.scheme:
        raise ValueError("no scheme")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = query.pop("__extra__", None) or (json.dumps(query) if query else None)
    return {
        "conn_type": parts.scheme.replace("-", "_"),
        "host": unquote(parts.hostname) if parts.hostname else None,
        "schema": unquote(parts.path[1:]) or None,
        "login": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "port": parts.port,
        "extra": extra,
    }
