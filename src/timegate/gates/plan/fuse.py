"""Plans a component's objects in a conversion: applies all steps to the keys, so that many versions make one plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from timegate.changes.base import UNSET, Sibling
from timegate.gates.plan.calls import fill_of, filler_of
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.course import ValuesConverted
from timegate.gates.plan.key_policy import KeysOf
from timegate.gates.plan.left_out import UNKNOWN, left_out_value, loaded_as
from timegate.gates.plan.partial import drop_fills
from timegate.gates.plan.plan import (
    CallFunctions,
    ConvertBySchema,
    CopyValue,
    ExtractValue,
    InsertValue,
    KeyPolicy,
    Plan,
    RemoveEqual,
    SetValue,
    Slot,
    Stage,
    WholeFunctions,
)
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.plan.value_checks import add_checks
from timegate.gates.run.runtime import Call
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    ModelIntroduced,
    MovedThrough,
    ObjectConverted,
    Origin,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.undo_lists import FirstItem
from timegate.typing import Function, Schema
from timegate.wire.json_types import has_keys, is_nullable
from timegate.wire.wire import Component


def fuse(reach: Reach, name: str, conversion: Conversion, traces: Traces | None = None) -> Plan:
    """The plan of a component's objects in a conversion.

    Args:
        reach: the side and its history.
        name: the component.
        conversion: from which version to which.
        traces: what becomes of a client's values; without them, the values are not checked.
    """
    plan = _Fusing(reach, name, conversion).run()
    if traces is not None and conversion.judges and plan.stages:
        add_checks(plan, reach, name, conversion.src, traces)
    return plan


@dataclass(slots=True)
class _Fusing:
    """Builds one plan.

    Attributes:
        names: the slots by the key that they have at this point.
        stages: the stages so far; the last one is being built.
        unfilled: keys that a step adds without a value, each with its fact.
        unknown: keys whose absence means something to a fact, and only head knows what.
        refused: the fact for which every object is refused.
        boundary: the boundary whose steps are being applied.
        departing: keys that a move takes out of this object; the parent's plan does it.
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

    @property
    def upgrades(self) -> bool:
        return self.reach.side == "requests"

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    def at(self, version: int) -> Component:
        return self.reach.component(self.name, version)

    def run(self) -> Plan:
        source = self.at(self.conversion.src)
        # A client cannot have meant an internal field.
        unseen = source.internal if self.upgrades and self.conversion.from_client else frozenset[str]()
        keys = {key: schema for key, schema in source.properties.items() if key not in unseen}
        course = self.reach.course(self.name, self.conversion)
        if not self.upgrades:
            # A parent's plan has put them into the object before it crosses the boundary; its schema lacks them.
            moved = [passed.step for passed in course if passed.boundary == self.conversion.src]
            inserted = {step.key: step.schema for step in moved if isinstance(step, MovedThrough) and step.older}
            keys = {**keys, **inserted, **keys}
        self._begin(keys, self.conversion.src, source.schema)
        for passed in course:
            self.boundary = passed.boundary
            self._apply(passed.step)
            if self.refused is not None:
                return Plan(KeyPolicy(), [], refused=self.refused)
        if self.conversion.to_client and not self.upgrades:
            for key in self.at(self.conversion.dst).internal:
                self.names.pop(key, None)
        self._end()
        return self._plan(set(keys))

    def _begin(self, keys: dict[str, Schema], version: int, shape: Schema) -> None:
        self.names = {key: Slot(key, schema, version) for key, schema in keys.items()}
        whole = None if has_keys(shape) else Slot(None, shape, version)
        self.stages.append(Stage(dict(self.names), whole=whole))

    def _end(self) -> None:
        """Convert every value to the last version and store it."""
        src, dst = self.conversion.src, self.conversion.dst
        leftover = self.names.keys() - self.at(dst).properties.keys() - self.departing
        if self.upgrades and leftover:
            # What is left of an emptied object goes where a newer version would read its key as another field.
            for key in leftover & (self.reach.head_keys(self.name) | self.reach.keys_at(self.name, range(dst + 1))):
                del self.names[key]
        for slot in self._slots():
            if src == dst:
                self._convert_by_schema(slot, self.conversion)
            self._convert_to(slot, dst)
        drop_fills(self.optional_fills, self.stage, self.names, required=self.at(dst).required)
        self.stage.stored = dict(self.names)

    def _slots(self) -> list[Slot]:
        return [*self.names.values(), *([] if self.stage.whole is None else [self.stage.whole])]

    def _convert_by_schema(self, slot: Slot, conversion: Conversion) -> None:
        if slot.schema is not None and self.reach.needs(slot.schema, conversion):
            if conversion.from_client:
                conversion = conversion._replace(described=self.reach.described_only(slot.schema, self.name))
            if conversion.left_out is not None:
                conversion = conversion._replace(left_out=conversion.left_out.below)
            self.stage.ops.append(ConvertBySchema(slot, slot.schema, conversion))

    def _convert_to(self, slot: Slot, version: int) -> None:
        if slot.since == version:
            return
        part = self.conversion.part(slot.since, version)
        if (slot.source is None and slot is not self.stages[0].whole) or slot.since != self.conversion.src:
            part = part._replace(from_client=False)
        self._convert_by_schema(slot, part)
        slot.since = version

    def _remove_emptied(self) -> None:
        """Remove objects, also null, that a move has emptied and that the version lacks; unknown keys in them stay."""
        version = self.boundary if self.upgrades else self.boundary + 1
        leftover = self.names.keys() - self.at(version).properties.keys() - self.departing
        for key in [key for key in self.names if key in leftover] if leftover else ():
            slot = self.names[key]
            if slot.schema is not None:
                # What other facts of the boundary take from it goes before it is looked at.
                self._convert_to(slot, version)
                self.stage.ops += [RemoveEqual(slot, {}), RemoveEqual(slot, None)]
                slot.schema = None

    def _apply(self, step: Step | ValuesConverted | None) -> None:
        upgrades = self.upgrades
        match step:
            case KeyAdded():
                self.names.pop(step.key, None)
                if upgrades and step.default is UNSET:
                    self.unfilled[step.key] = step.origin
                elif upgrades:
                    self._add(step.key, step.schema, step.default, step.origin, partial=step.partial)
            case KeyRemoved():
                slot = self.names.pop(step.key, None)
                self.unfilled.pop(step.key, None)
                if slot is not None and self.conversion.from_client and slot.since == self.conversion.src:
                    # The value goes no further; what it holds is judged by the client's contract all the same.
                    self._convert_by_schema(slot, self.conversion.part(slot.since, self.boundary + 1))
                elif not upgrades and step.fill is not UNSET:
                    self._add(step.key, step.schema, step.fill, step.origin, required=step.required)
            case KeyRenamed():
                self._rename(*((step.old, step.new) if upgrades else (step.new, step.old)))
            case None:
                self._remove_emptied()
            case ValuesConverted() if not step.keys:
                self._convert_object(step.calls, step.newer if upgrades else step.older)
            case ValuesConverted():
                self._convert_value(step.keys[0], step.calls, step.newer if upgrades else step.older)
            case ValueConverted():
                self._fill_empty(step)
                self._convert_value(step.key, self._calls(step), step.newer if upgrades else step.older)
            case ValueReplaced():
                self._replace(step)
            case ValueMoved():
                self._move(step)
            case MovedThrough() if upgrades and step.older:
                self.departing.add(step.key)
            case MovedThrough() if not upgrades and not step.older:
                self.names.pop(step.key, None)
            case ObjectConverted():
                self._convert_object(self._calls(step), step.newer if upgrades else step.older)
            case ModelIntroduced() if upgrades:
                self.refused = step.origin
            case ModelIntroduced() | MovedThrough() | MembersChanged():
                # In a downgrade, a union has already replaced an arm that older versions do not know by `seen_as`.
                pass
            case _:
                assert_never(step)

    def _rename(self, source: str, target: str) -> None:
        if source in self.names:
            self.names[target] = self.names.pop(source)
        elif source in self.unfilled:
            self.unfilled[target] = self.unfilled.pop(source)

    def _add(
        self, key: str, schema: Schema, value: Any, origin: Origin, *, required: bool = False, partial: bool = False
    ) -> None:
        if callable(value):
            self._fill(key, schema, "always", value, origin, partial=partial)
            return
        slot = Slot(None, schema, self.boundary)
        self._set(slot, "always", value, origin, required=required, partial=partial)
        self.names[key] = slot

    def _fill(
        self, key: str, schema: Schema, when: str, function: Function, origin: Origin, *, partial: bool = False
    ) -> None:
        """Fill in what a function of the whole object gives."""
        if partial and self.upgrades and self.conversion.partial and key not in self.at(self.boundary).required:
            return
        call = fill_of(function, schema, self.reach.components(self.boundary), origin)
        self._call_with_object(key, when, call, schema)
        self.unfilled.pop(key, None)

    def _call_with_object(self, key: str, when: str, call: Call, holds: Schema, path: tuple[str, ...] = ()) -> None:
        """Set a key as `WholeFunctions` says; its value is of a schema then."""
        keys = {name: slot.schema or {} for name, slot in self.names.items()}
        self._end_stage(WholeFunctions((call,), key, when, path))
        self._begin({**keys, key: holds}, self.boundary, {})

    def _fill_empty(self, step: ValueConverted) -> None:
        """Put what a function of the whole object gives into a list without items, of which the first item is taken."""
        first, slot = step.to_head if self.upgrades else step.to_old, self.names.get(step.key)
        if slot is not None and isinstance(first, FirstItem) and callable(first.empty):
            gives = step.newer if self.upgrades else step.older
            when = "empty" if is_nullable(gives, self.reach.components(self.boundary)) else "empty or null"
            call = fill_of(first.empty, gives, self.reach.components(self.boundary), step.origin)
            self._call_with_object(step.key, when, call, slot.schema or {})

    def _calls(self, step: ValueConverted | ObjectConverted) -> tuple[Call, ...]:
        call = self.reach.call_of(step, self.boundary)
        return () if call is None else (call,)

    def _convert_object(self, calls: tuple[Call, ...], shape: Schema) -> None:
        self._end_stage(WholeFunctions(calls, None))
        self.unfilled.clear()
        self._begin(shape.get("properties", {}), self.boundary, shape)

    def _end_stage(self, functions: WholeFunctions) -> None:
        """End the stage, so that functions see the whole object in this boundary's newer shape."""
        for slot in self._slots():
            self._convert_to(slot, self.boundary)
        self.stage.stored = dict(self.names)
        self.stage.then = functions

    def _slot(self, key: str, schema: Schema) -> Slot:
        """The slot of a key; a new one without a value where the object has no such key."""
        self.unfilled.pop(key, None)
        return self.names.setdefault(key, Slot(None, schema, self.boundary))

    def _write_left_out(self, step: ValueReplaced, slot: Slot) -> None:
        """Write a value that head leaves out, where its absence means another one to an old client."""
        first = loaded_as(self.stages, slot)
        value = left_out_value(self.reach, self.name, first, self.conversion)
        fills = step.missing_to_head is not UNSET or step.missing_to_old is not UNSET
        if value is UNKNOWN and (fills or step.null_to_old is not UNSET):
            self.unknown.append((step.key, step.origin))
        elif first and value is not UNSET and (fills or (step.null_to_old is not UNSET and value is None)):
            self.stages[0].ops.insert(0, SetValue(first, "missing", value))

    def _fallback(self, slot: Slot) -> Slot | None:
        """A slot of what a sibling is where head leaves it out; None where head does not."""
        value = left_out_value(self.reach, self.name, slot, self.conversion)
        if value is UNSET or value is UNKNOWN or len(self.stages) > 1:
            return None
        found = Slot(None, slot.schema, slot.since)
        done = [op for op in self.stage.ops if op.slot is slot and isinstance(op, ConvertBySchema | CallFunctions)]
        self.stage.ops += [SetValue(found, "always", value), *(replace(op, slot=found) for op in done)]
        return found

    def _set(
        self, slot: Slot, when: str, value: Any, origin: Origin, *, required: bool = False, partial: bool = False
    ) -> None:
        """Set a slot to a value or to a sibling's value, in this boundary's newer shape."""
        if isinstance(value, Sibling) and value.field not in self.names:
            return
        fill: SetValue | CopyValue = SetValue(slot, when, value)
        if isinstance(value, Sibling):
            other = self.names[value.field]
            self._convert_to(other, self.boundary)
            fill = CopyValue(slot, when, other, origin, required, self._fallback(other))
        self.stage.ops.append(fill)
        if partial and self.upgrades and self.conversion.partial:
            self.optional_fills.append(fill)

    def _convert_value(self, key: str, calls: tuple[Call, ...], target: Schema) -> None:
        slot = self.names.get(key)
        if slot is None:
            return
        self._convert_to(slot, self.boundary)
        if calls:
            self.stage.ops.append(CallFunctions(slot, calls))
        slot.schema = target

    def _replace(self, step: ValueReplaced) -> None:
        null, missing, target = step.null_to_old, step.missing_to_old, step.older
        if self.upgrades:
            null, missing, target = step.null_to_head, step.missing_to_head, step.newer
        if not self.upgrades and step.key in self.names:
            self._write_left_out(step, self.names[step.key])
        if null is UNSET and missing is UNSET and (step.key not in self.names or step.newer == step.older):
            return
        self._convert_to(self._slot(step.key, target), self.boundary)
        for when, value, partial in (("null", null, False), ("missing", missing, step.partial)):
            if callable(value):
                self._fill(step.key, target, when, value, step.origin, partial=partial)
            elif value is not UNSET:
                self._set(self.names[step.key], when, value, step.origin, partial=partial)
        self.names[step.key].schema = target

    def _move(self, step: ValueMoved) -> None:
        source, target, parent_schema = step.new, step.old, step.older_parent
        if self.upgrades:
            source, target, parent_schema = step.old, step.new, step.newer_parent
        start = self.names.get(source[0])
        if start is None:
            return
        self._convert_to(start, self.boundary)
        filled: Slot | None = None
        if len(source) > 1 and not self.upgrades and callable(step.empty):
            # No key of any object is called so; what was filled in goes to its place after the move.
            call = fill_of(step.empty, step.schema, self.reach.components(self.boundary), step.origin)
            self._call_with_object(key := f"\0{target[-1]}", "unreachable", call, step.schema, source)
            filled, start = self.names.pop(key), self.names[source[0]]
        if len(source) == 1:
            slot = self.names.pop(source[0])
        else:
            slot = Slot(None, step.schema, self.boundary)
            empty = UNSET if self.upgrades or filled else step.empty
            unknown = self.reach.unknown_parents(self.name, source, self.boundary + (not self.upgrades))
            self.stage.ops.append(ExtractValue(slot, start, source[1:], unknown, empty))
        if filled is not None:
            self.stage.ops.append(CopyValue(slot, "missing", filled, step.origin, required=False))
        if len(target) == 1:
            self.names[target[0]] = slot
            self.unfilled.pop(target[0], None)
            return
        if self.upgrades and callable(step.empty):
            # What stood in for a value that head has not is written back as none.
            self.names["\0moved"] = slot
            self._call_with_object("\0filled", "unreachable", filler_of(step.empty, step.origin), {}, target)
            slot, filled = self.names.pop("\0moved"), self.names.pop("\0filled")
        parent = self._slot(target[0], parent_schema)
        self._convert_to(parent, self.boundary)
        if self.upgrades and step.empty is not UNSET:
            self.stage.ops.append(RemoveEqual(slot, filled or step.empty, parent, target[1:]))
        self.stage.ops.append(InsertValue(slot, parent, target[1:]))

    def _plan(self, keys: set[str]) -> Plan:
        of = KeysOf(self.reach, self.name)
        if not self.upgrades:
            return Plan(of.left_policy(self.conversion, keys, self.stages), self.stages, unknown=self.unknown)
        unfilled = self.unfilled.items() if self.conversion.dst == 0 else ()
        faults = [(key, origin) for key, origin in unfilled if key in self.at(0).required]
        if self.stages[0].whole is not None:
            return Plan(KeyPolicy(), self.stages, faults=faults)
        whole = self  # A later part of the conversion reads a key in one spelling only.
        if self.conversion.dst and self.conversion.from_client:
            whole = _Fusing(self.reach, self.name, Conversion(self.conversion.src, 0, from_client=True))
            whole.run()
        policy, restored = of.sent_policy(self.conversion, keys, self.stages, whole.stages)
        return Plan(policy, self.stages, restored, faults=faults)
