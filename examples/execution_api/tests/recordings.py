"""The real server's recorded responses: read, requested again, compared."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from execution_api import issue_token
from execution_api.auth import TokenScope
from execution_api.services import Services
from pydantic import JsonValue
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

__all__ = ["Exchange", "Recording", "differences", "play", "play_to", "played_by", "read_recordings", "world_of"]

DATA = Path(__file__).parent / "data"
COMPARED_HEADERS = ("airflow-api-version", "correlation-id", "content-range")
PLACEHOLDER = re.compile(r"Bearer <jwt sub=(?P<subject>[^ >]+)(?: scope=(?P<scope>[^ >]+))?>")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, what was done to the database just before, and the response."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: JsonValue
    sql_before: tuple[str, ...]
    status: int
    response_headers: Mapping[str, str]
    response: JsonValue


@dataclass(frozen=True, slots=True)
class Recording:
    """Some exchanges in a row, on a world that was changed first."""

    version: str
    name: str
    given: tuple[Mapping[str, Any], ...]
    exchanges: tuple[Exchange, ...]


def read_recordings(version: str) -> list[Recording]:
    """Read all recordings of a version, in order."""
    return [_recording(json.loads(file.read_text())) for file in sorted((DATA / "recordings" / version).glob("*.json"))]


def _recording(document: Mapping[str, Any]) -> Recording:
    exchanges = tuple(
        Exchange(
            method=one["request"]["method"],
            path=one["request"]["path"],
            headers=one["request"]["headers"],
            body=one["request"].get("json"),
            sql_before=tuple(one.get("sql_before", ())),
            status=one["response"]["status"],
            response_headers=one["response"]["headers"],
            response=one["response"].get("json"),
        )
        for one in document["exchanges"]
    )
    return Recording(document["api_version"], document["name"], tuple(document["given"]), exchanges)


def world_of(recording: Recording) -> dict[str, Any]:
    """The rows that the server held when a recording began."""
    world: dict[str, Any] = json.loads((DATA / "world.json").read_text())
    for step in recording.given:
        if "insert" in step:
            world.setdefault(step["insert"], []).append(copy.deepcopy(step["row"]))
        else:
            rows = [row for row in world[step["update"]] if step["where"].items() <= row.items()]
            assert rows, f"no row for {step}"
            for row in rows:
                row.update(step["set"])
    return world


@dataclass(frozen=True, slots=True)
class Played:
    """An exchange, and the response of this time."""

    exchange: Exchange
    status: int
    headers: Mapping[str, str]
    response: JsonValue


def play(recording: Recording, app: Starlette, *, secret: str) -> Iterator[Played]:
    """Send the requests of a recording again, one after the other."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield from played_by(client, recording, app, secret=secret)


def played_by(client: TestClient, recording: Recording, app: Starlette, *, secret: str) -> Iterator[Played]:
    """Send the requests of a recording with a client of the application, one after the other."""
    services: Services = app.state.services

    def execute(statement: str) -> None:
        with services.store.writing() as session:
            session.execute(text(statement))

    return play_to(recording, client, execute=execute, secret=secret)


def play_to(
    recording: Recording, client: TestClient, *, execute: Callable[[str], None], secret: str
) -> Iterator[Played]:
    """Send the requests of a recording to a server that runs.

    Args:
        recording: the requests.
        client: speaks to the server.
        execute: executes a statement of SQL on the server's database.
        secret: what the server signs tokens with.
    """
    for exchange in recording.exchanges:
        for statement in exchange.sql_before:
            execute(statement)
        headers = {name: _with_token(value, secret) for name, value in exchange.headers.items()}
        content = None if exchange.body is None else json.dumps(exchange.body).encode()
        got = client.request(exchange.method, exchange.path, headers=headers, content=content)
        yield Played(exchange, got.status_code, got.headers, got.json() if got.content else None)


def _with_token(header: str, secret: str) -> str:
    """A header field as it was recorded, with a token in the place of what stands for one."""
    found = PLACEHOLDER.fullmatch(header)
    if found is None:
        return header
    scope: TokenScope = "workload" if found["scope"] == "workload" else "execution"
    return f"Bearer {issue_token(found['subject'], scope, secret=secret)}"


def differences(played: Played, *, moments: frozenset[str] = frozenset()) -> list[str]:
    """List how a response differs from the recorded one.

    Args:
        played: the exchange and the response.
        moments: JSON pointers to what the server's clock decides: there any moment is as good as another.
    """
    exchange = played.exchange
    found = [] if played.status == exchange.status else [f"status {played.status}, recorded {exchange.status}"]
    for name in COMPARED_HEADERS:
        there, here = exchange.response_headers.get(name), played.headers.get(name)
        if there is not None and there != here:
            found.append(f"{name} {here!r}, recorded {there!r}")
    if exchange.status < 400:
        found += _unequal(exchange.response, played.response, "", moments)
    elif (reason := _reason(exchange.response)) != _reason(played.response):
        found.append(f"reason {_reason(played.response)!r}, recorded {reason!r}")
    return [f"{exchange.method} {exchange.path}: {difference}" for difference in found]


def _reason(response: JsonValue) -> JsonValue:
    """The reason in an error response, which clients read; its wording is the server's own."""
    match response:
        case {"detail": {"reason": reason}}:
            return reason
        case {"detail": [*errors]}:
            return len(errors) > 0
        case _:
            return None


def _unequal(there: JsonValue, here: JsonValue, pointer: str, moments: frozenset[str]) -> Iterator[str]:
    match there, here:
        case dict(), dict():
            for key in sorted({*there, *here}):
                if key in there and key in here:
                    yield from _unequal(there[key], here[key], f"{pointer}/{key}", moments)
                else:
                    yield f"{pointer}/{key} is {'missing' if key in there else 'not in the recording'}"
        case list(), list() if len(there) == len(here):
            for index, (one, other) in enumerate(zip(there, here, strict=True)):
                yield from _unequal(one, other, f"{pointer}/{index}", moments)
        case str(), str() if (when := _moment(there)) is not None:
            if pointer not in moments and when != _moment(here):
                yield f"{pointer} is {here!r}, recorded {there!r}"
            elif _moment(here) is None:
                yield f"{pointer} is {here!r}, no moment"
        case _:
            if there != here or type(there) is not type(here):
                yield f"{pointer} is {here!r}, recorded {there!r}"


def _moment(value: str) -> datetime | None:
    if "T" not in value:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
