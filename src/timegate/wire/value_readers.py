"""How a value is read as the server of an older version read it, for those who do not know pydantic."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

Reader: TypeAlias = Callable[[Any], Any]
"""Plain JSON of what was read; raises `Unread` for a value that is not of the reader's type."""

FILE_AS_TEXT: Final = f"file {secrets.token_hex(16)}"
"""Stands for a file in a field that takes one, because schemas show files as texts; no client can write it."""


class Unread(ValueError):
    """A value is not of its type.

    Args:
        details: each failure with the ``type``, ``loc``, ``msg`` and ``ctx`` of a validation error.
    """

    def __init__(self, details: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("the value is not of its type")
        self.details: Sequence[Mapping[str, Any]] = details
