"""Writes how a component's objects are converted, from their plan."""

from __future__ import annotations

import inspect
from contextlib import nullcontext

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.plan import (
    CheckValue,
    ConvertBySchema,
    KeyPolicy,
    Plan,
    SetValue,
    Slot,
    Stage,
    WholeFunctions,
    slots_of,
)
from timegate.gates.run.runtime import Renames
from timegate.gates.run.value_checks import extra_of
from timegate.gates.source.arms import sent_always
from timegate.gates.source.fast_path import write_fast_path
from timegate.gates.source.keywords import refuse_obstacles
from timegate.gates.source.module import Module
from timegate.gates.source.values import Values
from timegate.gates.source.writer import Writer
from timegate.history.undo_parts import PARTS
from timegate.reading.readable_types import no_object
from timegate.typing import Schema, is_array, is_object
from timegate.wire.wire import Component


def write_object(module: Module, writer: Writer, component: Component, plan: Plan, conversion: Conversion) -> None:
    """Write how the object ``v`` of a component is converted."""
    if plan.refused is not None:
        writer.add(f"refuse(E, {f'this version has no {component.display_name}'!r}, {module.name(plan.refused)})")
        return
    refuse_obstacles(component.schema, module.reach.touched(conversion))
    _check_shape(module, writer, component, plan, conversion)
    if module.strict:
        _refuse_other_spellings(module, writer, component)
    if module.upgrades:
        writer.add("errors = None")
    if plan.stages[0].whole is None:
        write_fast_path(module, writer, component, plan)
        _refuse_another_shape(module, writer, component, plan, conversion)
        writer.add_copy("v", "dict")
    _apply_policy(module, writer, component, plan.key_policy)
    is_among_others = component.name in module.reach.parameters and not component.schema.get("additionalProperties")
    for stage in plan.stages:
        _Stage(module, writer, stage, is_among_others=is_among_others).write()
    for key in plan.restored:
        _rename_key(writer, _hidden(key), key)
    values = component.schema.get("additionalProperties")
    if (
        all(stage.whole is None for stage in plan.stages)
        and is_object(values)
        and module.reach.needs(values, conversion)
    ):
        known = module.name(frozenset({*component.properties, *plan.stages[-1].stored}))
        _convert_other_values(module, writer, known, values, conversion)


def _check_shape(module: Module, writer: Writer, component: Component, plan: Plan, conversion: Conversion) -> None:
    """Write what happens to a value that has not the shape of the component."""
    types = module.reach.python_types(component.schema, conversion.src)
    if plan.stages[0].whole is None:
        others = types - {dict} if is_array(component.schema.get("type")) else frozenset[type]()
        with writer.block("if type(v) is not dict:"):
            if others:
                # A schema of several types says of its objects alone which fields they have.
                with writer.block(f"if {module.is_one_of('v', others)}:"):
                    writer.add("return v")
            if not module.upgrades:
                # A null that no schema mentions passes: the newest client gets it too.
                with writer.block("if v is not None:"):
                    writer.add("refuse(E, 'an object was expected', None)")
            expected = module.name(others | {dict})
            told = no_object(component.model, component.arm_label)
            refuse = f"raise wrong_type(*{expected}, objects={(told.type, told.message(), told.context)!r})"
            writer.add(refuse if conversion.judges else "return v")
        return
    if any(isinstance(op, CheckValue) for op in plan.stages[0].ops):
        return
    if not module.upgrades and type(None) not in types:
        with writer.block("if v is None:"):
            writer.add("return v")
    with writer.block(f"if type(v) not in {module.name(types)}:"):
        if conversion.judges:
            writer.add(f"raise wrong_type(*{module.name(types)})")
        else:
            writer.add("refuse(S, 'the value has another JSON type than its schema', None)")


