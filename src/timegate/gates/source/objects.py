"""Writes the source of one component's objects from their plan."""

from __future__ import annotations

from typing import Any

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.plan import (
    Copy,
    Fill,
    Insert,
    Judgement,
    Plan,
    Slot,
    Stage,
    Take,
    Walk,
    touched,
    trailing_walks,
)
from timegate.gates.run.runtime import Renames
from timegate.gates.source.fast_path import write_straight
from timegate.gates.source.module import Module, Writer
from timegate.gates.source.values import Values
from timegate.typing import is_object
from timegate.wire.wire import Component


def write_object(module: Module, writer: Writer, component: Component, plan: Plan, conversion: Conversion) -> None:
    """Write what takes the object ``v`` of a component through a journey."""
    if plan.refused is not None:
        writer.add(f"refuse(E, {f'this version has no {component.display_name}'!r}, {module.name(plan.refused)})")
        return
    with writer.block("if type(v) is not dict:"):
        if module.up:
            writer.add("return v")
        else:
            writer.add("refuse(E, 'an object was expected', None)")
    write_straight(module, writer, component, plan)
    _judge(module, writer, plan.judgement)
    for stage in plan.stages:
        _Stage(module, writer, stage).write()
    for key in plan.revealed:
        with writer.block(f"if {_hidden(key)!r} in v:"):
            writer.add(f"v[{key!r}] = v.pop({_hidden(key)!r})")
    values = component.schema.get("additionalProperties")
    if is_object(values) and module.reach.needs(values, conversion):
        _extras(module, writer, component, values, plan, conversion)


def _extras(
    module: Module, writer: Writer, component: Component, values: dict[str, Any], plan: Plan, conversion: Conversion
) -> None:
    """Walk the values of keys that are no properties, which the schema gives a type."""
    known = module.name(frozenset({*component.properties, *plan.stages[-1].stored}))
    value = module.fresh("x")
    with writer.block("for k in [k for k in v if k not in " + known + "]:"):
        writer.add(f"{value} = v[k]")
        with writer.block("try:"):
            module.walk(writer, values, value, conversion)
        with writer.block("except GateError as e:"):
            writer.add("e.at(k)")
            writer.add("raise")
        writer.add(f"v[k] = {value}")


def _hidden(key: str) -> str:
    """A spelling of a key that no JSON schema has."""
    return f"\0{key}"


def _judge(module: Module, writer: Writer, judgement: Judgement) -> None:
    if judgement.forbidden:
        found = f"{module.name(frozenset(judgement.forbidden))}.intersection(v)"
        with writer.block(f"for k in {f'sorted({found})' if judgement.refused else found}:"):
            if judgement.refused:
                writer.add("refuse(E, 'this version has no such key', None, k)")
            else:
                writer.add("del v[k]")
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


class _Stage(Values):
    """Writes one stage: loads, operations, and the keys as they end."""

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        self.busy = touched(stage)

    def write(self) -> None:
        """Write the stage."""
        writer, stage = self.writer, self.stage
        for key, slot in stage.loaded.items():
            if slot in self.busy:
                self.variables[id(slot)] = self.module.fresh()
                writer.add(f"{self.variables[id(slot)]} = v.get({key!r}, M)")
        to_client = trailing_walks(stage)
        done = {id(walk) for walk in to_client if walk.slot not in self.busy}
        vain = self._put_in_vain()
        for op in stage.ops:
            if id(op) not in done and op.slot not in vain:
                self.operate(op)
        for walk in to_client:
            if walk.slot not in self.busy and walk.slot.source is not None:
                self._walk_in_place(walk)
        self._store()
        self._then()

    def _walk_in_place(self, walk: Walk) -> None:
        """The usual case: the value is walked where it stands."""
        key, value = walk.slot.source, self.module.fresh()
        assert key is not None
        self.writer.add(f"{value} = v.get({key!r}, M)")
        with self.writer.block(f"if {value} is not M:"):
            self.guarded(walk, value, key)
            self.writer.add(f"v[{key!r}] = {value}")

    def _store(self) -> None:
        """Leave the object with its final keys: drop, rename in place, put."""
        writer, stage = self.writer, self.stage
        renames: dict[str, str | None] = {}
        gone: list[str] = []
        stores: list[tuple[str, str, str | None]] = []
        for key, slot in stage.loaded.items():
            final = self.final.get(id(slot))
            variable = self.variables.get(id(slot))
            if final is None:
                gone.append(key)
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
            rename = self.module.name(
                Renames({key: self.final.get(id(slot)) for key, slot in stage.loaded.items()}), "r"
            )
            with writer.block(f"if {present}:"):
                writer.add(f"v = {{{rename}[k]: x for k, x in v.items()}}")
                if gone:
                    writer.add("v.pop(None, None)")
            if gone:
                with writer.block("else:"):
                    self._drop(gone)
        else:
            self._drop(gone)
        for final, variable, source in stores:
            with writer.block(f"if {variable} is not M:"):
                writer.add(f"v[{final!r}] = {variable}")
            if source is not None:
                with writer.block(f"elif {final!r} in v:"):
                    writer.add(f"del v[{final!r}]")

    def _put_in_vain(self) -> set[Slot]:
        """The slots that are only put and never seen: a field that came and went."""
        seen = {*self.stage.stored.values()}
        for op in self.stage.ops:
            if not isinstance(op, Fill):
                seen.add(op.slot)
            if isinstance(op, Copy):
                seen.add(op.other)
            if isinstance(op, Take | Insert):
                seen.add(op.parent)
        return {op.slot for op in self.stage.ops if op.slot.source is None} - seen

    def _drop(self, keys: list[str]) -> None:
        for key in keys:
            with self.writer.block(f"if {key!r} in v:"):
                self.writer.add(f"del v[{key!r}]")

    def _then(self) -> None:
        if self.stage.then is None:
            return
        function, key, origin = self.stage.then
        name, origin_name = self.module.name(function, "f"), self.module.name(origin)
        if key is None:
            self.writer.add(f"v = called({name}, v, {origin_name}, E, None)")
            with self.writer.block("if type(v) is not dict:"):
                self.writer.add(f"refuse(E, 'the declared function gave no object', {origin_name})")
        else:
            value = self.module.fresh()
            self.writer.add(f"{value} = copy_json(called({name}, v, {origin_name}, E, None))")
            self.writer.add(f"v[{key!r}] = {value}")
