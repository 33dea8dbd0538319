"""Functions of an app that see a value before pydantic reads it, and those of a change."""

from datetime import date
from typing import Any


def unchanged(value: Any) -> Any:
    return value


def around(value: Any, handler: Any) -> Any:
    return handler(value)


def doubled(value: Any) -> Any:
    """Reads a text otherwise than pydantic does."""
    return int(value) * 2 if isinstance(value, str) else value


def german(value: Any) -> Any:
    """Reads dates as 24.12.2024."""
    text = str(value)
    return date(*map(int, reversed(text.split(".")))) if "." in text else value


def to_head(value: int) -> int:
    return value + 1


def to_old(value: int) -> int:
    return value - 1
