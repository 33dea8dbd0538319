"""Times the sides of one row: interleaved, as medians with their spread, and again if the spread is too wide."""

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
"""A median's standard error is this times the distance between the quartiles, over the root of the number of values."""

ATTEMPTS: Final = 4
"""How often at most a row is measured; the attempt with the narrowest spread counts."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of one side of a row.

    Args:
        seconds: seconds of CPU for one call, the median of all rounds.
        ratio: ratio to the first side, the median of the rounds' ratios.
        spread: the distance between the quartiles of the rounds' ratios (for the first side, which has none, of the
            seconds), over the median.
        fastest: seconds of CPU for one call in the fastest round: other work on a machine only ever adds time, so that
            round says most about the code, and least about the machine.
        extra: seconds over the first side: the ratio applied to that side's fastest round.
        doubt: the error of the ratio: two standard errors of a median.
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
    """The timing of each side; the others are compared with the first one."""
    first = next(iter(rounds.values()))
    found: dict[str, Timing] = {}
    for name, seconds in rounds.items():
        ratios = [own / base for own, base in zip(seconds, first, strict=True)]
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
        sides: one call of each side; the others are compared with the first one.
        rounds: how often each side has its turn.
        seconds: about how long a turn lasts; a turn makes at least one call.
    """
    counts = {name: await _calls_in(work, seconds) for name, work in sides.items()}
    best: dict[str, Timing] = {}
    for _ in range(ATTEMPTS):
        taken: dict[str, list[float]] = {name: [] for name in sides}
        for turn in range(rounds):
            for name in interleaved_order(list(sides), turn):
                gc.collect(1)
                # The side before has filled the machine's caches, so some calls are not counted.
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
    # Only this thread's CPU time: other programs on the machine are not counted.
    began = time.thread_time()
    for _ in range(count):
        await work()
    return (time.thread_time() - began) / max(count, 1)
