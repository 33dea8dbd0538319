"""What declared facts mean, for canonical values: one small function a fact, up and down, applied one by one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.twins.shapes import World
from tests.twins.values import Member, Obj, each

Act: TypeAlias = Callable[[dict[str, Any]], None]
"""Changes the fields of one object."""


def at(name: str, change: Callable[[Any], Any]) -> Act:
    """Changes the value of one key, where the key is there."""

    def act(fields: dict[str, Any]) -> None:
        if name in fields:
            fields[name] = change(fields[name])

    return act


def nothing(_: dict[str, Any]) -> None:
    """Leave the object as it is."""


@dataclass(frozen=True)
class Whole:
    """What a fact does to the whole body of an operation.

    Args:
        operation: its uid.
        side: request or response.
        change: makes the newer body of a request, or the older one of a response.
    """

    operation: str
    side: str
    change: Callable[[Any], Any]


@dataclass(frozen=True)
class Happened:
    """A fact: its code, and what it means.

    Args:
        verb: its kind, for counting.
        code: as it is written in a version file.
        about: the models, and `op.query` and the like, whose objects it changes.
        up: from old to new.
        down: from new to old.
        partial: from old to new in the body of a PATCH, where that is another.
        members: by enum, which old member is which newer one, and the other way.
        arms: the models that old clients do not know, and what they see instead.
        reads: the models that only they know, and what head reads instead.
        fields: the names that the fact is about, right after it.
        whole: what it does to a whole body.
        types: the code of older types that its own code names.
    """

    verb: str
    code: str
    about: frozenset[str] = frozenset()
    up: Act = nothing
    down: Act = nothing
    members: dict[str, tuple[dict[Any, Any], dict[Any, Any]]] = field(
        default_factory=dict[str, tuple[dict[Any, Any], dict[Any, Any]]]
    )
    arms: dict[str, Any] = field(default_factory=dict[str, Any])
    reads: dict[str, Callable[[Any], Any]] = field(default_factory=dict[str, Callable[[Any], Any]])
    fields: tuple[str, ...] = ()
    whole: Whole | None = None
    types: str = ""
    partial: Act | None = None

    def upgrades(self, fields: dict[str, Any], *, partial: bool) -> None:
        """Change the fields of one object of a request."""
        (self.up if self.partial is None or not partial else self.partial)(fields)


@dataclass
class Boundary:
    """The facts between two versions, in the order they happened, and how the models derive from each other."""

    facts: Sequence[Happened]
    older: World
    newer: World
    _about: dict[str, list[Happened]] = field(default_factory=dict[str, list[Happened]])

    def about(self, uid: str) -> list[Happened]:
        found = self._about.get(uid)
        if found is None:
            lineage = {*self.older.lineage(uid), *self.newer.lineage(uid), uid}
            found = self._about[uid] = [fact for fact in self.facts if fact.about & lineage]
        return found


def whole(body: Any, boundary: Boundary, operation: str, side: str) -> Any:
    """What facts about a whole body make of it, after all others in a request, before them in a response."""
    facts = boundary.facts if side == "request" else reversed(boundary.facts)
    for fact in facts:
        if fact.whole is not None and (fact.whole.operation, fact.whole.side) == (operation, side):
            body = fact.whole.change(body)
    return body


def up(value: Any, boundary: Boundary, *, partial: bool = False) -> Any:
    """What an older value is at the newer version, or in the body of a PATCH: children first, then the facts."""
    match value:
        case Obj(uid, fields, extra):
            inner = {key: up(item, boundary, partial=partial) for key, item in fields.items()}
            for fact in boundary.about(uid):
                fact.upgrades(inner, partial=partial)
            for fact in boundary.facts:
                if uid in fact.reads:
                    return fact.reads[uid](inner)
            return Obj(uid, inner, extra)
        case Member(enum, inner):
            for fact in boundary.facts:
                if enum in fact.members:
                    inner = fact.members[enum][0].get(inner, inner)
            return Member(enum, inner)
        case _:
            return each(value, lambda item: up(item, boundary, partial=partial))


def down(value: Any, boundary: Boundary) -> Any:
    """What a newer value is at the older version: the facts in reverse, then the children."""
    match value:
        case Obj(uid, fields, extra):
            for fact in reversed(boundary.facts):
                if uid in fact.arms:
                    return down(copy.deepcopy(fact.arms[uid]), boundary)
            inner = dict(fields)
            for fact in reversed(boundary.about(uid)):
                fact.down(inner)
            return Obj(uid, {key: down(item, boundary) for key, item in inner.items()}, extra)
        case Member(enum, inner):
            for fact in reversed(boundary.facts):
                if enum in fact.members:
                    inner = fact.members[enum][1].get(inner, inner)
            return Member(enum, inner)
        case _:
            return each(value, lambda item: down(item, boundary))
