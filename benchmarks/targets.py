"""The targets, and by how much each is missed.

Where the code written by hand shows in the same rounds that a limit is out of reach, the limit is a multiple of that
instead. A value that misses its limit by less than its error is no miss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.api import SIZES
from benchmarks.past import DEPTH
from benchmarks.rows import BARE, BY_HAND, CADWYN, ONE_VERSION, TIMEGATE, Host, Row
from benchmarks.timing import Timing
from benchmarks.transform import GATE, HAND_WRITTEN, name_of

MICROSECOND: Final = 1e-6
LIMITS: Final = {"response": 1.4, "request": 1.8}

EXTRA: Final = 3.0
"""Microseconds that timegate may add to a request that no change touches."""

EXTRA_OVER_BY_HAND: Final = 1.7
"""Where that is out of reach: its limit as a multiple of echo, Vary and context by hand, without finding a route."""

GATED: Final = 1.3
"""The limit of an old client's request over the bare app, on FastAPI."""

OVER_BY_HAND: Final = 1.15
"""Where that is out of reach by hand: the limit as a multiple of the code written by hand."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was measured.

    Args:
        requests: timings by row and side.
        transforms: timings by row and side.
        started: the start-up of each side.
        imported: seconds by package.
        checked: seconds of `timegate check`.
    """

    requests: Mapping[str, Mapping[str, Timing]]
    transforms: Mapping[str, Mapping[str, Timing]]
    started: Mapping[str, Mapping[str, float]]
    imported: Mapping[str, float]
    checked: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target and its measured value.

    Args:
        name: the target.
        value: the measured value.
        limit: the value that is allowed.
        unit: unit of both.
        at_least: whether more is better.
        doubt: the error of the value.
    """

    name: str
    value: float
    limit: float
    unit: str = "times"
    at_least: bool = False
    doubt: float = 0.0

    @property
    def met(self) -> bool:
        """Whether the value meets the target, within its error."""
        if self.at_least:
            return self.value + self.doubt >= self.limit
        return self.value - self.doubt <= self.limit

    def __str__(self) -> str:
        word, sign = ("met", "at least" if self.at_least else "at most")
        if not self.met:
            word = f"missed by {abs(self.value / self.limit - 1):.0%}"
        doubt = f"±{self.doubt:.2f}" if self.doubt else ""
        return f"{self.name:60} {self.value:8.2f}{doubt:6} {self.unit:5} ({sign} {self.limit:.3g}): {word}"


def verdicts(results: Results) -> list[Verdict]:
    """Every target against the results."""
    return [*_untouched(results), *_gated(results), *_transforms(results), *_starts(results), *_against_cadwyn(results)]


def _untouched(results: Results) -> Iterator[Verdict]:
    both: tuple[Host, Host] = ("FastAPI", "Starlette")
    for host in both:
        for method in ("GET", "POST"):
            for row in (Row(host, method, "340 B", 0), Row(host, method, "340 B", DEPTH, touched=False)):
                sides = results.requests[row.name]
                unit = sides[BARE].fastest / MICROSECOND
                limit = max(EXTRA, EXTRA_OVER_BY_HAND * sides[BY_HAND].extra / MICROSECOND)
                extra = sides[TIMEGATE].extra / MICROSECOND
                # A measured limit has an error as well.
                floor = sides[BY_HAND].doubt * EXTRA_OVER_BY_HAND if limit > EXTRA else 0.0
                doubt = (sides[TIMEGATE].doubt + floor) * unit
                yield Verdict(f"{row.name}: over bare", extra, limit, "µs", doubt=doubt)
        grown = results.requests[Row(host, "GET", "340 B", 0).name]
        extra = (grown[TIMEGATE].extra - grown[ONE_VERSION].extra) / MICROSECOND
        doubt = (grown[TIMEGATE].doubt + grown[ONE_VERSION].doubt) * grown[BARE].fastest / MICROSECOND
        yield Verdict(f"{host} GET 340 B head: {DEPTH} versions over 1", extra, 0.5, "µs", doubt=doubt)


def _gated(results: Results) -> Iterator[Verdict]:
    for method in ("GET", "POST"):
        # By hand, only the oldest version's clients are served.
        oldest = results.requests[Row("FastAPI", method, "340 B", DEPTH).name]
        limit = max(GATED, OVER_BY_HAND * oldest[BY_HAND].ratio)
        floor = OVER_BY_HAND * oldest[BY_HAND].doubt if limit > GATED else 0.0
        for depth in (1, DEPTH):
            row = Row("FastAPI", method, "340 B", depth)
            gated = results.requests[row.name][TIMEGATE]
            yield Verdict(f"{row.name}: over bare", gated.ratio, limit, doubt=gated.doubt + floor)


def _transforms(results: Results) -> Iterator[Verdict]:
    for direction, limit in LIMITS.items():
        for size in SIZES:
            name = name_of(direction, size, DEPTH)
            sides = results.transforms[name]
            allowed = max(limit, OVER_BY_HAND * sides[HAND_WRITTEN].ratio)
            yield Verdict(f"transform of a {name}", sides[GATE].ratio, allowed, doubt=sides[GATE].doubt)
            one = results.transforms[name_of(direction, size, 1)][GATE].ratio
            grown = results.transforms[name][GATE].ratio / one
            yield Verdict(f"transform of a {direction} {size}: {DEPTH} versions over 1", grown, 1.5)


def _starts(results: Results) -> Iterator[Verdict]:
    bare, gated = results.started["fastapi"], results.started["timegate"]
    yield Verdict("start-up over FastAPI with its document", _added(results), 0.5, "s")
    yield Verdict("memory over FastAPI with its document", gated["mib"] - bare["mib"], 15, "MiB")
    yield Verdict("the first request over the second", gated["first"], 0.05, "s")
    yield Verdict("import timegate where pydantic is in use", results.imported["timegate"] * 1000, 30, "ms")
    yield Verdict("timegate check of 200 routes and 20 versions", results.checked["check"], 3, "s")


def _against_cadwyn(results: Results) -> Iterator[Verdict]:
    """Cadwyn over timegate on the same FastAPI."""
    for size, depth, limit in (("340 B", 0, 6.0), ("340 B", DEPTH, 5.0), ("12 KB", DEPTH, 4.0)):
        row = results.requests[Row("FastAPI", "GET", size, depth).name]
        name = f"FastAPI GET {size} {'head' if depth == 0 else f'{depth} back'}: Cadwyn over timegate"
        cadwyn_row, gated_row = row[CADWYN], row[TIMEGATE]
        times = cadwyn_row.ratio / gated_row.ratio
        # The errors of both, each relative to its own ratio.
        doubt = times * (cadwyn_row.doubt / cadwyn_row.ratio + gated_row.doubt / gated_row.ratio)
        yield Verdict(name, times, limit, at_least=True, doubt=doubt)
    bare, gated, cadwyn = (results.started[side] for side in ("fastapi", "timegate", "cadwyn"))
    seconds = cadwyn["seconds"] - bare["seconds"]
    yield Verdict("start-up over FastAPI: Cadwyn over timegate", seconds / _added(results), 20, at_least=True)
    memory = (gated["mib"] - bare["mib"]) / (cadwyn["mib"] - bare["mib"])
    yield Verdict("memory over FastAPI: timegate over Cadwyn", memory, 0.1)


def _added(results: Results) -> float:
    """Seconds of start-up that timegate adds: both sides build one FastAPI app, only the lifespan does more."""
    return results.started["timegate"]["lifespan"] - results.started["fastapi"]["lifespan"]
