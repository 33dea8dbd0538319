"""A worker gets its workloads from a file, from a queue, or as requests to a service that has pages of its own."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
from execution_api.worker import Program

from examples.workers.tests.programs import ALL_PROGRAMS, Scene, running

ONE_EACH = httpx.Limits(max_keepalive_connections=0)
"""One connection for each request: a service lets idle ones go after five seconds, and the test waits in between."""


@ALL_PROGRAMS
def test_a_workload_comes_from_a_file(program: Program, staged: Scene, tmp_path: Path) -> None:
    file = tmp_path / "workload.json"
    file.write_text(json.dumps(staged.workload("retry")))

    with running(program, "--server", staged.server.url, "--logs", str(tmp_path), "run", str(file)) as process:
        _, said = process.communicate(timeout=120)

    assert (process.returncode, said.split()) == (0, ["worker:", *said.split()[1:-1], "up_for_retry"])
    (log,) = tmp_path.glob("*.1.log")
    assert "try 1 fails on purpose" in log.read_text()
    assert staged.state("retry") == "up_for_retry"


@ALL_PROGRAMS
def test_workloads_come_from_a_queue_until_the_worker_is_told_to_end(program: Program, staged: Scene) -> None:
    with running(program, "--server", staged.server.url, "poll", token=staged.token("linger")) as process:
        staged.wait_for("linger", "running")
        process.terminate()
        _, said = process.communicate(timeout=120)

    assert process.returncode == 0, said
    assert staged.state("linger") == "failed"


@ALL_PROGRAMS
def test_a_web_service_runs_tasks_while_it_serves_its_own_pages(program: Program, staged: Scene) -> None:
    with running(program, "--server", staged.server.url, "serve", "127.0.0.1:0") as process:
        assert process.stderr is not None
        _, _, address = process.stderr.readline().strip().partition("listening at ")
        with httpx.Client(base_url=address, limits=ONE_EACH, trust_env=False, timeout=60) as client:
            assert client.post("/workloads", json=staged.workload("linger")).status_code == 202
            staged.wait_for("linger", "running")
            assert client.get("/").text == "The weather is fine.\n"
            assert client.post("/workloads", json=staged.workload("fail")).status_code == 202
            staged.wait_for("fail", "failed")
            assert client.post("/workloads", json={"type": "ExecuteTask", "token": "", "ti": {}}).status_code == 404
        assert staged.state("linger") == "running"
        process.terminate()
        _, said = process.communicate(timeout=120)

    assert process.returncode == 0, said
    assert staged.state("linger") == "failed"
