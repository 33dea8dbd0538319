"""Functions that convert values by a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.changes.base import UNSET
from timegate.typing import is_array, is_object

_Key: TypeAlias = tuple[bool, Any]


def _key(value: Any) -> _Key:
    """What tells a scalar of JSON from others: to Python, ``True`` is 1."""
    return isinstance(value, bool), value


@dataclass(frozen=True, slots=True)
class ValueTable:
    """Converts a value to what a table has for it.

    Args:
        values: the results.
        rest: the result for any other value; ``UNSET`` for none.
        keeps: whether any other value stays as it is.
    """

    values: Mapping[_Key, Any]
    rest: Any = UNSET
    keeps: bool = False

    @classmethod
    def of(cls, values: Mapping[Any, Any], *, rest: Any = UNSET, keeps: bool = False) -> ValueTable:
        """The function of a table of scalars."""
        return cls({_key(value): result for value, result in values.items()}, rest, keeps)

    @property
    def merges(self) -> bool:
        """Whether several values become one."""
        several = len({_key(result) for result in self.values.values()}) < len(self.values)
        return several or self.rest is not UNSET

    def __hash__(self) -> int:
        return hash((*self.values, self.keeps))

    def __call__(self, value: Any) -> Any:
        rest = value if self.keeps else self.rest
        found = rest if is_object(value) or is_array(value) else self.values.get(_key(value), rest)
        if found is UNSET:
            raise ValueError("the table has no such value")
        return found
