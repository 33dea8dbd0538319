"""Writes the programs of one side and version as one module of source, a function per component, and compiles it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeAlias

from timegate.changes.base import UNSET
from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.gates.plan.conversion import Conversion, client_conversion
from timegate.gates.plan.enums import plan_enum
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.run import runtime, value_checks
from timegate.gates.run.choice import Choice
from timegate.gates.source.keywords import refuse_obstacles
from timegate.gates.source.leaves import Shapes
from timegate.gates.source.writer import Writer
from timegate.history.steps import Origin
from timegate.reading.member_readers import is_enum
from timegate.reading.readable_types import Newer
from timegate.reading.value_readers import reader_of
from timegate.typing import Schema
from timegate.wire.json_types import has_keys
from timegate.wire.marks import LEFT_OUT_MARK, NEWER_ARMS_MARK, PARTIAL_MARK, Form, LeftOut
from timegate.wire.schema import arms_of, ref, referred
from timegate.wire.value_readers import Reader

Purpose: TypeAlias = tuple[str, Conversion]
"""What a program is for: a component's name or the text of any other schema, and the conversion."""


class Writers(NamedTuple):
    """What writes programs, into a module.

    Attributes:
        component: writes how the value ``v`` of a component, by its name, is converted.
        schema: writes how the value of a variable is converted by its schema; nothing where it stays as it is.
    """

    component: Callable[[Module, Writer, str, Conversion], None]
    schema: Callable[[Module, Writer, Schema, str, Conversion], None]


_RUNTIME = (
    value_checks.collect,
    value_checks.collect_each,
    value_checks.is_unread,
    value_checks.in_order,
    value_checks.note_absent,
    value_checks.unknown_key,
    value_checks.wrong_type,
    value_checks.too_long,
    runtime.apply,
    runtime.call_each,
    runtime.convert_each,
    runtime.copy_json,
    runtime.extract,
    runtime.fail,
    runtime.has_parent,
    runtime.lacks,
    runtime.holds_more,
    runtime.insert,
    runtime.omit,
    runtime.refuse,
    runtime.same,
    runtime.unique,
)


