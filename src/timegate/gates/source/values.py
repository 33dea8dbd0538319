"""Writes what happens to single values of an object: walks, declared functions, what is put and copy_json."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, assert_never

from timegate.changes.base import UNSET
from timegate.gates.plan.plan import Blank, Call, Copy, Fill, Insert, Op, Slot, Stage, Take, Walk
from timegate.gates.source.module import Module, Writer
from timegate.wire.json_types import EVERY, python_types
from timegate.wire.schema import schema_at_depth


class Values:
    """Writes the operations of one stage on variables.

    Args:
        module: what is written.
        writer: where to.
        stage: whose operations.
    """

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        self.module = module
        self.writer = writer
        self.stage = stage
        self.final = {id(slot): key for key, slot in stage.stored.items()}
        self.variables: dict[int, str] = {}
        self.certain: set[int] = set()

    def variable(self, slot: Slot) -> str:
        """The variable that holds a slot's value, the missing one until it is set."""
        name = self.variables.get(id(slot))
        if name is None:
            name = self.variables[id(slot)] = self.module.fresh()
            self.writer.add(f"{name} = M")
        return name

    def guarded(self, walk: Walk, variable: str, key: str) -> None:
        """Write a walk whose errors name the key."""
        with self.writer.block("try:"):
            self.module.walk(self.writer, walk.schema, variable, walk.conversion)
        with self.writer.block("except GateError as e:"):
            self.writer.add(f"e.at({key!r})")
            self.writer.add("raise")

    def _place(self, slot: Slot) -> str:
        """The key an error names: as the sender wrote it, if he did."""
        return slot.source or self.final.get(id(slot)) or "?"

    def operate(self, op: Op) -> None:
        """Write one operation."""
        if isinstance(op, Copy):
            self.variable(op.other)
        if isinstance(op, Take | Insert):
            self.variable(op.parent)
        variable = self.variable(op.slot)
        match op:
            case Walk():
                with self._present(op.slot, variable):
                    self.guarded(op, variable, self._place(op.slot))
            case Call():
                self._call(op, variable)
            case Fill(when="missing") if id(op.slot) in self.certain:
                pass
            case Fill():
                with self.writer.block(f"if {_condition(op.when, variable)}:"):
                    self.writer.add(f"{variable} = {self.constant(op.value)}")
            case Copy():
                self._copy(op, variable)
            case Take():
                self._take(op, variable)
            case Insert():
                with self.writer.block(f"if {variable} is not M:"):
                    parent = self.variable(op.parent)
                    self.writer.add(f"{parent} = put({parent}, {op.path!r}, {variable})")
            case Blank():
                value = self.module.name(op.value)
                with self.writer.block(f"if type({variable}) is type({value}) and {variable} == {value}:"):
                    self.writer.add(f"{variable} = M")
            case _:
                assert_never(op)

    def _present(self, slot: Slot, variable: str) -> AbstractContextManager[None]:
        """What is done if a value is there."""
        return nullcontext() if id(slot) in self.certain else self.writer.block(f"if {variable} is not M:")

    def constant(self, value: Any) -> str:
        """An expression for a JSON value, a fresh one each time it is evaluated."""
        if value is None or value is True or value is False or type(value) in (int, str):
            return repr(value)
        name = self.module.name(value)
        return f"copy_json({name})" if isinstance(value, dict | list) else name

    def _copy(self, op: Copy, variable: str) -> None:
        other = self.variable(op.other)
        with self.writer.block(f"if {_condition(op.when, variable)}:"):
            if op.required:
                with self.writer.block(f"if {other} is M:"):
                    problem = "the sibling that gives the value is missing"
                    self.writer.add(f"refuse(E, {problem!r}, {self.module.name(op.origin)}, {self._place(op.slot)!r})")
            self.writer.add(f"{variable} = copy_json({other})")

    def _call(self, op: Call, variable: str) -> None:
        module, add, block = self.module, self.writer.add, self.writer.block
        kinds: frozenset[type] | None = None
        if module.up:
            schema = op.expects
            if op.stars:
                schema = schema_at_depth(op.expects, op.stars) or {}
            found = python_types(schema, lambda name: module.reach.component(name, op.slot.since))
            kinds = None if found == EVERY else found
        function, origin_name, place = module.name(op.function, "f"), module.name(op.origin), self._place(op.slot)
        with self._present(op.slot, variable):
            if op.stars:
                nullable = module.admits_null(op.expects, op.slot.since)
                arguments = f"{function}, {variable}, {op.stars}, {origin_name}, E, {module.name(kinds)}, {nullable}"
                with block("try:"):
                    add(f"{variable} = called_at_depth({arguments})")
                with block("except GateError as e:"):
                    add(f"e.at({place!r})")
                    add("raise")
                return
            # As `called` does, without the call.
            with nullcontext() if kinds is None else block(f"if {module.is_one_of(variable, kinds)}:"):
                with block("try:"):
                    add(f"{variable} = {function}({variable})")
                with block("except ValueError as e:" if module.up else "except Exception as e:"):
                    add(f"unconverted(E, e, {origin_name}, {place!r})")

    def _take(self, op: Take, variable: str) -> None:
        parent = self.variable(op.parent)
        self.writer.add(f"{variable} = taken({parent}, {op.path!r}, {op.prune})")
        if op.empty is not UNSET:
            with self.writer.block(f"if {variable} is M and not has_parent({parent}, {op.path!r}):"):
                self.writer.add(f"{variable} = {self.constant(op.empty)}")


def _condition(when: str, variable: str) -> str:
    return {"always": "True", "missing": f"{variable} is M", "null": f"{variable} is None"}[when]
