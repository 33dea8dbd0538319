"""How a value is read as the server of an older version read it, for those who do not know pydantic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Reader: TypeAlias = Callable[[Any], Any]
"""Plain JSON of what was read; raises `Unread` for a value that is not of the reader's type."""


class Unread(ValueError):
    """A value is not of its type.

    Args:
        details: each failure with the ``type``, ``loc``, ``msg`` and ``ctx`` of a validation error.
    """

    def __init__(self, details: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("the value is not of its type")
        self.details: Sequence[Mapping[str, Any]] = details
