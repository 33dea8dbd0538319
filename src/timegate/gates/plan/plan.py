"""The plan of one component's objects in one conversion: all steps, applied once to the keys instead of the data.

Each key of the source version becomes a slot. Steps rename slots, add new ones, drop some and convert a few. The plan
keeps what the data needs: which keys to load, which operations to run, and under which keys to store the results. A
function of the whole object ends a stage and begins the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from timegate.gates.plan.conversion import Conversion
from timegate.gates.run.runtime import Call
from timegate.history.steps import Origin
from timegate.typing import Schema, Settings
from timegate.wire.marks import Form


@dataclass(slots=True, eq=False)
class Slot:
    """One value of an object during a conversion.

    Args:
        source: the key that it is loaded from; None where a step adds it.
        schema: the schema of its value, in the shape of version ``since``.
        since: the version whose shape its value has at this point of the plan.
    """

    source: str | None
    schema: Schema | None
    since: int


@dataclass(frozen=True, slots=True, eq=False)
class CheckValue:
    """Refuse what the client's contract does not admit, and read what has another JSON type as the old server did.

    Args:
        slot: the value as the client sent it.
        schema: its schema in the client's contract.
        version: the client's version.
        kind: the type that reads it; UNSET where it is not known.
        settings: those that apply to the type.
        required: whether an absent value is refused.
        converted: whether a declared function gets the value, and so the plain JSON of what was read.
        described: whether only the form that the schema describes passes.
    """

    slot: Slot
    schema: Schema
    version: int
    kind: Any
    settings: Settings
    required: bool
    converted: bool
    described: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LetPass:
    """Let a value pass to head as it is where it has a form that a change vouches for, and not the described one.

    Args:
        described: the check of the value, which says what its schema describes.
        forms: what else may pass.
    """

    described: CheckValue
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True, eq=False)
class NoteAbsent:
    """List an absent value among the failures of a payload that is refused anyway; alone, it is left to head."""

    slot: Slot


@dataclass(frozen=True, slots=True, eq=False)
class ConvertBySchema:
    """Convert the value by its schema, for a part of the conversion."""

    slot: Slot
    schema: Schema
    conversion: Conversion


@dataclass(frozen=True, slots=True, eq=False)
class CallFunctions:
    """Convert the value with declared functions, one after the other."""

    slot: Slot
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SetValue:
    """Set the value: ``"always"``, where it is ``"missing"``, or where it is ``"null"``."""

    slot: Slot
    when: str
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class WriteBelow:
    """Set what is missing at a path below the value, where all objects on the path are present."""

    slot: Slot
    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class CopyValue:
    """Set the value to a copy of another slot's value, with the same conditions as `SetValue`.

    Args:
        slot: the slot to set.
        when: the condition.
        other: the slot to copy from.
        origin: the fact that declares it.
        required: whether the payload is refused where the other value is missing.
        fallback: what to copy where head leaves the other value out; None where it does not.
    """

    slot: Slot
    when: str
    other: Slot
    origin: Origin
    required: bool
    fallback: Slot | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ExtractValue:
    """Remove the value from an object in another slot.

    Args:
        slot: the slot to set.
        other: the slot of the object.
        path: the keys below the object.
        prune: how many of the path's inner objects, innermost first, are removed where they become empty.
        empty: the value where an object on the path is missing; ``UNSET`` for no value.
        version: whose names the path has.
    """

    slot: Slot
    other: Slot
    path: tuple[str, ...]
    prune: int
    empty: Any
    version: int


@dataclass(frozen=True, slots=True, eq=False)
class InsertValue:
    """Put the value into an object in another slot, at a path."""

    slot: Slot
    other: Slot
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RemoveEqual:
    """Make the value missing where it equals a given one.

    Args:
        slot: the value.
        value: the given one; a slot holds what a `Filler` gave.
        parent: holds the parent of the value's new place, where only a missing one counts; None for none.
        path: the way from that slot's value to the new place.
    """

    slot: Slot
    value: Any
    parent: Slot | None = None
    path: tuple[str, ...] = ()


Op: TypeAlias = (
    CheckValue
    | NoteAbsent
    | ConvertBySchema
    | CallFunctions
    | SetValue
    | WriteBelow
    | CopyValue
    | ExtractValue
    | InsertValue
    | RemoveEqual
)


def slots_of(op: Op) -> tuple[Slot, ...]:
    """The slots that an operation reads or sets, its own slot last."""
    if isinstance(op, CopyValue) and op.fallback is not None:
        return op.other, op.fallback, op.slot
    if isinstance(op, RemoveEqual):
        return (*(one for one in (op.parent, op.value) if isinstance(one, Slot)), op.slot)
    return (op.other, op.slot) if isinstance(op, CopyValue | ExtractValue | InsertValue) else (op.slot,)


@dataclass(slots=True)
class KeyPolicy:
    """How a program treats keys that the sender's contract does not have.

    Args:
        forbidden: keys that must not reach the other side.
        refused: whether such a key refuses the payload; otherwise it is dropped.
        aliases: for each key, other spellings that are read as that key.
        kept: those of them that stay as keys of no field where the key itself is there, as the class keeps such keys.
        hidden: keys that neither side has, but a version in between has; they are set aside during the conversion.
        only: the keys that may pass, whatever the schema says; None for all others too.
    """

    forbidden: tuple[str, ...] = ()
    refused: bool = False
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    kept: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()
    only: frozenset[str] | None = None


class WholeFunctions(NamedTuple):
    """Functions of a whole object, one after the other.

    Args:
        calls: of the functions.
        key: the key of the result; None where the result takes the object's place.
        when: whether they are called ``"always"``, or where the key is ``"missing"`` or its value ``"null"``; where it
            is an ``"empty"`` list, or one that is ``"empty or null"``, and gets the result as its item; or where an
            object on a path is missing, ``"unreachable"``.
        path: the path, for the last of these.
    """

    calls: tuple[Call, ...]
    key: str | None
    when: str = "always"
    path: tuple[str, ...] = ()


@dataclass(slots=True)
class Stage:
    """One pass over an object's keys.

    Args:
        loaded: the slots that the object begins with, by key.
        ops: the operations, in order.
        stored: the slots that the object ends with, by key.
        then: functions of the whole object that follow, one after the other; each gets what the one before it gave.
        whole: the slot of the value itself, where it is a list or a scalar in these versions and has no keys.
        let_pass: the slots whose values may have another form.
    """

    loaded: dict[str, Slot]
    ops: list[Op] = field(default_factory=list[Op])
    stored: dict[str, Slot] = field(default_factory=dict[str, Slot])
    then: list[WholeFunctions] = field(default_factory=list[WholeFunctions])
    whole: Slot | None = None
    let_pass: dict[Slot, LetPass] = field(default_factory=dict[Slot, LetPass])

    def touches(self, key: str) -> bool:
        """Whether anything happens to the value that is loaded from a key."""
        slot = self.loaded.get(key)
        if slot is None:
            return False
        return self.stored.get(key) is not slot or any(slot in slots_of(op) for op in self.ops)

    def trailing_conversions(self) -> list[ConvertBySchema]:
        """The conversions by schema at the end of the stage; the values can be converted in place."""
        found: list[ConvertBySchema] = []
        for op in reversed(self.ops):
            if not isinstance(op, ConvertBySchema):
                break
            found.insert(0, op)
        return found

    def slots_in_variables(self) -> set[Slot]:
        """The slots that need a variable: those of every operation before the trailing conversions."""
        before = self.ops[: len(self.ops) - len(self.trailing_conversions())]
        return {slot for op in before for slot in slots_of(op)} | self.let_pass.keys()


@dataclass(slots=True)
class Plan:
    """All stages of a component's objects in a conversion.

    Args:
        key_policy: how keys are treated before the first stage.
        stages: in order.
        restored: hidden keys that come back at the end.
        refused: the fact for which every such object is refused; None where none is.
        faults: keys that head requires and nothing provides, each with the fact that added it.
        unknown: keys that head may leave out of a response for a reason that nobody else knows, each with the fact to
            which their absence means another value.
        undecided: objects that clients may leave out, where head's default has values of its own, each with the fact
            that fills something into such an object.
        departed: keys of head's object that the plan of an outer one may have taken out of it before.
    """

    key_policy: KeyPolicy
    stages: list[Stage]
    restored: tuple[str, ...] = ()
    refused: Origin | None = None
    faults: list[tuple[str, Origin]] = field(default_factory=list[tuple[str, Origin]])
    unknown: list[tuple[str, Origin]] = field(default_factory=list[tuple[str, Origin]])
    undecided: list[tuple[str, Origin]] = field(default_factory=list[tuple[str, Origin]])
    departed: frozenset[str] = frozenset()
