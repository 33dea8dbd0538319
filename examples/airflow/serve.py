"""Airflow's Task Execution API on a port of this machine: `serve PORT WORLD cadwyn|timegate`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uvicorn
from airflow.api_fastapi.common.dagbag import create_dag_bag
from fastapi import FastAPI

from examples.airflow.rows import create_database, fill


def as_released() -> FastAPI:
    """The application as Airflow makes it, with Cadwyn."""
    from airflow.api_fastapi.execution_api.app import create_task_execution_api_app

    app = create_task_execution_api_app()
    app.state.dag_bag = create_dag_bag()
    return app


def with_timegate() -> FastAPI:
    """The application of this example."""
    from examples.airflow.app import create_app

    return create_app()


def main(port: str, world: str, versions_by: str) -> None:
    """Fill the configured database, and serve until the process is stopped."""
    app = as_released() if versions_by == "cadwyn" else with_timegate()
    create_database()
    fill(json.loads(Path(world).read_text(encoding="utf-8")))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", timeout_keep_alive=75)


if __name__ == "__main__":
    main(*sys.argv[1:])
