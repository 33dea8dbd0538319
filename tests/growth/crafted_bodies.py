"""Bodies of any size, of many things beside each other or in each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

LEVELS: Final = 150
"""How deep a deep body is nested; a gate reads no more than 200 levels."""

Body = Callable[[int], Any]
"""A body of about so many bytes."""


def dumped(value: Any) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


def enough(one: Any, size: int) -> int:
    """How many of these make up a size."""
    return max(1, size // (len(dumped(one)) + 1))


def listed(*ones: Any) -> Body:
    """Lists of these, one after the other."""
    return lambda size: [ones[index % len(ones)] for index in range(enough(list(ones), size) * len(ones))]


def chain(levels: int, key: str = "child", **fields: Any) -> Any:
    """An object in an object, and so on."""
    value: Any = dict(fields)
    for _ in range(levels):
        value = {**fields, key: value}
    return value


def chains(size: int) -> Any:
    """As many deep objects as it takes."""
    one = chain(LEVELS, title="t", size=1)
    return [one] * enough(one, size)


def forest(levels: int, size: int, **fields: Any) -> Any:
    """Deep objects that hold lists, as many as it takes."""
    value: Any = dict(fields)
    for _ in range(levels):
        value = {**fields, "children": [value]}
    return [value] * enough(value, size)


def chain_of_lists(levels: int, **fields: Any) -> Any:
    """An object in a list in an object, and so on."""
    value: Any = dict(fields)
    for _ in range(levels):
        value = {**fields, "children": [value]}
    return value


def keyed(one: Any) -> Body:
    """Objects of many keys that nobody knows.

    The keys have one length: four times the size is four times as many, and Python's dicts, whose room doubles, are as
    full at each size.
    """
    length = len(dumped(one)) + len('"key000000":,')
    return lambda size: {f"key{index:06}": one for index in range(max(1, size // length))}


def in_parts(length: int) -> Callable[[bytes], list[bytes]]:
    """A body in messages of so many bytes."""
    return lambda body: [body[start : start + length] for start in range(0, len(body), length)]
