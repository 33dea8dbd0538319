"""What releases of pydantic do otherwise when they compare the arms of a union: tried, and not looked up by number."""

from __future__ import annotations

import functools
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, TypeAdapter

from timegate.typing import type_of


class _Object(BaseModel):
    key: int


class _Tuple(NamedTuple):
    key: int


@functools.cache
def objects_are_tuples() -> bool:
    """Whether an object counts as a value of a named tuple's very type: before 2.14, when the class was called."""
    return isinstance(TypeAdapter[Any](_Object | _Tuple).validate_python({"key": 1}), _Tuple)


@functools.cache
def integers_are_equal() -> bool:
    """Whether an integer of a `Literal` is read of a boolean or fraction that equals it: from 2.12 on."""
    return type_of(TypeAdapter[Any](Literal[1] | bool).validate_python(True)) is int
