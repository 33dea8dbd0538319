"""Seeded choices."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Makes choices that one seed repeats.

    Args:
        seed: any text or number.
    """

    __slots__ = ("random",)

    def __init__(self, seed: str | int) -> None:
        self.random: Random = Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.random.random() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        return self.random.sample(options, min(count, len(options)))

    def number(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def chance(self, percent: float) -> bool:
        return self.random.random() * 100 < percent

    def weighted(self, options: Sequence[tuple[T, int]]) -> T:
        names = [one for one, _ in options]
        return self.random.choices(names, [weight for _, weight in options])[0]
