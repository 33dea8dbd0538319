"""Writes the operations on single values of an object."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, assert_never

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import client_conversion
from timegate.gates.plan.enums import plan_enum
from timegate.gates.plan.plan import (
    CallFunctions,
    CheckValue,
    ConvertBySchema,
    CopyValue,
    ExtractValue,
    InsertValue,
    NoteAbsent,
    Op,
    RemoveEqual,
    SetValue,
    Slot,
    Stage,
    WriteBelow,
    slots_of,
)
from timegate.gates.run.runtime import Call
from timegate.gates.run.value_checks import NO_DICT, NO_OBJECT, MemberCheck, Named, ValueCheck
from timegate.gates.source.leaves import lists_at, tuple_fields
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.history.misfit import fitting
from timegate.reading.member_readers import is_enum, member_reader
from timegate.reading.readable_types import Apart
from timegate.reading.value_readers import is_strict, reader_of, says_all
from timegate.typing import Schema, is_object
from timegate.wire.json_types import EVERY, all_listed_values, exact_types, is_nullable, named_types
from timegate.wire.schema import arms_of, referred, single_reference
from timegate.wire.value_readers import Reader
from timegate.wire.wire import Component


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
        # What is made of several values has no key that the sender knows: an error is at one of them.
        self._made_of = {id(op.other): op.slot.source for op in stage.ops if isinstance(op, InsertValue)}
        self.variables: dict[int, str] = {}
        self.certain: set[int] = set()
        self._is_guarded = False
        self._passing: dict[Slot, str] = {}

    def variable(self, slot: Slot) -> str:
        """The variable of a slot's value; a new one is missing until it is set."""
        name = self.variables.get(id(slot))
        if name is None:
            name = self.variables[id(slot)] = self.module.fresh()
            self.writer.add(f"{name} = M")
        return name

    def be_whole(self, slot: Slot, variable: str) -> None:
        """Let a slot be the value itself, which has no key that errors could name."""
        self.variables[id(slot)] = variable
        self.certain.add(id(slot))
        self._is_guarded = True

    @contextmanager
    def guarded(self, variable: str, key: str) -> Generator[None]:
        """A block whose errors name the key: those of a request are collected, and the value counts as missing."""
        if self._is_guarded:
            yield
        elif self.module.upgrades:
            self._is_guarded = True
            with self.writer.collecting("errors", repr(key), f"{variable} = M"):
                yield
            self._is_guarded = False
        else:
            with self.writer.errors_at(repr(key)):
                yield

    def convert(self, op: ConvertBySchema, variable: str, key: str, *after: str) -> None:
        """Write a conversion by schema whose errors name the key, and what follows where there are none."""
        with self.guarded(variable, key):
            self.module.walk(self.writer, op.schema, variable, op.conversion)
            for line in after:
                self.writer.add(line)

    def _key_in_errors(self, slot: Slot) -> str:
        """The key as the sender wrote it, if the sender wrote one."""
        return slot.source or self.final.get(id(slot)) or "?"

    def _key_of_call(self, slot: Slot) -> str:
        """The key of a value that a function gets, or of a part of it, as the sender wrote it."""
        return slot.source or self._made_of.get(id(slot)) or self._key_in_errors(slot)

    def operate(self, op: Op) -> None:
        """Write one operation."""
        # In this order: what the operation reads has its variable before what it sets.
        *others, variable = [self.variable(slot) for slot in slots_of(op)]
        other = others[0] if others else ""
        if op.slot in self.stage.let_pass and isinstance(op, CheckValue | NoteAbsent | ConvertBySchema | CallFunctions):
            with self.writer.block(f"if not {self._lets_pass(op.slot, variable)}:"):
                self._operate(op, variable, others, other)
            return
        self._operate(op, variable, others, other)

    def _lets_pass(self, slot: Slot, variable: str) -> str:
        """The variable that says whether the value passes as it is, because a change vouches for its form."""
        if slot not in self._passing:
            check, forms = self.stage.let_pass[slot].described, self.stage.let_pass[slot].forms
            # A parameter is a text whatever its type, so that only its reader knows.
            described = self.module.reach.python_types(check.schema, check.version) if check.described else EVERY
            name = self.module.form_check(forms, described, self._reader(check))
            self._passing[slot] = self.module.fresh("q")
            self.writer.add(f"{self._passing[slot]} = {name}({variable})")
        return self._passing[slot]

    def _operate(self, op: Op, variable: str, others: list[str], other: str) -> None:
        match op:
            case CheckValue():
                self._check(op, variable)
            case NoteAbsent():
                if id(op.slot) not in self.certain:
                    with self.writer.block(f"if {variable} is M:"):
                        self.writer.add(f"errors = note_absent(errors, {self._key_in_errors(op.slot)!r})")
            case ConvertBySchema():
                with self._if_present(op.slot, variable):
                    self.convert(op, variable, self._key_in_errors(op.slot))
            case CallFunctions():
                self._call(op, variable)
            case SetValue(when="missing") if id(op.slot) in self.certain:
                pass
            case SetValue():
                with self.writer.block(f"if {_condition(op.when, variable)}:"):
                    self.writer.add(f"{variable} = {self.constant(op.value)}")
            case WriteBelow():
                with self.writer.block(f"if lacks({variable}, {op.path!r}):"):
                    self.writer.add_copy(variable, "copy_json")
                    self.writer.add(f"{variable} = insert({variable}, {op.path!r}, {self.constant(op.value)})")
            case CopyValue():
                self._copy(op, variable, f"{other} if {other} is not M else {others[1]}" if op.fallback else other)
            case ExtractValue():
                self._extract(op, variable, other)
            case InsertValue():
                with self.writer.block(f"if {variable} is not M:"):
                    self.writer.add_copy(other, "copy_json")
                    self.writer.add(f"{other} = insert({other}, {op.path!r}, {variable})")
            case RemoveEqual():
                given = self.variable(op.value) if isinstance(op.value, Slot) else f"[{self.constant(op.value)}]"
                missing = "" if op.parent is None else f" and not has_parent({others[0]}, {op.path!r})"
                with self.writer.block(f"if same({variable}, {given}){missing}:"):
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

    def _check(self, op: CheckValue, variable: str) -> None:
        module, components = self.module, self.module.reach.components(op.version)
        nullable = is_nullable(op.schema, components)
        exact, named = exact_types(op.schema, components), _named(op.schema, components)
        reader = self._reader(op)
        if reader is not None and not says_all(op.kind, settings=op.settings, apart=self._apart(op)):
            exact = frozenset[type]()
        elif reader is not None and op.converted and float in exact:
            # What is read of a whole number may be another number.
            exact -= {int}
        objects = NO_OBJECT if _holds_a_class(op.schema) else NO_DICT
        check = module.name(
            ValueCheck(
                exact,
                named,
                nullable,
                op.required,
                reader,
                op.converted,
                objects,
                lists_at(*_described(op.schema, components)),
            ),
            "c",
        )
        conditions = [] if id(op.slot) in self.certain or op.required else [f"{variable} is not M"]
        if exact:
            conditions.append(module.is_not(variable, exact))
        unless_exact = self.writer.block(f"if {' and '.join(conditions)}:") if conditions else nullcontext()
        with unless_exact, self.guarded(variable, self._key_in_errors(op.slot)):
            self.writer.add(f"{variable} = {check}({variable})")

    def _reader(self, op: CheckValue) -> Reader | None:
        """What reads a value that is not exactly of the JSON type that its schema names."""
        reach, apart = self.module.reach, self._apart(op)
        components, heads = reach.components(op.version), reach.components(0)
        names = [name for name in reach.names_in(op.schema) if name in components]
        reader: Reader | None = self._check_of_members(op)
        if reader is None:
            reader = reader_of(op.kind, settings=op.settings, apart=apart, described=op.described)
        unread = op.kind is not UNSET and any(
            model is not None and apart(model) is None for model in (components[name].model for name in names)
        )
        if any(name in heads and heads[name].model is None and components[name].model is not None for name in names):
            # The type is newer than a model that was retired: it does not know one of the arms.
            reader = None
        untyped = op.kind is UNSET and op.slot is self.stage.whole and not names
        if reader is None and (unread or untyped):
            # A class of the old server's whose validators no gate runs, or no type: the schema says what fits.
            return partial(fitting, op.schema, components)
        return reader

    def _apart(self, op: CheckValue) -> Apart:
        """Says which classes are checked apart; head does not read what a function gets instead, or what is removed."""
        # A class of texts, numbers or lists reads what the old server read, null and the like included.
        return partial(self.module.checked_apart, op.version, by_head=not op.converted, only_objects=True)

    def _check_of_members(self, op: CheckValue) -> MemberCheck | None:
        """The check of a value that is a member of an enum; None where it is none, or nobody knows the enum's class."""
        reach, name = self.module.reach, single_reference(op.schema)
        component = None if name is None else reach.component(name, op.version)
        members = None if component is None else all_listed_values(component.schema, reach.components(op.version).get)
        if component is None or not members or not is_enum(component.model):
            return None
        plan = plan_enum(reach, component.name, client_conversion("requests", op.version))
        # Strictly read, JSON has nothing for a member but the member itself.
        exactly = op.described or is_strict(op.kind, settings=op.settings)
        reader = member_reader(component.model, [member for _, member in members], described=exactly)
        return MemberCheck(reader, {typed: typed[1] for typed in members}, {} if plan is None else plan.newer)

    def _call(self, op: CallFunctions, variable: str) -> None:
        """Write the calls of declared functions."""
        module, add, block = self.module, self.writer.add, self.writer.block
        calls = module.called(op.calls, self.writer)
        call = calls[0]
        with self._if_present(op.slot, variable), self.guarded(variable, self._key_of_call(op.slot)):
            self.writer.add_copy(variable, "copy_json")
            if len(calls) > 1 or call.stars:
                add(f"{variable} = call_each({module.name(calls, 'f')}, {variable}, E)")
                return
            # The same, without the cost of another call.
            with nullcontext() if call.takes_null else block(f"if {variable} is not None:"):
                with block("try:"):
                    add(f"{variable} = {module.name(call.function, 'f')}({variable})")
                with block("except Exception as e:"):
                    add(f"fail(E, e, {module.name(call.result.origin)})")
                self._check_result(call, variable)

    def _check_result(self, call: Call, variable: str) -> None:
        """Write the check of what a function gave; a text, a whole number and a truth value need no call."""
        result = call.result
        simple = (result.types - {float, list, dict}) if result.members is None else frozenset[type]()
        check = f"{self.module.name(result)}.check({variable}, S)"
        with self.writer.block(f"if {self.module.is_not(variable, simple)}:"):
            if call.may_remove:
                with self.writer.block(f"if {variable} is UNSET:"):
                    self.writer.add(f"{variable} = M")
                with self.writer.block("else:"):
                    self.writer.add(check)
            else:
                self.writer.add(check)

    def _extract(self, op: ExtractValue, variable: str, other: str) -> None:
        self.writer.add_copy(other, "copy_json")
        self.writer.add(f"{variable} = extract({other}, {op.path!r}, {op.prune})")
        if op.empty is not UNSET:
            with self.writer.block(f"if {variable} is M and not has_parent({other}, {op.path!r}):"):
                self.writer.add(f"{variable} = {self.constant(op.empty)}")


