"""Reads the server's log, one JSON object a line: the requests, and the bodies that a gate converted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

__all__ = ["Tally", "exceptions_in", "tally_of"]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the server counted for one run of a task.

    Attributes:
        requests: Requests with a response.
        gated: Bodies of requests and responses that were converted for the client's version.
        refused: `METHOD path status` of each response with a server error.
    """

    requests: int
    gated: int
    refused: tuple[str, ...]


def tally_of(log: Path, *, correlation_ids: Collection[str]) -> Tally:
    """Count the requests of one run; its worker named each of them with a correlation id.

    Args:
        log: The server's log. Lines that are no JSON object, as a traceback's, are passed over.
        correlation_ids: What the worker's requests were named.
    """
    wanted = set(correlation_ids)
    lines = [line for line in _request_lines(log) if line.get("correlation_id") in wanted]
    return Tally(
        requests=len(lines),
        gated=sum(_number(line.get("gated")) for line in lines),
        refused=tuple(f"{line['method']} {line['path']} {line['status']}" for line in lines if _failed(line)),
    )


def exceptions_in(log: Path) -> tuple[str, ...]:
    """The traceback of each exception that the server logged, each once."""
    logged = (line.get("exception") for line in _lines(log))
    return tuple(dict.fromkeys(text for text in logged if isinstance(text, str)))


def _request_lines(log: Path) -> Iterator[dict[str, JsonValue]]:
    return (line for line in _lines(log) if {"method", "path", "status"} <= line.keys())


def _lines(log: Path) -> Iterator[dict[str, JsonValue]]:
    for text in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if not text.startswith("{"):
            continue
        try:
            line = json.loads(text)
        except ValueError:
            continue
        yield line


def _failed(line: dict[str, JsonValue]) -> bool:
    status = line["status"]
    return isinstance(status, int) and status >= 500


def _number(gated: JsonValue) -> int:
    """How many bodies: the log names them, or counts them."""
    if isinstance(gated, list):
        return len(gated)
    return gated if isinstance(gated, int) else 0
