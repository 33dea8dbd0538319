"""Runs exchanges with many pairs, counts, and keeps the smallest example of each difference."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.twins.compare import Difference, judged
from tests.twins.exceptions import EXCEPTIONS
from tests.twins.exchange import Exchange
from tests.twins.pairs import Pair
from timegate import CompileError

PER_PAIR = 150


@dataclass(frozen=True)
class Found:
    """A difference, and how to see it again."""

    pair: str
    number: int
    difference: Difference
    request: str
    facts: tuple[str, ...]
    source: str
    size: int | None

    @property
    def weight(self) -> int:
        return len(self.source) + 3 * len(self.request)


@dataclass
class Report:
    """What a run has shown.

    Args:
        seed: of the run.
        kinds: how many exchanges of each kind.
        laws: how often each law was tried.
        excused: how often an exception was used, by law and exception.
        found: by law and cause, the smallest example.
        counts: how many differences of each.
        keys: where each difference was seen.
        refused: timelines that did not compile, by their first fault.
    """

    seed: int
    kinds: Counter[str] = field(default_factory=Counter[str])
    verbs: Counter[str] = field(default_factory=Counter[str])
    laws: Counter[str] = field(default_factory=Counter[str])
    excused: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    found: dict[tuple[str, ...], Found] = field(default_factory=dict[tuple[str, ...], Found])
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter[tuple[str, ...]])
    refused: Counter[str] = field(default_factory=Counter[str])
    refused_at: dict[str, str] = field(default_factory=dict[str, str])
    errors: Counter[str] = field(default_factory=Counter[str])
    errors_at: dict[str, str] = field(default_factory=dict[str, str])
    pairs: int = 0
    unbuilt: Counter[str] = field(default_factory=Counter[str])
    different: int = 0
    keys: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    @property
    def exchanges(self) -> int:
        return sum(self.kinds.values())

    def failed(self, seed: str, error: Exception) -> None:
        """Note a fault of the generator or of an app."""
        said = f"{type(error).__name__}: {str(error)[:300]}"
        self.errors[said] += 1
        self.errors_at.setdefault(said, seed)
        self.keys.append(f"{seed} {said}")

    def overused(self) -> list[str]:
        """The exceptions by which a law was excused in more than 5 % of its cases."""
        by_law = Counter[str]()
        for (law, _), count in self.excused.items():
            by_law[law] += count
        return [law for law, count in by_law.items() if count > 0.05 * max(self.laws[law], 200)]


async def run(
    *, seed: int, exchanges: int, seconds: float | None = None, size: int | None = None, first: int = 0,
    each: int = PER_PAIR, enough: Callable[[Report], bool] = lambda report: False,
) -> Report:  # fmt: skip
    """Exchange so many requests, or for so many seconds.

    Args:
        seed: draws the pairs.
        exchanges: how many at most.
        seconds: how long at most.
        size: of all pairs; drawn where it is left out.
        first: the number of the first pair.
        each: how many with one pair.
        enough: ends the run earlier.
    """
    report = Report(seed)
    started = time.perf_counter()
    number = first
    while report.exchanges < exchanges and not enough(report):
        if seconds is not None and time.perf_counter() - started > seconds:
            break
        await _pair(report, f"{seed}.{number}", size, min(each, exchanges - report.exchanges))
        number += 1
        if sum(report.errors.values()) > 50 and not report.exchanges:
            break
    report.seconds = time.perf_counter() - started
    return report


async def _pair(report: Report, seed: str, size: int | None, count: int) -> None:
    try:
        pair = Pair.of(seed, size)
    except Exception as error:
        report.failed(seed, error)
        return
    report.pairs += 1
    if isinstance(pair, CompileError):
        fault = pair.faults[0]
        verb = str(fault.problem)[:150]
        report.refused[verb] += 1
        report.keys.append(f"{seed} refused")
        report.refused_at.setdefault(verb, f"{seed}: {fault}")
        return
    report.unbuilt.update(pair.unbuilt)
    for boundary in pair.boundaries:
        report.verbs.update(fact.verb for fact in boundary.facts)
    for number in range(count):
        exchange = await pair.exchange(number)
        if exchange is None:
            continue
        report.kinds[exchange.request.kind] += 1
        try:
            _judge(report, pair, number, exchange)
        except Exception as error:
            report.failed(f"{seed} exchange {number}", error)


def _judge(report: Report, pair: Pair, number: int, exchange: Exchange) -> None:
    differs = False
    for law, difference in judged(exchange, pair.own, pair.heads):
        report.laws[law] += 1
        if difference is None:
            continue
        excuse = next((one for one in EXCEPTIONS[law] if one(exchange)), None)
        if excuse is not None:
            report.excused[law, excuse.__name__] += 1
            continue
        differs = True
        facts = tuple(fact.code for boundary in pair.boundaries for fact in boundary.facts)
        verbs = sorted(exchange.verbs) if len(facts) < 3 else ["several"]
        key = (law, difference.what, *verbs)
        report.counts[key] += 1
        report.keys.append(f"{pair.seed} {number} {law}")
        found = Found(pair.seed, number, difference, str(exchange.request), facts, pair.source(), pair.size)
        if key not in report.found or found.weight < report.found[key].weight:
            report.found[key] = found
    report.different += differs
