"""Times several sides of one row against each other: interleaved, medians, spread, again when it is too wide."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final, TypeAlias

Work: TypeAlias = Callable[[], Awaitable[None]]

WIDEST_SPREAD: Final = 0.10
"""A row whose spread is wider is measured again."""

_ERROR: Final = 0.93
"""A median's standard error by the distance between the quartiles and the root of the number of values."""

ATTEMPTS: Final = 4
"""How often a row is measured at most; the attempt with the narrowest spread counts."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one side of a row takes.

    Args:
        seconds: of CPU for one call, the median of all rounds.
        ratio: to the first side, the median of the ratios of the rounds.
        spread: the distance between the quartiles of what a round says (the ratio; for the first side, which has none,
            the seconds), over the median.
        fastest: seconds of CPU for one call in the fastest round of all: what else a machine does only ever adds to a
            time, so that round says most of the code, and least of the machine.
        extra: seconds over the first side, as the ratio says it of that side's fastest round.
        doubt: by how much the ratio may be off: two standard errors of a median.
    """

    seconds: float
    ratio: float
    spread: float
    fastest: float
    extra: float
    doubt: float


def interleaved_order(names: list[str], turn: int) -> list[str]:
    """A B C in even rounds, C B A in odd ones, so that a drift hits every side alike."""
    return names if turn % 2 == 0 else names[::-1]


def spread_of(values: list[float]) -> float:
    """The distance between the quartiles over the median."""
    if len(values) < 2:
        return 0.0
    low, _, high = quantiles(values, n=4, method="inclusive")
    return (high - low) / median(values)


def summarised(rounds: Mapping[str, list[float]]) -> dict[str, Timing]:
    """The timing of each side; the first one is what the others are compared with."""
    first = next(iter(rounds.values()))
    found: dict[str, Timing] = {}
    for name, seconds in rounds.items():
        ratios = [mine / base for mine, base in zip(seconds, first, strict=True)]
        ratio = median(ratios)
        found[name] = Timing(
            seconds=median(seconds),
            ratio=ratio,
            spread=spread_of(seconds if seconds is first else ratios),
            fastest=min(seconds),
            extra=(ratio - 1) * min(first),
            doubt=2 * _ERROR * ratio * spread_of(ratios) / len(ratios) ** 0.5,
        )
    return found


def widest(timings: Mapping[str, Timing]) -> float:
    """The widest spread of a row."""
    return max(timing.spread for timing in timings.values())


async def timed(sides: Mapping[str, Work], *, rounds: int, seconds: float) -> dict[str, Timing]:
    """The timing of each side of a row.

    Args:
        sides: what one call of each side is; the first one is what the others are compared with.
        rounds: how often each side has its turn.
        seconds: how long a turn of the fastest side lasts, about; at least one call is made.
    """
    counts = {name: await _calls_in(work, seconds) for name, work in sides.items()}
    best: dict[str, Timing] = {}
    for _ in range(ATTEMPTS):
        taken: dict[str, list[float]] = {name: [] for name in sides}
        for turn in range(rounds):
            for name in interleaved_order(list(sides), turn):
                gc.collect(1)
                # The side before has left the machine's caches full of itself.
                await _turn(sides[name], counts[name] // 10)
                taken[name].append(await _turn(sides[name], counts[name]))
        found = summarised(taken)
        if not best or widest(found) < widest(best):
            best = found
        if widest(best) <= WIDEST_SPREAD:
            break
    return best


async def _calls_in(work: Work, seconds: float) -> int:
    await work()
    await work()
    once = min([await _turn(work, 1) for _ in range(3)])
    return max(1, round(seconds / once))


async def _turn(work: Work, count: int) -> float:
    # Only this thread's CPU time: what other programs do on the machine is not counted.
    began = time.thread_time()
    for _ in range(count):
        await work()
    return (time.thread_time() - began) / max(count, 1)
