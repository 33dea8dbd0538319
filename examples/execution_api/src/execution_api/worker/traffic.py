"""The exchanges of a worker with the server, as the worker saw them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

__all__ = ["Exchange", "read_traffic"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response.

    Attributes:
        method: The HTTP method.
        path: The path of the URL.
        query: What follows the question mark, undecoded.
        api_version: The `Airflow-API-Version` of the request.
        correlation_id: What the worker named the request.
        request: The JSON body, None if there was none.
        status: The status of the response.
        response: The JSON body of the response, None if there was none; the text if it was not JSON.
    """

    method: str
    path: str
    query: str
    api_version: str | None
    correlation_id: str | None
    request: JsonValue
    status: int
    response: JsonValue


_EXCHANGE: TypeAdapter[Exchange] = TypeAdapter(Exchange)


def read_traffic(file: Path) -> tuple[Exchange, ...]:
    """The exchanges of a file, one JSON object a line; none if nothing was ever written."""
    if not file.exists():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(_EXCHANGE.validate_json(line) for line in lines)
