"""Random choices that hypothesis makes, and simplifies when a test fails."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """Draws choices.

    Args:
        draw: the function that hypothesis passes to a composite strategy.
    """

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """Pick one option; the first is the simplest."""
        found: T = options[self.number(0, len(options) - 1)]
        return found

    def number(self, low: int, high: int) -> int:
        found: int = self._draw(st.integers(low, high))
        return found

    def chance(self, percent: int) -> bool:
        """Return True with the given probability in percent; False is simpler."""
        return self.number(0, 99) >= 100 - percent

    def random(self) -> Random:
        """Return a seeded source of many small choices."""
        return Random(self.number(0, 2**32))
