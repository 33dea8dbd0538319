"""Run one task instance in the environment of a Task SDK and bring back what happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from execution_api.worker.environments import Environment
from execution_api.worker.traffic import Exchange, read_traffic

__all__ = ["TaskOrder", "TaskRun", "run_task"]

_DRIVER: Final = Path(__file__).parent / "driver.py"
_LOG: Final = "task.log"
_BUNDLE_CLASS: Final = "airflow.dag_processing.bundles.local.LocalDagBundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOrder:
    """Which task instance to run, and against whom.

    Attributes:
        task_instance: The payload that an executor hands to a worker of that SDK, see `workload_for`.
        dag_file: The file that holds the DAG.
        server: The base URL of the execution API.
        token: What the worker shows the server.
    """

    task_instance: Mapping[str, JsonValue]
    dag_file: Path
    server: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """One run of a task instance, over.

    The server got the task's state; a failed task leaves no error here.

    Attributes:
        exit_code: What the supervisor returned; None if it raised.
        error: What the supervisor raised, or why there is no result; None if all went its way.
        seconds: How long the run took.
        exchanges: Every request with its response.
        task_log: The task's log, one JSON object a line.
        supervisor_log: What the supervisor printed.
    """

    exit_code: int | None
    error: str | None
    seconds: float
    exchanges: tuple[Exchange, ...]
    task_log: str
    supervisor_log: str


def run_task(environment: Environment, order: TaskOrder, *, timeout: float = 360.0) -> TaskRun:
    """Run a task instance through the SDK's own supervisor, in a process and an `AIRFLOW_HOME` of its own.

    Args:
        environment: Where the SDK is installed.
        order: What to run.
        timeout: Seconds after which the supervisor and the task are ended.
    """
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        home = Path(folder)
        started = time.monotonic()
        with (home / "supervisor.log").open("wb") as output:
            error = _drive(environment, order, home=home, output=output.fileno(), timeout=timeout)
        seconds = time.monotonic() - started
        outcome = _read_outcome(home / "outcome.json")
        exit_code = outcome.get("exit_code")
        reported = outcome.get("error")
        if error is None and not outcome:
            error = "the supervisor's process ended without a result"
        return TaskRun(
            exit_code=exit_code if isinstance(exit_code, int) else None,
            error=error or (reported if isinstance(reported, str) else None),
            seconds=seconds,
            exchanges=read_traffic(home / "traffic.jsonl"),
            task_log=_read_text(home / "logs" / _LOG),
            supervisor_log=_read_text(home / "supervisor.log"),
        )


def _drive(environment: Environment, order: TaskOrder, *, home: Path, output: int, timeout: float) -> str | None:
    message = json.dumps(_message(environment, order, home)).encode()
    # A session of its own: the task is a child of the supervisor, and both are to end together.
    with subprocess.Popen(
        [environment.python, "-I", _DRIVER],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        cwd=home,
        env=_variables(os.environ, order=order, home=home),
        start_new_session=True,
    ) as process:
        try:
            process.communicate(message, timeout=timeout)
        except subprocess.TimeoutExpired:
            return f"the task was not over after {timeout:g} s and was ended"
        finally:
            _end(process)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Not reaped yet, so the number still is this process's and its group's.
        os.killpg(process.pid, signal.SIGKILL)


def _message(environment: Environment, order: TaskOrder, home: Path) -> dict[str, JsonValue]:
    return {
        "sdk": environment.generation.sdk,
        "api_version": environment.generation.api_version,
        "task_instance": dict(order.task_instance),
        "dag_file": order.dag_file.name,
        # The SDK's client joins paths to it as to a folder.
        "server": order.server.rstrip("/") + "/",
        "token": order.token,
        "log": _LOG,
        "traffic": str(home / "traffic.jsonl"),
        "outcome": str(home / "outcome.json"),
    }


def _variables(inherited: Mapping[str, str], *, order: TaskOrder, home: Path) -> dict[str, str]:
    """The environment variables of the supervisor: this machine's, but of Airflow and Python only what is said here."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    bundles = [{"name": "worker", "classpath": _BUNDLE_CLASS, "kwargs": {"path": str(order.dag_file.resolve().parent)}}]
    return kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(bundles),
        # By default, the SDK repeats a request for minutes after a 5xx.
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "3",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MIN": "0.2",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "1.0",
        # The spelling that wins where both are set.
        "no_proxy": ",".join(filter(None, (inherited.get("no_proxy", inherited.get("NO_PROXY")), "127.0.0.1"))),
    }


def _read_outcome(file: Path) -> dict[str, JsonValue]:
    text = _read_text(file)
    return json.loads(text) if text else {}


def _read_text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
