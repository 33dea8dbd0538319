"""Start-up, memory and imports: each side in fresh processes, in turns."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from typing import Final

from benchmarks.startup import SIDES
from benchmarks.timing import interleaved_order, spread_of

_IMPORTS: Final = """
import time
import pydantic
class Model(pydantic.BaseModel):
    field: int
began = time.process_time()
import {module}
print(time.process_time() - began)
"""
IMPORTED: Final = {"timegate": "timegate", "timegate.asgi": "timegate.asgi", "fastapi": "fastapi", "Cadwyn": "cadwyn"}


def start_up(rounds: int, told: Callable[[str, dict[str, float]], None]) -> dict[str, dict[str, float]]:
    """What each side takes from its first line to its first answer: medians, and the spread of the seconds."""
    taken: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for turn in range(rounds):
        for side in interleaved_order(list(SIDES), turn):
            taken[side].append(json.loads(_run("-W", "ignore", "-m", "benchmarks.startup", side)))
    found: dict[str, dict[str, float]] = {}
    for side, runs in taken.items():
        found[side] = {key: median(run[key] for run in runs) for key in runs[0]}
        found[side]["spread"] = spread_of([run["seconds"] for run in runs])
        told(side, found[side])
    return found


def imports(rounds: int, told: Callable[[str, float], None]) -> dict[str, float]:
    """Seconds of CPU to import a package where pydantic is in use already."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTED}
    for turn in range(rounds):
        for name in interleaved_order(list(IMPORTED), turn):
            taken[name].append(float(_run("-c", _IMPORTS.format(module=IMPORTED[name]))))
    found = {name: median(seconds) for name, seconds in taken.items()}
    for name, seconds in found.items():
        told(name, seconds)
    return found


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)}\n{done.stderr[-4000:]}")
    return done.stdout
