"""Writes the programs of one side and version as one module of source, a function per component, and compiles it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from timegate.changes.base import UNSET
from timegate.errors import KEY_LABEL, ArmName, DowngradeError, GateError, UpgradeError
from timegate.gates.plan.conversion import Conversion, client_conversion
from timegate.gates.plan.enums import EnumPlan, plan_enum
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.left_out import lacking
from timegate.gates.plan.plan import Plan
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.run import runtime, value_checks
from timegate.gates.run.choice import Choice
from timegate.gates.run.tuples import TupleFields
from timegate.gates.source.keywords import refuse_obstacles
from timegate.gates.source.leaves import Shapes
from timegate.gates.source.writer import Writer
from timegate.history.steps import Origin
from timegate.reading.value_readers import is_enum, member_reader, reader_of
from timegate.typing import Schema, is_object
from timegate.wire.json_types import EVERY, has_keys
from timegate.wire.marks import LEFT_OUT_MARK, NEWER_ARMS_MARK, PARTIAL_MARK, TUPLE_MARK, Form, LeftOut, forms_in
from timegate.wire.schema import ref, referred
from timegate.wire.value_readers import Reader
from timegate.wire.wire import Component

Purpose: TypeAlias = tuple[str, Conversion]
"""What a program is for: a component's name or the text of any other schema, and the conversion."""

WriteObject: TypeAlias = "Callable[[Module, Writer, Component, Plan, Conversion], None]"
"""Writes how the object ``v`` of a component is converted by its plan."""

WriteUnion: TypeAlias = "Callable[[Module, Writer, Schema, str, Conversion], None]"
"""Writes how the value of a variable is converted by the union's arm that it fits."""

_DEEPEST: Final = 12
"""How deep blocks are nested in one function, before values deeper in a schema get a function of their own."""

_RUNTIME = (
    value_checks.collect,
    value_checks.note_absent,
    value_checks.unknown_key,
    value_checks.wrong_type,
    runtime.apply,
    runtime.call_each,
    runtime.copy_json,
    runtime.extract,
    runtime.fail,
    runtime.has_parent,
    runtime.insert,
    runtime.refuse,
    runtime.same,
    runtime.unique,
)


