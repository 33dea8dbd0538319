"""The server as it really runs: several processes over one database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from execution_api import issue_token
from execution_api.demo.server import kept_port, until_serving

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.serving import MINE, SECRET, START

WAIT_SECONDS = 180
RIVALS = 12


@dataclass
class Server:
    """A running `python -m execution_api serve` in a process group of its own."""

    url: str
    process: subprocess.Popen[str]
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def read_log(self) -> None:
        """Take in what the server logs, until it ends."""
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            self.lines.extend(json.loads(line) for line in lines if line.startswith("{"))

    def end(self, with_signal: signal.Signals) -> None:
        """Send a signal to all processes of the server, and wait for their end."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, with_signal)
            self.process.wait(timeout=WAIT_SECONDS)


Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path, new_database: NewDatabase) -> Iterator[Start]:
    """Starts servers over one database; they end with the test."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "world.json").write_text(json.dumps(crowded_world()))
    database = new_database(shared=True)
    with ExitStack() as running:

        def run(*, processes: int = 2) -> Server:
            port = running.enter_context(kept_port())
            command = [sys.executable, "-m", "execution_api", "serve", "--port", str(port)]
            command += ["--database", database, "--processes", str(processes)]
            command += ["--secret-file", str(tmp_path / "secret"), "--world", str(tmp_path / "world.json")]
            process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
            server = Server(f"http://127.0.0.1:{port}", process)
            reader = threading.Thread(target=server.read_log)
            reader.start()
            running.callback(reader.join, WAIT_SECONDS)
            running.callback(server.end, signal.SIGTERM)
            until_serving(server.url, process, told=lambda: str(server.lines))
            return server

        yield run


def crowded_world() -> dict[str, Any]:
    """The world, with more task instances that wait to be started."""
    world: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "world.json").read_text())
    (waiting,) = (row for row in world["task_instances"] if row["id"] == MINE)
    world["task_instances"] += [{**waiting, "id": rival_id(n), "map_index": n} for n in range(RIVALS)]
    return world


def rival_id(number: int) -> str:
    return f"01900000-0000-7000-8000-0000000010{number:02x}"


def client_of(server: Server, subject: str) -> httpx.Client:
    """A client that waits as long as a slow machine may need."""
    return httpx.Client(base_url=server.url, headers=headers(subject), timeout=WAIT_SECONDS, trust_env=False)


def headers(subject: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(subject, secret=SECRET)}", "Airflow-API-Version": "2026-06-30"}


def run_at_once(server: Server, task_id: str, pids: list[int]) -> list[int]:
    """Let one worker for each process id start a task at the same moment; return the statuses, sorted."""
    gate = threading.Barrier(len(pids))
    statuses: list[int] = []

    def work(pid: int) -> None:
        with client_of(server, task_id) as client:
            client.get("/health")  # the connection stands before the race
            gate.wait(WAIT_SECONDS)
            body = {**START, "pid": pid}
            statuses.append(client.patch(f"/task-instances/{task_id}/run", json=body).status_code)

    workers = [threading.Thread(target=work, args=(pid,)) for pid in pids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(WAIT_SECONDS)
    return sorted(statuses)


def test_only_one_of_several_workers_starts_a_task(start: Start) -> None:
    server = start(processes=2)

    statuses = [run_at_once(server, rival_id(number), [1, 2]) for number in range(RIVALS - 1)]

    assert statuses == [[200, 409]] * (RIVALS - 1)
    assert run_at_once(server, rival_id(RIVALS - 1), list(range(1, 9))) == [200] + [409] * 7


def test_a_confirmed_change_survives_a_kill(start: Start) -> None:
    server = start(processes=2)
    with client_of(server, MINE) as client:
        assert client.patch(f"/task-instances/{MINE}/run", json=START).status_code == 200
        assert client.put("/variables/kept", json={"val": "before"}).status_code == 201
        assert client.delete("/variables/tg_var").status_code == 204
    server.end(signal.SIGKILL)

    again = start(processes=1)

    with client_of(again, MINE) as client:
        beat = {"hostname": START["hostname"], "pid": START["pid"]}
        assert client.put(f"/task-instances/{MINE}/heartbeat", json=beat).status_code == 204
        assert client.get("/variables/kept").json()["value"] == "before"
        assert client.get("/variables/tg_var").status_code == 404, "the world was filled in again"


def test_each_request_is_a_line_with_the_version_of_its_response(start: Start) -> None:
    server = start(processes=1)
    with client_of(server, MINE) as client:
        response = client.get("/variables/nope", headers={"correlation-id": "corr-7", "user-agent": "a worker"})
    server.end(signal.SIGTERM)

    assert response.headers["correlation-id"] == "corr-7"
    (line,) = (line for line in server.lines if line.get("path") == "/variables/nope")
    assert line["ms"] > 0
    wanted = {
        "event": "request",
        "level": "info",
        "method": "GET",
        "status": 404,
        "api_version": "2026-06-30",
        "correlation_id": "corr-7",
        "client": "a worker",
    }
    assert {name: line[name] for name in wanted} == wanted


def test_a_token_of_the_command_opens_the_server(start: Start, tmp_path: Path) -> None:
    server = start(processes=1)
    command = [sys.executable, "-m", "execution_api", "token", MINE, "--secret-file", str(tmp_path / "secret")]

    tokens = [
        subprocess.run(
            [*command, *scope], capture_output=True, text=True, check=True, timeout=WAIT_SECONDS
        ).stdout.strip()
        for scope in ([], ["--scope", "workload"])
    ]

    with client_of(server, MINE) as client:
        asked = [client.get("/variables/tg_var", headers={"Authorization": f"Bearer {token}"}) for token in tokens]
    assert [response.status_code for response in asked] == [200, 403]
