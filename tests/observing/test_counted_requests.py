"""Requests that are only counted, without an event of each, are counted as their events would have been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware, header
from timegate.observing import Loss, Observer, Sampling
from timegate.observing.counts import Counts
from timegate.observing.usage import usage

NEW, OLD = "2025-06-01", "2025-01-01"


class Task(BaseModel):
    title: str


class Retitled(VersionChange):
    """Tasks have a title."""

    changes = (on(Task).renamed("heading", to="title"),)


TIMELINE = Timeline(Version(NEW, Retitled), Version(OLD))

REQUESTS = [
    *[("GET", "/tasks", NEW)] * 3,
    *[("GET", "/tasks", OLD)] * 2,
    ("POST", "/tasks", OLD),
    ("GET", "/notes", OLD),
    ("GET", "/broken", OLD),
    ("GET", "/broken", NEW),
    ("GET", "/nowhere", OLD),
    ("GET", "/tasks", "2030-01-01"),
    ("GET", "/tasks", ""),
]


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/tasks")
    def read() -> Task:
        return Task(title="one")

    @made.post("/tasks", status_code=201)
    def create(task: Task) -> Task:
        return task

    @made.get("/notes")
    def notes() -> list[str]:
        return []

    @made.get("/broken")
    def broken() -> Task:
        raise RuntimeError("broken")

    return made


def agent(scope: Any) -> str | None:
    return dict(scope["headers"]).get(b"user-agent", b"").decode() or None


def counted(database: Path, observer: Observer, **options: Any) -> list[tuple[str, str, str, int, str, int]]:
    made = app()
    made.add_middleware(
        TimegateMiddleware, timeline=TIMELINE, select=header("API-Version"), observer=observer, **options
    )
    with TestClient(made, raise_server_exceptions=False) as client:
        for method, path, version in REQUESTS:
            headers = {"API-Version": version, "user-agent": "sdk/1"} if version else {"user-agent": "sdk/1"}
            client.request(method, path, headers=headers, json={"heading": "two"} if method == "POST" else None)
    return sorted(
        (one.client, one.version, one.operation, one.status, one.problem, one.number) for one in usage(database)
    )


def test_each_request_is_counted_once_by_what_became_of_it(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    assert counted(database, Counts(database), client=agent) == [
        ("sdk/1", OLD, "GET /broken", 500, "", 1),
        ("sdk/1", OLD, "GET /notes", 200, "", 1),
        ("sdk/1", OLD, "GET /tasks", 200, "", 2),
        ("sdk/1", OLD, "POST /tasks", 201, "", 1),
        ("sdk/1", OLD, "other", 404, "", 1),
        ("sdk/1", NEW, "GET /broken", 500, "", 1),
        ("sdk/1", NEW, "GET /tasks", 200, "", 3),
        ("sdk/1", "unknown", "GET /tasks", 400, "version-missing", 1),
        ("sdk/1", "unknown", "GET /tasks", 400, "version-too-new", 1),
    ]


@pytest.mark.parametrize(
    "options", [{}, {"client": agent}, {"changes_field": "API-Changes"}], ids=["none", "client", "field"]
)
def test_counts_are_those_of_the_events(tmp_path: Path, options: dict[str, Any]) -> None:
    alone, told = tmp_path / "alone.sqlite", tmp_path / "told.sqlite"
    by_events = Counts(told)
    assert counted(alone, Counts(alone), **options) == counted(told, lambda event: by_events(event), **options)


def test_requests_are_counted_alike_where_losses_are_sampled(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    plain = counted(database, Counts(database))
    lost, sampled = list[Loss](), tmp_path / "sampled.sqlite"
    assert counted(sampled, Counts(sampled), losses=Sampling(lost.append, rate=1.0)) == plain


def test_a_day_begins_at_midnight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "usage.sqlite"
    now = [20_500 * 86_400 - 0.5]
    monkeypatch.setattr("timegate.observing.counts.time", lambda: now[0])
    counts = Counts(database)
    for seconds in (0.0, 0.5, 0.5):
        now[0] += seconds
        counts.count("me", NEW, "GET /tasks", 200, "")
    (found,) = usage(database)
    assert ((found.last - found.first).days, found.number) == (1, 3)
