"""Released workers on Airflow's own server, twice: with Cadwyn, as it was released, and with timegate.

`make demo-airflow` runs it, in the environment of this project; the servers run in one that holds Airflow.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from execution_api import issue_token
from execution_api.demo.server import RunningServer, ServerFailed, kept_port, running_process
from execution_api.demo.table import render_table
from execution_api.worker import (
    Environment,
    EnvironmentFailed,
    NoSuitablePython,
    find_interpreter,
    generation_of,
    make_environment,
)
from pydantic import JsonValue

from examples.airflow.configuration import variables
from examples.execution_api.tests.clients.calls import TASK_INSTANCE, Call
from examples.execution_api.tests.clients.driving import drive

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = ROOT / ".venv-airflow/pinned/bin/python"
WORLD: Final = ROOT / "examples/execution_api/tests/data/world.json"
CLEARED: Final = "01900000-0000-7000-8000-0000000000aa"
"""A task instance of the world that was cleared while its worker ran."""

SECONDS_TO_START: Final = 400.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A call of a worker's client, and what it must come to.

    Attributes:
        call: The call.
        doing: What the worker does, in words.
        good: What it must come to with timegate.
        subject: The task instance that the worker runs.
    """

    call: Call
    doing: str
    good: str = "ok"
    subject: str = TASK_INSTANCE


START: Final = Scene(
    Call("task_instances.start", args=({"$uuid": TASK_INSTANCE}, 4242, {"$moment": "2026-01-02T00:01:00Z"})),
    "starts its task",
)
READ_EVENTS: Final = Scene(
    Call("asset_events.get", kwargs={"name": "tg_asset", "uri": None}), "reads an asset's events"
)
FIND_PREVIOUS: Final = Scene(
    Call("dag_runs.get_previous", args=("tg_demo", {"$moment": "2026-01-02T00:00:00Z"})), "finds the previous run"
)
GO_ON: Final = Scene(
    Call("task_instances.set_rtif", args=({"$uuid": CLEARED}, {"bash_command": "echo 1"})),
    "runs a task that was cleared",
    good="404: it stops",
    subject=CLEARED,
)
SCENES: Final[dict[str, tuple[Scene, ...]]] = {
    # Its client has no method that finds the previous run.
    "1.0.0": (START, READ_EVENTS, GO_ON),
    "1.0.6": (START, READ_EVENTS, FIND_PREVIOUS, GO_ON),
    "1.1.1": (START, READ_EVENTS, FIND_PREVIOUS, GO_ON),
}
# These SDKs have no word for it, so it is sent by hand: a note, of 2026-04-06, in a request of the first version.
NOTE: Final = ("2025-04-11", "/dag-runs/tg_demo/by_hand", {"note": "hello"})


def outcome(row: dict[str, JsonValue]) -> str:
    """What a call came to, in a few words."""
    if row["ok"]:
        return "ok"
    error = row["error"]
    assert isinstance(error, dict)
    status = error["status"]
    if status is None:
        return f"{error['type']}: it fails"
    return {404: "404: it stops", 410: "410: it runs on"}.get(int(str(status)), f"{status}: it fails")


def with_client(sdk: str, server: RunningServer, environment: Environment) -> list[str]:
    """What the scenes of an SDK come to on a server."""
    rows: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for subject in (TASK_INSTANCE, CLEARED):
            calls = [scene.call for scene in SCENES[sdk] if scene.subject == subject]
            driven = drive(environment, calls, server=server, folder=Path(folder), subject=subject)
            rows += [outcome(driven.rows[call.name]) for call in calls]
    return rows


def by_hand(server: RunningServer) -> str:
    """What becomes of a request that says more than its version may."""
    version, path, body = NOTE
    headers = {
        "Airflow-API-Version": version,
        "Authorization": f"Bearer {issue_token(TASK_INSTANCE, secret=server.secret)}",
    }
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        status = client.post(path, json=body, headers=headers).status_code
    return f"{status}: refused" if status == 422 else f"{status}: stored"


@contextmanager
def airflow_server(folder: Path, *, versions_by: str) -> Generator[RunningServer]:
    """Start Airflow's server on a database of its own, and stop it in the end."""
    folder.mkdir()
    path = [ROOT, ROOT / "src", ROOT / "examples/execution_api/src"]
    if versions_by != "cadwyn":
        path.insert(0, ROOT / "examples/airflow/without_cadwyn")
    secret = secrets.token_urlsafe(48)
    own = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), **variables(folder, secret=secret)}
    with kept_port() as port:
        server = RunningServer(
            url=f"http://127.0.0.1:{port}",
            database=f"sqlite:///{folder / 'airflow.db'}",
            log=folder / "server.log",
            secret=secret,
        )
        command = [str(PYTHON), "-W", "ignore", "-m", "examples.airflow.serve", str(port), str(WORLD), versions_by]
        with running_process(command, server, folder=folder, variables=own, seconds=SECONDS_TO_START):
            yield server


def play() -> tuple[list[tuple[str, ...]], list[bool]]:
    """All scenes, on both servers.

    Returns:
        A row for each scene, and whether it came to what it must with timegate.

    Raises:
        NoSuitablePython: there is no Python 3.11 or 3.12, which the oldest SDK needs.
        EnvironmentFailed: an SDK could not be installed.
        ServerFailed: a server did not start.
    """
    interpreter = find_interpreter()
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="timegate-airflow-")))
        print("starting Airflow 3.3.2 twice: with Cadwyn, and with timegate", flush=True)
        starting = {
            by: pool.submit(stack.enter_context, airflow_server(folder / by, versions_by=by))
            for by in ("cadwyn", "timegate")
        }
        made = {sdk: pool.submit(make_environment, generation_of(sdk), interpreter=interpreter) for sdk in SCENES}
        environments = {sdk: environment.result() for sdk, environment in made.items()}
        servers = {by: start.result() for by, start in starting.items()}
        print("three released workers, on each", flush=True)
        played = {
            (sdk, by): pool.submit(with_client, sdk, server, environments[sdk])
            for sdk in SCENES
            for by, server in servers.items()
        }
        rows: list[tuple[str, ...]] = []
        good: list[bool] = []
        for sdk, scenes in SCENES.items():
            columns = zip(scenes, played[sdk, "cadwyn"].result(), played[sdk, "timegate"].result(), strict=True)
            for scene, before, after in columns:
                rows.append((f"Task SDK {sdk}", generation_of(sdk).api_version, scene.doing, before, after))
                good.append(after == scene.good)
        before, after = (by_hand(server) for server in servers.values())
        rows.append(("a client", NOTE[0], "triggers with a note", before, after))
        good.append(after == "422: refused")
    return rows, good


def main() -> int:
    """Play all scenes, and print what they came to.

    Returns:
        0 if each came to what it must with timegate, 1 if one did not, 2 if they could not be played.
    """
    try:
        rows, good = play()
    except (NoSuitablePython, EnvironmentFailed, ServerFailed) as error:
        print(f"demo-airflow: {error}", file=sys.stderr)
        return 2
    print(f"\n{render_table(('who', 'API version', 'what it does', 'with Cadwyn', 'with timegate'), rows)}")
    print(f"\n{sum(good)} of {len(good)} are as they must be with timegate")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
