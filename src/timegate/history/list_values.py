"""Functions by which one value becomes a list of them, or a list one value."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from timegate.changes.base import UNSET
from timegate.typing import is_array


@dataclass(frozen=True, slots=True)
class WrapInList:
    """Converts a value to a list of it; null stays null where the list is nullable, and else gives an empty list."""

    nullable: bool

    def __call__(self, value: Any) -> Any:
        if value is None:
            return None if self.nullable else []
        return [value]


@dataclass(frozen=True, slots=True)
class FirstItem:
    """Converts a list to its first item.

    Args:
        either: whether a value that is no list may come, which stays as it is.
        empty: what an empty list and null become; ``UNSET`` for none at all. A function of the object is called before,
            and what it gives is in the list then.
        alone: whether a list of several items is refused.
        never_empty: whether an empty list is refused, because its schema allows none.
    """

    empty: Any
    either: bool = False
    alone: bool = False
    never_empty: bool = False

    @property
    def may_remove(self) -> bool:
        """Whether it may take the value away."""
        return self.empty is UNSET and not self.never_empty

    def __call__(self, value: Any) -> Any:
        if value is None or value == []:
            if self.never_empty or callable(self.empty):
                raise ValueError("an item was expected")
            return deepcopy(self.empty)
        if not is_array(value):
            if self.either:
                return value
            raise TypeError("a list was expected")
        if self.alone and len(value) > 1:
            raise ValueError("one item was expected")
        return value[0]
