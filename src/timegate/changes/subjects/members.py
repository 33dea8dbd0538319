"""The members of an enum, a subject of facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from timegate.changes.base import UNSET, name_of
from timegate.changes.calls import explained, vocabulary
from timegate.changes.models import Grew, MemberRenamed, Shrank
from timegate.errors import DeclarationError
from timegate.typing import Model, plain_text


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Members:
    """The members of an enum, the subject of facts that are stated from old to new."""

    enum: Model

    def __repr__(self) -> str:
        return f"enum({name_of(self.enum)})"

    def grew(self, *members: Any, seen_as: Any = UNSET) -> Grew:
        """The members do not exist in older versions."""
        if not members:
            raise DeclarationError("enum(…).grew(…) needs at least one member")
        return Grew(enum=self.enum, members=members, seen_as=seen_as)

    def shrank(self, member: Any, *, read_as: Any, loses: str | None = None) -> Shrank:
        """The member exists in older versions only."""
        return Shrank(enum=self.enum, member=member, read_as=read_as, loses=loses)

    def renamed(self, old: Any, *, to: Any) -> MemberRenamed:
        """The member is ``old`` in older versions."""
        return MemberRenamed(enum=self.enum, old=old, to=to)


@explained
def enum(members: Model) -> Members:
    """State facts about the members of an enum: the class, or the name of its component."""
    return Members(plain_text(members))
