"""Writes the source of programs: a function for each component on a journey, compiled once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeAlias

from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.plan import Plan
from timegate.gates.plan.reach import Reach, names_in
from timegate.gates.run import runtime
from timegate.gates.run.arms import Choice
from timegate.history.steps import MembersChanged, Origin
from timegate.typing import Schema, is_object
from timegate.wire.json_types import EVERY, is_nullable, python_types
from timegate.wire.marks import MARK_PREFIX
from timegate.wire.schema import LITERAL_KEYWORDS, NAMED_SCHEMAS, referred
from timegate.wire.wire import Component

WALKED = frozenset(
    {"$ref", "items", "prefixItems", "additionalProperties", "anyOf", "oneOf", "allOf", "propertyNames", "properties"}
)
"""Keywords through which a payload is walked."""


class Unwalkable(Exception):
    """A schema leads to a changed model by a keyword that programs do not follow."""

    def __init__(self, keyword: str, name: str) -> None:
        super().__init__(keyword, name)
        self.keyword = keyword
        self.name = name


class Writer:
    """Lines of source with their indentation."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0

    def add(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def block(self, line: str) -> Generator[None]:
        """An indented block; one that stays empty holds ``pass``."""
        self.add(line)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1


Purpose: TypeAlias = tuple[str, Conversion]
"""What a program is for: a component, or the text of a schema that is none, and the journey."""

WriteObject: TypeAlias = "Callable[[Module, Writer, Component, Plan, Conversion], None]"
"""Writes what takes the object ``v`` of a component through a journey by its plan."""

WriteUnion: TypeAlias = "Callable[[Module, Writer, Schema, str, Conversion], None]"
"""Writes what takes the value of a variable through a journey by the arm it fits."""


class Module:
    """The programs of one side for the clients of one version, as one module of source.

    Args:
        reach: the side and its history.
        objects: writes what takes a component's objects through their plan.
        unions: writes how an arm of a union is chosen.
        known: programs of other modules of the same side, by what they are for; this one's are added to them.
    """

    def __init__(
        self, reach: Reach, *, objects: WriteObject, unions: WriteUnion, known: dict[Purpose, Any] | None = None
    ) -> None:
        self.reach = reach
        self._write_object = objects
        self._write_union = unions
        self.up = reach.side == "requests"
        self.error: type[GateError] = UpgradeError if self.up else DowngradeError
        self.space: dict[str, Any] = {
            "M": runtime.MISSING,
            "E": self.error,
            "GateError": GateError,
            "called": runtime.called,
            "called_at_depth": runtime.called_at_depth,
            "copy_json": runtime.copy_json,
            "refuse": runtime.refuse,
            "taken": runtime.taken,
            "unconverted": runtime.unconverted,
            "put": runtime.put,
            "has_parent": runtime.has_parent,
        }
        self.source: list[str] = []
        self.faults: list[tuple[str, str, Origin]] = []
        self.ambiguous: list[tuple[str, str]] = []
        self.choices: list[Choice] = []
        self._known: dict[Purpose, Any] = {} if known is None else known
        self._functions: dict[Purpose, str] = {}
        self._waiting: list[tuple[str, Conversion]] = []
        self._count = 0

    def name(self, value: Any, prefix: str = "k") -> str:
        """A name in the module for a value that source cannot hold."""
        self._count += 1
        name = f"{prefix}{self._count}"
        self.space[name] = value
        return name

    def fresh(self, prefix: str = "v") -> str:
        """A name of no meaning."""
        self._count += 1
        return f"{prefix}{self._count}"

    def root(self, schema: Schema, conversion: Conversion) -> str | None:
        """The name of the function that takes payloads of a schema through a journey; None where none is needed."""
        if not self.reach.needs(schema, conversion):
            return None
        target = referred(schema)
        if target is not None and MARK_PREFIX + "aside" not in schema:
            return self.function(target, conversion)
        conversion = self.reach.shortest(self.reach.names_in(schema), conversion)
        purpose = (repr(schema), conversion)
        if purpose not in self._functions and purpose in self._known:
            self._functions[purpose] = self.name(self._known[purpose], "f")
        if purpose not in self._functions:
            self._functions[purpose] = self.function_of(schema, conversion)
        return self._functions[purpose]

    def function_of(self, schema: Schema, conversion: Conversion) -> str:
        """The name of a function that walks a schema that is no component."""
        name = self.fresh("f")
        writer = Writer()
        with writer.block(f"def {name}(v):"):
            self.walk(writer, schema, "v", conversion)
            writer.add("return v")
        self.source += writer.lines
        return name

    def function(self, component: str, conversion: Conversion) -> str:
        """The name of the function of a component on a journey; its source is written later, for recursion's sake."""
        key = (component, self.reach.shortest((component,), conversion))
        name = self._functions.get(key)
        if name is None and key in self._known:
            name = self._functions[key] = self.name(self._known[key], "p")
        if name is None:
            name = self._functions[key] = self.fresh("p")
            self._waiting.append(key)
        return name

    def build(self) -> dict[str, Any]:
        """Compile everything asked for; gives the module's names."""
        while self._waiting:
            component, conversion = self._waiting.pop()
            writer = Writer()
            with writer.block(f"def {self._functions[component, conversion]}(v):"):
                self._component(writer, component, conversion)
                writer.add("return v")
            self.source += writer.lines
        text = "\n".join(self.source)
        exec(compile(text, f"<timegate {self.reach.side}>", "exec"), self.space)
        for choice in self.choices:
            for arm in choice.arms:
                if arm.function is not None:
                    arm.program = self.space[arm.function]
        self._known.update({purpose: self.space[name] for purpose, name in self._functions.items()})
        return self.space

    def _component(self, writer: Writer, name: str, conversion: Conversion) -> None:
        component = self.reach.component(name, conversion.src)
        if self.members(name, self._judged(conversion)):
            self._enum(writer, component, "v", conversion)
            return
        if "properties" not in component.schema and not self.reach.own(name, conversion):
            self.walk(writer, component.schema, "v", conversion)
            return
        plan = fuse(self.reach, name, conversion)
        self.faults += [(name, key, origin) for key, origin in plan.faults]
        self._write_object(self, writer, component, plan, conversion)

    def _judged(self, conversion: Conversion) -> Conversion:
        """The journey that decides what a payload may hold: to head, where it comes straight from a client."""
        return Conversion(conversion.src, 0, True, False) if self.up and conversion.from_client else conversion

    def members(self, name: str, conversion: Conversion) -> list[MembersChanged]:
        """What happens to the members of an enum on a journey, in order."""
        found: list[MembersChanged] = []
        for boundary in conversion.boundaries:
            steps = self.reach.steps(name, boundary)
            for step in steps if self.up else reversed(steps):
                if isinstance(step, MembersChanged):
                    found.append(step)
        return found

    def _enum(self, writer: Writer, component: Component, var: str, conversion: Conversion) -> None:
        schema = component.schema
        known: list[Any] = [schema["const"]] if "enum" not in schema else list(schema["enum"])
        steps = self.members(component.name, conversion)
        table: dict[tuple[type, Any], Any] = {}
        for member in known:
            value = member
            for step in steps:
                value = (step.to_head if self.up else step.to_old).get(value, value)
            if value != member or type(value) is not type(member):
                table[type(member), member] = value
        refused: dict[tuple[type, Any], Origin] = {}
        if self.up and conversion.from_client:
            taken: set[tuple[type, Any]] = {(type(member), member) for member in known}
            head = self.reach.component(component.name, 0).schema
            members: list[Any] = [head["const"]] if "enum" not in head else list(head["enum"])
            steps = self.members(component.name, self._judged(conversion))
            origin = steps[-1].origin
            for member in members:
                if (type(member), member) not in taken:
                    origin_name = next((step.origin for step in steps if member in step.refused), origin)
                    refused[type(member), member] = origin_name
        kinds = frozenset(kind for kind, _ in (*table, *refused))
        # Members of one type are told apart by their values alone; true and 1 are not.
        single = len(kinds) == 1
        place = var if single else f"(type({var}), {var})"
        with writer.block(f"if {self.is_one_of(var, kinds)}:"):
            if refused:
                names = self.name({value if single else (kind, value): o for (kind, value), o in refused.items()})
                with writer.block(f"if {place} in {names}:"):
                    writer.add(f"refuse(E, 'this version has no such member', {names}[{place}])")
            if table:
                names = self.name({value if single else (kind, value): new for (kind, value), new in table.items()})
                with writer.block(f"if {place} in {names}:"):
                    writer.add(f"{var} = {names}[{place}]")

    def is_one_of(self, var: str, kinds: frozenset[type]) -> str:
        """An expression for whether the type of a variable's value is one of these."""
        if len(kinds) == 1:
            return f"type({var}) is {self.name(next(iter(kinds)), 't')}"
        return f"type({var}) in {self.name(kinds)}"

    def walk(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        """Write what takes the value of a variable through a journey; nothing where nothing is to be done."""
        if not self.reach.needs(schema, conversion):
            return
        self._check_keywords(schema, conversion)
        if schema.get("anyOf") or schema.get("oneOf") or schema.get(MARK_PREFIX + "aside"):
            self._write_union(self, writer, schema, var, conversion)
            return
        target = referred(schema)
        if target is not None:
            if self.members(target, self._judged(conversion)):
                self._enum(writer, self.reach.component(target, conversion.src), var, conversion)
            elif target in self.reach.touched(conversion):
                writer.add(f"{var} = {self.function(target, conversion)}({var})")
            return
        for part in schema.get("allOf", ()):
            self.walk(writer, part, var, conversion)
        self._containers(writer, schema, var, conversion)

    def _containers(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        needs = self.reach.needs
        items, heads = schema.get("items"), schema.get("prefixItems", [])
        items = items if is_object(items) and needs(items, conversion) else None
        if items is not None or any(needs(head, conversion) for head in heads):
            with writer.block(f"if type({var}) is list:"):
                for index, head in enumerate(heads):
                    if needs(head, conversion):
                        with writer.block(f"if len({var}) > {index}:"):
                            self._element(writer, head, f"{var}[{index}]", str(index), conversion)
                if items is not None:
                    self._each(writer, items, f"enumerate({var})" if not heads else None, var, len(heads), conversion)
            self._wrong_shape(writer, schema, var, conversion)
        values = schema.get("additionalProperties")
        names = schema.get("propertyNames")
        if is_object(values) and needs(values, conversion) and "properties" not in schema:
            with writer.block(f"if type({var}) is dict:"):
                self._each(writer, values, f"{var}.items()", var, 0, conversion)
            self._wrong_shape(writer, schema, var, conversion)
        if is_object(names) and needs(names, conversion):
            with writer.block(f"if type({var}) is dict:"):
                key = self.function_of(names, conversion)
                writer.add(f"{var} = {{{key}(k): x for k, x in {var}.items()}}")

    def _each(
        self, writer: Writer, schema: Schema, pairs: str | None, var: str, start: int, conversion: Conversion
    ) -> None:
        key, value = self.fresh("i"), self.fresh("x")
        source = pairs or f"enumerate({var}[{start}:], {start})"
        writer.add(f"{key} = 0")
        with writer.block("try:"), writer.block(f"for {key}, {value} in {source}:"):
            self.walk(writer, schema, value, conversion)
            writer.add(f"{var}[{key}] = {value}")
        with writer.block("except GateError as e:"):
            writer.add(f"e.at({key})")
            writer.add("raise")

    def _element(self, writer: Writer, schema: Schema, place: str, key: str, conversion: Conversion) -> None:
        value = self.fresh("x")
        with writer.block("try:"):
            writer.add(f"{value} = {place}")
            self.walk(writer, schema, value, conversion)
            writer.add(f"{place} = {value}")
        with writer.block("except GateError as e:"):
            writer.add(f"e.at({key})")
            writer.add("raise")

    def _wrong_shape(self, writer: Writer, schema: Schema, var: str, conversion: Conversion) -> None:
        if self.up:
            return
        kinds = python_types(schema, lambda name: self.reach.component(name, conversion.src))
        if kinds != EVERY:
            with writer.block(f"elif type({var}) not in {self.name(kinds)}:"):
                writer.add("refuse(E, 'the value has another JSON type than its schema', None)")

    def _check_keywords(self, schema: Schema, conversion: Conversion) -> None:
        touched = self.reach.touched(conversion)
        for keyword, value in schema.items():
            if keyword in WALKED or keyword in LITERAL_KEYWORDS or keyword.startswith(MARK_PREFIX):
                continue
            inner = value.values() if keyword in NAMED_SCHEMAS and is_object(value) else [value]
            for node in inner:
                for name in names_in(node):
                    if name in touched:
                        raise Unwalkable(keyword, name)
        if schema.get(MARK_PREFIX + "opaque"):
            raise Unwalkable("a serializer without a return type", next(iter(names_in(schema))))

    def admits_null(self, schema: Schema, version: int) -> bool:
        """Whether a schema admits null at a version."""
        return is_nullable(schema, self.reach.history.wires[version].components(self.reach.side))
