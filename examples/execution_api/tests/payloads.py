"""What the clients of a version send and receive, operation by operation, in a form that can be read and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from execution_api import create_app
from execution_api.versions.serving import gates
from pydantic import JsonValue
from starlette.routing import compile_path

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.recordings import Played, Recording, play, read_recordings, world_of
from examples.execution_api.tests.serving import SECRET
from examples.execution_api.tests.situations import situations_at
from timegate.typing import is_array, is_object

__all__ = ["ELSEWHERE", "Operation", "operations_at", "payloads_at", "recordings_at"]

ELSEWHERE = "not-in-this-version"
"""The name under which requests are kept that no operation of their version handles."""

SHOWN_HEADERS = ("content-type", "content-range", "airflow-api-version", "correlation-id", "allow")
REFRESHED = "refreshed-api-token"
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


def payloads_at(version: str, new_database: NewDatabase) -> dict[str, JsonValue]:
    """Let the clients of a version send what they have, each situation to an application of its own.

    Returns:
        by an operation's name, its exchanges in the order of the situations.
    """
    operations = operations_at(version)
    found: dict[str, dict[str, Any]] = {
        operation.name: {"operation": f"{operation.method} {operation.path}", "exchanges": []}
        for operation in operations
    }
    found[ELSEWHERE] = {"operation": None, "exchanges": []}
    began = datetime.now(UTC)
    for recording in recordings_at(version):
        app = create_app(database=new_database(), world=world_of(recording), secret=SECRET)
        for played in play(recording, app, secret=SECRET):
            name = next(_names(operations, played), ELSEWHERE)
            found[name]["exchanges"].append({"situation": recording.name, **_payloads(played, began)})
    return dict(found)


def _names(operations: list[Operation], played: Played) -> Iterator[str]:
    path = played.exchange.path.partition("?")[0]
    return (one.name for one in operations if one.method == played.exchange.method and one.fits.match(path))


def _payloads(played: Played, began: datetime) -> dict[str, Any]:
    sent = played.exchange
    sends: dict[str, Any] = {"method": sent.method, "path": sent.path, "headers": dict(sent.headers)}
    if sent.body is not None:
        sends["json"] = sent.body
    receives: dict[str, Any] = {"status": played.status, "headers": _headers(played.headers)}
    if played.response is not None:
        receives["json"] = _without_the_clock(played.response, began)
    return {"sends": sends, "receives": receives}


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    shown = {name: headers[name] for name in SHOWN_HEADERS if name in headers}
    return {**shown, REFRESHED: "<a token>"} if REFRESHED in headers else shown


def _without_the_clock(value: JsonValue, began: datetime) -> JsonValue:
    """Replace the moments that passed while the tests ran, and tokens, which hold them: they are others each time."""
    if is_object(value):
        return {key: _without_the_clock(inner, began) for key, inner in value.items()}
    if is_array(value):
        return [_without_the_clock(inner, began) for inner in value]
    if isinstance(value, str) and _happened_since(value, began):
        return "<the moment of the request>"
    if isinstance(value, str) and value.startswith(JWT):
        return "<a token>"
    return value


def _happened_since(text: str, began: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and began <= moment <= datetime.now(UTC)
