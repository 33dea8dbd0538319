"""Writes the source of one component's objects from their plan."""

from __future__ import annotations

from typing import Any, assert_never

from timegate.changes.base import UNSET
from timegate.contract.document import Component
from timegate.contract.edits import schema_at_depth
from timegate.gates.emit import Module, Writer
from timegate.gates.kinds import EVERY, python_types
from timegate.gates.plan import (
    Blank,
    Call,
    Copy,
    Fill,
    Insert,
    Judgement,
    Op,
    Plan,
    Slot,
    Stage,
    Take,
    Walk,
    touched,
    trailing_walks,
)
from timegate.gates.reach import Journey
from timegate.typing import is_object


def write_object(module: Module, writer: Writer, component: Component, plan: Plan, journey: Journey) -> None:
    """Write what takes the object ``v`` of a component through a journey."""
    if plan.refused is not None:
        writer.add(f"refuse(E, {f'this version has no {component.shown}'!r}, {module.name(plan.refused)})")
        return
    with writer.block("if type(v) is not dict:"):
        if module.up:
            writer.add("return v")
        else:
            writer.add("refuse(E, 'an object was expected', None)")
    _judge(module, writer, plan.judgement)
    for stage in plan.stages:
        _Stage(module, writer, stage).write()
    for key in plan.revealed:
        with writer.block(f"if {_hidden(key)!r} in v:"):
            writer.add(f"v[{key!r}] = v.pop({_hidden(key)!r})")
    values = component.schema.get("additionalProperties")
    if is_object(values) and module.reach.needs(values, journey):
        _extras(module, writer, component, values, plan, journey)


def _extras(
    module: Module, writer: Writer, component: Component, values: dict[str, Any], plan: Plan, journey: Journey
) -> None:
    """Walk the values of keys that are no properties, which the schema gives a type."""
    known = module.name(frozenset({*component.properties, *plan.stages[-1].stored}))
    value = module.fresh("x")
    with writer.block("for k in [k for k in v if k not in " + known + "]:"):
        writer.add(f"{value} = v[k]")
        with writer.block("try:"):
            module.walk(writer, values, value, journey)
        with writer.block("except GateError as e:"):
            writer.add("e.at(k)")
            writer.add("raise")
        writer.add(f"v[k] = {value}")


def _hidden(key: str) -> str:
    """A spelling of a key that no JSON schema has."""
    return f"\0{key}"


def _judge(module: Module, writer: Writer, judgement: Judgement) -> None:
    for key in judgement.forbidden:
        with writer.block(f"if {key!r} in v:"):
            if judgement.refused:
                writer.add(f"refuse(E, 'this version has no such key', None, {key!r})")
            else:
                writer.add(f"del v[{key!r}]")
    for key, spellings in judgement.aliases.items():
        for spelling in spellings:
            with writer.block(f"if {spelling!r} in v:"):
                with writer.block(f"if {key!r} not in v:"):
                    writer.add(f"v[{key!r}] = v.pop({spelling!r})")
                with writer.block("else:"):
                    if judgement.refused:
                        writer.add(f"refuse(E, 'the key is there twice, spelled in two ways', None, {spelling!r})")
                    else:
                        writer.add(f"del v[{spelling!r}]")
    for key in judgement.hidden:
        with writer.block(f"if {key!r} in v:"):
            writer.add(f"v[{_hidden(key)!r}] = v.pop({key!r})")


