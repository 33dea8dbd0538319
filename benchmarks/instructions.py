"""Counts the instructions of the hot path, which no load on the machine changes: `make bench-instructions`.

The program runs once under valgrind. It compiles everything, then forks one child for each case that serves N requests
and another that serves 2 N; valgrind counts the instructions of each process, and the difference is N requests without
any start-up. The counts are compared with those committed in `instructions.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.api import NOTE_DATA, body_data
from benchmarks.byhand import ByHand
from benchmarks.client import Caller, Request
from benchmarks.gated import timeline
from benchmarks.hosts import HEADER, fastapi_app, starlette_app
from benchmarks.past import DEPTH, as_sent, version_at
from timegate import Contract
from timegate.asgi import TimegateMiddleware, header
from timegate.asgi.message.json import decode_json, encode_json
from timegate.observing import Observer
from timegate.observing.counts import Counts

BASELINE: Final = Path(__file__).with_name("instructions.json")
TOLERANCE: Final = 0.03
"""By which share a case may exceed the baseline; two runs of one commit differ by a tenth of that."""

REQUESTS: Final = 200
_COLLECTED: Final = re.compile(r"==(\d+)== Collected : (\d+)")

COUNTED: Final = 0.02
"""Which share of a request, as a server handles it, its count may cost at most."""

COUNTS: Final = {
    "under uvicorn, counted: head client, GET 340 B": "under uvicorn: head client, GET 340 B",
    "under uvicorn, counted: old client, GET 340 B": "under uvicorn: old client, GET 340 B",
}
"""Cases in which each request is counted, each with the same one uncounted."""

OVER_BARE: Final = {
    "head client: GET 340 B": "bare: GET 340 B",
    "head client: POST 340 B": "bare: POST 340 B",
    "old client, untouched: GET 340 B": "bare, untouched: GET 340 B",
    "old client, untouched: POST 340 B": "bare, untouched: POST 340 B",
    "FastAPI, by hand, untouched: GET 340 B": "FastAPI, bare, untouched: GET 340 B",
    "FastAPI, old client, untouched: GET 340 B": "FastAPI, bare, untouched: GET 340 B",
}
"""Cases of which the part that timegate adds is compared too: in the whole, what the app does hides its growth."""

Work = Callable[[], Coroutine[Any, Any, None]]


def interpreter() -> str:
    """The key of a baseline: counts of two interpreters cannot be compared; patch releases change little."""
    version = ".".join(platform.python_version_tuple()[:2])
    return f"{platform.python_implementation()} {version} {platform.machine()}"


def cases(counts: Counts) -> dict[str, Work]:
    """The cases whose instructions are counted, one call of each; ``counts`` counts requests."""
    # Imported here because only the environment of the benchmarks has the server.
    from benchmarks.served import Served

    bare, fastapi = starlette_app(), fastapi_app()
    gates = timeline().compile(Contract.of(starlette_app()))
    gated = TimegateMiddleware(starlette_app(), timeline=gates.timeline, gates=gates, select=header(HEADER))
    counted = TimegateMiddleware(
        starlette_app(), timeline=gates.timeline, gates=gates, select=header(HEADER), observer=counts
    )
    by_hand = ByHand(starlette_app(), HEADER, version_at(DEPTH))
    task = body_data("340 B")
    old = as_sent(task, DEPTH)
    by_key = {gate.key: gate for gate in gates.operations(version_at(DEPTH))}
    downgrade = by_key["GET /tasks/{task_id}"].responses["200"]
    upgrade = by_key["POST /tasks"].request
    if downgrade is None or upgrade is None:
        raise RuntimeError("the measured operations are not gated")

    def request(method: str, path: str, depth: int, body: dict[str, Any] | None = None) -> Request:
        return Request(method, path, (HEADER, version_at(depth)), b"" if body is None else encode_json(body))

    def transform(program: Callable[[Any], Any] | None, body: bytes) -> Work:
        async def work() -> None:
            value = decode_json(body)
            encode_json(value if program is None else program(value))

        return work

    loop, of_fastapi = asyncio.new_event_loop(), timeline().compile(Contract.of(fastapi))

    def on_fastapi(observer: Observer | None) -> TimegateMiddleware:
        return TimegateMiddleware(
            fastapi, timeline=of_fastapi.timeline, gates=of_fastapi, select=header(HEADER), observer=observer
        )

    def served(observer: Observer | None, depth: int) -> Served:
        return Served(on_fastapi(observer), request("GET", "/tasks/1", depth), loop)

    head_body, old_body = encode_json(task), encode_json(old)
    return {
        "bare: GET 340 B": Caller(bare, request("GET", "/tasks/1", 0)),
        "bare: POST 340 B": Caller(bare, request("POST", "/tasks", 0, task)),
        "bare, untouched: GET 340 B": Caller(bare, request("GET", "/notes/1", 0)),
        "bare, untouched: POST 340 B": Caller(bare, request("POST", "/notes", 0, NOTE_DATA)),
        "head client: GET 340 B": Caller(gated, request("GET", "/tasks/1", 0)),
        "head client: POST 340 B": Caller(gated, request("POST", "/tasks", 0, task)),
        "old client, untouched: GET 340 B": Caller(gated, request("GET", "/notes/1", DEPTH)),
        "old client, untouched: POST 340 B": Caller(gated, request("POST", "/notes", DEPTH, NOTE_DATA)),
        "by hand: GET 340 B": Caller(by_hand, request("GET", "/tasks/1", DEPTH)),
        "by hand: POST 340 B": Caller(by_hand, request("POST", "/tasks", DEPTH, old)),
        "by hand, untouched: GET 340 B": Caller(by_hand, request("GET", "/notes/1", DEPTH)),
        "old client: GET 340 B": Caller(gated, request("GET", "/tasks/1", DEPTH)),
        "old client: POST 340 B": Caller(gated, request("POST", "/tasks", DEPTH, old)),
        "FastAPI, bare, untouched: GET 340 B": Caller(fastapi, request("GET", "/notes/1", 0)),
        "FastAPI, by hand, untouched: GET 340 B": Caller(
            ByHand(fastapi, HEADER, version_at(DEPTH)), request("GET", "/notes/1", DEPTH)
        ),
        "FastAPI, old client, untouched: GET 340 B": Caller(on_fastapi(None), request("GET", "/notes/1", DEPTH)),
        "counted, head client: GET 340 B": Caller(counted, request("GET", "/tasks/1", 0)),
        "counted, old client: GET 340 B": Caller(counted, request("GET", "/tasks/1", DEPTH)),
        "under uvicorn: head client, GET 340 B": served(None, 0),
        "under uvicorn: old client, GET 340 B": served(None, DEPTH),
        "under uvicorn, counted: head client, GET 340 B": served(counts, 0),
        "under uvicorn, counted: old client, GET 340 B": served(counts, DEPTH),
        "load and dump of a response": transform(None, head_body),
        "downgrade of a response": transform(downgrade, head_body),
        "load and dump of a request": transform(None, old_body),
        "upgrade of a request": transform(upgrade, old_body),
    }


def serve(work: Work, count: int) -> None:
    """Do the work ``count`` times; nothing in it ever waits, so it needs no event loop."""
    for _ in range(count):
        coroutine = work()
        try:
            coroutine.send(None)
        except StopIteration:
            continue
        raise RuntimeError("an app that is measured waited for something")


def fork_cases(folder: Path) -> None:
    """Run each case N and 2 N times in a process of its own; print which process ran which case.

    Args:
        folder: where requests are counted.
    """
    found = cases(Counts(folder / "usage.sqlite"))
    for work in found.values():
        serve(work, 3)
    gc.collect()
    gc.freeze()
    gc.disable()
    processes: dict[str, str] = {}
    for name, work in found.items():
        for count in (REQUESTS, 2 * REQUESTS):
            child = os.fork()
            if child == 0:
                serve(work, count)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if status != 0:
                raise RuntimeError(f"{name} ended with {status}")
            processes[str(child)] = f"{count} {name}"
    json.dump(processes, sys.stdout)


def counted() -> dict[str, int]:
    """The instructions of one call of each case."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("bench-instructions: valgrind is not here; on Debian and Ubuntu: apt-get install valgrind")
    command = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-m", __spec__.name]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*command, "--under"], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench-instructions: valgrind failed\n{done.stderr[-4000:]}")
    collected = {pid: int(count) for pid, count in _COLLECTED.findall(done.stderr)}
    by_name: dict[str, dict[int, int]] = {}
    for pid, label in json.loads(done.stdout).items():
        count, _, name = label.partition(" ")
        by_name.setdefault(name, {})[int(count)] = collected[pid]
    counts = {name: (two[2 * REQUESTS] - two[REQUESTS]) // REQUESTS for name, two in by_name.items()}
    return counts | {f"{name} over bare": counts[name] - counts[bare] for name, bare in OVER_BARE.items()}


def verdicts(counts: dict[str, int], baseline: dict[str, int], *, tolerance: float = TOLERANCE) -> list[str]:
    """The cases that became slower, or are not in the baseline."""
    wrong: list[str] = []
    for name, count in counts.items():
        known = baseline.get(name)
        if known is None:
            wrong.append(f"{name}: not in the baseline")
        elif count > known * (1 + tolerance):
            wrong.append(f"{name}: {count:,} instructions, {count / known - 1:+.1%} of {known:,}")
    return wrong


def dear(counts: dict[str, int], *, share: float = COUNTED) -> list[str]:
    """The requests whose count costs more than its share of them."""
    wrong: list[str] = []
    for name, uncounted in COUNTS.items():
        cost = counts[name] / counts[uncounted] - 1
        if cost > share:
            wrong.append(f"{name}: counting costs {cost:.1%} of the request, and at most {share:.0%} is allowed")
    return wrong


def table(counts: dict[str, int], baseline: dict[str, int]) -> str:
    """The counts next to the baseline's."""
    lines = [f"{'instructions of one call':44} {'now':>9} {'baseline':>9} {'':>7}"]
    for name, count in counts.items():
        known = baseline.get(name)
        change = "" if known is None else f"{count / known - 1:+.1%}"
        lines.append(f"{name:44} {count:9,} {known or 0:9,} {change:>7}")
    return "\n".join(lines)


def main() -> None:
    """Count, compare with the baseline, and record a new one with ``--record``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--under", action="store_true", help="what runs under valgrind")
    parser.add_argument("--record", action="store_true", help="make the new counts the baseline")
    arguments = parser.parse_args()
    if arguments.under:
        with TemporaryDirectory() as folder:
            fork_cases(Path(folder))
        return
    baselines: dict[str, dict[str, int]] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    counts = counted()
    baseline = baselines.get(interpreter(), {})
    print(table(counts, baseline))
    if arguments.record:
        baselines[interpreter()] = counts
        BASELINE.write_text(json.dumps(baselines, indent=2, sort_keys=True) + "\n")
        print(f"recorded as the baseline of {interpreter()}")
        return
    if not baseline:
        raise SystemExit(
            f"bench-instructions: no baseline for {interpreter()}; record one: make bench-instructions RECORD=1"
        )
    wrong = [*verdicts(counts, baseline), *dear(counts)]
    if wrong:
        raise SystemExit("bench-instructions: slower than is allowed\n  " + "\n  ".join(wrong))


if __name__ == "__main__":
    main()
