"""The pure functions that random facts convert values with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from timegate.typing import is_array, is_object


def as_text(value: Any) -> str:
    """Encode any JSON value as a string, so that a test sees exactly what the function received."""
    return json.dumps(value, sort_keys=True)


def as_json(value: Any) -> Any:
    """Decode a JSON value from a string; other text is a ``ValueError``."""
    if not isinstance(value, str):
        raise ValueError("no text")
    return json.loads(value)


def always(value: Any) -> Callable[[Any], Any]:
    """Make a function that gives the same value for any other."""

    def given(_: Any) -> Any:
        return json.loads(json.dumps(value))

    return given


def digits(value: Any) -> Any:
    """Write a number as text; null stays null."""
    return None if value is None else str(value)


def number(value: Any) -> Any:
    """Read a number from text; null stays null."""
    return None if value is None else int(value)


def wrapped(value: Any) -> Any:
    """Put a value into a list."""
    return [value]


def unwrapped(value: Any) -> Any:
    """Return the only value of a list; a second one would be lost."""
    if not is_array(value) or len(value) != 1:
        raise ValueError("no list of one")
    return value[0]


def numbered(value: Any) -> Any:
    """Number the items of a list."""
    return {f"n{index:03}": item for index, item in enumerate(value)}


def listed(value: Any) -> Any:
    """Read a list from numbered items."""
    if not is_object(value):
        raise ValueError("no object")
    return [value[key] for key in sorted(value)]


def one_more(value: Any) -> Any:
    """Count one up."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("no number")
    return value + 1


def one_less(value: Any) -> Any:
    """Count one down."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("no number")
    return value - 1


def at_most_five(value: Any) -> Any:
    """Keep within the old limit."""
    return min(value, 5) if isinstance(value, int | float) else value


def size_of(value: Any) -> int:
    """Count the keys of an object."""
    return len(value)


def keys_renamed(names: dict[str, str]) -> Callable[[Any], Any]:
    """Return a function that renames the keys of an object."""

    def rename(value: Any) -> Any:
        return {names.get(key, key): item for key, item in value.items()}

    return rename


def joined(first: Any, second: Any) -> str:
    """Write two values as one text."""
    return json.dumps([first, second])


def parted(value: Any) -> Any:
    """Read two numbers from one text; other text is a ``ValueError``."""
    found = json.loads(value)
    if not is_array(found) or len(found) != 2 or not all(type(one) is int for one in found):
        raise ValueError("no two numbers")
    return found


def lengths(value: Any) -> Any:
    """Measure a text in two ways."""
    return [len(value), len(value.strip())]
