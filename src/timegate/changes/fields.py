"""Facts about which fields an object has and where they are: added, removed, renamed, moved."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, FieldsFact, Fill, Loss, ModelFact, Unset, Value, kind


@kind
class Added(FieldsFact):
    """Fields that older versions do not have.

    Args:
        default: what head receives from an old client; without it the key stays absent.
        partial: whether the body of a ``PATCH`` gets the default only where head requires the field.
    """

    default: Value | Unset = UNSET
    partial: bool = True

    verb: ClassVar[str] = "added"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class Removed(FieldsFact):
    """Fields that only older versions have.

    Args:
        was: the type they had.
        required: whether the old contract requires them; left out it does, and a request without them still passes.
        backfill: what an old client reads: a value, ``sibling(…)`` or a function of the object.
    """

    was: Any
    required: bool | None = None
    backfill: Fill | Unset = UNSET

    verb: ClassVar[str] = "removed"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    was_is_type: ClassVar[bool] = True


@kind
class Renamed(ModelFact):
    """A field that has another name in older versions. Its position among the keys is kept."""

    old: str
    to: str

    verb: ClassVar[str] = "renamed"
    positional: ClassVar[str] = "old"
    names: ClassVar[tuple[str, ...]] = ("old", "to")
    ends: ClassVar[tuple[str, ...]] = ("old", "to")


@kind
class Moved(ModelFact):
    """A field that is at another place of the object in older versions.

    Args:
        old: the dotted path in the older version.
        to: the dotted path in the newer one.
        empty: what the old place holds where the new place's parent is null or absent, and vice versa.
    """

    old: str
    to: str
    empty: Value | Unset = UNSET

    verb: ClassVar[str] = "moved"
    positional: ClassVar[str] = "old"
    names: ClassVar[tuple[str, ...]] = ("old", "to")
    ends: ClassVar[tuple[str, ...]] = ("old", "to")
