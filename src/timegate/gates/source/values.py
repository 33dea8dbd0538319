"""Writes the operations on single values of an object."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, assert_never

from timegate.changes.base import UNSET
from timegate.gates.plan.plan import (
    CallFunction,
    ConvertBySchema,
    CopyValue,
    ExtractValue,
    InsertValue,
    Op,
    RemoveEqual,
    SetValue,
    Slot,
    Stage,
    slots_of,
)
from timegate.gates.run.runtime import Result
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.history.steps import Origin
from timegate.history.undo_values import FirstItem
from timegate.typing import Schema
from timegate.wire.json_types import EVERY, all_listed_values, is_nullable
from timegate.wire.schema import schema_at_depth


class Values:
    """Writes the operations of one stage on variables.

    Args:
        module: the module to write.
        writer: the function to write.
        stage: whose operations.

    Attributes:
        final: the key under which each slot is stored, by the slot's id.
        variables: the variable of each slot, by the slot's id.
        certain: the ids of slots whose values cannot be missing.
    """

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        self.module = module
        self.writer = writer
        self.stage = stage
        self.final = {id(slot): key for key, slot in stage.stored.items()}
        self.variables: dict[int, str] = {}
        self.certain: set[int] = set()

    def variable(self, slot: Slot) -> str:
        """The variable of a slot's value; a new one is missing until it is set."""
        name = self.variables.get(id(slot))
        if name is None:
            name = self.variables[id(slot)] = self.module.fresh()
            self.writer.add(f"{name} = M")
        return name

    def convert(self, op: ConvertBySchema, variable: str, key: str) -> None:
        """Write a conversion by schema whose errors name the key."""
        with self.writer.errors_at(repr(key)):
            self.module.walk(self.writer, op.schema, variable, op.conversion)

    def _key_in_errors(self, slot: Slot) -> str:
        """The key as the sender wrote it, if the sender wrote one."""
        return slot.source or self.final.get(id(slot)) or "?"

    def operate(self, op: Op) -> None:
        """Write one operation."""
        # In this order: what the operation reads has its variable before what it sets.
        *others, variable = [self.variable(slot) for slot in slots_of(op)]
        other = others[0] if others else ""
        match op:
            case ConvertBySchema():
                with self._if_present(op.slot, variable):
                    self.convert(op, variable, self._key_in_errors(op.slot))
            case CallFunction():
                self._call(op, variable)
            case SetValue(when="missing") if id(op.slot) in self.certain:
                pass
            case SetValue():
                with self.writer.block(f"if {_condition(op.when, variable)}:"):
                    self.writer.add(f"{variable} = {self.constant(op.value)}")
            case CopyValue():
                self._copy(op, variable, f"{other} if {other} is not M else {others[1]}" if op.fallback else other)
            case ExtractValue():
                self._extract(op, variable, other)
            case InsertValue():
                with self.writer.block(f"if {variable} is not M:"):
                    self.writer.add(f"{other} = insert({other}, {op.path!r}, {variable})")
            case RemoveEqual():
                value = self.module.name(op.value)
                with self.writer.block(f"if type({variable}) is type({value}) and {variable} == {value}:"):
                    self.writer.add(f"{variable} = M")
            case _:
                assert_never(op)

    def _if_present(self, slot: Slot, variable: str) -> AbstractContextManager[None]:
        return nullcontext() if id(slot) in self.certain else self.writer.block(f"if {variable} is not M:")

    def constant(self, value: Any) -> str:
        """An expression for a JSON value; lists and objects are copied each time."""
        if value is None or value is True or value is False or type(value) in (int, str):
            return repr(value)
        name = self.module.name(value)
        return f"copy_json({name})" if isinstance(value, dict | list) else name

    def _copy(self, op: CopyValue, variable: str, other: str) -> None:
        with self.writer.block(f"if {_condition(op.when, variable)}:"):
            if op.required:
                with self.writer.block(f"if ({other}) is M:"):
                    problem, key = "the sibling that gives the value is missing", self._key_in_errors(op.slot)
                    self.writer.add(f"refuse(E, {problem!r}, {self.module.name(op.origin)}, {key!r})")
            self.writer.add(f"{variable} = copy_json({other})")

    def _call(self, op: CallFunction, variable: str) -> None:
        module, add, block = self.module, self.writer.add, self.writer.block
        types = self._given_to(op)
        function, origin, key = module.name(op.function, "f"), module.name(op.origin), self._key_in_errors(op.slot)
        with self._if_present(op.slot, variable):
            if op.stars:
                arguments = f"{function}, {variable}, {op.stars}, {origin}, E, {module.name(types)}"
                if not module.upgrades:
                    arguments += f", {module.name(self._results(op))}"
                with self.writer.errors_at(repr(key)):
                    add(f"{variable} = apply_at_depth({arguments})")
                return
            # The same as `apply`, without the cost of a call.
            with self._if_given(variable, types):
                with block("try:"):
                    add(f"{variable} = {function}({variable})")
                with block("except ValueError as e:" if module.upgrades else "except Exception as e:"):
                    add(f"fail(E, e, {origin}, {key!r})")
                if not module.upgrades:
                    self._check_result(op, variable)

    def _given_to(self, op: CallFunction) -> frozenset[type] | None:
        """The types of values that a function is given; None for every type.

        A function sees null only where its side has it and the other has not; else null stays null.
        """
        module, version = self.module, op.slot.since
        source, target = (schema_at_depth(schema, op.stars) or {} for schema in (op.expects, op.gives))
        components = module.reach.components
        has_null = is_nullable(source, components(version)) and not is_nullable(target, components(op.target))
        found = module.reach.python_types(source, version) if module.upgrades else EVERY
        if has_null:
            return None if found == EVERY else found
        return found - {type(None)}

    def _if_given(self, variable: str, types: frozenset[type] | None) -> AbstractContextManager[None]:
        if types is None:
            return nullcontext()
        if types == EVERY - {type(None)}:
            return self.writer.block(f"if {variable} is not None:")
        return self.writer.block(f"if {self.module.is_one_of(variable, types)}:")

    def _results(self, op: CallFunction) -> Result:
        """What the function of an operation may give."""
        return self.result(schema_at_depth(op.gives, op.stars) or {}, op.target, op.origin)

    def result(self, schema: Schema, version: int, origin: Origin) -> Result:
        """What a function may give that gives values of a schema of a version."""
        reach = self.module.reach
        members = all_listed_values(schema, lambda name: reach.component(name, version))
        return Result(reach.python_types(schema, version), members, origin)

    def _check_result(self, op: CallFunction, variable: str) -> None:
        """Write the check of what a function gave; a text, a whole number and a truth value need no call."""
        result = self._results(op)
        key = self._key_in_errors(op.slot)
        simple = (result.types - {float, list, dict}) if result.members is None else frozenset[type]()
        with self.writer.block(f"if type({variable}) not in {self.module.name(simple)}:"):
            if isinstance(op.function, FirstItem):
                with self.writer.block(f"if {variable} is UNSET:"):
                    self.writer.add(f"{variable} = M")
                with self.writer.block("else:"):
                    self.writer.add(f"{self.module.name(result)}.check({variable}, E, {key!r})")
            else:
                self.writer.add(f"{self.module.name(result)}.check({variable}, E, {key!r})")

    def _extract(self, op: ExtractValue, variable: str, other: str) -> None:
        self.writer.add(f"{variable} = extract({other}, {op.path!r}, {op.prune})")
        if op.empty is not UNSET:
            with self.writer.block(f"if {variable} is M and not has_parent({other}, {op.path!r}):"):
                self.writer.add(f"{variable} = {self.constant(op.empty)}")


def _condition(when: str, variable: str) -> str:
    return {"always": "True", "missing": f"{variable} is M", "null": f"{variable} is None"}[when]
