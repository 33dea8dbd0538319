"""A plan of a component's objects while it is being made: which value each key has, and what was done to it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from timegate.changes.base import UNSET, Sibling
from timegate.gates.plan.calls import fill_of
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.judged import looks
from timegate.gates.plan.left_out import UNKNOWN, left_out_value
from timegate.gates.plan.partial import drop_fills
from timegate.gates.plan.plan import (
    CallFunctions,
    ConvertBySchema,
    CopyValue,
    RemoveEqual,
    SetValue,
    Slot,
    Stage,
    WholeFunctions,
)
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.written import Written
from timegate.gates.run.runtime import Call
from timegate.history.schema_edits import with_arms_back
from timegate.history.steps import Origin
from timegate.history.undo_envelopes import is_declared
from timegate.typing import Function, Schema
from timegate.wire.json_types import has_keys
from timegate.wire.wire import Component


@dataclass(slots=True)
class Draft:
    """A plan at one point of a conversion.

    Attributes:
        reach: the side and its history.
        name: the component.
        conversion: from which version to which.
        names: the slots by the key that they have at this point.
        stages: the stages so far; the last one is being made.
        unfilled: keys that a step adds without a value, each with its fact.
        unknown: keys whose absence means something to a fact, and only head knows what.
        refused: the fact for which every object is refused.
        boundary: the boundary whose steps are being applied.
        departing: keys that a move takes out of this object; the parent's plan does it.
        written: what a response lacks and facts look at.
        reaches_function: whether a function of a version file gets the whole object somewhere in the conversion.
        optional_fills: what sets keys that a client left out, where a partial update leaves them as they are.
    """

    reach: Reach
    name: str
    conversion: Conversion
    names: dict[str, Slot] = field(default_factory=dict[str, Slot])
    stages: list[Stage] = field(default_factory=list[Stage])
    unfilled: dict[str, Origin] = field(default_factory=dict[str, Origin])
    unknown: list[tuple[str, Origin]] = field(default_factory=list[tuple[str, Origin]])
    refused: Origin | None = None
    boundary: int = 0
    optional_fills: list[SetValue | CopyValue] = field(default_factory=list[SetValue | CopyValue])
    departing: set[str] = field(default_factory=set[str])
    _begun: list[Schema | None] = field(default_factory=list[Schema | None])
    _begun_at: int = 0
    _is_plain: bool | None = None
    written: Written = field(init=False)
    reaches_function: bool = False

    def __post_init__(self) -> None:
        self.written = Written(self.reach, self.name, self.conversion, self.stages)

    @property
    def upgrades(self) -> bool:
        return self.reach.side == "requests"

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    def at(self, version: int) -> Component:
        return self.reach.component(self.name, version)

    def begin(self, keys: dict[str, Schema], version: int, shape: Schema) -> None:
        self.names = {key: Slot(key, schema, version) for key, schema in keys.items()}
        whole = None if has_keys(shape) else Slot(None, shape, version)
        self.stages.append(Stage(dict(self.names), whole=whole))
        self._begun, self._begun_at, self._is_plain = [*keys.values()], version, None

    def end(self) -> None:
        """Convert every value to the last version and store it."""
        src, dst = self.conversion.src, self.conversion.dst
        leftover = self.names.keys() - self.at(dst).properties.keys() - self.departing
        if self.upgrades and leftover:
            # What is left of an emptied object goes where a newer version would read its key as another field.
            for key in leftover & (self.reach.head_keys(self.name) | self.reach.keys_at(self.name, range(dst + 1))):
                del self.names[key]
        for slot in self._slots():
            if src == dst:
                self.convert_by_schema(slot, self.conversion)
            self.convert_to(slot, dst)
        drop_fills(self.optional_fills, self.stage, self.names, required=self.at(dst).required)
        self.stage.stored = dict(self.names)
        self.stages[0].ops[:0] = self.written.ops()

    def _slots(self) -> list[Slot]:
        return [*self.names.values(), *([] if self.stage.whole is None else [self.stage.whole])]

    def convert_by_schema(self, slot: Slot, conversion: Conversion) -> None:
        schema = None if slot.schema is None else self._with_arms_at(conversion.src, slot.schema)
        if schema is not None and self.reach.needs(schema, conversion):
            if conversion.from_client:
                conversion = conversion._replace(described=self.reach.described_only(schema, self.name))
            self.stage.ops.append(ConvertBySchema(slot, schema, conversion.below))

    def _with_arms_at(self, version: int, schema: Schema) -> Schema:
        """A schema with the arms that values of a version have: a fact kept those aside that its boundary introduces.

        A value of a response goes on in the newer shape of a boundary until all its facts are undone.
        """
        older = range(version, len(self.reach.history.wires) - 1)
        names = frozenset[str]() if self.upgrades else self.reach.names_in(schema)
        present = [name for name in names if self.reach.introduction(name, older)]
        back: Schema = with_arms_back(schema, present) if present else schema
        return back

    def convert_to(self, slot: Slot, version: int) -> None:
        if slot.since == version:
            return
        if slot.schema is not None and self.reach.names_in(slot.schema):
            part = self.conversion.part(slot.since, version)
            if (slot.source is None and slot is not self.stages[0].whole) or slot.since != self.conversion.src:
                part = part._replace(from_client=False)
            self.convert_by_schema(slot, part)
        slot.since = version

    def _end_stage(self, functions: WholeFunctions) -> None:
        """End the stage, so that functions see the whole object in this boundary's newer shape."""
        if self.reaches_function or any(is_declared(call.function) for call in functions.calls):
            self.written.write_all(self._slots())
        for slot in self._slots():
            self.convert_to(slot, self.boundary)
        self.stage.stored = dict(self.names)
        self.stage.then.append(functions)

    def _is_untouched(self) -> bool:
        """Whether functions of the whole object still see it as those that began the stage have left it."""
        return (
            len(self.stages) > 1
            and self.stage.whole is None
            and not self.stage.ops
            and self.names == self.stage.loaded
            and list(map(attrgetter("schema"), self.names.values())) == self._begun
            and (self.boundary == self._begun_at or self._stays_across_boundaries())
        )

    def _stays_across_boundaries(self) -> bool:
        """Whether no value at the beginning of the stage holds a component, so that no boundary converts it."""
        if self._is_plain is None:
            self._is_plain = not any(schema and self.reach.names_in(schema) for schema in self._begun)
        return self._is_plain

    def slot(self, key: str, schema: Schema) -> Slot:
        """The slot of a key; a new one without a value where the object has no such key."""
        self.unfilled.pop(key, None)
        return self.names.setdefault(key, Slot(None, schema, self.boundary))

    def rename(self, source: str, target: str) -> None:
        if source in self.names:
            self.names[target] = self.names.pop(source)
        elif source in self.unfilled:
            self.unfilled[target] = self.unfilled.pop(source)

    def add(
        self, key: str, schema: Schema, value: Any, origin: Origin, *, required: bool = False, partial: bool = False
    ) -> None:
        if callable(value):
            self.fill(key, schema, "always", value, origin, partial=partial)
            return
        slot = Slot(None, schema, self.boundary)
        self.set_value(slot, "always", value, origin, required=required, partial=partial)
        self.names[key] = slot

    def set_value(
        self, slot: Slot, when: str, value: Any, origin: Origin, *, required: bool = False, partial: bool = False
    ) -> None:
        """Set a slot to a value or to a sibling's value, in this boundary's newer shape."""
        if isinstance(value, Sibling) and value.field not in self.names:
            return
        fill: SetValue | CopyValue = SetValue(slot, when, value)
        if isinstance(value, Sibling):
            other = self.names[value.field]
            self.convert_to(other, self.boundary)
            fill = CopyValue(slot, when, other, origin, required, self._fallback(other))
        self.stage.ops.append(fill)
        if partial and self.upgrades and self.conversion.partial:
            self.optional_fills.append(fill)

    def _fallback(self, slot: Slot) -> Slot | None:
        """A slot of what a sibling is where head leaves it out; None where head does not."""
        if slot.source is None or len(self.stages) > 1:
            # What a move or a function has made has no key of head's.
            self.written.write(slot)
            return None
        value = left_out_value(self.reach, self.name, slot, self.conversion)
        if value is UNSET or value is UNKNOWN:
            return None
        found = Slot(None, slot.schema, slot.since)
        done = [op for op in self.stage.ops if op.slot is slot and isinstance(op, ConvertBySchema | CallFunctions)]
        self.stage.ops += [SetValue(found, "always", value), *(replace(op, slot=found) for op in done)]
        return found

    def fill(
        self, key: str, schema: Schema, when: str, function: Function, origin: Origin, *, partial: bool = False
    ) -> None:
        """Fill in what a function of the whole object gives."""
        if partial and self.upgrades and self.conversion.partial and key not in self.at(self.boundary).required:
            return
        call = fill_of(function, schema, self.reach.components(self.boundary), origin)
        self.call_with_object(key, when, call, schema)
        self.unfilled.pop(key, None)

    def call_with_object(self, key: str, when: str, call: Call, holds: Schema, path: tuple[str, ...] = ()) -> None:
        """Set a key as `WholeFunctions` says; its value is of a schema then."""
        functions = WholeFunctions((call,), key, when, path)
        if self._is_untouched():
            # Of many functions, each does not begin a stage of its own with all keys.
            self.stages[-2].then.append(functions)
            self.names[key] = self.stage.loaded[key] = Slot(key, holds, self.boundary)
            self._begun = list(map(attrgetter("schema"), self.names.values()))
            self._is_plain = self._stays_across_boundaries() and not self.reach.names_in(holds)
            return
        keys = {name: slot.schema or {} for name, slot in self.names.items()}
        self._end_stage(functions)
        self.begin({**keys, key: holds}, self.boundary, {"type": "object"})

    def convert_value(self, key: str, calls: tuple[Call, ...], target: Schema) -> None:
        slot = self.names.get(key)
        if slot is None:
            return
        self.convert_to(slot, self.boundary)
        if any(looks(call.function) for call in calls):
            self.written.complete(slot)
        if calls:
            self.stage.ops.append(CallFunctions(slot, calls))
        slot.schema = target

    def convert_object(self, calls: tuple[Call, ...], shape: Schema) -> None:
        self._end_stage(WholeFunctions(calls, None))
        self.unfilled.clear()
        self.begin(shape.get("properties", {}), self.boundary, shape)

    def remove_emptied(self, kept: Set[str]) -> None:
        """Remove objects, also null, that a move has emptied and that the version lacks.

        Keys of a response that its model does not have stay, and so does the object; those of a request go with it.
        """
        version = self.boundary if self.upgrades else self.boundary + 1
        leftover = self.names.keys() - kept - self.departing
        for key in [key for key in self.names if key in leftover] if leftover else ():
            slot = self.names[key]
            if slot.schema is not None:
                # What other facts of the boundary take from it goes before it is looked at.
                self.convert_to(slot, version)
                if self.upgrades:
                    del self.names[key]
                    continue
                self.stage.ops += [RemoveEqual(slot, {}), RemoveEqual(slot, None)]
                slot.schema = None
