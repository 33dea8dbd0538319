"""Puts the defaults and examples in an older version's documents into its clients' words: they are converted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from timegate.errors import GateError
from timegate.gates.examples import Examples, are_converted, with_old_examples
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.runtime import copy_json
from timegate.gates.source.keywords import NotConvertible
from timegate.gates.source.module import Purpose
from timegate.gates.source.programs import new_module
from timegate.history.history import History
from timegate.history.misfit import misfit
from timegate.history.steps import Step
from timegate.typing import Schema, is_object
from timegate.wire.marks import DEFAULT_MARK
from timegate.wire.schema import ref, single_reference
from timegate.wire.wire import SIDES, Component, Side, Wire


class OldDefaults:
    """The wires of all versions with the defaults and examples that their documents have.

    Args:
        history: every version's wire and the steps between them.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._reaches: dict[Side, Reach] = {}
        self._wires = [history.wires[0]]

    def wire(self, version: int) -> Wire:
        """The wire of a version, by its index."""
        while len(self._wires) <= version:
            self._wires.append(self._older(len(self._wires)))
        return self._wires[version]

    def _reach(self, side: Side) -> Reach:
        if side not in self._reaches:
            self._reaches[side] = _sent(self._history, side)
        return self._reaches[side]

    def _older(self, version: int) -> Wire:
        """The wire of a version, made from that of the next newer one as far as nothing changes between them."""
        wire, newer, shown = self._history.wires[version], self._history.wires[version - 1], self._wires[version - 1]
        examples: dict[Side, Examples] = {side: Examples(self._reach(side), version) for side in SIDES}
        for side, of_side in examples.items():
            reach, before = self._reach(side), shown.components(side)
            touched, here = reach.touched(Conversion(0, version)), reach.touched(Conversion(version - 1, version))
            known: dict[Purpose, Any] = {}
            changed: list[Component] = []
            for name, component in wire.components(side).items():
                if name not in here and component is newer.components(side).get(name):
                    changed.append(before[name])
                elif name in touched or name in here:
                    now = _changed(reach, component, version, known)
                    changed.append(of_side.component(now, before[name]) if name in here and name in before else now)
            wire = wire.edited(side, *changed)
        operations = zip(wire.operations, newer.operations, shown.operations, strict=True)
        return replace(wire, operations=tuple(with_old_examples(*one, examples.__getitem__) for one in operations))


def _sent(history: History, side: Side) -> Reach:
    """The components of one side as those of responses: a default goes from head to older versions on both sides."""
    if side == "responses":
        return Reach(side, history)
    wires = tuple(replace(wire, responses=wire.requests) for wire in history.wires)
    steps: dict[tuple[Side, str, int], tuple[Step, ...]] = {}
    for (of, name, boundary), own in history.steps.items():
        if of == side:
            steps["responses", name, boundary] = own
    return Reach("responses", replace(history, wires=wires, steps=steps))


def _changed(reach: Reach, component: Component, version: int, known: dict[Purpose, Any]) -> Component:
    """A component with the defaults of its version; one that cannot be converted goes."""
    components = reach.components(version)
    steps = [step for boundary in range(version) for step in reach.steps(component.name, boundary)]
    converted: dict[int, Mapping[str, Any]] = {}
    properties: dict[str, Schema] = {}
    for key, schema in component.properties.items():
        since: int = schema.get(DEFAULT_MARK, 0)
        if since not in converted:
            converted[since] = dict(_converted(reach, component, since, version, known))
        found = converted[since]
        properties[key] = schema = dict(schema)
        if since == version:
            continue
        if key in found:
            schema["default"] = found[key]
        elif reach.needs(schema, Conversion(0, version)) or are_converted(steps, key):
            schema.pop("default", None)
        if since == 0 and is_object(schema.get("default")):
            schema["default"] = _with_own(reach, schema, version, known)
        if "default" in schema and misfit(schema["default"], schema, components) is not None:
            # What does not fit where nothing changes is how the app writes it.
            same = reach.component(component.name, since).properties.get(key) == component.properties[key]
            if not same or reach.needs(schema, Conversion(0, version)):
                del schema["default"]
    return replace(component, schema={**component.schema, "properties": properties}) if properties else component


def _with_own(reach: Reach, schema: Schema, version: int, known: dict[Purpose, Any]) -> dict[str, Any]:
    """The default of an object, in the shape of a version: what it has of its class is that of the version's class."""
    default: dict[str, Any] = schema["default"]
    name = single_reference(schema)
    component = None if name is None else reach.components(version).get(name)
    if component is None or not reach.needs(schema, Conversion(0, version)):
        return default
    of_head = dict(_converted(reach, component, 0, version, known))
    shown = _changed(reach, component, version, known).properties
    return {
        key: shown[key]["default"] if value == of_head.get(key) and "default" in shown.get(key, ()) else value
        for key, value in default.items()
    }


def _converted(
    reach: Reach, component: Component, since: int, version: int, known: dict[Purpose, Any]
) -> Iterator[tuple[str, Any]]:
    """The default of each key in the shape of a version, where it comes from a version at or before head.

    Args:
        reach: the components and the steps between their versions.
        component: at the version.
        since: the version whose shape the defaults have.
        version: the version of the document.
        known: the programs of other components of the side, which share theirs; this one adds its own.
    """
    newer = reach.component(component.name, since)
    required = dict.fromkeys(newer.required)
    defaults = {
        key: schema["default"]
        for key, schema in newer.properties.items()
        if "default" in schema and schema.get(DEFAULT_MARK, 0) == since
    }
    if not defaults and not any("default" in schema for schema in component.properties.values()):
        return
    values = {key: value for key, value in defaults.items() if value is not None}
    try:
        module = new_module(reach, known)
        name = module.root(ref(component.name), Conversion(since, version))
        program = copy_json if name is None else module.build()[name]
        # What every object is given, whatever it holds, is no default.
        given, bare, of_values = (program(copy_json({**required, **held})) for held in (defaults, {}, values))
    except (GateError, NotConvertible):
        # A function of the whole object may want what no default gives; the schema still says what fits.
        return
    for key, schema in component.properties.items():
        if key not in given or (key in bare and "default" not in schema):
            continue
        # Null stands for no default: what old clients read in its place is a value, and no default of theirs.
        is_of_null = key not in of_values or (key in bare and schema["default"] is None)
        if given[key] is None or not is_of_null:
            yield key, given[key]
