"""Simulated workers: each speaks one version and carries out one task after the other, as a real one would."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from execution_api import issue_token
from execution_api.versions import timeline
from pydantic import JsonValue

from examples.execution_api.tests.load.ledger import Ledger, Place
from examples.execution_api.tests.serving import WORLD
from timegate.observing.event import UNKNOWN

__all__ = ["AGENT", "LIVES", "Tally", "after", "crowded_world", "drive"]

AGENT = "1.3.2"
"""What workers say that they are, if nothing else is said."""

TOO_NEW = "2099-01-01"
"""A version that every server refuses."""

DAG, RUN, TASK, HOST = "load", "load_run", "work", "h"
LIVES = 60
"""How many tasks each worker can carry out at most."""

PAUSE_SECONDS = 0.4
"""The longest that a worker waits between two requests."""

END = {"end_date": "2026-01-02T00:02:00Z"}
DEFERRED = {
    "classpath": "airflow.triggers.temporal.DateTimeTrigger",
    "trigger_kwargs": {"moment": "2026-01-03T00:00:00Z"},
    "next_method": "execute_complete",
    "next_kwargs": {"a": 1},
}
OUTCOMES: tuple[dict[str, Any], ...] = (
    {"state": "success", "task_outlets": [], "outlet_events": [], **END},
    {"state": "failed", **END},
    {"state": "up_for_retry", **END},
    {"state": "up_for_reschedule", "reschedule_date": "2026-01-02T01:00:00Z", **END},
    {"state": "deferred", **DEFERRED},
)


@dataclass(slots=True)
class Tally:
    """What happened to the requests of all workers."""

    seconds: list[float] = field(default_factory=list[float])
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    unexpected: list[str] = field(default_factory=list[str])
    lives: int = 0
    broken_off: list[str] = field(default_factory=list[str])


def task_id(number: int) -> str:
    """The id of a task instance of the load."""
    return f"01900000-0000-7000-8001-{number:012x}"


def crowded_world(workers: int) -> dict[str, Any]:
    """The rows to start from: a task instance for each life of each worker."""
    run = {**next(one for one in WORLD["dag_runs"] if one["consumed_asset_events"]), "dag_id": DAG, "run_id": RUN}
    task = {**WORLD["task_instances"][0], "dag_id": DAG, "run_id": RUN, "task_id": TASK, "state": "queued"}
    task |= {"start_date": None, "end_date": None, "duration": None}
    tasks = [{**task, "id": task_id(number), "map_index": number} for number in range(workers * LIVES)]
    return {
        **WORLD,
        "dags": [*WORLD["dags"], {**WORLD["dags"][0], "dag_id": DAG}],
        "dag_runs": [*WORLD["dag_runs"], run],
        "task_instances": [*WORLD["task_instances"], *tasks],
    }


def after(seconds: float) -> Callable[[], bool]:
    """Whether a time is over that begins now."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


async def drive(
    url: str,
    *,
    secret: str,
    workers: int,
    is_over: Callable[[], bool],
    ledger: Ledger,
    versions: Sequence[str] = timeline.values,
    upgraded: Callable[[int], str | None] = lambda number: None,
    keeps_connections: bool = True,
    agent: str = AGENT,
    first: int = 0,
) -> Tally:
    """Let workers of several versions, by turns, work on a server; a server that is gone ends the work.

    Args:
        url: the server.
        secret: what it signs its tokens with.
        workers: how many.
        is_over: whether no worker asks for anything more.
        ledger: takes down what is promised.
        versions: what the workers speak.
        upgraded: asked before each task for the version that a worker speaks from now on; None for the one it speaks.
        keeps_connections: whether a connection is used for more than one request.
        agent: the SDK that they say they are.
        first: the number of the first of them.
    """
    tally = Tally()
    kept = workers if keeps_connections else 0
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=kept)
    headers = {"User-Agent": f"apache-airflow-task-sdk/{agent} (Python/3.12.1)"}
    async with httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60, trust_env=False) as client:
        crowd = [
            Worker(number, versions[number % len(versions)], client, secret, ledger, tally)
            for number in range(first, first + workers)
        ]
        await asyncio.gather(*(worker.work(is_over, upgraded) for worker in crowd))
    return tally


class Refused(Exception):
    """A response was not the one that the worker needs to go on."""


class TimeIsOver(Exception):
    """The worker is to ask for nothing more."""


