"""Days on which tests count requests: midnight may come while a test runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

T = TypeVar("T")


def number_of(day: date) -> int:
    """A day as counts have it: since 1970."""
    return (day - date(1970, 1, 1)).days


def on_one_day(act: Callable[[date], T]) -> T:
    """What is made, all on one day; it is made again where midnight has come in the meantime.

    Args:
        act: makes it, given the day.
    """
    while True:
        day = datetime.now(UTC).date()
        made = act(day)
        if datetime.now(UTC).date() == day:
            return made
