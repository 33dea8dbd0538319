"""Counts work in ways that no load on the machine changes, and says how it grows."""

from __future__ import annotations

import gc
import math
import sys
import tracemalloc
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from types import FrameType
from typing import Any, Final, TypeAlias

Work: TypeAlias = Callable[[], object]
"""Something to be done once."""

ALLOWED: Final = 1.1
"""The largest exponent of anything that is called linear."""

FREE: Final = 64 * 1024
"""Bytes of memory that any exchange may hold at once; what a small one holds says nothing about growth."""


LIMIT: Final = 40_000_000
"""The most steps that are counted; what takes more is not waited for."""


class TooMany(BaseException):
    """Work takes more steps than anybody waits for; no handler of exceptions is to keep it to itself."""


class Steps:
    """Counts the lines that Python executes, and the calls: generated source and each turn of a loop included.

    A line counts again wherever Python jumps back to it, so a comprehension counts once an item; calls alone would
    overlook that. What happens inside C is not seen here: the codecs of an exchange add the bytes that they are given
    (`add`).

    Args:
        limit: the most steps that are counted.

    Attributes:
        count: the steps so far.
        stopped: whether the last work was not waited for.
    """

    def __init__(self, *, limit: int = LIMIT) -> None:
        self.count = 0
        self.stopped = False
        self._limit = limit

    def add(self, steps: int) -> None:
        """Count work that Python does not see."""
        self.count += steps
        if self.count > self._limit:
            raise TooMany

    def of(self, work: Work) -> int:
        """The steps of one piece of work; very many where it was not waited for."""
        self.count, self.stopped = 0, False
        left, before = self._limit, sys.gettrace()

        # A closure, because it runs at every step: look-ups in an object would take longer than most steps.
        def stepped(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise TooMany
            return stepped

        with collected_by_hand():
            sys.settrace(stepped)
            try:
                work()
                self.count += self._limit - left
            except TooMany:
                self.count, self.stopped = self._limit * 1000, True
            finally:
                sys.settrace(before)
        return self.count


@contextmanager
def collected_by_hand() -> Generator[None]:
    """No collection of garbage while something is counted: when one comes depends on all that was done before."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def peak_of(work: Work) -> int:
    """The most bytes that a piece of work holds at once, beyond what was there before."""
    with collected_by_hand():
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            work()
            return max(tracemalloc.get_traced_memory()[1] - before, FREE)
        finally:
            tracemalloc.stop()


def exponent(counts: Mapping[int, int]) -> float:
    """How counts grow with sizes: the steepest of the slopes between neighbours, on logarithmic scales.

    Every slope counts and not only the mean: a fixed cost hides growth where sizes are small, and a limit where they
    are large. Of a single size nothing is known; it is told as endless, because no other was waited for.
    """
    sizes = sorted(counts)
    if len(sizes) < 2:
        return math.inf
    return max(
        math.log(counts[larger] / counts[smaller]) / math.log(larger / smaller) for smaller, larger in pairwise(sizes)
    )
