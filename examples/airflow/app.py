"""Airflow's Task Execution API: its own routers, handlers and models, and timegate where Cadwyn was."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.common.dagbag import create_dag_bag
from airflow.api_fastapi.common.exceptions import init_error_handlers
from airflow.api_fastapi.execution_api.app import CorrelationIdMiddleware, JWTReissueMiddleware, lifespan
from airflow.api_fastapi.execution_api.datamodels.taskinstance import TaskInstance
from airflow.api_fastapi.execution_api.routes import execution_api_router
from fastapi import FastAPI

from examples.airflow.versions import timeline
from timegate.asgi import Problem, TimegateMiddleware, header, problem_json

__all__ = ["create_app"]


def create_app() -> FastAPI:
    """Create the application as Airflow does, less what it needs only for Cadwyn."""
    app = FastAPI(title="Airflow Task Execution API", lifespan=lifespan)
    app.add_middleware(
        TimegateMiddleware,
        timeline=timeline,
        select=header("Airflow-API-Version"),
        # An executor hands it to a worker with the task, before the first request.
        sends=[TaskInstance],
        unversioned=("/health", "/health/ping"),
        problems=_as_workers_read_it,
    )
    app.add_middleware(CorrelationIdMiddleware)
    app.add_middleware(JWTReissueMiddleware)
    app.include_router(execution_api_router)
    init_error_handlers(app)
    app.state.dag_bag = create_dag_bag()
    return app


def _as_workers_read_it(problem: Problem) -> tuple[str, Any]:
    """Workers of every version read an error's `detail` only if the media type is exactly this one."""
    _, content = problem_json(problem)
    if "errors" in problem.members:
        content = {"detail": problem.members["errors"]}
    return "application/json", content