def _refuse_another_shape(
    module: Module, writer: Writer, component: Component, plan: Plan, conversion: Conversion
) -> None:
    """Write that head's object has another shape where it lacks what is required and holds an object of its own.

    An app may send what it does not declare, and what a key holds of which the schema says nothing is not converted.
    """
    if module.upgrades or conversion.src != 0:
        return
    is_open = component.schema.get("additionalProperties", False) is not False
    always = [key for key in component.required if key not in plan.departed]
    if conversion.left_out is not None:
        sent = frozenset(sent_always(module.reach, component, conversion, conversion.left_out))
        always = [key for key in always if key in sent]
    # What a move has put into the object is no other object of the app's.
    known = module.name(frozenset(component.properties) | plan.stages[0].loaded.keys())
    lacks = f"not ({' and '.join(f'{key!r} in v' for key in always)})" if always else f"{known}.isdisjoint(v)"
    if always or (inspect.isclass(component.model) and not is_open):
        with writer.block(f"if {lacks} and holds_more(v, {known}):"):
            writer.add("refuse(E, 'the object has another shape than its schema', None)")


def _refuse_other_spellings(module: Module, writer: Writer, component: Component) -> None:
    """Write that a key which only requests may have is refused: its value would leave unconverted."""
    spellings = {spelling for key in component.properties for spelling in component.accepted(key)}
    others = spellings - component.properties.keys()
    if others:
        with writer.block(f"for k in sorted({module.name(frozenset(others))}.intersection(v)):"):
            writer.add("refuse(E, 'the key is spelled otherwise on the wire', None, k)")


def _convert_other_values(module: Module, writer: Writer, known: str, values: Schema, conversion: Conversion) -> None:
    """Convert the values of keys that are no properties, which ``additionalProperties`` gives a schema."""
    value = module.fresh("x")
    with writer.block("for k in [k for k in v if k not in " + known + "]:"):
        writer.add(f"{value} = v[k]")
        with writer.errors_at("k"):
            module.walk(writer, values, value, conversion)
        writer.add(f"v[k] = {value}")


def _hidden(key: str) -> str:
    """A spelling of a key that no JSON schema has."""
    return f"\0{key}"


def _rename_key(writer: Writer, old: str, new: str) -> None:
    with writer.block(f"if {old!r} in v:"):
        writer.add(f"v[{new!r}] = v.pop({old!r})")


def _apply_policy(module: Module, writer: Writer, component: Component, policy: KeyPolicy) -> None:
    told = extra_of(component.model)
    if policy.forbidden or policy.only is not None:
        found = f"{module.name(frozenset(policy.forbidden))}.intersection(v)"
        if policy.only is not None:
            found = f"v.keys() - {module.name(policy.only)}"
        with writer.block(f"for k in {f'in_order({found}, v)' if policy.refused else found}:"):
            if policy.refused:
                writer.add(f"errors = unknown_key(errors, k, {told!r})")
            writer.add("del v[k]")
    for key, spellings in policy.aliases.items():
        for spelling in spellings:
            with writer.block(f"if {spelling!r} in v:"):
                with writer.block(f"if {key!r} not in v:"):
                    writer.add(f"v[{key!r}] = v.pop({spelling!r})")
                if spelling in policy.kept:
                    continue
                with writer.block("else:"):
                    if policy.refused:
                        writer.add(f"errors = unknown_key(errors, {spelling!r}, {told!r})")
                    writer.add(f"del v[{spelling!r}]")
    for key in policy.hidden:
        _rename_key(writer, key, _hidden(key))


