"""The plan of one component's objects on one journey: many facts, run once over the keys by name alone.

Each key of the source version becomes a slot. Facts rename slots, put new ones, drop some and convert a few;
nothing is done to data yet. What is left is what the data needs: which keys to load, what to do to them,
under which names to store them. A function of the whole object ends a stage and begins the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from timegate.gates.plan.conversion import Conversion
from timegate.history.steps import Origin
from timegate.typing import Function, Schema


@dataclass(slots=True, eq=False)
class Slot:
    """One value of an object on its way.

    Args:
        source: the key it is loaded from; None where it is put.
        schema: the schema of its value, in the shape of version ``since``.
        since: the version whose shape its value has by now.
    """

    source: str | None
    schema: Schema | None
    since: int


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Take the value through a part of the journey."""

    slot: Slot
    schema: Schema
    conversion: Conversion


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """Let a declared function convert the value, ``stars`` containers deep."""

    slot: Slot
    function: Function
    stars: int
    origin: Origin
    expects: Schema


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """Set the value: always, where it is missing, or where it is null."""

    slot: Slot
    when: str
    value: Any
    origin: Origin
    required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """Set the value to a copy of another slot's: always, where it is missing, or where it is null."""

    slot: Slot
    when: str
    other: Slot
    origin: Origin
    required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Take the value out of an object that another slot holds."""

    slot: Slot
    parent: Slot
    path: tuple[str, ...]
    prune: int
    empty: Any
    upgrade: bool


@dataclass(frozen=True, slots=True, eq=False)
class Insert:
    """Put the value into an object that another slot holds."""

    slot: Slot
    parent: Slot
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """Make the value missing where it equals another."""

    slot: Slot
    value: Any


Op: TypeAlias = Walk | Call | Fill | Copy | Take | Insert | Blank


@dataclass(slots=True)
class Judgement:
    """What happens to keys that the sender's contract does not have.

    Args:
        forbidden: keys that must not reach the other side.
        refused: whether such a key refuses the payload, or is dropped.
        aliases: other spellings of a key, read as that key.
        hidden: keys that are nothing to either side and must not be mistaken on the way.
    """

    forbidden: tuple[str, ...] = ()
    refused: bool = False
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    hidden: tuple[str, ...] = ()


@dataclass(slots=True)
class Stage:
    """One pass over an object's keys.

    Args:
        loaded: the slots the object starts with, by key.
        ops: what happens to them, in order.
        stored: the slots the object ends with, by key.
        then: a function of the whole object that follows, with the key of its result (None: it is the object).
    """

    loaded: dict[str, Slot]
    ops: list[Op] = field(default_factory=list[Op])
    stored: dict[str, Slot] = field(default_factory=dict[str, Slot])
    then: tuple[Function, str | None, Origin] | None = None


@dataclass(slots=True)
class Plan:
    """All stages of a component's objects on a journey.

    Args:
        judgement: what is done to keys before the first stage.
        stages: in order.
        revealed: hidden keys that come back at the end.
        refused: why no such object may pass at all; None where it may.
        faults: keys that the newest version requires and nothing gives, each with the fact that brought it.
    """

    judgement: Judgement
    stages: list[Stage]
    revealed: tuple[str, ...] = ()
    refused: Origin | None = None
    faults: list[tuple[str, Origin]] = field(default_factory=list[tuple[str, Origin]])


def touched(stage: Stage) -> set[Slot]:
    """The slots of a stage that something happens to besides a last walk, or that are stored elsewhere than loaded."""
    found: set[Slot] = set()
    to_client = {id(op) for op in trailing_walks(stage)}
    for op in stage.ops:
        if id(op) in to_client:
            continue
        found.add(op.slot)
        if isinstance(op, Copy):
            found.add(op.other)
        if isinstance(op, Take | Insert):
            found.add(op.parent)
    return found


def trailing_walks(stage: Stage) -> list[Walk]:
    """The walks with which a stage ends."""
    found: list[Walk] = []
    for op in reversed(stage.ops):
        if not isinstance(op, Walk):
            break
        found.append(op)
    return found[::-1]
