"""Facts about which fields an object has, and where: added, removed, renamed, moved."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, FieldsFact, Fill, Loss, ModelFact, Unset, Value, keywords_code, kind


@kind
class Added(FieldsFact):
    """Fields that older versions do not have.

    Args:
        default: what head gets from an old client; without it the key stays absent.
    """

    default: Value | Unset = UNSET

    verb: ClassVar[str] = "added"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class Removed(FieldsFact):
    """Fields that only older versions have.

    Args:
        was: the type they had.
        required: whether the old contract requires them.
        backfill: what an old client reads: a value, ``sibling(…)`` or a function of the object.
    """

    was: Any
    required: bool = True
    backfill: Fill | Unset = UNSET

    verb: ClassVar[str] = "removed"
    loss: ClassVar[Loss] = Loss.TO_HEAD

    @property
    def named_type(self) -> Any:
        return self.was


@kind
class Renamed(ModelFact):
    """A field that older versions call otherwise. Its position among the keys is kept."""

    old: str
    to: str

    verb: ClassVar[str] = "renamed"

    def argument_code(self) -> str:
        return f"{self.old!r}, to={self.to!r}"


@kind
class Moved(ModelFact):
    """A field that older versions have at another place of the object.

    Args:
        old: the dotted path in the older version.
        to: the dotted path in the newer one.
        empty: what the old place holds where the new place's parent is null or absent, and the other way.
    """

    old: str
    to: str
    empty: Value | Unset = UNSET

    verb: ClassVar[str] = "moved"

    def argument_code(self) -> str:
        rest = keywords_code(self, skip=("models", "old", "to"))
        return f"{self.old!r}, to={self.to!r}" + (f", {rest}" if rest else "")
