"""Writes the fast path of objects of the usual shape, which are built at once instead of key by key.

A response takes it when it has every required key and no key that head's contract lacks. Apps write keys in the
contract's order, so the new object has that order too. A client has its own order, which must be kept: a request takes
the fast path when it has every key in the contract's order. Any other object takes the general path.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Final

from timegate.gates.plan.plan import (
    CallFunctions,
    CheckValue,
    ConvertBySchema,
    NoteAbsent,
    Op,
    Plan,
    SetValue,
    Slot,
    Stage,
)
from timegate.gates.source.module import Module
from timegate.gates.source.values import Values
from timegate.gates.source.writer import Writer
from timegate.wire.wire import Component


def write_fast_path(module: Module, writer: Writer, component: Component, plan: Plan) -> None:
    """Write the fast path of the object ``v``, which returns; nothing where it would not be faster."""
    if len(plan.stages) != 1 or plan.stages[0].then:
        return
    stage = plan.stages[0]
    renames = any(stage.loaded.get(key) is not slot for key, slot in stage.stored.items() if slot.source is not None)
    if not renames or not _is_simple(stage):
        return
    if module.upgrades:
        _Request(module, writer, stage).write()
    else:
        _Response(module, writer, component, stage).write()


def _is_simple(stage: Stage) -> bool:
    """Whether each value is set on its own, kept, or converted under its own key."""
    stored, begun = {id(slot) for slot in stage.stored.values()}, set[int]()
    for op in stage.ops:
        if not isinstance(op, CheckValue | NoteAbsent | ConvertBySchema | CallFunctions | SetValue):
            return False
        slot = op.slot
        if isinstance(op, CallFunctions) and any(call.may_remove for call in op.calls):
            return False
        if isinstance(op, SetValue) and op.when == "always" and (slot.source is not None or id(slot) in begun):
            return False
        if id(slot) not in stored and not isinstance(op, CheckValue | NoteAbsent | SetValue):
            return False
        begun.add(id(slot))
    return True


_MOST_TERMS: Final = 200


class _FastPath(Values):
    """What both directions have in common.

    Attributes:
        ops: the operations on each slot, by the slot's id.
        kept: the slots that are loaded and stored, by the key that they are loaded from.
        added: the slots that are only stored, by their key.
    """

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        self.ops: dict[int, list[Op]] = {}
        for op in stage.ops:
            self.ops.setdefault(id(op.slot), []).append(op)
        loaded = {id(slot) for slot in stage.loaded.values()}
        self.kept = {key: slot for key, slot in stage.loaded.items() if id(slot) in self.final}
        self.added = {key: slot for key, slot in stage.stored.items() if id(slot) not in loaded}

    def operate_on(self, slot: Slot) -> str:
        """Write every operation on a slot; returns the variable of its value."""
        variable = self.variable(slot)
        for op in self.ops.get(id(slot), ()):
            self.operate(op)
        return variable

    def constant_of(self, slot: Slot) -> str | None:
        """An expression for the value of an added slot; None where it takes more than one operation."""
        match self.ops.get(id(slot), []):
            case [SetValue(when="always", value=value)]:
                return self.constant(value)
            case _:
                return None

    def constants(self) -> dict[str, str]:
        """Expressions for the values of added slots that take one operation, by their key."""
        return {key: value for key, slot in self.added.items() if (value := self.constant_of(slot)) is not None}

    def build(self, items: dict[str, str]) -> None:
        """Write the new object with the items that are certain, key to expression."""
        self.writer.add(f"w = {{{', '.join(f'{key!r}: {value}' for key, value in items.items())}}}")

    def operate_on_added(self) -> dict[str, str]:
        """Write the operations on added slots that take more than one; the variables that hold the values, by key."""
        several = {key: slot for key, slot in self.added.items() if self.constant_of(slot) is None}
        return {key: self.operate_on(slot) for key, slot in several.items() if id(slot) in self.ops}

    def finish(self, added: dict[str, str]) -> None:
        """Write the added values that may be missing, and the return."""
        for key, variable in added.items():
            with self.writer.block(f"if {variable} is not M:"):
                self.writer.add(f"w[{key!r}] = {variable}")
        self.writer.add("return w")


class _Request(_FastPath):
    """Writes the conversion of an object with every key, in the contract's order."""

    def operate_on(self, slot: Slot) -> str:
        """Write every operation on a slot; where one fails, those after it do not run."""
        if sum(not isinstance(op, SetValue | NoteAbsent) for op in self.ops.get(id(slot), ())) <= 1:
            return super().operate_on(slot)
        with self.guarded(self.variable(slot), slot.source or self.final[id(slot)]):
            return super().operate_on(slot)

    def write(self) -> None:
        """Compare the keys, unpack the values, and build the new object."""
        loaded, add, block = self.stage.loaded, self.writer.add, self.writer.block
        self.certain = {id(slot) for slot in loaded.values()}
        self.variables = {id(slot): self.module.fresh("a") for slot in loaded.values()}
        names = f"{', '.join(self.variables.values())},"
        same = " and ".join(f"{name} == {key!r}" for name, key in zip(self.variables.values(), loaded, strict=True))
        with block(f"if len(v) == {len(loaded)}:"):
            add(f"{names} = v")
            with block(f"if {same}:"):
                add(f"{names} = v.values()")
                for key, slot in loaded.items():
                    if key not in self.kept:
                        self.operate_on(slot)
                values = {self.final[id(slot)]: self.operate_on(slot) for slot in self.kept.values()}
                added = self.operate_on_added()
                if any(not isinstance(op, SetValue | NoteAbsent) for op in self.stage.ops):
                    self.writer.raise_collected("errors")
                self.build(values | self.constants())
                self.finish(added)


