"""The members of an enum or of the ``Literal`` of a field, subjects of facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from timegate.changes.base import UNSET, check_reason, name_of
from timegate.changes.calls import explained, vocabulary
from timegate.changes.members import (
    Grew,
    LiteralGrew,
    LiteralRenamed,
    LiteralShrank,
    MemberRenamed,
    Shrank,
    open_code,
)
from timegate.errors import DeclarationError
from timegate.typing import Model, plain_text


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Members:
    """The members of an enum, the subject of facts that are stated from old to new."""

    enum: Model
    tolerated: str | None = None

    def __repr__(self) -> str:
        return f"enum({name_of(self.enum)}){open_code(self.tolerated)}"

    def open(self, why: str) -> Members:
        """Old clients get along with members that they do not know, so that they read them as they are."""
        check_reason(f"{self!r}.open", why, f"{self!r}.open('old clients skip them')")
        return replace(self, tolerated=why)

    def grew(self, *members: Any, seen_as: Any = UNSET) -> Grew:
        """The members do not exist in older versions."""
        _check_some(self, members)
        return Grew(enum=self.enum, members=members, seen_as=seen_as, tolerated=self.tolerated)

    def shrank(self, member: Any, *, read_as: Any, loses: str | None = None) -> Shrank:
        """The member exists in older versions only."""
        return Shrank(enum=self.enum, member=member, read_as=read_as, loses=loses)

    def renamed(self, old: Any, *, to: Any) -> MemberRenamed:
        """The member is ``old`` in older versions."""
        return MemberRenamed(enum=self.enum, old=old, to=to)


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Literals:
    """The members of a field that is a ``Literal``, the subject of facts that are stated from old to new."""

    models: tuple[Model, ...]
    field: str
    tolerated: str | None = None

    def __repr__(self) -> str:
        models = ", ".join(map(name_of, self.models))
        return f"on({models}).literal({self.field!r}){open_code(self.tolerated)}"

    def open(self, why: str) -> Literals:
        """Old clients get along with members that they do not know, so that they read them as they are."""
        check_reason(f"{self!r}.open", why, f"{self!r}.open('old clients skip them')")
        return replace(self, tolerated=why)

    def grew(self, *members: Any, seen_as: Any = UNSET) -> LiteralGrew:
        """The members do not exist in older versions."""
        _check_some(self, members)
        return LiteralGrew(
            models=self.models, fields=(self.field,), members=members, seen_as=seen_as, tolerated=self.tolerated
        )

    def shrank(self, member: Any, *, read_as: Any, loses: str | None = None) -> LiteralShrank:
        """The member exists in older versions only."""
        return LiteralShrank(models=self.models, fields=(self.field,), member=member, read_as=read_as, loses=loses)

    def renamed(self, old: Any, *, to: Any) -> LiteralRenamed:
        """The member is ``old`` in older versions."""
        return LiteralRenamed(models=self.models, fields=(self.field,), old=old, to=to)


@explained
def enum(members: Model) -> Members:
    """State facts about the members of an enum: the class, or the name of its component."""
    return Members(plain_text(members))


def _check_some(subject: object, members: tuple[Any, ...]) -> None:
    if not members:
        raise DeclarationError(f"{subject!r}.grew(…) needs at least one member")
