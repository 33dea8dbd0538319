"""Times the whole process: each side under uvicorn, with a load generator in this process."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from benchmarks.api import Task, body_data
from benchmarks.client import Request
from benchmarks.hosts import HEADER
from benchmarks.load import requests_in, response_to
from benchmarks.past import DEPTH, as_sent, downgraded, upgraded, version_at
from benchmarks.timing import ATTEMPTS, WIDEST_SPREAD, Timing, interleaved_order, summarised, widest

SIDES: Final = ("bare", "timegate", "Cadwyn")
CONNECTIONS: Final = 8
_TICK: Final = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@contextmanager
def serving(side: str) -> Iterator[tuple[int, int]]:
    """Run a side's server; yield its port and process id, and stop it."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "benchmarks.serve", side, str(port)])
    try:
        until = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the server of {side} does not listen") from None
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


async def measured(
    *, rounds: int, seconds: float, report: Callable[[str, dict[str, Timing]], None]
) -> dict[str, dict[str, Timing]]:
    """The wall time of a request by row and side; the server's CPU time of a request as another row."""
    found: dict[str, dict[str, Timing]] = {}
    with ExitStack() as stack:
        ports = {side: stack.enter_context(serving(side)) for side in SIDES}
        for method in ("GET", "POST"):
            for depth in (0, DEPTH):
                client = "head" if depth == 0 else f"{depth} back"
                requests: dict[str, tuple[Request, int]] = {}
                for side, (port, _) in ports.items():
                    request = _request(method, depth, side)
                    requests[side] = request, await _checked(port, request, method, depth, side)
                best: tuple[dict[str, Timing], dict[str, Timing]] | None = None
                for _ in range(ATTEMPTS):
                    wall: dict[str, list[float]] = {side: [] for side in SIDES}
                    cpu: dict[str, list[float]] = {side: [] for side in SIDES}
                    for turn in range(rounds):
                        for side in interleaved_order(list(SIDES), turn):
                            port, pid = ports[side]
                            request, size = requests[side]
                            used, began = cpu_seconds(pid), time.monotonic()
                            count = await requests_in(
                                port, request, size=size, connections=CONNECTIONS, seconds=seconds
                            )
                            wall[side].append((time.monotonic() - began) / count)
                            cpu[side].append((cpu_seconds(pid) - used) / count)
                    now = summarised(wall), summarised(cpu)
                    if best is None or widest(now[0]) < widest(best[0]):
                        best = now
                    if widest(best[0]) <= WIDEST_SPREAD:
                        break
                if best is not None:
                    for kind, timings in zip(("wall", "server's CPU"), best, strict=True):
                        name = f"uvicorn {method} 340 B {client}, {kind}"
                        found[name] = timings
                        report(name, timings)
    return found


def _request(method: str, depth: int, side: str) -> Request:
    version = (HEADER, version_at(0 if side == "bare" else depth))
    if method == "GET":
        return Request("GET", "/tasks/1", version)
    old = as_sent(body_data("340 B"), depth)
    # The bare app gets the old client's body as head has it, so that handlers do the same.
    return Request("POST", "/tasks", version, to_json(upgraded(old, depth) if side == "bare" else old))


async def _checked(port: int, request: Request, method: str, depth: int, side: str) -> int:
    """Check the response against the oracle, and return its size."""
    head: Any = body_data("340 B")
    if method == "POST":
        head = Task.model_validate(upgraded(as_sent(head, depth), depth)).model_dump(mode="json")
    expected = downgraded(head, 0 if side == "bare" else depth)
    sizes: set[int] = set()
    for _ in range(3):
        status, body, size = await response_to(port, request)
        if status != 200 or json.loads(body) != expected:
            raise AssertionError(f"{request.path}: {status} {body[:600]!r} is not {str(expected)[:600]}")
        sizes.add(size)
        await asyncio.sleep(0)
    if len(sizes) != 1:
        raise AssertionError(f"{request.path}: responses differ in size: {sizes}")
    return sizes.pop()
