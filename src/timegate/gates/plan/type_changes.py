"""How the type of a client's value follows from the type that the newer version has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from timegate.changes.base import UNSET
from timegate.history.steps import ValueConverted
from timegate.reading.type_parts import at_depth, union_of, with_members
from timegate.typing import Schema, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import arms_of

TypeChange: TypeAlias = Callable[[Any], Any]
"""Gives the older type of a newer one; UNSET stands for a type that is not known."""


@dataclass(slots=True)
class TypeChanges:
    """How the type of a value differs before a boundary, the oldest difference first."""

    read: list[TypeChange] = field(default_factory=list[TypeChange])
    limited: list[TypeChange] = field(default_factory=list[TypeChange])

    def add(self, change: TypeChange, limits: TypeChange | None = None) -> None:
        """Add a newer difference; of the limits, another one where a fact is about them alone."""
        for known, one in ((self.read, change), (self.limited, limits or change)):
            older = known[-1] if known else None
            if isinstance(older, OtherMembers) and isinstance(one, OtherMembers) and older.follows(one):
                # Each of very many members may have come with a fact of its own.
                known[-1] = replace(older, newer=one.newer)
            else:
                known.append(one)

    def before(self, kind: Any, limited: Any) -> tuple[Any, Any]:
        """The type before the boundary, with the limits of head and with its own."""
        return _composed(self.read)(kind), _composed(self.limited)(limited)


@dataclass(frozen=True, slots=True)
class OtherMembers:
    """The change to a type of which a ``Literal`` had other members.

    Args:
        stars: how many lists or dicts deep it is.
        newer: its members.
        older: those that it had.
        schema: of the field that has it, in the older version.
    """

    stars: int
    newer: tuple[Any, ...]
    older: tuple[Any, ...]
    schema: Schema

    def __call__(self, kind: Any) -> Any:
        changed = at_depth(kind, self.stars, lambda one: with_members(one, self.newer, self.older))
        if changed is not UNSET:
            return changed
        # No type has the literal, or none is known.
        told = _told_by(self.schema)
        return kind if told is UNSET else told

    def follows(self, newer: OtherMembers) -> bool:
        """Whether the other change is about the same literal, and this one about what that makes of it."""
        return self.stars == newer.stars and self.newer == newer.older


def _told_by(schema: Schema) -> Any:
    """The type of scalars, lists or dicts that a schema names; UNSET where it names others."""
    literal: Any = Literal
    many: Any = list
    named: Any = dict
    members = listed_values(schema)
    if members is not None:
        return literal[tuple(members)]
    arms = list(map(_told_by, arms_of(schema)))
    if arms:
        return UNSET if any(one is UNSET for one in arms) else union_of(arms)
    held = {"array": "items", "object": "additionalProperties"}.get(str(schema.get("type")))
    if held is None:
        return _SCALARS.get(str(schema.get("type")), UNSET)
    inner = _told_by(schema[held]) if is_object(schema.get(held)) and "properties" not in schema else UNSET
    return UNSET if inner is UNSET else many[inner] if held == "items" else named[str, inner]


_SCALARS: Final[Mapping[str, Any]] = {"boolean": bool, "integer": int, "null": None, "number": float, "string": str}


def declared(step: ValueConverted) -> TypeChange:
    """The change to the declared old type of a conversion."""
    return lambda kind: at_depth(kind, step.stars, lambda _: step.was)


def same(kind: Any) -> Any:
    """No change."""
    return kind


def if_known(change: TypeChange) -> TypeChange:
    """A change to a type that is known; what is not known stays so."""
    return lambda kind: kind if kind is UNSET else change(kind)


def _composed(changes: list[TypeChange]) -> TypeChange:
    """The change that goes back over several, the newest first."""

    def change(kind: Any) -> Any:
        for one in reversed(changes):
            kind = one(kind)
        return kind

    return change