class _Response(_FastPath):
    """Writes the conversion of an object that has every required key and no unknown one."""

    def __init__(self, module: Module, writer: Writer, component: Component, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        required = set(component.required)
        self.certain = {id(slot) for key, slot in stage.loaded.items() if key in required}

    def write(self) -> None:
        """Read the values and build the new object; a missing or unknown key leads to the general path."""
        add, block = self.writer.add, self.writer.block
        certain = {key: slot for key, slot in self.kept.items() if id(slot) in self.certain}
        optional = [key for key in self.stage.loaded if key not in certain]
        with block(f"if {_has_only_known(len(certain), optional)}:"):
            with block("try:"):
                for key, slot in certain.items():
                    self.variables[id(slot)] = self.module.fresh("a")
                    add(f"{self.variables[id(slot)]} = v[{key!r}]")
            with block("except KeyError:"):
                add("pass")
            with block("else:"):
                self._build()

    def _build(self) -> None:
        add, block = self.writer.add, self.writer.block
        for key, slot in self.kept.items():
            if id(slot) not in self.certain:
                self.variables[id(slot)] = self.module.fresh("a")
                add(f"{self.variables[id(slot)]} = v.get({key!r}, M)")
            self.operate_on(slot)
        values = [
            (self.final[id(slot)], self.variables[id(slot)], id(slot) in self.certain) for slot in self.kept.values()
        ]
        # The values before the first one that may be missing form one dict display; the rest follows in order.
        start = next((index for index, (_, _, certain) in enumerate(values) if not certain), len(values))
        items = {key: value for key, value, _ in values[:start]}
        self.build(items if start < len(values) else items | self.constants())
        for key, value, certain in values[start:]:
            with nullcontext() if certain else block(f"if {value} is not M:"):
                add(f"w[{key!r}] = {value}")
        if start < len(values):
            for key, value in self.constants().items():
                add(f"w[{key!r}] = {value}")
        self.finish(self.operate_on_added())


def _has_only_known(certain: int, optional: list[str]) -> str:
    """An expression for whether every key of ``v`` is known: ``certain`` keys, and those of ``optional`` it has."""
    if not optional:
        return f"len(v) == {certain}"
    present = [f"{key!r} in v" for key in optional]
    # Most objects have all keys; to check that takes fewer instructions than to count how many they have.
    every = " and ".join([f"len(v) == {certain + len(optional)}", *present])
    # Python nests each term of a sum in the next one, and cannot compile thousands.
    terms = [str(certain), *(f"({one})" for one in present)]
    while len(terms) > _MOST_TERMS:
        starts = range(0, len(terms), _MOST_TERMS)
        terms = [f"({' + '.join(terms[start : start + _MOST_TERMS])})" for start in starts]
    return f"({every}) or len(v) == {' + '.join(terms)}"
