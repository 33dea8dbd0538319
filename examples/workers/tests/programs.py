"""The workers under test, and the server that they speak to."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from execution_api.auth import issue_token
from execution_api.demo.ledger import Ledger
from execution_api.demo.plan import Performance, language_performance_of, world_of
from execution_api.demo.server import RunningServer, running_server
from execution_api.worker import GENERATIONS, LANGUAGES, LanguageWorker, Program
from execution_api.worker.languages import BUILT_FROM

__all__ = ["ALL_PROGRAMS", "Scene", "running", "scene"]

ALL_PROGRAMS = pytest.mark.parametrize(
    "worker",
    [LanguageWorker(language, version) for language in LANGUAGES for version in BUILT_FROM],
    ids=lambda worker: f"{worker.language.name}-{worker.api_version}",
)
"""Each language, built from each document."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A server with the tasks of one worker."""

    worker: LanguageWorker
    server: RunningServer
    ledger: Ledger
    performance: Performance

    def token(self, task_id: str) -> str:
        """The token of a task's queue."""
        return issue_token(f"queue:{self.performance.queue(task_id)}", "workload", secret=self.server.secret)

    def workload(self, task_id: str) -> Any:
        """The workload of a queued task, as an executor hands it to this worker."""
        headers = {"Authorization": f"Bearer {self.token(task_id)}", "Airflow-API-Version": self.worker.api_version}
        response = httpx.get(f"{self.server.url}/workloads", headers=headers, trust_env=False, timeout=60)
        (found,) = response.json()["workloads"]
        return found

    def state(self, task_id: str) -> str | None:
        """The state of a task in the database."""
        return self.ledger.task_instance(self.ledger.current_id(self.performance.run_id, task_id)).state

    def wait_for(self, task_id: str, state: str) -> None:
        """Wait until a task is in a state, two minutes at most."""
        until = time.monotonic() + 120
        while (found := self.state(task_id)) != state:
            assert time.monotonic() < until, f"{task_id} is {found}, not {state}"
            time.sleep(0.05)


@contextmanager
def scene(worker: LanguageWorker, folder: Path) -> Generator[Scene]:
    """Start a server for one worker, and stop it in the end."""
    performance = language_performance_of(worker, partner=GENERATIONS[-1])
    with running_server(folder, world=world_of((performance,))) as server, Ledger.at(server.database) as ledger:
        yield Scene(worker, server, ledger, performance)


@contextmanager
def running(program: Program, *arguments: str, token: str = "") -> Generator[subprocess.Popen[str]]:
    """Run a worker's program with its heartbeats fast; it is ended in the end."""
    environment = {**os.environ, "WORKER_TOKEN": token, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    with subprocess.Popen(
        program.command("--heartbeat", program.worker.language.heartbeat, *arguments),
        cwd=program.folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
