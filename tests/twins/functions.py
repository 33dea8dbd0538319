"""The functions of random version files; each is total on the type it is declared for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def with_key(old: str, new: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make a function of a whole object that changes one key and its value."""

    def changed(value: dict[str, Any]) -> dict[str, Any]:
        return {new if key == old else key: change(item) if key == old else item for key, item in value.items()}

    return changed


def text_of(value: int) -> str:
    """Write a number as text."""
    return str(value)


def number_of(value: str) -> int:
    """Read a number; other texts are 0."""
    return int(value) if value.isascii() and value.isdecimal() else 0


def hundredfold(value: int) -> int:
    return value * 100


def hundredth(value: int) -> int:
    return value // 100


def parts_of(value: str) -> list[str]:
    return value.split(",")


def joined(value: list[str]) -> str:
    return ",".join(value)


def whole(value: float) -> int:
    return int(value)


def yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def is_yes(value: str) -> bool:
    return value == "yes"


def as_it_is(value: str) -> str:
    return value


def day_of(value: str) -> str:
    """A text that is a day, or the first day of all."""
    return value if len(value) == 10 and value[4] == "-" else "1970-01-01"


def at_most_five(value: int) -> int:
    return min(value, 5)


def at_least_one(value: int) -> int:
    return max(value, 1)


def counted(value: int | str) -> int:
    """Return a number, or the length of a text."""
    return len(value) if isinstance(value, str) else value


def before_and_after(value: str) -> list[str]:
    """Take a text apart at its first comma."""
    first, _, second = value.partition(",")
    return [first, second]


def with_comma(first: str, second: str) -> str:
    return f"{first},{second}"


def in_all(text: str) -> str:
    return f"{text} in all"


def with_value_of(old: str, new: str, constant: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make a function that gives a constant object with one value of the object that it gets."""

    def made(value: dict[str, Any]) -> dict[str, Any]:
        return {**constant, new: value[old]} if new else dict(constant)

    return made


def values_of(items: dict[str, Any]) -> list[Any]:
    return list(items.values())


def numbered(items: list[Any]) -> dict[str, Any]:
    return {f"n{number}": item for number, item in enumerate(items)}
