"""Makes one step of steps at several boundaries that go on from each other, or that take each other back.

A field that is renamed in each of many versions has one other name in the end. So a program costs what it does and not
how many boundaries it crosses, and the course to a version is that to the next newer one with a little more at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from timegate.changes.base import UNSET, Sibling
from timegate.gates.plan.moves import is_alone, is_way_back
from timegate.gates.run.runtime import Call
from timegate.history.fills import fills
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MovedThrough,
    ObjectConverted,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.typing import Schema

CallOf: TypeAlias = Callable[[ValueConverted | ObjectConverted, int], Call | None]
"""Gives the call of a step's function in the direction of a side, with the boundary; None where it declares none."""


@dataclass(frozen=True, slots=True)
class ValuesConverted:
    """Functions that convert one value after the other; no version's value holds a component.

    Args:
        keys: the value's wire name; none for the object itself.
        newer: the schema in the newest version.
        older: the schema in the oldest.
        calls: of the functions, in the order in which a payload meets them.
    """

    keys: tuple[str, ...]
    newer: Schema
    older: Schema
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Emptied:
    """The end of a boundary, or a function in it that sees the object: what a move has emptied must go.

    Args:
        kept: the keys of the shape that payloads have reached.
    """

    kept: frozenset[str]


CourseStep: TypeAlias = Step | ValuesConverted | Emptied


class Passed(NamedTuple):
    """A step of a course with its boundary."""

    boundary: int
    step: CourseStep


class Course:
    """What a component's objects go through from one version to ever older ones.

    Args:
        upgrades: whether payloads go from old to new.
        call_of: gives the call of a step.
        holds_components: gives the components that values of a schema hold.
        steps_between: gives all that happens to a component's objects between two versions.
    """

    def __init__(
        self,
        *,
        upgrades: bool,
        call_of: CallOf,
        holds_components: Callable[[Schema], Set[str]],
        steps_between: Callable[[str, int, int], Sequence[Step]],
    ) -> None:
        self._upgrades = upgrades
        self._steps_between = steps_between
        self._call_of = call_of
        self._holds_components = holds_components
        self._passed: dict[int, Passed] = {}
        self._mentions: dict[str, list[int]] = {}
        self._count = 0
        self._fixed = 0
        self._ends: list[list[Passed]] = [[]]

    @property
    def length(self) -> int:
        """How many boundaries it crosses so far."""
        return len(self._ends) - 1

    def to(self, count: int) -> list[Passed]:
        """What it is across the first boundaries, in the order in which a payload meets the steps."""
        return self._ends[count]

    def cross(self, boundary: int, steps: Sequence[Step], emptied: Mapping[int, Set[str]]) -> None:
        """Go on across the next older boundary.

        Args:
            boundary: its index.
            steps: of the component, from old to new.
            emptied: by the number of the step that payloads meet next, the keys that are not of an emptied object.
        """
        met = list[Step | Emptied]()
        for number, step in enumerate((*(steps if self._upgrades else reversed(steps)), None)):
            met += [Emptied(frozenset(emptied[number]))] if number in emptied else []
            met += [] if step is None else [step]
        for one in reversed(met) if self._upgrades else met:
            self._add(boundary, one)
        self._ends.append(list(reversed(self._passed.values()) if self._upgrades else self._passed.values()))

    def _add(self, boundary: int, step: Step | Emptied) -> None:
        """Add a step at the end, as one with an earlier step where both are about the same and nothing is between."""
        last = next(reversed(self._passed), -1)
        if isinstance(step, Emptied) and last >= 0 and self._passed[last].step == step:
            # The one that payloads meet first leaves nothing for the other.
            self._passed[last] = Passed(boundary, step) if self._upgrades else self._passed[last]
            return
        changed = _changed(step)
        found = self._last(changed[0]) if changed else self._count - 1
        newer = self._passed.get(found)
        if newer is not None and found >= (self._fixed if changed else 0):
            alone = all(self._last(name) == found for name in _changed(newer.step))
            together = self._together(newer, boundary, step) if alone else None
            if together is not None:
                del self._passed[found]
                for name in _mentioned(newer.step):
                    self._mentions[name].remove(found)
                for one in together:
                    self._append(Passed(boundary, one))
                return
        self._append(Passed(boundary, step))

    def _last(self, name: str) -> int:
        """The number of the last step that mentions a key; -1 where none does."""
        return (self._mentions.get(name) or [-1])[-1]

    def _append(self, passed: Passed) -> None:
        self._passed[self._count] = passed
        for name in _mentioned(passed.step):
            self._mentions.setdefault(name, []).append(self._count)
        self._count += 1
        if not _changed(passed.step):
            # Nothing is known of what it does to the keys, so steps on both sides of it stay apart.
            self._fixed = self._count

    def _together(self, passed: Passed, boundary: int, older: Step | Emptied) -> list[Step | ValuesConverted] | None:
        """What two steps do, in fewer; None where that cannot be said."""
        match passed.step, older:
            case KeyRenamed() as newer, KeyRenamed() if newer.old == older.new and not self._is_emptied(newer.old):
                return [replace(newer, old=older.old)]
            case KeyRemoved() as newer, KeyAdded() if newer.key == older.key and not self._is_emptied(newer.key):
                return []
            case MovedThrough() as newer, MovedThrough() if newer.older is not older.older:
                return []
            case ValueMoved() as newer, ValueMoved() if is_way_back(newer, older):
                near, far = passed.boundary, boundary + 1
                return [] if is_alone(newer, lambda name: self._steps_between(name, near, far)) else None
            case ValueReplaced() as newer, ValueReplaced() if (newer.key, newer.partial) == (older.key, older.partial):
                # A function sees what the step before it has put in, and may give null itself.
                given = [value for one in (newer, older) for value in fills(one)]
                constant = not any(isinstance(value, Sibling) or callable(value) for value in given)
                return [_replaced(newer, older)] if constant and self._are_plain(newer, older) else None
            case (ValueConverted() | ObjectConverted() | ValuesConverted()) as newer, (
                ValueConverted() | ObjectConverted()
            ) if _changed(newer) == _changed(older) and self._are_plain(newer, older):
                first, then = self._calls(newer, passed.boundary), self._calls(older, boundary)
                if first is None or then is None:
                    return None
                calls = then + first if self._upgrades else first + then
                return [ValuesConverted(_changed(older), newer.newer, older.older, calls)]
            case _:
                return None

    def _is_emptied(self, key: str) -> bool:
        """Whether a move goes through the object of a key, so that what takes the key next takes that object away."""
        steps = (self._passed[at].step for at in self._mentions.get(key, ()))
        return any(
            isinstance(step, ValueMoved) and any(len(way) > 1 and way[0] == key for way in (step.new, step.old))
            for step in steps
        )

    def _calls(
        self, step: ValueConverted | ObjectConverted | ValuesConverted, boundary: int
    ) -> tuple[Call, ...] | None:
        """The calls of a step; None where one may take the value away, or the object is read."""
        if isinstance(step, ValuesConverted):
            return step.calls
        if any(map(callable, fills(step))):
            return None
        call = self._call_of(step, boundary)
        return () if call is None else None if call.may_remove else (call,)

    def _are_plain(self, *steps: ValueReplaced | ValueConverted | ObjectConverted | ValuesConverted) -> bool:
        """Whether no value that the steps are about holds a component."""
        return not any(self._holds_components(schema) for step in steps for schema in (step.newer, step.older))


