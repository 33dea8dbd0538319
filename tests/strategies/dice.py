"""Choices that hypothesis makes, and makes simpler when a test fails."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Dice:
    """Draws choices.

    Args:
        draw: what hypothesis hands to a composite strategy.
    """

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """Pick one; the first is the simplest."""
        found: T = options[self.number(0, len(options) - 1)]
        return found

    def number(self, low: int, high: int) -> int:
        found: int = self._draw(st.integers(low, high))
        return found

    def chance(self, percent: int) -> bool:
        """Say yes so many times of a hundred; no is simpler."""
        return self.number(0, 99) >= 100 - percent

    def random(self) -> Random:
        """Return a source of many small choices, repeatable by one number."""
        return Random(self.number(0, 2**32))
