"""A task that runs when the sunset of its worker's version comes, ends by itself; no other begins."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
import uvicorn
from execution_api import create_app
from execution_api.demo.ledger import Ledger
from execution_api.demo.server import RunningServer
from execution_api.versions import timeline
from execution_api.worker import generation_of
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from examples.execution_api.tests.clients.driving import Environments
from examples.execution_api.tests.clients.stage import Stage, world
from examples.execution_api.tests.serving import SECRET
from examples.execution_api.tests.serving import START as STARTED
from timegate import Timeline, Version

# Making an environment takes its time, on the first run.
pytestmark = pytest.mark.timeout(1800)

SDK: Final = "1.0.0"


class SunsetOnceRunning:
    """The server's app, until a worker has begun a task; from then on the app with a version that is past its sunset.

    Args:
        before: serves the version.
        after: is of the same database, and past the sunset.
    """

    def __init__(self, before: Starlette, after: Starlette) -> None:
        self.serving = before
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200 and scope["path"].endswith("/run"):
                self.serving = self.after
            await send(message)

        await self.serving(scope, receive, watch)


@contextmanager
def ending(folder: Path, ended: Version) -> Generator[Stage]:
    """A stage whose server ends a version as soon as a task of it runs.

    Args:
        folder: where its files go.
        ended: the version, past its sunset.
    """
    versions = Timeline(*(ended if one.value == ended.value else one for one in timeline))
    database = f"sqlite:///{folder / 'server.sqlite'}"
    before = create_app(database=database, secret=SECRET, world=world())
    after = create_app(database=database, secret=SECRET, versions=versions)

    @asynccontextmanager
    async def both(app: Starlette) -> AsyncGenerator[None]:
        async with before.router.lifespan_context(before), after.router.lifespan_context(after):
            yield

    app = Starlette(routes=[Mount("/", SunsetOnceRunning(before, after))], lifespan=both)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_keep_alive=75))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            for _ in range(3600):
                if server.started:
                    break
                time.sleep(0.05)
            with Ledger.at(database) as ledger:
                yield Stage(RunningServer(url, database, folder / "server.log", SECRET), ledger)
        finally:
            server.should_exit = True
            thread.join()


def test_a_task_that_runs_when_the_sunset_comes_ends_by_itself(environment_of: Environments, tmp_path: Path) -> None:
    generation = generation_of(SDK)
    with ending(tmp_path, Version(generation.api_version, sunset=datetime.now(UTC))) as stage:
        finished = stage.run(environment_of(generation), cast=SDK, task_id="ok")
        ended = {(exchange.method, exchange.path.rpartition("/")[2]) for exchange in finished.exchanges}
        after = stage.task_instance("1.0.1", "ok")
        headers = {"Airflow-API-Version": generation.api_version, **stage.bearer(str(after.id))}
        refused = httpx.patch(
            f"{stage.server.url}/task-instances/{after.id}/run", json=STARTED, headers=headers, trust_env=False
        )
        waits = stage.task_instance("1.0.1", "ok").state

        assert stage.task_instance(SDK, "ok").state == "success", finished.supervisor_log
        assert finished.error is None
        assert stage.xcoms(SDK, "ok").keys() == {"pushed", "return_value"}
        assert {("PATCH", "run"), ("PATCH", "state"), ("POST", "pushed")} <= ended
        assert {exchange.status for exchange in finished.exchanges} == {200, 201, 204, 404}
        assert (refused.status_code, waits) == (503, "queued")
        assert "supported_versions" in refused.json()
