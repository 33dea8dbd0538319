"""Runs the facts of one component by name over its keys, so that a journey of any length is one plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, assert_never

from timegate.changes.base import UNSET, Sibling
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.plan import Blank, Call, Copy, Fill, Insert, Judgement, Plan, Slot, Stage, Take, Walk
from timegate.gates.plan.reach import Reach
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
from timegate.typing import Function, Schema
from timegate.wire.schema import single_reference
from timegate.wire.wire import Component

_NO_KEYS: Schema = {}


def fuse(reach: Reach, name: str, conversion: Conversion) -> Plan:
    """The plan of a component's objects on a journey."""
    return _Fusing(reach, name, conversion).run()


@dataclass(slots=True)
class _Fusing:
    reach: Reach
    name: str
    conversion: Conversion
    names: dict[str, Slot] = field(default_factory=dict[str, Slot])
    stages: list[Stage] = field(default_factory=list[Stage])
    unfilled: dict[str, Origin] = field(default_factory=dict[str, Origin])
    refused: Origin | None = None
    boundary: int = 0
    departing: set[str] = field(default_factory=set[str])

    @property
    def up(self) -> bool:
        return self.reach.side == "requests"

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    def at(self, version: int) -> Component:
        return self.reach.component(self.name, version)

    def run(self) -> Plan:
        source = self.at(self.conversion.src)
        keys = {key: schema for key, schema in source.properties.items() if not self._unseen(source, key)}
        for arrival in self._arriving():
            keys.setdefault(arrival.key, arrival.schema)
        self._begin(keys, self.conversion.src)
        for boundary in self.conversion.boundaries:
            self.boundary = boundary
            steps = self.reach.steps(self.name, self.boundary)
            if not steps and self.at(boundary) is self.at(boundary + 1):
                continue
            for step in steps if self.up else reversed(steps):
                self._upgrade(step) if self.up else self._downgrade(step)
                if self.refused is not None:
                    return Plan(Judgement(), [], refused=self.refused)
            self._reconcile(self.boundary if self.up else self.boundary + 1)
        if self.conversion.to_client and not self.up:
            for key in self.at(self.conversion.dst).internal:
                self.names.pop(key, None)
        self._end()
        return self._plan(set(keys))

    def _unseen(self, source: Component, key: str) -> bool:
        """Whether a client cannot have meant this key: it is internal."""
        return self.up and self.conversion.from_client and key in source.internal

    def _arriving(self) -> list[MovedThrough]:
        """Keys that a parent has put into the object before this journey: it has them, its schema does not."""
        if self.up or not self.conversion.boundaries:
            return []
        steps = self.reach.steps(self.name, self.conversion.src)
        return [step for step in steps if isinstance(step, MovedThrough) and step.older]

    def _begin(self, keys: dict[str, Schema], version: int) -> None:
        self.names = {key: Slot(key, schema, version) for key, schema in keys.items()}
        self.stages.append(Stage(dict(self.names)))

    def _end(self) -> None:
        """Take every value to the end of the journey and store it."""
        known = self.at(self.conversion.dst).properties
        for key in [key for key in self.names if key not in known and key not in self.departing]:
            if self._means_something(key):
                del self.names[key]
        for slot in self.names.values():
            if self.conversion.src == self.conversion.dst:
                self._look_into(slot)
            self._flush(slot, self.conversion.dst)
        self.stage.stored = dict(self.names)

    def _look_into(self, slot: Slot) -> None:
        """Judge a value on a journey that crosses nothing: its shape stays, but what it may hold does not."""
        if slot.schema is not None and self.reach.needs(slot.schema, self.conversion):
            self.stage.ops.append(Walk(slot, slot.schema, self.conversion))

    def _barrier(self, function: Function, key: str | None, origin: Origin) -> None:
        """End the stage, so that a function sees the whole object in this boundary's newer shape."""
        for slot in self.names.values():
            self._flush(slot, self.boundary)
        self.stage.stored = dict(self.names)
        self.stage.then = (function, key, origin)

    def _means_something(self, key: str) -> bool:
        """Whether a key that is left over from an emptied object would be taken for another one further on."""
        if not self.up:
            return False
        later = range(self.conversion.dst + 1)
        return key in self._head_keys() or any(key in self.at(version).properties for version in later)

    def _flush(self, slot: Slot, version: int) -> None:
        """Take a slot's value to the shape of a version."""
        if slot.since == version:
            return
        part = self.conversion.part(slot.since, version)
        if slot.source is None or slot.since != self.conversion.src:
            part = Conversion(part.src, part.dst, False, part.to_client)
        if slot.schema is not None and self.reach.needs(slot.schema, part):
            self.stage.ops.append(Walk(slot, slot.schema, part))
        slot.since = version

    def _reconcile(self, version: int) -> None:
        """Let go of objects that the version does not have, once a move has emptied them; strangers in them stay."""
        known = self.at(version).properties
        for key, slot in self.names.items():
            if key not in known and key not in self.departing and slot.schema is not None:
                self.stage.ops.append(Blank(slot, {}))
                slot.schema = None

    def _downgrade(self, step: Step) -> None:
        match step:
            case KeyAdded():
                self.names.pop(step.key, None)
            case KeyRemoved():
                self._back(step)
            case KeyRenamed():
                if step.new in self.names:
                    self.names[step.old] = self.names.pop(step.new)
            case ValueConverted():
                self._convert(step.key, step, step.to_old, step.newer, step.older)
            case ValueReplaced():
                self._replace(step, step.null_to_old, step.missing_to_old, step.older)
            case ValueMoved():
                self._move(step, step.new, step.old, step.older_parent)
            case MovedThrough():
                if not step.older:
                    self.names.pop(step.key, None)
            case ObjectConverted():
                self._whole(step.to_old, step.origin, step.older)
            case ModelIntroduced():
                # As an arm of a union it never comes this far: the union puts `seen_as` there before.
                pass
            case MembersChanged():
                pass
            case _:
                assert_never(step)

    def _upgrade(self, step: Step) -> None:
        match step:
            case KeyAdded():
                self._arrive(step)
            case KeyRemoved():
                self.names.pop(step.key, None)
            case KeyRenamed():
                if step.old in self.names:
                    self.names[step.new] = self.names.pop(step.old)
                elif step.old in self.unfilled:
                    self.unfilled[step.new] = self.unfilled.pop(step.old)
            case ValueConverted():
                self._convert(step.key, step, step.to_head, step.older, step.newer)
            case ValueReplaced():
                self._replace(step, step.null_to_head, step.missing_to_head, step.newer)
            case ValueMoved():
                self._move(step, step.old, step.new, step.newer_parent)
            case MovedThrough():
                if step.older:
                    self.departing.add(step.key)
            case ObjectConverted():
                self._whole(step.to_head, step.origin, step.newer)
            case ModelIntroduced():
                self.refused = step.origin
            case MembersChanged():
                pass
            case _:
                assert_never(step)

    def _arrive(self, step: KeyAdded) -> None:
        slot = Slot(None, step.schema, self.boundary)
        self.names.pop(step.key, None)
        if step.default is UNSET:
            self.unfilled[step.key] = step.origin
            return
        self._set(slot, "always", step.default, step.origin)
        self.names[step.key] = slot

    def _back(self, step: KeyRemoved) -> None:
        self.names.pop(step.key, None)
        if step.fill is UNSET:
            return
        if isinstance(step.fill, Sibling) or not callable(step.fill):
            slot = Slot(None, step.schema, self.boundary)
            self._set(slot, "always", step.fill, step.origin, required=step.required)
            self.names[step.key] = slot
            return
        keys = {key: slot.schema or _NO_KEYS for key, slot in self.names.items()}
        self._barrier(step.fill, step.key, step.origin)
        self._begin({**keys, step.key: step.schema}, self.boundary)

    def _whole(self, function: Function, origin: Origin, shape: Schema) -> None:
        self._barrier(function, None, origin)
        self.unfilled.clear()
        self._begin(shape.get("properties", {}), self.boundary)

    def _set(self, slot: Slot, when: str, value: Any, origin: Origin, *, required: bool = False) -> None:
        """Put a value or a sibling's; in this boundary's newer shape."""
        if not isinstance(value, Sibling):
            self.stage.ops.append(Fill(slot, when, value, origin, required))
            return
        other = self.names.get(value.field)
        if other is None:
            return
        self._flush(other, self.boundary)
        self.stage.ops.append(Copy(slot, when, other, origin, required))

    def _convert(
        self, key: str, step: ValueConverted, function: Function | None, source: Schema, target: Schema
    ) -> None:
        slot = self.names.get(key)
        if slot is None:
            return
        self._flush(slot, self.boundary)
        if function is not None:
            self.stage.ops.append(Call(slot, function, step.stars, step.origin, source))
        slot.schema = target

    def _replace(self, step: ValueReplaced, null: Any, missing: Any, target: Schema) -> None:
        slot, idle = self.names.get(step.key), null is UNSET and missing is UNSET
        if idle and (slot is None or step.newer == step.older):
            return
        if slot is None:
            slot = self.names[step.key] = Slot(None, target, self.boundary)
            self.unfilled.pop(step.key, None)
        self._flush(slot, self.boundary)
        if null is not UNSET:
            self._set(slot, "null", null, step.origin)
        if missing is not UNSET:
            self._set(slot, "missing", missing, step.origin)
            self.unfilled.pop(step.key, None)
        slot.schema = target

    def _move(self, step: ValueMoved, source: tuple[str, ...], target: tuple[str, ...], holder: Schema) -> None:
        if len(source) == 1:
            slot = self.names.pop(source[0], None)
            if slot is None:
                return
            self._flush(slot, self.boundary)
        else:
            slot = Slot(None, step.schema, self.boundary)
            parent = self.names.get(source[0])
            if parent is None:
                return
            self._flush(parent, self.boundary)
            empty = UNSET if self.up else step.empty
            prune = self._prune(source)
            self.stage.ops.append(Take(slot, parent, source[1:], prune, empty, self.up))
        if self.up and step.empty is not UNSET:
            self.stage.ops.append(Blank(slot, step.empty))
        if len(target) == 1:
            self.names[target[0]] = slot
            self.unfilled.pop(target[0], None)
            return
        parent = self.names.get(target[0])
        if parent is None:
            parent = self.names[target[0]] = Slot(None, holder, self.boundary)
            self.unfilled.pop(target[0], None)
        self._flush(parent, self.boundary)
        self.stage.ops.append(Insert(slot, parent, target[1:]))

    def _prune(self, path: tuple[str, ...]) -> int:
        """How many of a path's inner parents the version at the other side of the boundary does not have."""
        version = self.boundary if self.up else self.boundary + 1
        component, known = self.at(version), 0
        for key in path[:-1]:
            schema = component.properties.get(key)
            name = single_reference(schema) if schema is not None else None
            if name is None:
                break
            known += 1
            component = self.reach.component(name, version)
        return min(len(path) - 1 - known, len(path) - 2)

    def _plan(self, keys: set[str]) -> Plan:
        stages = self.stages
        versions = range(
            min(self.conversion.src, self.conversion.dst), max(self.conversion.src, self.conversion.dst) + 1
        )
        between = self._keys_at(versions)
        if not self.up:
            stray = tuple(sorted(between - keys - set(self.at(self.conversion.src).properties)))
            return Plan(Judgement(forbidden=stray), stages)
        faults: list[tuple[str, Origin]] = []
        if self.conversion.dst == 0:
            faults = [(key, origin) for key, origin in self.unfilled.items() if key in self.at(0).required]
        judgement, hidden = Judgement(), self._hidden(keys)
        if self.conversion.from_client:
            judgement = self._judgement(hidden)
        whole = self.conversion.from_client and self.conversion.dst == 0 and len(stages) == 1
        if whole:
            judgement.hidden = ()
        revealed = hidden if self.conversion.dst == 0 and not whole else ()
        return Plan(judgement, stages, revealed, faults=faults)

    def _hidden(self, keys: set[str]) -> tuple[str, ...]:
        """Keys that only versions in between have."""
        between = self._keys_at(range(1, len(self.reach.history.wires)))
        return tuple(sorted(between - keys - set(self._head_keys())))

    def _keys_at(self, versions: range) -> set[str]:
        """Every key that one of some versions has."""
        # At most versions a component is what it is at the one before.
        shapes = {id(component): component for component in map(self.at, versions)}
        return {key for component in shapes.values() for key in component.properties}

    def _head_keys(self) -> list[str]:
        head = self.at(0)
        return [spelling for key in head.properties for spelling in head.accepted(key)]

    def _judgement(self, hidden: tuple[str, ...]) -> Judgement:
        source = self.at(self.conversion.src)
        visible = [key for key in source.properties if key not in source.internal]
        allowed = {spelling for key in visible for spelling in source.accepted(key)}
        forbidden = tuple(sorted(set(self._head_keys()) - allowed))
        aliases = {
            key: tuple(spelling for spelling in source.accepted(key)[1:] if spelling not in source.properties)
            for key in visible
            if len(source.accepted(key)) > 1 and self._is_touched(key)
        }
        hidden = tuple(key for key in hidden if key not in allowed)
        return Judgement(forbidden, source.closed, aliases, hidden)

    def _is_touched(self, key: str) -> bool:
        """Whether anything happens to the value loaded from a key."""
        stage = self.stages[0]
        slot = stage.loaded.get(key)
        if slot is None:
            return False
        if stage.stored.get(key) is not slot or len(self.stages) > 1:
            return True
        for op in stage.ops:
            if op.slot is slot or (isinstance(op, Copy) and op.other is slot):
                return True
            if isinstance(op, Take | Insert) and op.parent is slot:
                return True
        return False
