"""The steps that facts leave for payloads: few kinds, each about one component's objects at one boundary.

A fact is what a person declares. A step is what is left of it when models, fields and paths are resolved and the
schemas on both sides of the boundary are known. Steps are stated from old to new, like facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timegate.changes.base import UNSET
from timegate.typing import Function, Schema


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a step or fault comes from: the version whose file declares the change, the change, the fact as code."""

    version: str
    change: str
    fact: str


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """Only the newer version has the key.

    Args:
        default: what head receives.
        partial: whether a partial update leaves the key out unless head requires it.
    """

    origin: Origin
    key: str
    schema: Schema
    default: Any = UNSET
    partial: bool = True


@dataclass(frozen=True, slots=True)
class KeyRemoved:
    """Only the older version has the key.

    Args:
        required: whether the older version requires it.
        fill: the value that an old client reads.
        was: the declared type of the value.
        checked: whether a request without the key is refused where its version requires the key.
    """

    origin: Origin
    key: str
    schema: Schema
    required: bool
    fill: Any = UNSET
    was: Any = UNSET
    checked: bool = False


@dataclass(frozen=True, slots=True)
class KeyRenamed:
    """The key has the name ``old`` in the older version and ``new`` in the newer one."""

    origin: Origin
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ValueConverted:
    """The value differs, or each value ``stars`` lists or dicts deep in it.

    Args:
        was: the declared old type of the values; UNSET where none is declared.
        is_item: whether the old type is that of the newer one's items.
    """

    origin: Origin
    key: str
    stars: int
    newer: Schema
    older: Schema
    to_head: Function | None = None
    to_old: Function | None = None
    was: Any = UNSET
    is_item: bool = False


@dataclass(frozen=True, slots=True)
class LimitsConverted(ValueConverted):
    """The value differs by its limits alone: head's own refuse it, the older ones say which arm of a union it is."""


@dataclass(frozen=True, slots=True)
class MembersConverted(ValueConverted):
    """The members of a ``Literal`` differ, which may be one of several types of the values.

    Args:
        newer_members: those of the newer version.
        older_members: those of the older one.
    """

    newer_members: tuple[Any, ...] = ()
    older_members: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueReplaced:
    """Another value replaces null or an absent key, in the upgrade or in the downgrade.

    Args:
        partial: whether a partial update leaves an absent key out unless head requires it.
    """

    origin: Origin
    key: str
    newer: Schema
    older: Schema
    null_to_head: Any = UNSET
    null_to_old: Any = UNSET
    missing_to_head: Any = UNSET
    missing_to_old: Any = UNSET
    partial: bool = False


@dataclass(frozen=True, slots=True)
class ValueMoved:
    """The value is at another path; a longer path goes through components that no other place shares.

    Args:
        old: the path in the older version, in wire names.
        new: the path in the newer one.
        schema: the value's schema.
        older_parent: the schema of the first key of ``old``, which holds the rest of the path.
        newer_parent: the schema of the first key of ``new``.
        older_holders: the components behind the keys of ``old`` but the last; other facts may rename the keys.
        newer_holders: those behind the keys of ``new``.
        empty: what the old place holds where the new place has no parent.
        made: what head gets under the first key of ``new`` without the value: an object that it requires and that only
            the newer version has, or null.
        again: how many of the objects on the way of ``old``, innermost first, a later move of the version makes anew.
    """

    origin: Origin
    old: tuple[str, ...]
    new: tuple[str, ...]
    schema: Schema
    older_parent: Schema
    newer_parent: Schema
    older_holders: tuple[str, ...] = ()
    newer_holders: tuple[str, ...] = ()
    empty: Any = UNSET
    made: Any = UNSET
    again: int = 0


@dataclass(frozen=True, slots=True)
class MovedThrough:
    """A key of this object whose value a parent's `ValueMoved` moves at this boundary.

    Args:
        key: the wire name.
        schema: the value's schema.
        older: whether the older version's object has the key, rather than the newer version's.
    """

    origin: Origin
    key: str
    schema: Schema
    older: bool


@dataclass(frozen=True, slots=True)
class ObjectConverted:
    """The object differs as a whole; ``was`` is its declared old type."""

    origin: Origin
    newer: Schema
    older: Schema
    to_head: Function
    to_old: Function
    was: Any = UNSET


def one_way(value: Any) -> Any:
    """The function of the direction in which an `ObjectConverted` has none: the object stays as it is."""
    return value


@dataclass(frozen=True, slots=True)
class ModelIntroduced:
    """Older versions do not have the component.

    Args:
        seen_as: what old clients read in its place.
        undone: how many facts were undone before; what was introduced later has a lower number.
    """

    origin: Origin
    seen_as: Any = UNSET
    undone: int = 0


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """The members of an enum differ.

    Args:
        to_head: the newer member for an old one.
        to_old: the old member for a newer one.
        refused: newer members that an old client may not send.
    """

    origin: Origin
    to_head: Mapping[Any, Any]
    to_old: Mapping[Any, Any]
    refused: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderFieldChanged:
    """A header field of an operation's responses differs; it is no step of a component.

    Args:
        new: its name in the newer version, in lower case.
        old: its name in the older one.
        values: makes the older values of the newer ones: a list of scalars of a list of texts.
    """

    origin: Origin
    new: str
    old: str
    values: Function


Step: TypeAlias = (
    KeyAdded
    | KeyRemoved
    | KeyRenamed
    | ValueConverted
    | ValueReplaced
    | ValueMoved
    | MovedThrough
    | ObjectConverted
    | ModelIntroduced
    | MembersChanged
)

READ_OTHERWISE: Final = (ValueConverted, ValueReplaced, MembersChanged)
"""The steps by which a server reads more or fewer values of a key, also where nothing is done with them."""


def names_after(keys: Iterable[str], steps: Iterable[Step]) -> dict[str, str | None]:
    """What keys of the older version are called after some steps, from old to new; None where they are removed."""
    names: dict[str, str | None] = {}
    following = {key: [key] for key in keys}
    for step in steps:
        if isinstance(step, KeyRenamed) and step.old in following:
            following.setdefault(step.new, []).extend(following.pop(step.old))
        elif isinstance(step, KeyRemoved):
            names |= dict.fromkeys(following.pop(step.key, ()))
    return names | {key: name for name, same in following.items() for key in same}