class Module:
    """The programs of one side for the clients of one version, as one module of source.

    Args:
        reach: the side and its history.
        writers: what writes its programs.
        known: programs of other modules of the same side by their purpose; this module adds its own.
        traces: what becomes of clients' values; shared by the modules of a side.
        strict: whether a downgrade refuses keys that are spelled otherwise than on the wire.

    Attributes:
        faults: fields that head requires and nothing provides: component, key and the fact that added it.
        undecided: objects that clients may leave out, where nobody knows what they were then: likewise.
        unknown: fields that head leaves out for a reason of its own, where absence means something to a fact: likewise.
        ambiguous: pairs of arms that no value can tell apart, with the keys by which a callable would, and which no
            response has.
        lacking: fields that old clients require and that get the value of a sibling which head may leave out: likewise.
        merged: enums of which two members become one, though they are keys of objects.
        misread: pairs of arms where head reads as the first what old clients mean as the second.
        used_forms: the facts that vouch for a form which a program lets pass.
        needed: the functions that say which arm of a union an object is, where its tags do not.
        unions: the names of choices from the arms of unions, by the union.
        stand_ins: what gives the declared values that stand in for arms: the arm, the name of the function, and the
            fact that declares the value.
        settles: whether these values are converted once and for all.
    """

    settles = True

    def __init__(
        self,
        reach: Reach,
        writers: Writers,
        known: dict[Purpose, Any],
        traces: Traces,
        *,
        strict: bool = False,
    ) -> None:
        self.reach = reach
        self.strict = strict and reach.side == "responses"
        self._writers = writers
        self.upgrades = reach.side == "requests"
        self.traces = traces if self.upgrades else None
        self.error: type[GateError] = UpgradeError if self.upgrades else DowngradeError
        self.faults: list[tuple[str, str, Origin]] = []
        self.undecided: list[tuple[str, str, Origin]] = []
        self.unknown: list[tuple[str, str, Origin]] = []
        self.lacking: list[tuple[str, str, Origin]] = []
        self.ambiguous: list[tuple[str, str, frozenset[str]]] = []
        self.merged: list[str] = []
        self.misread: list[tuple[str, str]] = []
        self.choices: list[Choice] = []
        self.unions: dict[Purpose, str] = {}
        self.stand_ins: list[tuple[str, str, Origin]] = []
        self._source: list[str] = []
        self._space: dict[str, Any] = {"M": runtime.MISSING, "UNSET": UNSET, "E": self.error, "GateError": GateError}
        self._space |= {"S": runtime.server_error(self.error), **{one.__name__: one for one in _RUNTIME}}
        self._known = known
        self._functions: dict[Purpose, str] = {}
        self._waiting: list[Purpose] = []
        self._later: list[Callable[[], None]] = []
        self._count = 0
        self.used_forms: set[tuple[str, str, str]] = set()
        self.needed: list[Any] = []

    @cached_property
    def shapes(self) -> Shapes:
        """What is known of the arms of unions; most modules have none, and are freed as soon as they are built."""
        return Shapes(self.reach, self.traces, self.checked_apart)

    @cached_property
    def read_as_arms(self) -> Mapping[str, Sequence[str]]:
        """The components that head reads as arms alone, by the first: unions, and what was an arm beside these."""
        found: dict[str, list[str]] = {}
        for name, component in self.reach.components(0).items():
            for arm in filter(None, map(referred, arms_of(component.schema)[:1])):
                found.setdefault(arm, []).append(name)
        return found

    def checked_apart(self, version: int, kind: Any, *, by_head: bool = True, only_objects: bool = False) -> str | None:
        """What clients call the objects of a class; empty for no objects, None where they have no checks of their own.

        Enums whose members stay the same have none, nor have classes that only a fact names and nothing changes.

        Args:
            version: of the clients.
            kind: the class.
            by_head: whether the values of a class that nothing changes are left to head.
            only_objects: whether they are left to head only where they are objects.
        """
        components, found, conversion = self.reach.components(version), None, client_conversion("requests", version)
        for name in self.reach.names_of_class.get(id(kind), ()):
            is_same_enum = is_enum(kind) and plan_enum(self.reach, name, conversion) is None
            if name not in components or is_same_enum:
                continue
            is_object = self.reach.python_types(components[name].schema, version) == frozenset({dict})
            is_heads = by_head and name in self.reach.at_head(version) and (is_object or not only_objects)
            if is_heads or self.reach.needs(ref(name), conversion):
                called = components[name].arm_label or name if is_object else ""
                found = called if components[name].exists else Newer(called)
        return found

    def name(self, value: Any, prefix: str = "k") -> str:
        """A name in the module for a value that source cannot express."""
        name = self.fresh(prefix)
        self._space[name] = value
        return name

    def called(self, calls: tuple[runtime.Call, ...], writer: Writer) -> tuple[runtime.Call, ...]:
        """Calls of declared functions, as the programs make them."""
        return calls

    def fresh(self, prefix: str = "v") -> str:
        """An unused name."""
        self._count += 1
        return f"{prefix}{self._count}"

    def root(self, schema: Schema, conversion: Conversion) -> str | None:
        """The name of the function that converts payloads of a schema; None where they stay as they are."""
        left_out = schema.get(LEFT_OUT_MARK)
        if isinstance(left_out, LeftOut):
            schema = {key: value for key, value in schema.items() if key != LEFT_OUT_MARK}
            # What its items or arms leave out is not known.
            left_out = left_out if referred(schema) is not None else left_out.below
            conversion = conversion._replace(left_out=left_out)
        if conversion.from_client and self.reach.described_only(schema):
            conversion = conversion._replace(described=True)
        if PARTIAL_MARK in schema:
            schema = {key: value for key, value in schema.items() if key != PARTIAL_MARK}
            conversion = conversion._replace(partial=True)
        if not self.reach.needs(schema, conversion):
            return None
        refuse_obstacles(schema, self.reach.touched(conversion))
        target = referred(schema)
        if target is not None and NEWER_ARMS_MARK not in schema:
            return self.function(target, conversion)
        purpose = repr(schema), self.reach.shortest(self.reach.names_in(schema), conversion)
        if not self._has_function(purpose, "f"):
            # Its source is written later, since a union may hold itself.
            self._functions[purpose] = self.later(schema, purpose[1])
        return self._functions[purpose]

    def function_of(self, schema: Schema, conversion: Conversion) -> str:
        """The name of a function that converts values of a schema without a name."""
        name = self.fresh("f")
        self._write_function(name, schema, conversion)
        return name

    def later(self, schema: Schema, conversion: Conversion) -> str:
        """The name of such a function, whose source is written later."""
        name = self.fresh("f")
        self._later.append(partial(self._write_function, name, schema, conversion))
        return name

    def union(self, schema: Schema, conversion: Conversion, choose: Callable[[Module, Schema, Conversion], Any]) -> str:
        """The name of the choice from the arms of a union, which is made later.

        Args:
            schema: the union.
            conversion: of its values.
            choose: makes the choice.
        """
        purpose = repr(schema), self.reach.shortest(self.reach.names_in(schema), conversion)
        if purpose not in self.unions:
            name = self.unions[purpose] = self.fresh("u")
            self._later.append(lambda: self._space.update({name: choose(self, schema, purpose[1])}))
        return self.unions[purpose]

    def walk(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        """Write how the value of a variable is converted by its schema; nothing where it stays as it is."""
        self._writers.schema(self, writer, schema, var, conversion)

    def _write_function(self, name: str, schema: Schema, conversion: Conversion) -> None:
        writer = Writer(is_asking=conversion.asking)
        with writer.block(f"def {name}(v):"):
            self.walk(writer, schema, "v", conversion)
            writer.add("return v")
        self.add_source(writer)

    def function(self, component: str, conversion: Conversion) -> str:
        """The name of a component's function; its source is written later, since components may be recursive."""
        if has_keys(self.reach.component(component, conversion.src).schema):
            # Whether a validator sees the values of its keys is the same at all its places.
            conversion = conversion._replace(described=False)
        purpose = component, self.reach.shortest((component,), conversion)
        if not self._has_function(purpose, "p"):
            self._functions[purpose] = self.fresh("p")
            self._waiting.append(purpose)
        return self._functions[purpose]

    def _has_function(self, purpose: Purpose, prefix: str) -> bool:
        """Whether the module has a function for a purpose, its own or another module's."""
        if purpose not in self._functions and purpose in self._known:
            self._functions[purpose] = self.name(self._known[purpose], prefix)
        return purpose in self._functions

    def replaced(self, writer: Writer, origin: Origin) -> None:
        """Something stands in for an arm: nothing but what a module of another kind writes besides."""

    def watched(self, writer: Writer, component: str, var: str, conversion: Conversion) -> None:
        """The value of a variable is one of a component's: nothing but what a module of another kind writes besides."""

    def add_source(self, writer: Writer) -> None:
        """Add whole functions to the module."""
        self._source += writer.lines

    def build(self) -> dict[str, Any]:
        """Compile every function that was asked for, and return the module's names with their values."""
        while self._waiting or self._later:
            while self._later:
                self._later.pop()()
            if self._waiting:
                purpose = self._waiting.pop()
                writer = Writer(is_asking=purpose[1].asking)
                with writer.block(f"def {self._functions[purpose]}(v):"):
                    self._writers.component(self, writer, *purpose)
                    writer.add("return v")
                self.add_source(writer)
        exec(compile("\n".join(self._source), f"<timegate {self.reach.side}>", "exec"), self._space)
        for choice in self.choices:
            for arm in choice.arms:
                arm.program = self._space.get(arm.function or "")
                arm.asking = self._space.get(arm.asking_function or "")
        for _, function, _ in self.stand_ins if self.settles else ():
            # It is the same for every object. What came first is made first: where one thing stands in for another, and
            # that for a third, no such row is gone through again. What cannot be converted is told of where it is met.
            with suppress(GateError, RecursionError):
                self._space[function] = partial(runtime.copy_json, self._space[function]())
        self._known.update({purpose: self._space[name] for purpose, name in self._functions.items()})
        return self._space

    def form_check(self, forms: Sequence[Form], described: frozenset[type], reader: Reader | None) -> str:
        """The name of a check whether a value has one of some forms."""
        self.used_forms.update(form.origin for form in forms)
        readers = tuple((one.types, reader_of(one.kind, described=True)) for one in forms)
        return self.name(value_checks.FormCheck(described, reader, readers), "c")

    def is_one_of(self, var: str, types: frozenset[type]) -> str:
        """An expression for whether the type of a variable's value is one of some types."""
        if len(types) == 1:
            return f"type({var}) is {self.name(next(iter(types)), 't')}"
        return f"type({var}) in {self.name(types)}"

    def is_not(self, var: str, types: frozenset[type]) -> str:
        """An expression for whether the type of a variable's value is none of some types."""
        if len(types) == 1:
            return f"type({var}) is not {self.name(next(iter(types)), 't')}"
        return f"type({var}) not in {self.name(types)}"