class Module:
    """The programs of one side for the clients of one version, as one module of source.

    Args:
        reach: the side and its history.
        write_object: writes how a component's objects are converted by their plan.
        write_union: writes how an arm of a union is chosen.
        known: programs of other modules of the same side by their purpose; this module adds its own.
        traces: what becomes of clients' values; shared by the modules of a side.
        strict: whether a downgrade refuses keys that are spelled otherwise than on the wire.

    Attributes:
        faults: fields that head requires and nothing provides: component, key and the fact that added it.
        unknown: fields that head leaves out for a reason of its own, where absence means something to a fact: likewise.
        ambiguous: pairs of arms that no value can tell apart.
        lacking: fields that old clients require and that get the value of a sibling which head may leave out: likewise.
        merged: enums of which two members become one, though they are keys of objects.
        misread: pairs of arms where head reads as the first what old clients mean as the second.
        used_forms: the facts that vouch for a form which a program lets pass.
        replacing: the functions that replace an arm where it was introduced, by the arm and the union before it.
    """

    def __init__(
        self,
        reach: Reach,
        write_object: WriteObject,
        write_union: WriteUnion,
        known: dict[Purpose, Any],
        traces: Traces,
        *,
        strict: bool = False,
    ) -> None:
        self.reach = reach
        self.strict = strict and reach.side == "responses"
        self._write_object = write_object
        self._write_union = write_union
        self.upgrades = reach.side == "requests"
        self.shapes = Shapes(reach, traces if self.upgrades else None, self.checked_apart)
        self.error: type[GateError] = UpgradeError if self.upgrades else DowngradeError
        self.faults: list[tuple[str, str, Origin]] = []
        self.unknown: list[tuple[str, str, Origin]] = []
        self.lacking: list[tuple[str, str, Origin]] = []
        self.ambiguous: list[tuple[str, str]] = []
        self.merged: list[str] = []
        self.misread: list[tuple[str, str]] = []
        self.choices: list[Choice] = []
        self.replacing: dict[Purpose, str] = {}
        self._source: list[str] = []
        self._space: dict[str, Any] = {"M": runtime.MISSING, "UNSET": UNSET, "E": self.error, "GateError": GateError}
        self._space |= {"S": runtime.server_error(self.error), **{one.__name__: one for one in _RUNTIME}}
        self._known = known
        self._traces = traces
        self._functions: dict[Purpose, str] = {}
        self._waiting: list[Purpose] = []
        self._later: list[tuple[str, Schema, Conversion]] = []
        self._count = 0
        self.used_forms: set[tuple[str, str, str]] = set()

    def checked_apart(self, version: int, kind: Any, *, by_head: bool = True) -> str | None:
        """What clients call the objects of a class; empty for no objects, None where they have no checks of their own.

        Enums whose members stay the same have none, nor have classes that only a fact names and nothing changes.
        """
        components, found, conversion = self.reach.components(version), None, client_conversion("requests", version)
        for name in self.reach.names_of_class.get(id(kind), ()):
            is_same_enum = is_enum(kind) and plan_enum(self.reach, name, conversion) is None
            is_known = (by_head and name in self.reach.at_head) or self.reach.needs(ref(name), conversion)
            if name in components and is_known and not is_same_enum:
                types = self.reach.python_types(components[name].schema, version)
                found = components[name].arm_label or name if types == frozenset({dict}) else ""
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
            self._functions[purpose] = self.fresh("f")
            self._later.append((self._functions[purpose], schema, purpose[1]))
        return self._functions[purpose]

    def function_of(self, schema: Schema, conversion: Conversion) -> str:
        """The name of a function that converts values of a schema without a name."""
        name = self.fresh("f")
        self._write_function(name, schema, conversion)
        return name

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

    def add_source(self, writer: Writer) -> None:
        """Add whole functions to the module."""
        self._source += writer.lines

    def build(self) -> dict[str, Any]:
        """Compile every function that was asked for, and return the module's names with their values."""
        while self._waiting or self._later:
            while self._later:
                self._write_function(*self._later.pop())
            if self._waiting:
                purpose = self._waiting.pop()
                writer = Writer(is_asking=purpose[1].asking)
                with writer.block(f"def {self._functions[purpose]}(v):"):
                    self._component(writer, *purpose)
                    writer.add("return v")
                self.add_source(writer)
        exec(compile("\n".join(self._source), f"<timegate {self.reach.side}>", "exec"), self._space)
        for choice in self.choices:
            for arm in choice.arms:
                arm.program = self._space.get(arm.function or "")
                arm.asking = self._space.get(arm.asking_function or "")
        self._known.update({purpose: self._space[name] for purpose, name in self._functions.items()})
        return self._space

    def form_check(self, forms: Sequence[Form], described: frozenset[type], reader: Reader | None) -> str:
        """The name of a check whether a value has one of some forms."""
        self.used_forms.update(form.origin for form in forms)
        readers = tuple((one.types, reader_of(one.kind, described=True)) for one in forms)
        return self.name(value_checks.FormCheck(described, reader, readers), "c")

    def _component(self, writer: Writer, name: str, conversion: Conversion) -> None:
        component = self.reach.component(name, conversion.src)
        forms = forms_in(component.schema) if conversion.from_client else ()
        if forms:
            types = self.reach.python_types(component.schema, conversion.src)
            with writer.block(f"if {self.form_check(forms, types, None)}(v):"):
                writer.add("return v")
        enum_plan = plan_enum(self.reach, name, conversion)
        if enum_plan is not None:
            self._enum(writer, component, enum_plan, "v", conversion)
        elif "properties" not in component.schema and not self.reach.own(name, conversion):
            self.walk(writer, component.schema, "v", conversion)
        else:
            plan = fuse(self.reach, name, conversion, self._traces if self.upgrades else None)
            self.faults += [(name, key, origin) for key, origin in plan.faults]
            self.unknown += [(name, key, origin) for key, origin in plan.unknown]
            self.lacking += [(name, key, origin) for key, origin in lacking(self.reach, name, plan, conversion)]
            self._write_object(self, writer, component, plan, conversion)

    def _enum(self, writer: Writer, component: Component, plan: EnumPlan, var: str, conversion: Conversion) -> None:
        if conversion.keys and plan.merges:
            self.merged.append(component.name)
        check = self._member_check(component, plan, described=conversion.described) if plan.members else None
        types = frozenset(kind for kind, _ in (plan.members or plan.replaced))
        # Values of one type are their own key; otherwise the type is part of it, since True equals 1 in Python.
        typed = len(types) != 1
        key = f"(type({var}), {var})" if typed else var
        values = plan.members or plan.replaced
        table = self.name(values if typed else {value: result for (_, value), result in values.items()})
        condition = f"{self.is_one_of(var, types)} and {key} in {table}"
        if plan.members and plan.members == {(type(member), member): member for _, member in plan.members}:
            # Every member stays what it is: only others need a look.
            with writer.block(f"if not ({condition}):"):
                writer.add(f"{var} = {self.name(check, 'c')}({var})")
            return
        with writer.block(f"if {condition}:"):
            writer.add(f"{var} = {table}[{key}]")
        if plan.members:
            with writer.block("else:"):
                writer.add(f"{var} = {self.name(check, 'c')}({var})")

    def _member_check(self, component: Component, plan: EnumPlan, *, described: bool) -> value_checks.MemberCheck:
        members = [member for _, member in plan.members]
        reader = None if component.model is None else member_reader(component.model, members, described=described)
        return value_checks.MemberCheck(reader, plan.members, plan.newer)

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

    def walk(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        """Write how the value of a variable is converted by its schema; nothing where it stays as it is."""
        if not self.reach.needs(schema, conversion):
            return
        refuse_obstacles(schema, self.reach.touched(conversion))
        if writer.depth > _DEEPEST and referred(schema) is None:
            # Python compiles no deeper blocks, and a schema may be nested deeper.
            inner = self.fresh("f")
            self._later.append((inner, schema, conversion))
            writer.add(f"{var} = {inner}({var})")
            return
        if schema.get("anyOf") or schema.get("oneOf") or schema.get(NEWER_ARMS_MARK):
            self._write_union(self, writer, schema, var, conversion)
            return
        target = referred(schema)
        if target is not None:
            enum_plan = plan_enum(self.reach, target, conversion)
            if enum_plan is not None:
                self._enum(writer, self.reach.component(target, conversion.src), enum_plan, var, conversion)
            elif target in self.reach.touched(conversion):
                writer.add(f"{var} = {self.function(target, conversion)}({var})")
            return
        for part in schema.get("allOf", ()):
            self.walk(writer, part, var, conversion)
        self._containers(writer, schema, var, conversion)

    def _containers(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        def needed(keyword: str) -> Schema | None:
            inner = schema.get(keyword)
            return inner if is_object(inner) and self.reach.needs(inner, conversion) else None

        items, first_items = needed("items"), schema.get("prefixItems", [])
        if items is not None or any(self.reach.needs(item, conversion) for item in first_items):
            if self.upgrades and TUPLE_MARK in schema and not conversion.described:
                defaults = {index: item["default"] for index, item in enumerate(first_items) if "default" in item}
                fields = self.name(TupleFields(tuple(schema[TUPLE_MARK]), defaults))
                with writer.block(f"if type({var}) is dict:"):
                    writer.add(f"{var} = {fields}.as_list({var})")
            with writer.container(var, "list"):
                for index, item in enumerate(first_items):
                    if self.reach.needs(item, conversion):
                        with writer.block(f"if len({var}) > {index}:"):
                            self._item(writer, item, f"{var}[{index}]", index, conversion)
                if items is not None:
                    start = len(first_items)
                    pairs = f"enumerate({var}[{start}:], {start})" if start else f"enumerate({var})"
                    self._each(writer, items, pairs, var, conversion)
                    if schema.get("uniqueItems") and not self.upgrades:
                        writer.add(f"{var} = unique({var})")
            self._refuse_other_types(writer, schema, var, conversion)
        values, keys = needed("additionalProperties"), needed("propertyNames")
        if values is not None and "properties" not in schema:
            with writer.container(var, "dict"):
                self._each(writer, values, f"{var}.items()", var, conversion)
            self._refuse_other_types(writer, schema, var, conversion)
        if keys is not None:
            with writer.block(f"if type({var}) is dict:"):
                self._keys(writer, keys, var, conversion)

    def _keys(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        """Write how the keys of a dict are converted; an error lies at a key, and not at its value."""
        convert = self.function_of(schema, conversion._replace(keys=True))
        made, key, value = map(self.fresh, "oix")
        writer.add(f"{made} = {{}}")
        at_key = self.name(ArmName(KEY_LABEL))
        with writer.block(f"for {key}, {value} in {var}.items():"), writer.errors_at(key), writer.errors_at(at_key):
            writer.add(f"{made}[{convert}({key})] = {value}")
        writer.add(f"{var} = {made}")

    def _each(self, writer: Writer, schema: Schema, pairs: str, var: str, conversion: Conversion) -> None:
        key, value = self.fresh("i"), self.fresh("x")
        if self.upgrades:
            failures = self.fresh("errors")
            writer.add(f"{failures} = None")
            with writer.block(f"for {key}, {value} in {pairs}:"), writer.collecting(failures, key):
                self.walk(writer, schema, value, conversion)
                writer.add(f"{var}[{key}] = {value}")
            writer.raise_collected(failures)
            return
        writer.add(f"{key} = 0")
        with writer.errors_at(key), writer.block(f"for {key}, {value} in {pairs}:"):
            self.walk(writer, schema, value, conversion)
            writer.add(f"{var}[{key}] = {value}")

    def _item(self, writer: Writer, schema: Schema, place: str, index: int, conversion: Conversion) -> None:
        value = self.fresh("x")
        with writer.errors_at(str(index)):
            writer.add(f"{value} = {place}")
            self.walk(writer, schema, value, conversion)
            writer.add(f"{place} = {value}")

    def _refuse_other_types(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        if self.upgrades and not conversion.judges:
            return
        types = self.reach.python_types(schema, conversion.src)
        if types != EVERY:
            # A null that no schema mentions passes: the newest client gets it too.
            allowed = types if self.upgrades else types | {type(None)}
            with writer.block(f"elif {self.is_not(var, allowed)}:"):
                if self.upgrades:
                    lists = "named tuple" if TUPLE_MARK in schema else "tuple" if "prefixItems" in schema else "list"
                    told = f"objects={value_checks.NO_DICT!r}, lists={lists!r}"
                    writer.add(f"raise wrong_type(*{self.name(types)}, {told})")
                else:
                    writer.add("refuse(E, 'the value has another JSON type than its schema', None)")