def _changed(step: CourseStep) -> tuple[str, ...]:
    """The keys that a step changes, first the one that it has on the newer side; none for a step of whole objects."""
    match step:
        case KeyRenamed():
            return step.new, step.old
        case KeyAdded() | KeyRemoved() | ValueConverted() | ValueReplaced() | ValueMoved() if any(
            map(callable, fills(step))
        ):
            return ()
        case KeyAdded() | KeyRemoved() | ValueConverted() | ValueReplaced() | MovedThrough():
            return (step.key,)
        case ValueMoved():
            return step.new[0], step.old[0]
        case ValuesConverted():
            return step.keys
        case _:
            return ()


def _mentioned(step: CourseStep) -> tuple[str, ...]:
    """The keys that a step changes or reads."""
    return *_changed(step), *(value.field for value in fills(step) if isinstance(value, Sibling))


def _replaced(newer: ValueReplaced, older: ValueReplaced) -> ValueReplaced:
    """What two steps replace, one after the other."""

    def then(first: Any, second: Any, null: Any) -> Any:
        """What becomes of what the first step gives, or else the second; the second step replaces null too."""
        if first is UNSET:
            return second
        return null if first is None and null is not UNSET else first

    return replace(
        newer,
        older=older.older,
        null_to_head=then(older.null_to_head, newer.null_to_head, newer.null_to_head),
        missing_to_head=then(older.missing_to_head, newer.missing_to_head, newer.null_to_head),
        null_to_old=then(newer.null_to_old, older.null_to_old, older.null_to_old),
        missing_to_old=then(newer.missing_to_old, older.missing_to_old, older.null_to_old),
    )
