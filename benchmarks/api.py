"""The API that is measured: head's models, and the payloads of its requests and responses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel


class State(StrEnum):
    """The state of a task."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"


class Owner(BaseModel):
    """The person whom a task belongs to."""

    name: str
    email: str | None
    team: str = "core"


class Task(BaseModel):
    """One run of a task; every version of the history changes it or its owner."""

    id: str
    dag_version_id: str
    title: str
    state: State
    priority: str
    queue: str
    try_number: int
    max_tries: int = 3
    started_at: datetime
    note: str | None
    trigger: str = "manual"
    labels: list[str] = []
    owner: Owner


class Page(BaseModel):
    """Many tasks."""

    items: list[Task]
    total: int


class Note(BaseModel):
    """A model that no version changes."""

    id: str
    title: str
    text: str
    author: str
    pinned: bool
    stars: int


SIZES: Final[Mapping[str, int]] = {"340 B": 0, "12 KB": 36, "1.2 MB": 3540}
"""The number of tasks in the page of each body size; 0 is one task without a page."""

_STATES: Final = tuple(State)


def task_data(number: int) -> dict[str, Any]:
    """One task of about 340 bytes, as head has it."""
    return {
        "id": f"0191f4b2-7c1e-7a53-9d0e-{number:012d}",
        "dag_version_id": f"0191f4b2-0000-7a53-9d0e-{number % 97:012d}",
        "title": f"load_{number % 1000:03d}",
        "state": _STATES[number % len(_STATES)].value,
        "priority": str(number % 7),
        "queue": "default",
        "try_number": number % 3 + 1,
        "max_tries": 4,
        "started_at": "2026-03-01T08:15:30Z",
        "note": None if number % 2 else "by hand",
        "trigger": "cron",
        "labels": ["etl"],
        "owner": {"name": "Ada", "email": None if number % 5 == 0 else "ada@site.org", "team": "dx"},
    }


def body_data(size: str) -> dict[str, Any]:
    """The body of a size as head has it: one task, or a page of them."""
    count = SIZES[size]
    if count == 0:
        return task_data(1)
    return {"items": [task_data(number) for number in range(count)], "total": count}


NOTE_DATA: Final[dict[str, Any]] = {
    "id": "0191f4b2-7c1e-7a53-9d0e-000000000001",
    "title": "What no version changes",
    "text": "A body of the same size as that of one task, at a route that no declared change touches, so that a client "
    "of any version gets it as it is, byte for byte, and the gate neither parses nor holds it back on its way out.",
    "author": "Ada",
    "pinned": True,
    "stars": 12,
}

TASK: Final = Task.model_validate(body_data("340 B"))
PAGES: Final[Mapping[str, Page]] = {
    name: Page.model_validate(body_data(name)) for name, count in SIZES.items() if count
}
NOTE: Final = Note.model_validate(NOTE_DATA)

PAGE_NAMES: Final[Mapping[str, str]] = {"12 KB": "small", "1.2 MB": "large"}
_BY_NAME: Final = {PAGE_NAMES[size]: page for size, page in PAGES.items()}


def page_called(name: str) -> Page:
    """The page that ``GET /pages/{name}`` responds with."""
    return _BY_NAME[name]