class Worker:
    """One worker of one version."""

    def __init__(
        self, number: int, version: str, client: httpx.AsyncClient, secret: str, ledger: Ledger, tally: Tally
    ) -> None:
        self.number, self.version = number, version
        self.client, self.secret = client, secret
        self.ledger, self.tally = ledger, tally
        self.chance = random.Random(number)
        self.token = ""
        self.is_over: Callable[[], bool] = lambda: False

    async def work(self, is_over: Callable[[], bool], upgraded: Callable[[int], str | None]) -> None:
        """Carry out one task after the other."""
        self.is_over = is_over
        for life in range(LIVES):
            self.version = upgraded(self.number) or self.version
            try:
                await self._live(self.number * LIVES + life)
            except TimeIsOver:
                return
            except Refused as refused:
                self.tally.unexpected.append(str(refused))
            except httpx.TransportError as error:
                self.tally.broken_off.append(repr(error))
                return
            self.tally.lives += 1

    async def _live(self, number: int) -> None:
        task = task_id(number)
        own = f"/task-instances/{task}"
        pid = number + 1
        self.token = issue_token(task, secret=self.secret)
        at: dict[str, JsonValue] = {"hostname": HOST, "pid": pid}
        start: JsonValue = {"state": "running", "unixname": "u", "start_date": "2026-01-02T00:01:00Z", **at}
        context = await self._ask("PATCH", f"{own}/run", 200, start, ("state", task), "running")
        self._check(context, number)
        fields: JsonValue = {"bash_command": f"echo {number}"}
        await self._ask("PUT", f"{own}/rtif", 201, fields, ("rendered fields", task), fields)
        await self._ask("GET", "/variables/tg_var", 200)
        await self._ask("GET", "/variables/tg_var", 400, version=TOO_NEW)
        await self._ask("GET", "/connections/tg_conn", 200)
        xcom = f"/xcoms/{DAG}/{RUN}/{TASK}/return_value?map_index={number}"
        value: JsonValue = {"number": number, "by": self.version}
        await self._ask("POST", xcom, 201, value, ("xcom", str(number)), value)
        found = await self._ask("GET", xcom, 200)
        if found["value"] != value:
            self.tally.unexpected.append(f"xcom {number} was read as {found!r}")
        for _ in range(self.chance.randrange(1, 4)):
            await self._ask("PUT", f"{own}/heartbeat", 204, at)
        await self._write_more(number, task)
        await self._end(own, task, number)

    async def _write_more(self, number: int, task: str) -> None:
        name = f"load/{number}"
        await self._ask("PUT", f"/variables/{name}", 201, {"val": self.version}, ("variable", name), self.version)
        if number % 5 == 0:
            conf: JsonValue = {"number": number}
            asked: dict[str, JsonValue] = {"conf": conf}
            if self.version >= "2026-04-06":
                asked["note"] = f"by {self.version}"
            name = f"triggered-{number}"
            await self._ask("POST", f"/dag-runs/{DAG}/{name}", 204, asked, ("dag run", name), conf)
        if self.version >= "2026-06-30":
            await self._ask("PUT", f"/store/ti/{task}/k", 204, {"value": number}, ("kept by task", str(number)), number)

    async def _end(self, own: str, task: str, number: int) -> None:
        outcome = dict(OUTCOMES[number % len(OUTCOMES)])
        if self.version >= "2025-04-28" and outcome["state"] != "up_for_reschedule":
            outcome["rendered_map_index"] = f"of {number}"
        if self.version >= "2026-06-30" and outcome["state"] == "up_for_retry":
            outcome |= {"retry_delay_seconds": 1.5, "retry_reason": "load"}
        await self._ask("PATCH", f"{own}/state", 204, outcome, ("state", task), outcome["state"])

    def _check(self, context: Any, number: int) -> None:
        """Every version gets the same run in its own shape."""
        run = context["dag_run"]
        known_since = {"state": "2025-08-10", "triggering_user_name": "2025-11-05", "note": "2026-04-06"}
        known_since["partition_date"] = "2026-06-30"
        wrong = [key for key, since in known_since.items() if (key in run) != (self.version >= since)]
        if ("upstream_map_indexes" in context) != (self.version < "2026-04-06"):
            wrong.append("upstream_map_indexes")
        if wrong:
            self.tally.unexpected.append(f"task {number}, {self.version}: {wrong} of another version in {context!r}")

    async def _ask(
        self,
        method: str,
        path: str,
        status: int,
        body: JsonValue = None,
        place: Place | None = None,
        value: JsonValue = None,
        *,
        version: str | None = None,
    ) -> Any:
        """Send a request, and take down what its success promises.

        Raises:
            TimeIsOver: nothing was sent.
            Refused: the response has another status.
            httpx.TransportError: there was no response.
        """
        if self.is_over():
            raise TimeIsOver
        headers = {"Airflow-API-Version": version or self.version, "Authorization": f"Bearer {self.token}"}
        if place is not None:
            self.ledger.ask(place, value)
        began = time.perf_counter()
        response = await self.client.request(method, path, json=body, headers=headers)
        self.tally.seconds.append(time.perf_counter() - began)
        # No version is in force for one that is refused.
        in_force = self.version if version is None else UNKNOWN
        self.tally.statuses[in_force, response.status_code] += 1
        if place is not None:
            self.ledger.settle(place, success=response.is_success)
        if response.status_code != status:
            raise Refused(f"{self.version}: {method} {path}: {response.status_code} {response.text[:200]}")
        await asyncio.sleep(self.chance.uniform(0, PAUSE_SECONDS))
        return response.json() if response.content else None
