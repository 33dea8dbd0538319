"""What programs call at a named tuple: a client may send it as an object too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from timegate.errors import UpgradeError
from timegate.gates.run.runtime import copy_json


@dataclass(frozen=True, slots=True)
class TupleFields:
    """The fields of a named tuple.

    Args:
        names: the keys of an object that is read as the tuple, in the tuple's order.
        defaults: by position, the values of fields that an object may leave out.
        exact: whether a union takes an object for a value of the tuple's very type.
    """

    names: tuple[str, ...]
    defaults: Mapping[int, Any]
    exact: bool = False

    def as_list(self, value: dict[str, Any]) -> list[Any]:
        """An object as the list that the tuple's schema describes, up to the last field that is there.

        Raises:
            UpgradeError: the tuple has no such field, or one without a default is missing.
        """
        if not value.keys() <= set(self.names):
            raise UpgradeError("the tuple has no such field")
        last = max((index for index, name in enumerate(self.names) if name in value), default=-1)
        items: list[Any] = []
        for index, name in enumerate(self.names[: last + 1]):
            if name not in value and index not in self.defaults:
                error = UpgradeError("the field is missing")
                error.at(name)
                raise error
            items.append(value[name] if name in value else copy_json(self.defaults[index]))
        return items

    def listed(self, value: dict[str, Any]) -> list[Any] | None:
        """An object as such a list; None where the tuple is not read of it."""
        try:
            return self.as_list(value)
        except UpgradeError:
            return None