class _Stage(Values):
    """Writes one stage: loads, operations, and the final keys.

    Args:
        module: the module that is written.
        writer: of the function.
        stage: what is written.
        is_among_others: whether the object also has what is no key of it, as the header fields of a request are.
    """

    def __init__(self, module: Module, writer: Writer, stage: Stage, *, is_among_others: bool) -> None:
        super().__init__(module, writer, stage)
        self.is_among_others = is_among_others
        self.in_variables = stage.slots_in_variables()

    def write(self) -> None:
        """Write the stage."""
        stage = self.stage
        if stage.whole is not None:
            self.be_whole(stage.whole, "v")
            for op in stage.ops:
                self.operate(op)
            self._call_functions()
            return
        for key, slot in stage.loaded.items():
            if slot in self.in_variables:
                self.variables[id(slot)] = self.module.fresh()
                self.writer.add(f"{self.variables[id(slot)]} = v.get({key!r}, M)")
        in_place = [op for op in stage.trailing_conversions() if op.slot not in self.in_variables]
        unused = self._unused()
        for op in stage.ops:
            if op not in in_place and op.slot not in unused:
                self.operate(op)
        for op in in_place:
            self._convert_in_place(op)
        if self.module.upgrades:
            self.writer.raise_collected("errors")
        self._store()
        self._call_functions()

    def _convert_in_place(self, op: ConvertBySchema) -> None:
        """Write the usual case: the value is converted under its key, without a variable that lasts."""
        key = op.slot.source
        if key is None:
            return
        value = self.module.fresh()
        self.writer.add(f"{value} = v.get({key!r}, M)")
        with self.writer.block(f"if {value} is not M:"):
            self.convert(op, value, key, f"v[{key!r}] = {value}")

    def _unused(self) -> set[Slot]:
        """The slots that are set and never read: a field that was added and removed again."""
        used = {*self.stage.stored.values()}
        used.update(slot for op in self.stage.ops if not isinstance(op, SetValue) for slot in slots_of(op))
        return {op.slot for op in self.stage.ops if op.slot.source is None} - used

    def _store(self) -> None:
        """Write how the object gets its final keys: dropped, renamed with the order kept, and set."""
        stage, block, add = self.stage, self.writer.block, self.writer.add
        finals = {key: self.final.get(id(slot)) for key, slot in stage.loaded.items()}
        dropped = [key for key, final in finals.items() if final is None]
        renamed = [key for key, final in finals.items() if final not in (None, key)]
        if renamed:
            names = self.module.name(Renames(finals), "r")
            with block(f"if {' or '.join(f'{key!r} in v' for key in renamed)}:"):
                add(f"v = {{{names}[k]: x for k, x in v.items()}}")
                if dropped:
                    add("v.pop(None, None)")
            if dropped:
                with block("else:"):
                    self._drop(dropped)
        else:
            self._drop(dropped)
        loaded = {id(slot) for slot in stage.loaded.values()}
        kept = [slot for slot in stage.loaded.values() if id(slot) in self.final]
        for slot in (*kept, *(slot for slot in stage.stored.values() if id(slot) not in loaded)):
            final, variable = self.final[id(slot)], self.variables.get(id(slot))
            if variable is None:
                continue
            with block(f"if {variable} is not M:"):
                add(f"v[{final!r}] = {variable}")
            if id(slot) in loaded:
                with block(f"elif {final!r} in v:"):
                    add(f"del v[{final!r}]")

    def _drop(self, keys: list[str]) -> None:
        for key in keys:
            with self.writer.block(f"if {key!r} in v:"):
                self.writer.add(f"del v[{key!r}]")

    def _call_functions(self) -> None:
        """Write the calls of the functions of the whole object that end the stage."""
        if not self.stage.then:
            return
        for parts in (stored for stored in self.stage.stored if stored.endswith(PARTS)):
            # What a fact has taken its parts from, a function does not get.
            with self.writer.block(f"if not v.get({parts!r}, M):"):
                self.writer.add(f"v.pop({parts!r}, None)")
        self.writer.add_copy("v", "copy_json")
        seen = [*self.stage.stored]
        for functions in self.stage.then:
            self._call_with_object(functions, seen)
            seen += [] if functions.key is None else [functions.key]

    def _call_with_object(self, functions: WholeFunctions, seen: list[str]) -> None:
        """Write the call of some functions of the whole object, which see some of its keys."""
        calls, key, when, path = functions
        given = "v"
        if key is not None and self.is_among_others:
            given = f"{{k: v[k] for k in {self.module.name(tuple(seen))} if k in v}}"
        called = f"call_each({self.module.name(self.module.called(calls, self.writer), 'f')}, {given}, E)"
        if key is None:
            self.writer.add(f"v = {called}")
            return
        where = {
            "missing": f"if {key!r} not in v:",
            "null": f"if v.get({key!r}, M) is None:",
            "empty": f"if v.get({key!r}, M) == []:",
            "empty or null": f"if v.get({key!r}, M) in (None, []):",
            "unreachable": f"if not has_parent(v, {path!r}):",
        }
        result = f"[copy_json({called})]" if when in ("empty", "empty or null") else f"copy_json({called})"
        in_errors = repr(key.removeprefix("\0"))
        with self.writer.block(where[when]) if when in where else nullcontext(), self.writer.errors_at(in_errors):
            self.writer.add(f"v[{key!r}] = {result}")
