"""What the clients of a version send and receive: the operations that they have, and the situations they come into."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from execution_api import create_app
from execution_api.auth import Authority
from execution_api.versions.serving import gates
from pydantic import JsonValue
from starlette.routing import compile_path

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.recordings import Recording, played_by, read_recordings, world_of
from examples.execution_api.tests.serving import SECRET
from examples.execution_api.tests.situations import situations_at
from timegate.testing import Exchange, OldClients
from timegate.typing import is_array, is_object

__all__ = ["SHOWN_HEADERS", "Operation", "exchanges_of", "operations_at", "recordings_at", "the_same_each_time"]

SHOWN_HEADERS = ("content-range", "airflow-api-version", "correlation-id", "refreshed-api-token")
JWT = "eyJ"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as a version's clients call it.

    Args:
        method: the HTTP method.
        path: the path, parameters in braces.
        fits: whether a concrete path is one of it.
    """

    method: str
    path: str
    fits: re.Pattern[str] = field(repr=False)

    @property
    def name(self) -> str:
        """A name that a file may have: `variables.variable_key.GET`."""
        words = [word.strip("{}") for word in self.path.strip("/").split("/")]
        return ".".join([*words, self.method])


def operations_at(version: str) -> list[Operation]:
    """Return the operations of a version, in the order in which they are matched."""
    found: list[Operation] = []
    for gate in gates().operations(version):
        if gate.exists:
            fits, path, _ = compile_path(gate.path)
            found.append(Operation(gate.method, path, fits))
    return found


def recordings_at(version: str) -> list[Recording]:
    """Return all situations in which a version's clients are seen."""
    return [*read_recordings(version), *situations_at(version)]


def exchanges_of(version: str, old_client: OldClients, new_database: NewDatabase) -> Iterator[Exchange]:
    """Let the clients of a version send what they have, each situation to an application of its own."""
    for recording in recordings_at(version):
        app = create_app(database=new_database(), world=world_of(recording), secret=SECRET)
        situation = recording.name
        with old_client(version, app=app, situation=situation, raise_server_exceptions=False) as client:
            for _ in played_by(client, recording, app, secret=SECRET):
                yield client.exchanges[-1]


def the_same_each_time(began: datetime) -> Callable[[JsonValue], JsonValue]:
    """Replace tokens, and the moments that passed while the tests ran: they are others each time."""

    def replaced(value: Any) -> Any:
        if is_object(value):
            return {key: replaced(inner) for key, inner in value.items()}
        if is_array(value):
            return [replaced(inner) for inner in value]
        if isinstance(value, str) and _happened_since(value, began):
            return "<the moment of the request>"
        return _shown(value) if isinstance(value, str) else value

    return replaced


def _shown(text: str) -> str:
    """What stands for a token: whose it is, where it is shown by whom it was issued for."""
    scheme, _, token = text.rpartition(" ")
    if not token.startswith(JWT):
        return text
    if not scheme:
        return "<a token>"
    claims = Authority(SECRET).read(token)
    scope = "" if claims.scope == "execution" else f" scope={claims.scope}"
    return f"{scheme} <jwt sub={claims.subject}{scope}>"


def _happened_since(text: str, began: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and began <= moment <= datetime.now(UTC)
