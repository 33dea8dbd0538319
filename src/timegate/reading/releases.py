"""What releases of pydantic do otherwise when they compare the arms of a union: tried, and not looked up by number."""

from __future__ import annotations

import functools
from collections import deque
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, TypeAdapter

from timegate.typing import type_of


class _Object(BaseModel):
    key: int


class _Tuple(NamedTuple):
    key: int


class _One(BaseModel):
    one: int = 0


class _Two(_One):
    two: int = 0


@functools.cache
def objects_are_tuples() -> bool:
    """Whether an object counts as a value of a named tuple's very type: before 2.14, when the class was called."""
    return isinstance(TypeAdapter[Any](_Object | _Tuple).validate_python({"key": 1}), _Tuple)


@functools.cache
def integers_are_equal() -> bool:
    """Whether an integer of a `Literal` is read of a boolean or fraction that equals it: from 2.12 on."""
    return type_of(TypeAdapter[Any](Literal[1] | bool).validate_python(True)) is int


@functools.cache
def deques_count_fields() -> bool:
    """Whether the fields that are set in a deque count where arms are compared: from 2.12 on."""
    return isinstance(TypeAdapter[Any](list[_One] | deque[_Two]).validate_python([{"one": 1, "two": 2}]), deque)
