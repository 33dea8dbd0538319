"""Measures start-up, memory and imports: each side in fresh processes, in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from benchmarks.startup import SIDES
from benchmarks.timing import interleaved_order, spread_of

Run: TypeAlias = Callable[..., str]
"""Runs Python with these arguments in a new process, and returns its output."""

_PYDANTIC: Final = """
import pydantic
class Model(pydantic.BaseModel):
    field: int
"""
_TIMED: Final = """
import time
{before}
began = time.process_time()
{timed}
print(time.process_time() - began)
"""
IMPORTED: Final = {
    # The others come on top of this: pydantic itself, in use for one model.
    "pydantic": _TIMED.format(before="", timed=_PYDANTIC),
    **{
        name: _TIMED.format(before=_PYDANTIC, timed=f"import {module}")
        for name, module in {
            "timegate": "timegate",
            "timegate.asgi": "timegate.asgi",
            "fastapi": "fastapi",
            "Cadwyn": "cadwyn",
        }.items()
    },
}
"""Programs that print the CPU time of an import, by the package imported."""


def start_up(rounds: int, report: Callable[[str, dict[str, float]], None]) -> dict[str, dict[str, float]]:
    """Each side's time from its first line to its first response: the fastest of each part, the spread of the total.

    Cadwyn takes ten times as long, so it has a turn only in every fourth round.
    """
    programs = {side: ("-W", "ignore", "-m", "benchmarks.startup", side) for side in SIDES}
    found: dict[str, dict[str, float]] = {}
    for side, printed in _printed(programs, rounds, seldom="cadwyn").items():
        runs: list[dict[str, float]] = [json.loads(line) for line in printed]
        found[side] = {key: min(run[key] for run in runs) for key in runs[0]}
        found[side]["mib"] = median(run["mib"] for run in runs)
        found[side]["spread"] = spread_of([run["seconds"] for run in runs])
        report(side, found[side])
    return found


def imports(rounds: int, report: Callable[[str, float], None]) -> dict[str, float]:
    """Seconds of CPU to import pydantic, and a package where pydantic is in use already; the fastest run of each."""
    programs = {name: ("-c", program) for name, program in IMPORTED.items()}
    found = {name: min(map(float, printed)) for name, printed in _printed(programs, rounds).items()}
    for name, seconds in found.items():
        report(name, seconds)
    return found


def checks(rounds: int) -> dict[str, float]:
    """Seconds of CPU of ``timegate check`` beyond building the app and its document; the fastest run."""
    with TemporaryDirectory() as home:
        program = ("-W", "ignore", "-m", "benchmarks.checked", f"{home}/contracts")
        printed = _printed({"check": program}, rounds)["check"]
    return {"check": min(json.loads(line)["seconds"] for line in printed)}


@contextmanager
def fresh_processes() -> Generator[Run]:
    """Start processes that share a bytecode cache which nothing else uses.

    A deployed service has its bytecode: the installer or its first start writes it. Where the environment forbids to
    write any, or an installer left it out, each start compiles every source file, for every side alike, and that takes
    longer than everything that is to be measured.
    """
    with TemporaryDirectory() as home:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = home

        def run(*arguments: str) -> str:
            command = [sys.executable, *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
            if done.returncode != 0:
                raise RuntimeError(f"{' '.join(arguments)}\n{done.stderr[-4000:]}")
            return done.stdout

        yield run


def _printed(programs: Mapping[str, tuple[str, ...]], rounds: int, seldom: str = "") -> dict[str, list[str]]:
    """Each program's output in each round, that of ``seldom`` in every fourth only; the programs take turns."""
    printed: dict[str, list[str]] = {name: [] for name in programs}
    with fresh_processes() as run:
        for arguments in programs.values():
            run(*arguments)  # Not counted: it writes the bytecode that the other runs use.
        for turn in range(rounds):
            for name in interleaved_order([name for name in programs if name != seldom or turn % 4 == 0], turn):
                printed[name].append(run(*programs[name]))
    return printed
