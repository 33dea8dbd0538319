"""What pydantic says of a value that it does not read, and of numbers that JSON does not have, as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from timegate.typing import is_array, is_object


def plain_failures(error: ValidationError) -> list[dict[str, Any]]:
    """The entries of a validation error, as FastAPI writes them.

    A decimal is a number, a span of time the number of its seconds, an exception says nothing.
    """
    return [
        {**one, "input": _plain_input(one["input"]), "ctx": _plain_context(one.get("ctx") or {})}
        for one in error.errors(include_url=False)
    ]


def _plain_input(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _plain_context(context: Mapping[str, Any]) -> Any:
    numbers = {key: float(value) if isinstance(value, Decimal) else value for key, value in context.items()}
    return to_jsonable_python(numbers, fallback=lambda _: {})


def has_non_finite(value: Any) -> bool:
    """Whether plain data holds a number that JSON does not have."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if is_object(value):
        return any(map(has_non_finite, value.values()))
    return is_array(value) and any(map(has_non_finite, value))
