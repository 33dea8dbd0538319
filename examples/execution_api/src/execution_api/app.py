"""The application: routes, services, middleware and error handlers."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from execution_api.auth import Authority
from execution_api.refusals import Refusal, render_http_exception, render_refusal
from execution_api.request_log import RequestLog
from execution_api.routes import routes_for
from execution_api.secret_backends import Database, Environment, SecretBackend, SecretChain
from execution_api.services import Services
from execution_api.store import Store
from execution_api.versions import timeline
from execution_api.versions.serving import older_workers
from timegate import Timeline

__all__ = ["create_app"]

log = logging.getLogger("execution_api")


def create_app(
    *,
    database: str,
    secret: str,
    world: Mapping[str, Any] | None = None,
    backends: Sequence[SecretBackend] | None = None,
    versions: Timeline = timeline,
    ceiling: Path | None = None,
    usage: Path | None = None,
    sample: float = 0.01,
) -> Starlette:
    """Make the application; its lifespan opens the database, creates the tables and fills them.

    Args:
        database: URL of the database, `sqlite:///path.db`, `sqlite://` in memory, or `postgresql+psycopg://…`.
        secret: signs the tokens; at least 32 bytes.
        world: rows to start from, if the database is empty.
        backends: where connections and variables come from; by default the environment, then the database.
        versions: the versions of the interface, newest first.
        ceiling: a file that holds the newest version to offer; None to offer all.
        usage: the file into which requests are counted, by SDK; None to count none.
        sample: in which share of the requests it is counted what conversions lose.

    Raises:
        ValueError: the secret is too short.
    """
    authority = Authority(secret)
    chain = SecretChain(tuple(backends) if backends is not None else (Environment(), Database()))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        store = Store(database)
        await run_in_threadpool(store.set_up, world)
        app.state.services = Services(store=store, secrets=chain, authority=authority)
        yield
        store.close()

    return Starlette(
        routes=routes_for(authority),
        lifespan=lifespan,
        # Conversion for older workers is inside the log, which names the version of each response, and outside
        # everything else, which knows only today's interface.
        middleware=[Middleware(RequestLog), older_workers(versions, ceiling=ceiling, usage=usage, sample=sample)],
        exception_handlers={
            Refusal: render_refusal,
            HTTPException: render_http_exception,
            OperationalError: _render_busy,
            PoolTimeout: _render_busy,
            Exception: _render_broken,
        },
    )


def _render_busy(request: Request, error: Exception) -> Response:
    log.error("the database does not answer", exc_info=error)
    return JSONResponse({"detail": "The database does not answer"}, status_code=503, headers={"Retry-After": "1"})


def _render_broken(request: Request, error: Exception) -> Response:
    log.error("unhandled exception in a request", exc_info=error)
    return JSONResponse({"detail": "Internal server error"}, status_code=500)
