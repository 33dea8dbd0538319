"""What a declared fact does to the object of one component at one boundary: few kinds, names resolved.

A fact is what a person declares; a step is what is left of it when models, fields and paths are found and
the schemas on both sides of the boundary are known. Steps are told from old to new, like facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.changes.base import UNSET
from timegate.typing import Function, Schema


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is to blame: the version whose file declares the change, the change, and the fact as code."""

    version: str
    change: str
    fact: str


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """Only the newer version has the key; ``default`` is what head gets."""

    origin: Origin
    key: str
    schema: Schema
    default: Any = UNSET


@dataclass(frozen=True, slots=True)
class KeyRemoved:
    """Only the older version has the key; ``fill`` is what an old client reads."""

    origin: Origin
    key: str
    schema: Schema
    required: bool
    fill: Any = UNSET


@dataclass(frozen=True, slots=True)
class KeyRenamed:
    """The key is ``old`` in the older version and ``new`` in the newer one."""

    origin: Origin
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ValueConverted:
    """The value differs: each of them ``stars`` containers deep."""

    origin: Origin
    key: str
    stars: int
    newer: Schema
    older: Schema
    to_head: Function | None = None
    to_old: Function | None = None


@dataclass(frozen=True, slots=True)
class ValueReplaced:
    """Null is another value, or absent is: on the way to head or to old."""

    origin: Origin
    key: str
    newer: Schema
    older: Schema
    null_to_head: Any = UNSET
    null_to_old: Any = UNSET
    missing_to_head: Any = UNSET
    missing_to_old: Any = UNSET


@dataclass(frozen=True, slots=True)
class ValueMoved:
    """The value stands at another path; a path that reaches deeper goes through unshared components.

    Args:
        old: the path in the older version, in wire names.
        new: the path in the newer one.
        schema: the value's schema.
        older_parent: the schema of the object behind the first key of ``old``, if the path goes deeper.
        newer_parent: that of the object behind the first key of ``new``.
        empty: what the old place holds where the new place has no parent.
    """

    origin: Origin
    old: tuple[str, ...]
    new: tuple[str, ...]
    schema: Schema
    older_parent: Schema
    newer_parent: Schema
    empty: Any = UNSET


@dataclass(frozen=True, slots=True)
class MovedThrough:
    """A key that a parent takes out of or puts into this object at this boundary.

    Args:
        key: the wire name.
        schema: the value's schema.
        older: whether the older version's object has it, or the newer version's.
    """

    origin: Origin
    key: str
    schema: Schema
    older: bool


@dataclass(frozen=True, slots=True)
class ObjectConverted:
    """The whole object differs."""

    origin: Origin
    newer: Schema
    older: Schema
    to_head: Function
    to_old: Function


@dataclass(frozen=True, slots=True)
class ModelIntroduced:
    """Older versions do not know the component; ``seen_as`` stands in for it in a union."""

    origin: Origin
    seen_as: Any = UNSET


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """The members of an enum differ.

    Args:
        to_head: old member to newer one.
        to_old: newer member to old one.
        refused: newer members that an old client may not send.
    """

    origin: Origin
    to_head: Mapping[Any, Any]
    to_old: Mapping[Any, Any]
    refused: tuple[Any, ...] = ()


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