def _named(schema: Schema, components: Mapping[str, Component]) -> Named:
    """The types that a schema names, at every depth; a component in it is a matter of its own."""
    inside = [arm[key] for arm in _arms(schema) for key in ("items", "additionalProperties") if is_object(arm.get(key))]
    below = _named(inside[0], components) if len(inside) == 1 else None
    stays = below is None or (below.inside is None and dict in below.types)
    tuples = [fields for arm in _described(schema, components) if (fields := tuple_fields(arm)) is not None]
    fields = tuples[0] if len(tuples) == 1 else None
    in_order = not any("uniqueItems" in arm for arm in _arms(schema))
    return Named(named_types(schema, components), None if stays else below, fields, in_order)


def _described(schema: Schema, components: Mapping[str, Component]) -> list[Schema]:
    """The arms of a schema, or the schema itself, with those of components in place of references."""
    targets = [(arm, referred(arm)) for arm in _arms(schema)]
    return [arm if target is None else components[target].schema for arm, target in targets]


def _arms(schema: Schema) -> Iterator[Schema]:
    """A schema, or the arms of a union at every depth."""
    arms = arms_of(schema)
    if not arms:
        yield schema
    for arm in arms:
        yield from _arms(arm)


def _condition(when: str, variable: str) -> str:
    return {"always": "True", "missing": f"{variable} is M", "null": f"{variable} is None"}[when]


def _holds_a_class(schema: Schema) -> bool:
    """Whether a schema is that of a component, or of a union with one among its arms."""
    return referred(schema) is not None or any(map(_holds_a_class, arms_of(schema)))
