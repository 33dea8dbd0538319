"""Tries once, at start-up, whether the values that facts declare can be converted from where they are set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from timegate.changes.base import UNSET, Sibling
from timegate.errors import Fault, GateError
from timegate.gates.check.faults import display_name
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.runtime import MISSING, call_each, copy_json, extract
from timegate.gates.source.module import Module, Purpose
from timegate.gates.source.programs import new_module
from timegate.history.list_values import FirstItem
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    ObjectConverted,
    Origin,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.typing import Schema
from timegate.wire.wire import Side

_NEVER_ENDS: Final = "the conversion of the declared value never ends"
_IN_ITS_TYPE: Final = "a value in the newer shape of its type, whose conversion ends"


def constant_faults(reach: Reach) -> list[Fault]:
    """The declared values of one side that cannot be converted from their boundary to the last version."""
    return _Constants(reach).faults()


def stand_in_faults(module: Module, space: Mapping[str, Any], conversion: Conversion) -> Iterator[Fault]:
    """The declared values that stand in for the arms of unions and cannot be converted to the last version.

    Args:
        module: the programs of responses.
        space: its names with their values.
        conversion: what they do.
    """
    for name, function, origin in module.stand_ins:
        place = display_name(module.reach, name, conversion)
        try:
            space[function]()
        except RecursionError:
            yield _fault_of(origin, place, _NEVER_ENDS, _IN_ITS_TYPE)
        except GateError as error:
            yield _fault_of(origin, place, f"{_cannot('responses')}: {error.problem}", _IN_ITS_TYPE)


def _fault_of(origin: Origin, place: str, problem: str, instead: str) -> Fault:
    return Fault(origin.version, origin.change, place, problem, f"give {origin.fact} {instead}")


def _cannot(side: Side) -> str:
    """What cannot be done with a declared value of a side."""
    return f"the declared value cannot be converted to {'head' if side == 'requests' else 'an older version'}"


@dataclass(frozen=True, slots=True)
class _Constant:
    """A declared value on its way.

    Args:
        declared: the facts that declare it, each with the place where it is set.
        value: in the shape that it has by now.
        schema: of the value.
        since: the version of that shape.
    """

    declared: list[tuple[Origin, str]]
    value: Any
    schema: Schema
    since: int


_Alike: TypeAlias = tuple[str, int, int]
"""What values have in common of which the same becomes: the value as text, its schema, the version of its shape."""


@dataclass(slots=True)
class _Values:
    """The declared values that a key may have: null apart from the others, because facts replace null alone.

    Values of many versions that have become the same one go on as that.
    """

    others: dict[_Alike, _Constant] = field(default_factory=dict[_Alike, _Constant])
    nulls: dict[_Alike, _Constant] = field(default_factory=dict[_Alike, _Constant])

    def add(self, constants: Iterable[_Constant]) -> _Values:
        """Add some."""
        for one in constants:
            known = self.nulls if one.value is None else self.others
            same = known.setdefault((repr(one.value), id(one.schema), one.since), one)
            if same is not one:
                same.declared.extend(one.declared)
        return self

    def __iter__(self) -> Iterator[_Constant]:
        yield from self.others.values()
        yield from self.nulls.values()


class _Constants:
    """The declared values of one side, each followed through the facts that payloads meet after its own.

    What becomes of one inside of an object that a function converts as a whole, nobody knows at the start.

    Args:
        reach: the side and its history.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._upgrades = reach.side == "requests"
        self._held: dict[str, dict[str, _Values]] = {}
        self._arriving: list[tuple[str, str, list[_Constant]]] = []
        self._known: dict[Purpose, Any] = {}
        self._faults: list[Fault] = []

    def faults(self) -> list[Fault]:
        """Why some cannot be converted."""
        met: dict[int, list[tuple[str, Sequence[Step]]]] = {}
        for (side, name, boundary), steps in self._reach.history.steps.items():
            if side == self._reach.side:
                met.setdefault(boundary, []).append((name, steps if self._upgrades else steps[::-1]))
        for boundary in sorted(met, reverse=self._upgrades):
            for name, in_order in met[boundary]:
                for step in in_order:
                    self._meet(name, boundary, step)
            while self._arriving:
                name, key, constants = self._arriving.pop()
                self._of(name).setdefault(key, _Values()).add(constants)
        last = 0 if self._upgrades else len(self._reach.history.wires) - 1
        for held in self._held.values():
            for values in held.values():
                self._shaped(values, last)
        return self._faults

    def _of(self, name: str) -> dict[str, _Values]:
        """The values under the keys of a component's objects."""
        return self._held.setdefault(name, {})

    def _meet(self, name: str, boundary: int, step: Step) -> None:
        held = self._of(name)
        match step:
            case KeyAdded() | KeyRemoved():
                comes = isinstance(step, KeyAdded) == self._upgrades
                value = step.default if isinstance(step, KeyAdded) else step.fill
                held[step.key] = _Values().add(self._set(name, boundary, step, step.schema, [value] if comes else []))
            case KeyRenamed():
                source, target = (step.old, step.new) if self._upgrades else (step.new, step.old)
                held[target] = held.pop(source, _Values())
            case ValueReplaced():
                self._replace(name, boundary, step)
            case ValueConverted():
                self._convert(name, boundary, step)
            case ValueMoved():
                self._move(name, boundary, step)
            case ObjectConverted():
                held.clear()
            case _:
                pass

    def _set(
        self, name: str, boundary: int, step: Step, schema: Schema, values: Iterable[Any], key: str = ""
    ) -> list[_Constant]:
        """The constants among the values that a step sets, at a key if not at its own."""
        display_name = self._reach.component(name, boundary + self._upgrades).display_name
        at = key or getattr(step, "key", "")
        return [
            _Constant([(step.origin, f"{display_name}.{at}")], value, schema, boundary)
            for value in values
            if value is not UNSET and not isinstance(value, Sibling) and not callable(value)
        ]

    def _replace(self, name: str, boundary: int, step: ValueReplaced) -> None:
        null, missing, target = step.null_to_old, step.missing_to_old, step.older
        if self._upgrades:
            null, missing, target = step.null_to_head, step.missing_to_head, step.newer
        values = self._of(name).setdefault(step.key, _Values())
        if null is not UNSET:
            values.nulls.clear()
        values.add(self._set(name, boundary, step, target, [null, missing]))

    def _convert(self, name: str, boundary: int, step: ValueConverted) -> None:
        function, target = (step.to_head, step.newer) if self._upgrades else (step.to_old, step.older)
        call, held = self._reach.call_of(step, boundary), self._of(name)
        if call is None and not self._reach.names_in(step.newer) | self._reach.names_in(step.older):
            return
        converted = _Values()
        for one in self._shaped(held.get(step.key, ()), boundary):
            try:
                value = one.value if call is None else call_each((call,), copy_json(one.value), GateError)
            except GateError as error:
                where = f"{step.origin.fact} of {step.origin.version}"
                problem = f"{_cannot(self._reach.side)}: {where}: {error.problem}"
                self._fault(one, problem, f"a value that {where} converts")
                continue
            if value is not UNSET:
                converted.add([replace(one, value=value, schema=target)])
        # An old client's null becomes null where nothing is declared.
        empty = function.empty if isinstance(function, FirstItem) and not step.stars else UNSET
        held[step.key] = converted.add(self._set(name, boundary, step, target, [UNSET if empty is None else empty]))

    def _move(self, name: str, boundary: int, step: ValueMoved) -> None:
        source, target = (step.old, step.new) if self._upgrades else (step.new, step.old)
        ways = (step.older_holders, step.newer_holders)
        sources, targets = ways if self._upgrades else reversed(ways)
        held, moving = self._of(name), list[_Constant]()
        for one in self._shaped(held.pop(source[0], ()), boundary):
            value = one.value if len(source) == 1 else extract(copy_json(one.value), source[1:], 0)
            if value is not MISSING:
                moving.append(replace(one, value=value, schema=step.schema))
        if len(source) > 1:
            moving += self._shaped(self._of(sources[-1]).pop(source[-1], ()), boundary)
        if not self._upgrades:
            moving += self._set(name, boundary, step, step.schema, [step.empty], ".".join(step.old))
        if len(target) == 1:
            held[target[0]] = _Values().add(moving)
        else:
            held.pop(target[0], None)
            self._arriving.append((targets[-1], target[-1], moving))

    def _fault(self, constant: _Constant, problem: str, instead: str) -> None:
        self._faults += [_fault_of(origin, place, problem, instead) for origin, place in constant.declared]

    def _shaped(self, constants: Iterable[_Constant], version: int) -> list[_Constant]:
        """Some constants in the shape of a version, less those that cannot have it, which are faults."""
        return [shaped for one in constants for shaped in self._in_shape(one, version)]

    def _in_shape(self, one: _Constant, version: int) -> Iterator[_Constant]:
        holds_components = one.since != version and self._reach.names_in(one.schema)
        module = new_module(self._reach, self._known) if holds_components else None
        name = None if module is None else module.root(one.schema, Conversion(one.since, version))
        if module is None or name is None:
            yield replace(one, since=version)
            return
        try:
            yield replace(one, value=module.build()[name](copy_json(one.value)), since=version)
        except RecursionError:
            self._fault(one, _NEVER_ENDS, _IN_ITS_TYPE)
        except GateError as error:
            self._fault(one, f"{_cannot(self._reach.side)}: {error.problem}", _IN_ITS_TYPE)
