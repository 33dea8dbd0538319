"""Facts about the members of an enum, or of the ``Literal`` of a field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import Enum
from re import compile as pattern
from typing import Any, ClassVar, Final

from timegate.changes.base import REASONS, UNSET, Fact, FieldsFact, Loss, is_tuple, kind, name_of
from timegate.errors import DeclarationError
from timegate.typing import Model

_HALVES: Final = pattern("[\ud800-\udfff]")
"""Halves of a character, which no JSON in UTF-8 can hold."""


def member_value(member: Any) -> Any:
    """The JSON value of a member of an enum; any other value as it is."""
    return member.value if isinstance(member, Enum) and member is not UNSET else member


def check_members(fact: Fact, members: Iterable[Any]) -> None:
    """Refuse what no enum, ``Literal`` or table can hold.

    Raises:
        DeclarationError: one of the values is no scalar of JSON.
    """
    for member in members:
        value = member_value(member)
        is_json = isinstance(value, str | int | float | None) and not _HALVES.search(str(value))
        if value is not UNSET and not is_json:
            written = f"{fact.subject_code()}.{fact.verb}(…)"
            raise DeclarationError(f"{written}: {value!r} is no member of an enum in JSON")


def _members(fact: Fact) -> list[Any]:
    """Every member that a fact names."""
    found: list[Any] = []
    for field in fields(fact):
        if field.name not in (*fact.subject, *REASONS):
            given: object = getattr(fact, field.name)
            found += given if field.name == "members" and is_tuple(given) else (given,)
    return found


def open_code(tolerated: str | None) -> str:
    """How a version file says that old clients get along with members that they do not know."""
    return "" if tolerated is None else f".open({tolerated!r})"


@kind
class EnumFact(Fact):
    """A fact about the members of an enum.

    Args:
        tolerated: why old clients get along with members that they do not know.
    """

    enum: Model
    tolerated: str | None = None

    subject: ClassVar[tuple[str, ...]] = ("enum", "tolerated")

    def __post_init__(self) -> None:
        check_members(self, _members(self))

    def subject_code(self) -> str:
        return f"enum({name_of(self.enum)}){open_code(self.tolerated)}"


@kind
class LiteralFact(FieldsFact):
    """A fact about the members of a field that is a ``Literal``.

    Args:
        tolerated: why old clients get along with members that they do not know.
    """

    tolerated: str | None = None

    subject: ClassVar[tuple[str, ...]] = ("models", "fields", "tolerated")

    def __post_init__(self) -> None:
        FieldsFact.__post_init__(self)
        check_members(self, _members(self))

    def subject_code(self) -> str:
        return f"{FieldsFact.subject_code(self)}.literal({self.fields[0]!r}){open_code(self.tolerated)}"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Growing:
    """Members that older versions do not have, of an enum or of a ``Literal``.

    Only such a fact itself has slots, because it has two bases.

    Args:
        members: the members, or their JSON values.
        seen_as: the member an old client reads in their place.
    """

    __slots__ = ()

    members: tuple[Any, ...]
    seen_as: Any = UNSET

    verb: ClassVar[str] = "grew"
    loss: ClassVar[Loss] = Loss.TO_OLD
    positional: ClassVar[str] = "members"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Shrinking:
    """A member that only older versions have.

    Args:
        member: its JSON value.
        read_as: the member head reads in its place.
    """

    __slots__ = ()

    member: Any
    read_as: Any

    verb: ClassVar[str] = "shrank"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    positional: ClassVar[str] = "member"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Renaming:
    """A member that has another value in older versions."""

    __slots__ = ()

    old: Any
    to: Any

    verb: ClassVar[str] = "renamed"
    positional: ClassVar[str] = "old"
    ends: ClassVar[tuple[str, ...]] = ("old", "to")


@kind
class Grew(Growing, EnumFact):
    """Members of an enum that older versions do not have."""


@kind
class Shrank(Shrinking, EnumFact):
    """A member of an enum that only older versions have."""


@kind
class MemberRenamed(Renaming, EnumFact):
    """A member of an enum that has another value in older versions."""


@kind
class LiteralGrew(Growing, LiteralFact):
    """Members of a ``Literal`` that older versions do not have."""


@kind
class LiteralShrank(Shrinking, LiteralFact):
    """A member of a ``Literal`` that only older versions have."""


@kind
class LiteralRenamed(Renaming, LiteralFact):
    """A member of a ``Literal`` that has another value in older versions."""
