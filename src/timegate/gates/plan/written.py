"""What a route leaves out of a response is written where a fact looks at it, before anything else happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.left_out import UNKNOWN, is_made_by_class, left_out_value
from timegate.gates.plan.plan import ConvertBySchema, ExtractValue, InsertValue, SetValue, Slot, Stage, WriteBelow
from timegate.gates.plan.reach import Reach
from timegate.history.fills import fills
from timegate.history.steps import KeyAdded, KeyRenamed, ObjectConverted, ValueReplaced
from timegate.typing import Schema
from timegate.wire.schema import single_reference
from timegate.wire.wire import Component


class _Source(NamedTuple):
    """Where a value was when the conversion began: in a slot, or at a path of keys below it.

    Args:
        first: the slot of the first stage.
        path: the keys, each with the version that calls it so.
    """

    first: Slot
    path: tuple[tuple[str, int], ...] = ()


class _Missing(NamedTuple):
    """What head means by a key that it leaves out, in a slot's value or below it."""

    first: Slot
    path: tuple[str, ...]
    value: Any


_Writes: TypeAlias = SetValue | WriteBelow | ConvertBySchema


@dataclass(slots=True)
class Written:
    """What is written of a component's objects.

    Args:
        reach: responses and their history.
        name: the component.
        conversion: from head, or from where a function or a move has left a payload.
        stages: of the plan, so far.
    """

    reach: Reach
    name: str
    conversion: Conversion
    stages: Sequence[Stage]
    _ops: dict[tuple[int, tuple[str, ...] | None], _Writes] = field(
        default_factory=dict[tuple[int, tuple[str, ...] | None], _Writes]
    )
    _taken: dict[int, ExtractValue] = field(default_factory=dict[int, ExtractValue])
    _is_all: bool = False
    _put: dict[int, list[InsertValue]] = field(default_factory=dict[int, list[InsertValue]])

    def note(self, op: ExtractValue | InsertValue) -> None:
        """Note where a move takes a value from, or puts it."""
        if isinstance(op, ExtractValue):
            self._taken[id(op.slot)] = op
        else:
            self._put.setdefault(id(op.other), []).append(op)

    def ops(self) -> list[_Writes]:
        """What writes it, outer objects first."""

        def depth(op: _Writes) -> tuple[bool, int]:
            return isinstance(op, ConvertBySchema), len(op.path) if isinstance(op, WriteBelow) else 0

        return sorted(self._ops.values(), key=depth)

    def missing(self, slot: Slot) -> list[Any]:
        """What head means where it leaves out a value of the last stage, or one that it is made of; see `UNKNOWN`."""
        found = ([one.value for one in self._means(source)] for source in self._sources(slot))
        return [UNKNOWN if any(value is UNKNOWN for value in values) else values[-1] for values in found if values]

    def write_all(self, slots: Iterable[Slot]) -> None:
        """Write all values of the last stage and what their objects lack, because a function gets them."""
        if self.conversion.left_out is None or self._is_all:
            # A function that comes later gets what this one got, and what facts have made.
            return
        self._is_all = True
        for slot in slots:
            self.write(slot)
            self.complete(slot)

    def write(self, slot: Slot) -> None:
        """Write a value of the last stage where head leaves it out, as far as anybody knows it."""
        for source in self._sources(slot):
            for first, path, value in self._means(source):
                if value is not UNSET and value is not UNKNOWN:
                    op = WriteBelow(first, path, value) if path else SetValue(first, "missing", value)
                    self._ops.setdefault((id(first), path), op)

    def complete(self, slot: Slot) -> None:
        """Write what the objects in a value of the last stage lack, because a function gets it."""
        completing = self.conversion.completing
        for first, _ in self._sources(slot) if completing.left_out is not None else ():
            schema = self._schema(first)
            if schema is not None and self.reach.needs(schema, completing):
                self._ops.setdefault((id(first), None), ConvertBySchema(first, schema, completing))

    def _component(self, name: str) -> Component:
        return self.reach.component(name, self.conversion.src)

    def _schema(self, first: Slot) -> Schema | None:
        component = self._component(self.name)
        return component.schema if first.source is None else component.properties.get(first.source)

    def _sources(self, slot: Slot) -> Iterator[_Source]:
        return self._come_from(len(self.stages) - 1, slot, frozenset())

    def _come_from(self, index: int, slot: Slot, seen: frozenset[int]) -> Iterator[_Source]:
        """The sources of a slot of a stage: of what a move has taken, of what moves have put into it, its own."""
        if id(slot) in seen:
            return
        stage, seen, taken = self.stages[index], seen | {id(slot)}, self._taken.get(id(slot))
        for op in self._put.get(id(slot), ()):
            yield from self._come_from(index, op.slot, seen)
        if taken is not None:
            put = [one.slot for one in self._put.get(id(taken.other), ()) if one.path == taken.path]
            path = () if put else tuple((key, taken.version) for key in taken.path)
            found = self._come_from(index, put[-1] if put else taken.other, seen)
            yield from (one._replace(path=one.path + path) for one in found)
        if index == 0 and (slot.source is not None or slot is stage.whole):
            yield _Source(slot)
        before = None if index == 0 or slot.source is None else self.stages[index - 1].stored.get(slot.source)
        if before is not None:
            yield from self._come_from(index - 1, before, seen)

    def _means(self, source: _Source) -> Iterator[_Missing]:
        """What head means by each key on the way to a source, the outermost first."""
        name, slot, conversion, path = self.name, source.first, self.conversion, tuple[str, ...]()
        for key, version in (("", 0), *source.path):
            if key:
                inner = single_reference(self._component(name).properties.get(slot.source or "", {}))
                found = None if inner is None else self._key(inner, key, version)
                if inner is None or found is None:
                    return
                name, slot, path = inner, Slot(found, None, self.conversion.src), (*path, found)
                conversion = conversion.below
            if slot.source is None:
                return
            value = left_out_value(self.reach, name, slot, conversion)
            schema = self._component(name).properties.get(slot.source, {})
            if value is UNKNOWN and is_made_by_class(self.reach, schema, conversion):
                value = {}
            yield _Missing(source.first, path, value)

    def _key(self, name: str, key: str, version: int) -> str | None:
        """The key where the conversion begins of a key of a component at a later version; None where it has none."""
        src = self.conversion.src
        names: Mapping[str, str | None] = self.reach.names_at_head(name, version) if src == 0 else {key: key}
        found = names.get(key)
        return found if found in self._component(name).properties else None


def looks_at(reach: Reach, name: str, key: str, conversion: Conversion) -> bool:
    """Whether a fact looks at a key of a component's objects in a part of a downgrade.

    Args:
        reach: responses and their history.
        name: the component.
        key: as it is where the part begins.
        conversion: the part.
    """
    for passed in reach.course(name, conversion):
        match passed.step:
            case KeyRenamed(old=old, new=new) if new == key:
                key = old
            case ValueReplaced(key=replaced) if replaced == key:
                return True
            case ObjectConverted():
                return True
            case KeyAdded():
                pass
            case step if any(map(callable, fills(step))):
                return True
            case _:
                pass
    return False