class _Stage:
    """Writes one stage: loads, operations, and the keys as they end."""

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        self.module = module
        self.writer = writer
        self.stage = stage
        self.final = {id(slot): key for key, slot in stage.stored.items()}
        self.busy = touched(stage)
        self.variables: dict[int, str] = {}

    def write(self) -> None:
        """Write the stage."""
        writer, stage = self.writer, self.stage
        for key, slot in stage.loaded.items():
            if slot in self.busy:
                self.variables[id(slot)] = self.module.fresh()
                writer.add(f"{self.variables[id(slot)]} = v.get({key!r}, M)")
        last = trailing_walks(stage)
        done = {id(walk) for walk in last if walk.slot not in self.busy}
        for op in stage.ops:
            if id(op) not in done:
                self._op(op)
        for walk in last:
            if walk.slot not in self.busy and walk.slot.source is not None:
                self._walk_in_place(walk)
        self._store()
        self._then()

    def _variable(self, slot: Slot) -> str:
        name = self.variables.get(id(slot))
        if name is None:
            name = self.variables[id(slot)] = self.module.fresh()
            self.writer.add(f"{name} = M")
        return name

    def _walk_in_place(self, walk: Walk) -> None:
        """The usual case: the value is walked where it stands."""
        key, value = walk.slot.source, self.module.fresh()
        assert key is not None
        self.writer.add(f"{value} = v.get({key!r}, M)")
        with self.writer.block(f"if {value} is not M:"):
            self._guarded(walk, value, key)
            self.writer.add(f"v[{key!r}] = {value}")

    def _guarded(self, walk: Walk, variable: str, key: str) -> None:
        with self.writer.block("try:"):
            self.module.walk(self.writer, walk.schema, variable, walk.journey)
        with self.writer.block("except GateError as e:"):
            self.writer.add(f"e.at({key!r})")
            self.writer.add("raise")

    def _place(self, slot: Slot) -> str:
        """The key an error names: as the sender wrote it, if he did."""
        return slot.source or self.final.get(id(slot)) or "?"

    def _op(self, op: Op) -> None:
        if isinstance(op, Copy):
            self._variable(op.other)
        if isinstance(op, Take | Insert):
            self._variable(op.parent)
        variable = self._variable(op.slot)
        match op:
            case Walk():
                with self.writer.block(f"if {variable} is not M:"):
                    self._guarded(op, variable, self._place(op.slot))
            case Call():
                self._call(op, variable)
            case Fill():
                with self.writer.block(f"if {_condition(op.when, variable)}:"):
                    self.writer.add(f"{variable} = {self._constant(op.value)}")
            case Copy():
                self._copy(op, variable)
            case Take():
                self._take(op, variable)
            case Insert():
                with self.writer.block(f"if {variable} is not M:"):
                    parent = self._variable(op.parent)
                    self.writer.add(f"{parent} = put({parent}, {op.path!r}, {variable})")
            case Blank():
                value = self.module.name(op.value)
                with self.writer.block(f"if type({variable}) is type({value}) and {variable} == {value}:"):
                    self.writer.add(f"{variable} = M")
            case _:
                assert_never(op)

    def _constant(self, value: Any) -> str:
        if value is None or value is True or value is False or type(value) in (int, str):
            return repr(value)
        name = self.module.name(value)
        return f"copied({name})" if isinstance(value, dict | list) else name

    def _copy(self, op: Copy, variable: str) -> None:
        other = self._variable(op.other)
        with self.writer.block(f"if {_condition(op.when, variable)}:"):
            if op.required:
                with self.writer.block(f"if {other} is M:"):
                    problem = "the sibling that gives the value is missing"
                    self.writer.add(f"refuse(E, {problem!r}, {self.module.name(op.origin)}, {self._place(op.slot)!r})")
            self.writer.add(f"{variable} = copied({other})")

    def _call(self, op: Call, variable: str) -> None:
        module = self.module
        kinds: frozenset[type] | None = None
        if module.up:
            schema = op.expects
            if op.stars:
                schema = schema_at_depth(op.expects, op.stars) or {}
            found = python_types(schema, lambda name: module.reach.component(name, op.slot.since))
            kinds = None if found == EVERY else found
        arguments = [module.name(op.function, "f"), variable]
        if op.stars:
            arguments.append(str(op.stars))
        arguments += [module.name(op.origin), "E", module.name(kinds)]
        if op.stars:
            arguments.append(repr(module.admits_null(op.expects, op.slot.since)))
        call = "called_at_depth" if op.stars else "called"
        with self.writer.block(f"if {variable} is not M:"):
            with self.writer.block("try:"):
                self.writer.add(f"{variable} = {call}({', '.join(arguments)})")
            with self.writer.block("except GateError as e:"):
                self.writer.add(f"e.at({self._place(op.slot)!r})")
                self.writer.add("raise")

    def _take(self, op: Take, variable: str) -> None:
        parent = self._variable(op.parent)
        self.writer.add(f"{variable} = taken({parent}, {op.path!r}, {op.prune})")
        if op.empty is not UNSET:
            with self.writer.block(f"if {variable} is M and not has_parent({parent}, {op.path!r}):"):
                self.writer.add(f"{variable} = {self._constant(op.empty)}")

    def _store(self) -> None:
        """Leave the object with its final keys: drop, rename in place, put."""
        writer, stage = self.writer, self.stage
        renames: dict[str, str] = {}
        stores: list[tuple[str, str, str | None]] = []
        for key, slot in stage.loaded.items():
            final = self.final.get(id(slot))
            variable = self.variables.get(id(slot))
            if final is None:
                with writer.block(f"if {key!r} in v:"):
                    writer.add(f"del v[{key!r}]")
                continue
            if final != key:
                renames[key] = final
            if variable is not None:
                stores.append((final, variable, key))
        for key, slot in stage.stored.items():
            if slot.source is None or stage.loaded.get(slot.source) is not slot:
                variable = self.variables.get(id(slot))
                if variable is not None:
                    stores.append((key, variable, None))
        if renames:
            present = " or ".join(f"{key!r} in v" for key in renames)
            rename = self.module.name(renames.get, "r")
            with writer.block(f"if {present}:"):
                writer.add(f"v = {{{rename}(k, k): x for k, x in v.items()}}")
        for final, variable, source in stores:
            with writer.block(f"if {variable} is not M:"):
                writer.add(f"v[{final!r}] = {variable}")
            if source is not None:
                with writer.block(f"elif {final!r} in v:"):
                    writer.add(f"del v[{final!r}]")

    def _then(self) -> None:
        if self.stage.then is None:
            return
        function, key, origin = self.stage.then
        name, blame = self.module.name(function, "f"), self.module.name(origin)
        if key is None:
            self.writer.add(f"v = called({name}, v, {blame}, E, None)")
            with self.writer.block("if type(v) is not dict:"):
                self.writer.add(f"refuse(E, 'the declared function gave no object', {blame})")
        else:
            value = self.module.fresh()
            self.writer.add(f"{value} = copied(called({name}, v, {blame}, E, None))")
            self.writer.add(f"v[{key!r}] = {value}")


def _condition(when: str, variable: str) -> str:
    return {"always": "True", "missing": f"{variable} is M", "null": f"{variable} is None"}[when]
