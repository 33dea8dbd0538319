"""Facts about which fields an object has and where they are: added, removed, renamed, moved."""

from __future__ import annotations

from collections.abc import Callable
from types import GenericAlias
from typing import Any, ClassVar

from timegate.changes.base import UNSET, FieldsFact, Loss, ModelFact, Unset, Value, is_tuple, keywords_code, kind
from timegate.errors import DeclarationError


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
    backfill: Value | Unset = UNSET

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
        empty: what the old place holds where the new place's parent is null or absent; sent back, it makes no
            parent.
    """

    old: str
    to: str
    empty: Value | Unset = UNSET

    verb: ClassVar[str] = "moved"
    positional: ClassVar[str] = "old"
    names: ClassVar[tuple[str, ...]] = ("old", "to")
    ends: ClassVar[tuple[str, ...]] = ("old", "to")


@kind
class Split(ModelFact):
    """A field that older versions have in one, and that is several fields now.

    Args:
        old: the field of the older version.
        into: the fields of the newer one.
        was: the old type.
        apart: gives the newer values, in order, for an old one.
        together: gives the old value for the newer ones, one argument for each; None for one that is absent.
    """

    old: str
    into: tuple[str, ...]
    was: Any
    apart: Callable[[Any], Any]
    together: Callable[..., Any]

    verb: ClassVar[str] = "split"
    loss: ClassVar[Loss] = Loss.LAWS
    positional: ClassVar[str] = "old"
    names: ClassVar[tuple[str, ...]] = ("old",)
    was_is_type: ClassVar[bool] = True

    def __post_init__(self) -> None:
        ModelFact.__post_init__(self)
        object.__setattr__(self, "into", _several(self, "into", self.into))


@kind
class Merged(ModelFact):
    """Fields that older versions have apart, and that are one field now.

    Args:
        parts: the fields of the older version.
        into: the field of the newer one.
        was: the old types, in order.
        together: gives the newer value for the old ones, one argument for each; None for one that is absent.
        apart: gives the old values, in order, for a newer one.
    """

    parts: tuple[str, ...]
    into: str
    was: tuple[Any, ...]
    together: Callable[..., Any]
    apart: Callable[[Any], Any]

    verb: ClassVar[str] = "merged"
    loss: ClassVar[Loss] = Loss.LAWS
    names: ClassVar[tuple[str, ...]] = ("into",)

    @property
    def named_type(self) -> Any:
        return GenericAlias(tuple, self.was)

    def __post_init__(self) -> None:
        ModelFact.__post_init__(self)
        object.__setattr__(self, "parts", _several(self, "parts", self.parts))
        was: object = self.was
        if not is_tuple(was) or len(was) != len(self.parts):
            raise DeclarationError(f"{self.subject_code()}.merged(…): was= is a tuple with a type for each field")

    def argument_code(self) -> str:
        rest = keywords_code(self, skip=("models", "parts"))
        return f"{self.parts!r}, {rest}"


def _several(fact: ModelFact, argument: str, names: object) -> tuple[str, ...]:
    """Names as plain texts, where they are two or more."""
    if not is_tuple(names) or len(names) < 2:
        raise DeclarationError(f"{fact.subject_code()}.{fact.verb}(…): {argument} is a tuple of two names or more")
    return tuple(map(fact.plain_name, names))
