"""Facts about whole models and about the members of enums."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, Fact, Fill, Function, Loss, ModelFact, Unset, keywords_code, kind, name_of
from timegate.typing import Model


@kind
class WasNamed(ModelFact):
    """A model that the documents of older versions call otherwise."""

    name: str

    verb: ClassVar[str] = "was_named"

    def argument_code(self) -> str:
        return repr(self.name)


@kind
class Introduced(ModelFact):
    """A model that older versions do not have: gone from every union, refused in requests.

    Args:
        seen_as: what an old client reads in its place: a JSON value, or a function of the object.
    """

    seen_as: Fill | Unset = UNSET

    verb: ClassVar[str] = "introduced"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class Reshaped(ModelFact):
    """A model whose whole object differs; the last resort.

    Args:
        was: the old type.
        to_head: a pure function from the old object to the newer one.
        to_old: its inverse.
    """

    was: Any
    to_head: Function
    to_old: Function

    verb: ClassVar[str] = "reshaped"
    loss: ClassVar[Loss] = Loss.LAWS

    @property
    def named_type(self) -> Any:
        return self.was


@kind
class EnumFact(Fact):
    """A fact about the members of an enum."""

    enum: Model

    def subject_code(self) -> str:
        return f"enum({name_of(self.enum)})"


@kind
class Grew(EnumFact):
    """Members that older versions do not have.

    Args:
        members: members of the enum, or their JSON values.
        seen_as: the member an old client reads in their place.
    """

    members: tuple[Any, ...]
    seen_as: Any = UNSET

    verb: ClassVar[str] = "grew"
    loss: ClassVar[Loss] = Loss.TO_OLD

    def argument_code(self) -> str:
        rest = keywords_code(self, skip=("enum", "members"))
        return ", ".join([*(name_of(member) for member in self.members), *([rest] if rest else [])])


@kind
class Shrank(EnumFact):
    """A member that only older versions have.

    Args:
        member: its JSON value.
        read_as: the member head reads in its place.
    """

    member: Any
    read_as: Any

    verb: ClassVar[str] = "shrank"
    loss: ClassVar[Loss] = Loss.TO_HEAD

    def argument_code(self) -> str:
        return f"{name_of(self.member)}, {keywords_code(self, skip=('enum', 'member'))}"


@kind
class MemberRenamed(EnumFact):
    """A member that older versions call otherwise."""

    old: Any
    to: Any

    verb: ClassVar[str] = "renamed"

    def argument_code(self) -> str:
        return f"{name_of(self.old)}, to={name_of(self.to)}"
