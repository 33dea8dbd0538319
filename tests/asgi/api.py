"""One small API on both frameworks, and clients of it. Head says `dag_version_id`; in April it was `version_id`."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import httpx
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from timegate import Timeline, Version, VersionChange, current_version, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

HEAD = "2025-09-23"
OLD = "2025-04-11"


class Task(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    dag_version_id: str
    size: int | float = 0


class Conflict(BaseModel):
    taken_by: str


class Variable(BaseModel):
    key: str


class Previous(BaseModel):
    dag_id: str
    limit: int = 5


class Window(BaseModel):
    page_size: int = 10
    tag: list[str] = []


class NameTheDagVersion(VersionChange):
    """`version_id` is now called `dag_version_id`."""

    changes = (
        on(Task).renamed("version_id", to="dag_version_id"),
        on(Conflict).renamed("owner", to="taken_by"),
        endpoint("/window").query("limit").renamed(to="page_size"),
    )


class ListVariables(VersionChange):
    """Variables can be listed, and runs have a place of their own."""

    changes = (
        endpoint("/variables/keys").added(),
        endpoint("/tasks/{task_id}", "DELETE").added(),
        endpoint("/dags/{dag_id}/previous").moved(to="/runs/previous?dag_id={dag_id}"),
        endpoint("/jobs/{task_id}").moved(to="/works/{task_id}"),
        endpoint("/made", "POST").status(201, was=200),
    )


def timeline() -> Timeline:
    return Timeline(Version(HEAD, NameTheDagVersion, ListVariables), Version("2025-06-01"), Version(OLD))


@dataclass
class Seen:
    """What handlers saw, and what they shall respond with instead of the usual."""

    scopes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    bodies: list[bytes] = field(default_factory=list[bytes])
    versions: list[str | None] = field(default_factory=list[str | None])
    handlers: list[str] = field(default_factory=list[str])
    response: Response | None = None
    error: Exception | None = None

    async def note(self, request: Request, handler: str) -> Response | None:
        """Remember a request; the response it shall have, None for the usual one."""
        self.scopes.append(dict(request.scope))
        self.bodies.append(await request.body())
        self.versions.append(current_version())
        self.handlers.append(handler)
        if self.error is not None:
            raise self.error
        return self.response

    def header(self, name: str) -> list[bytes]:
        """The values of a header of the last request."""
        return [value for key, value in self.scopes[-1]["headers"] if key == name.encode()]


def starlette_api(seen: Seen) -> Starlette:
    """The API on plain Starlette."""

    @operation(response=Task, errors={409: Conflict})
    async def get_task(request: Request) -> object:
        response = await seen.note(request, "get_task")
        return response or Task(id=int(request.path_params["task_id"]), dag_version_id="v1")

    @operation(request=Task, response=Task, status=201)
    async def create_task(request: Request, *, body: Task) -> object:
        return await seen.note(request, "create_task") or body

    @operation(request=Task, response=Task)
    async def replace_task(request: Request, *, body: Task) -> object:
        return await seen.note(request, "replace_task") or body

    @operation(status=204)
    async def delete_task(request: Request) -> object:
        return await seen.note(request, "delete_task")

    @operation(response=list[str])
    async def list_keys(request: Request) -> object:
        return await seen.note(request, "list_keys") or ["a", "b"]

    @operation(response=Variable)
    async def get_variable(request: Request) -> object:
        return await seen.note(request, "get_variable") or Variable(key=request.path_params["key"])

    @operation(request=Variable, response=Variable)
    async def put_variable(request: Request, *, body: Variable) -> object:
        return await seen.note(request, "put_variable") or body

    @operation(query=Previous, response=dict[str, str])
    async def previous(request: Request, *, query: Previous) -> object:
        return await seen.note(request, "previous") or {"dag": query.dag_id, "limit": str(query.limit)}

    @operation(response=Task)
    async def work(request: Request) -> object:
        return await seen.note(request, "work") or Task(id=int(request.path_params["task_id"]), dag_version_id="w")

    @operation(response=Variable, status=201)
    async def made(request: Request) -> object:
        return await seen.note(request, "made") or Variable(key="made")

    @operation(query=Window, response=dict[str, str])
    async def window(request: Request, *, query: Window) -> object:
        return await seen.note(request, "window") or {"size": str(query.page_size), "tags": ",".join(query.tag)}

    async def plain(request: Request) -> Response:
        return await seen.note(request, "plain") or PlainTextResponse(str(current_version()))

    return Starlette(
        routes=[
            Route("/tasks/{task_id:int}", get_task),
            Route("/tasks/{task_id:int}", delete_task, methods=["DELETE"]),
            Route("/tasks/{task_id:int}", replace_task, methods=["PUT"]),
            Route("/tasks", create_task, methods=["POST"]),
            Route("/variables/keys", list_keys),
            Route("/variables/{key:path}", get_variable),
            Route("/variables/{key:path}", put_variable, methods=["PUT"]),
            Route("/runs/previous", previous),
            Route("/works/{task_id:int}", work),
            Route("/made", made, methods=["POST"]),
            Route("/window", window),
            Route("/plain", plain, methods=["GET", "POST"]),
        ]
    )


def fastapi_api(seen: Seen) -> FastAPI:
    """The same API on FastAPI, half of it in an included router."""
    app = FastAPI()
    router = APIRouter(prefix="/variables")

    @app.get("/tasks/{task_id:int}", response_model=Task, responses={409: {"model": Conflict}})
    async def get_task(request: Request, task_id: int) -> object:
        return await seen.note(request, "get_task") or Task(id=task_id, dag_version_id="v1")

    @app.delete("/tasks/{task_id:int}", status_code=204, response_model=None)
    async def delete_task(request: Request, task_id: int) -> None:
        await seen.note(request, "delete_task")

    @app.put("/tasks/{task_id:int}", response_model=Task)
    async def replace_task(request: Request, task_id: int, body: Task) -> object:
        return await seen.note(request, "replace_task") or body

    @app.post("/tasks", response_model=Task, status_code=201)
    async def create_task(request: Request, body: Task) -> object:
        return await seen.note(request, "create_task") or body

    @router.get("/keys", response_model=list[str])
    async def list_keys(request: Request) -> object:
        return await seen.note(request, "list_keys") or ["a", "b"]

    @router.get("/{key:path}", response_model=Variable)
    async def get_variable(request: Request, key: str) -> object:
        return await seen.note(request, "get_variable") or Variable(key=key)

    @router.put("/{key:path}", response_model=Variable)
    async def put_variable(request: Request, key: str, body: Variable) -> object:
        return await seen.note(request, "put_variable") or body

    app.include_router(router)

    @app.get("/runs/previous")
    async def previous(request: Request, dag_id: str, limit: int = 5) -> dict[str, str]:
        await seen.note(request, "previous")
        return {"dag": dag_id, "limit": str(limit)}

    @app.get("/works/{task_id:int}", response_model=Task)
    async def work(request: Request, task_id: int) -> object:
        return await seen.note(request, "work") or Task(id=task_id, dag_version_id="w")

    @app.post("/made", response_model=Variable, status_code=201)
    async def made(request: Request) -> object:
        return await seen.note(request, "made") or Variable(key="made")

    @app.get("/window")
    async def window(request: Request, query: Annotated[Window, Query()]) -> dict[str, str]:
        await seen.note(request, "window")
        return {"size": str(query.page_size), "tags": ",".join(query.tag)}

    async def plain(request: Request) -> Response:
        return await seen.note(request, "plain") or PlainTextResponse(str(current_version()))

    app.add_route("/plain", plain, methods=["GET", "POST"])
    handlers = (get_task, delete_task, replace_task, create_task, list_keys, get_variable, put_variable, previous)
    assert len({*handlers, work, made, window}) == 11
    return app


Api: TypeAlias = Callable[[Seen], Starlette]
APIS: Mapping[str, Api] = {"starlette": starlette_api, "fastapi": fastapi_api}


@dataclass(frozen=True)
class Client:
    """A client of one version."""

    http: httpx.AsyncClient
    seen: Seen

    async def call(
        self,
        method: str,
        url: str,
        version: str | None = OLD,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        """Send one request."""
        said = {} if version is None else {"API-Version": version}
        return await self.http.request(method, url, headers={**said, **(headers or {})}, json=json, content=content)


@asynccontextmanager
async def client_of(
    framework: str, *, wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app, root_path: str = "", **options: Any
) -> AsyncGenerator[Client]:
    """A client of the API under timegate."""
    seen = Seen()
    app = APIS[framework](seen)
    app.add_middleware(TimegateMiddleware, timeline=timeline(), **options)
    transport = httpx.ASGITransport(wrap(app), root_path=root_path, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        yield Client(http, seen)


def reads_untyped(framework: str) -> bool:
    """Whether the app reads a body without a Content-Type as JSON unless it is told not to: FastAPI before 0.132."""
    return framework == "fastapi" and "strict_content_type" not in inspect.signature(FastAPI.__init__).parameters
