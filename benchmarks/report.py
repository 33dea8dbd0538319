"""Results as lines of text and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from benchmarks.timing import WIDEST_SPREAD, Timing

_PACKAGES = ("timegate", "fastapi", "starlette", "pydantic", "pydantic_core", "cadwyn", "uvicorn")


def machine() -> dict[str, str]:
    """The machine and the releases that were measured."""
    found = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    found |= {name: version(name) for name in _PACKAGES}
    found["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return found


def timing_line(name: str, timings: Mapping[str, Timing]) -> str:
    """One row: each side's fastest time, the median of its ratios to the first side, and the time that it adds."""
    first = next(iter(timings))
    cells = [f"{name:38}"]
    for side, timing in timings.items():
        wide = "!" if timing.spread > WIDEST_SPREAD else " "
        ratio = "" if side == first else f" = {timing.ratio:5.2f} x {timing.extra * 1e6:+9.1f}"
        cells.append(f"{side} {timing.fastest * 1e6:9.1f} µs{ratio} ±{timing.spread:3.0%}{wide}")
    return " | ".join(cells)


def start_line(side: str, taken: Mapping[str, float]) -> str:
    """One side's start-up as a line."""
    return (
        f"{side:10} {taken['seconds']:7.2f} s to its first response (build {taken['build']:.2f}, lifespan "
        f"{taken['lifespan']:.2f}, first request {taken['first'] * 1000:+.1f} ms) {taken['mib']:7.1f} MiB "
        f"±{taken['spread']:.0%}"
    )


def as_json(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Everything as plain data, times in seconds."""
    found: dict[str, Any] = {"machine": machine()}
    for group, rows in groups.items():
        found[group] = {
            name: {side: asdict(one) if isinstance(one, Timing) else one for side, one in row.items()}
            if isinstance(row, Mapping)
            else row
            for name, row in rows.items()
        }
    return found
