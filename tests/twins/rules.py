"""The words of the documentation by which what an old client sees may differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tests.twins.exchange import Exchange

Predicate: TypeAlias = Callable[[Exchange], bool]

RULES: Final[dict[str, str]] = {}
"""By exception, the words of `docs/http.md` that allow it."""


def documented(rule: str) -> Callable[[Predicate], Predicate]:
    """Say which words of the documentation allow an exception."""

    def noted(predicate: Predicate) -> Predicate:
        RULES[predicate.__name__] = rule
        return predicate

    return noted


LIMITS: Final = frozenset({"less_than_equal", "greater_than_equal"})
"""The types of validation errors about limits."""
