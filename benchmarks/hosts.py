"""The same handlers, hosted: bare and under timegate on FastAPI and on Starlette, and under Cadwyn on FastAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from benchmarks.api import NOTE, TASK, Note, Page, Task, page_called
from benchmarks.byhand import ByHand
from benchmarks.gated import timeline
from benchmarks.past import DEPTH, version_at
from timegate import Timeline
from timegate.asgi import TimegateMiddleware, header
from timegate.starlette import operation

App: TypeAlias = Callable[..., Any]

HEADER: Final = "x-api-version"
"""The request header field that names the version, for every side."""

RECEIVED: Final[list[BaseModel | None]] = [None]
"""The body that the last handler with a body received."""


async def read_task(task_id: str) -> Task:
    """Return one task."""
    return TASK


async def create_task(task: Task) -> Task:
    """Receive one task, and return it as it was parsed."""
    RECEIVED[0] = task
    return task


async def read_page(name: str) -> Page:
    """Return many tasks."""
    return page_called(name)


async def create_page(page: Page) -> Page:
    """Receive many tasks, and return them as they were parsed."""
    RECEIVED[0] = page
    return page


async def read_note(note_id: str) -> Note:
    """Return a note, which no version changes."""
    return NOTE


async def create_note(note: Note) -> Note:
    """Receive a note, which no version changes."""
    RECEIVED[0] = note
    return note


def with_routes(router: APIRouter) -> None:
    """Add the handlers to FastAPI's router, or to one with the same methods."""
    router.add_api_route("/tasks/{task_id}", read_task, methods=["GET"])
    router.add_api_route("/tasks", create_task, methods=["POST"])
    router.add_api_route("/pages/{name}", read_page, methods=["GET"])
    router.add_api_route("/pages", create_page, methods=["POST"])
    router.add_api_route("/notes/{note_id}", read_note, methods=["GET"])
    router.add_api_route("/notes", create_note, methods=["POST"])


def fastapi_app() -> FastAPI:
    """The handlers on FastAPI."""
    app = FastAPI(title="Benchmark")
    with_routes(app.router)
    return app


def starlette_app() -> Starlette:
    """The handlers on Starlette, each with its contract declared and enforced."""

    @operation(response=Task)
    async def get_task(request: Request) -> Task:
        return await read_task(request.path_params["task_id"])

    @operation(request=Task, response=Task)
    async def post_task(request: Request, *, body: Task) -> Task:
        return await create_task(body)

    @operation(response=Page)
    async def get_page(request: Request) -> Page:
        return await read_page(request.path_params["name"])

    @operation(request=Page, response=Page)
    async def post_page(request: Request, *, body: Page) -> Page:
        return await create_page(body)

    @operation(response=Note)
    async def get_note(request: Request) -> Note:
        return await read_note(request.path_params["note_id"])

    @operation(request=Note, response=Note)
    async def post_note(request: Request, *, body: Note) -> Note:
        return await create_note(body)

    return Starlette(
        routes=[
            Route("/tasks/{task_id}", get_task, methods=["GET"]),
            Route("/tasks", post_task, methods=["POST"]),
            Route("/pages/{name}", get_page, methods=["GET"]),
            Route("/pages", post_page, methods=["POST"]),
            Route("/notes/{note_id}", get_note, methods=["GET"]),
            Route("/notes", post_note, methods=["POST"]),
        ]
    )


def under_timegate(app: FastAPI | Starlette, versions: Timeline | None = None) -> FastAPI | Starlette:
    """An app with the middleware; it compiles when the app starts."""
    app.add_middleware(TimegateMiddleware, timeline=versions or timeline(DEPTH), select=header(HEADER))
    return app


def under_hand_written(app: FastAPI | Starlette) -> FastAPI | Starlette:
    """An app with the least code that works for these handlers and these versions."""
    app.add_middleware(ByHand, header=HEADER, oldest=version_at(DEPTH))
    return app


__all__ = [
    "HEADER",
    "RECEIVED",
    "App",
    "fastapi_app",
    "starlette_app",
    "under_hand_written",
    "under_timegate",
    "with_routes",
]
