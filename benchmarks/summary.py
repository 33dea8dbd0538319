"""The results as the Markdown tables of the performance page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.rows import BARE, BY_HAND, CADWYN, TIMEGATE
from benchmarks.timing import WIDEST_SPREAD, Timing
from benchmarks.transform import FLOOR, GATE, HAND_WRITTEN


def tables(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Every group that was measured, as Markdown."""
    makers: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
        "requests": lambda rows: _timings("request", rows, (BARE, BY_HAND, TIMEGATE, CADWYN)),
        "transform": lambda rows: _timings("transform", rows, (FLOOR, HAND_WRITTEN, GATE)),
        "whole": lambda rows: _timings("whole process", rows, ("bare", "timegate", "Cadwyn")),
        "start-up": _starts,
        "import": _imports,
        "check": _checks,
    }
    return "\n\n".join("\n".join(make(groups[group])) for group, make in makers.items() if group in groups)


def _timings(title: str, rows: Mapping[str, Mapping[str, Timing]], sides: Sequence[str]) -> Iterator[str]:
    yield f"| {title} | {' | '.join(sides)} |"
    yield f"|---|{'---:|' * len(sides)}"
    for name, timings in rows.items():
        yield f"| {name} | {' | '.join(_cell(timings.get(side), first=side == sides[0]) for side in sides)} |"


def _cell(timing: Timing | None, *, first: bool) -> str:
    if timing is None:
        return ""
    if first:
        return f"{timing.fastest * 1e6:,.1f} µs"
    wide = "!" if timing.spread > WIDEST_SPREAD else ""
    return f"{timing.ratio:.2f} × ±{timing.spread:.0%}{wide}"


def _starts(sides: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "| start-up | app built | lifespan | first request over second | memory |"
    yield "|---|---:|---:|---:|---:|"
    for side, taken in sides.items():
        yield (
            f"| {side} | {taken['build']:.2f} s | {taken['lifespan']:.2f} s | {taken['first'] * 1000:.1f} ms "
            f"| {taken['mib']:.1f} MiB |"
        )


def _imports(packages: Mapping[str, float]) -> Iterator[str]:
    yield "| import | CPU |"
    yield "|---|---:|"
    for name, seconds in packages.items():
        yield f"| {name} | {seconds * 1000:.0f} ms |"


__all__ = ["tables"]


def _checks(seconds: Mapping[str, float]) -> Iterator[str]:
    yield "| `timegate check` of 200 routes and 20 versions | CPU time beyond the app and its document |"
    yield "|---|---:|"
    yield f"| nothing has changed | {seconds['check']:.2f} s |"
