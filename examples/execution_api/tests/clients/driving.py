"""Let the client of a Task SDK make calls, in the SDK's own environment, against a server that runs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from execution_api.auth import issue_token
from execution_api.demo.server import RunningServer
from execution_api.worker import Environment, Generation
from pydantic import JsonValue, TypeAdapter

from examples.execution_api.tests.clients.calls import TASK_INSTANCE, Call

__all__ = ["Driven", "Environments", "drive"]

Environments: TypeAlias = Callable[[Generation], Environment]
"""Gives the environment in which an SDK is installed."""

_DRIVER: Final = Path(__file__).parent / "driver.py"
_SECONDS: Final = 360
_ROW: Final = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of it.

    Attributes:
        sdk: The SDK that was installed.
        api_version: The version that it speaks.
        methods: Every method that its client has, as `group.name`.
        rows: What became of each call, by the call's name and in order.
    """

    sdk: str
    api_version: str
    methods: frozenset[str]
    rows: Mapping[str, dict[str, JsonValue]]


def drive(
    environment: Environment,
    calls: Iterable[Call],
    *,
    server: RunningServer,
    folder: Path,
    subject: str = TASK_INSTANCE,
) -> Driven:
    """Make the calls, one after the other.

    Args:
        environment: Where the SDK is installed.
        calls: What to call.
        server: Whom to speak to.
        folder: Where the SDK may write.
        subject: The task instance that the client's token is for.

    Raises:
        AssertionError: The SDK's process failed; the message holds what it printed.
    """
    order = {
        "server": server.url,
        "token": issue_token(subject, secret=server.secret),
        "calls": [call.message() for call in calls],
    }
    finished = subprocess.run(
        [environment.python, "-I", _DRIVER],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=folder,
        env=_variables(folder),
        timeout=_SECONDS,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    first, *rows = [_ROW.validate_json(line) for line in finished.stdout.splitlines()]
    sdk, api_version, methods = first["sdk"], first["api_version"], first["methods"]
    assert isinstance(sdk, str)
    assert isinstance(api_version, str)
    assert isinstance(methods, list)
    return Driven(sdk, api_version, frozenset(map(str, methods)), {str(row["call"]): row for row in rows})


def _variables(folder: Path) -> dict[str, str]:
    """The environment variables of the SDK: this machine's, but of Airflow and Python only what is said here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    return kept | {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        # By default, the SDK repeats a request for minutes after a 5xx.
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "2",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MIN": "0.01",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "0.02",
        "no_proxy": ",".join(filter(None, (kept.get("no_proxy", kept.get("NO_PROXY")), "127.0.0.1"))),
    }
