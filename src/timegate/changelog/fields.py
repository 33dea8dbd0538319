"""What became of one field: its name and type at each version, and the changes between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from timegate.changelog.types import type_text
from timegate.changes.nearest import nearest
from timegate.errors import DeclarationError
from timegate.gates import Gates
from timegate.history.steps import KeyRenamed, Step, ValueMoved
from timegate.version import VersionChange
from timegate.wire.wire import SIDES, Component, Side


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field at one version.

    Args:
        version: the version.
        name: its name on the wire; empty where the version does not have it.
        words: its type in words.
        changes: the changes, newest first, that lie between this version and the next newer one and affect it.
    """

    version: str
    name: str
    words: str
    changes: tuple[type[VersionChange], ...]


def field_history(gates: Gates, model: str, field: str) -> list[FieldState]:
    """The states of a field that differ, newest first.

    Args:
        gates: the compiled changes.
        model: the model's name in the document of some version.
        field: the field's name at some version, on the wire or in Python.

    Raises:
        DeclarationError: no version has such a model, or no such field in it.
    """
    found = list(_Field(gates, model, field).states())
    return [
        state for state, newer in zip(found, [None, *found], strict=False) if newer is None or _differ(state, newer)
    ]


def _differ(state: FieldState, newer: FieldState) -> bool:
    return bool(state.changes) or (state.name, state.words) != (newer.name, newer.words)


class _Field:
    """A field on its way through the versions, where each change has a version of its own."""

    def __init__(self, gates: Gates, model: str, field: str) -> None:
        self._gates, self._owners = gates.by_change
        self._wires = self._gates.history.wires
        self._side: Side
        self._side, self._name = self._component(model)
        self._start, self._key = self._newest(model, field)

    def states(self) -> Iterator[FieldState]:
        """Its state at each version, newest first."""
        key, changes, last = self._key, list[type[VersionChange]](), ""
        for index, (version, change) in enumerate(self._owners):
            if version != last:
                yield FieldState(version, *self._state(index, key), tuple(changes))
                changes, last = [], version
            # The change that removed the field lies above the newest version that has it.
            if index < self._start - 1 or change is None:
                continue
            steps = self._steps(index)
            if any(key in _keys(step) for step in steps):
                changes.append(change)
            for step in reversed(steps):
                key = _older_name(step, key)

    def _component(self, model: str) -> tuple[Side, str]:
        known: dict[str, tuple[Side, str]] = {}
        for wire in self._wires:
            for side in reversed(SIDES):
                for component in wire.components(side).values():
                    for name in component.names if not component.inline else ():
                        known.setdefault(name, (side, component.name))
        if model not in known:
            meant = nearest(model, known)
            raise DeclarationError(f"no version has a model {model}" + (f"; did you mean {meant}?" if meant else ""))
        return known[model]

    def _newest(self, model: str, field: str) -> tuple[int, str]:
        """The newest index at which it is there, and its name there."""
        names: set[str] = set()
        for index in range(len(self._wires)):
            component = self._at(index)
            if component is None:
                continue
            names.update(component.properties)
            key = component.wire_name(field)
            if key is not None:
                return self._up(index, key)
        meant = nearest(field, names)
        raise DeclarationError(
            f"no version of {model} has a field {field}; "
            + (f"did you mean {model}.{meant}?" if meant else f"it has {', '.join(sorted(names))}")
        )

    def _up(self, index: int, key: str) -> tuple[int, str]:
        while index > 0:
            for step in self._steps(index - 1):
                key = step.new if isinstance(step, KeyRenamed) and step.old == key else key
            component = self._at(index - 1)
            if component is None or key not in component.properties:
                break
            index -= 1
        return index, key

    def _at(self, index: int) -> Component | None:
        component = self._wires[index].components(self._side).get(self._name)
        return component if component is not None and component.exists else None

    def _steps(self, boundary: int) -> tuple[Step, ...]:
        return self._gates.history.steps.get((self._side, self._name, boundary), ())

    def _state(self, index: int, key: str) -> tuple[str, str]:
        component = self._at(index)
        if component is None or key not in component.properties:
            return "", ""
        schema = component.properties[key]
        components = self._wires[index].components(self._side)
        words = [type_text(schema, lambda name: components[name].display_name if name in components else name)]
        words += ["required"] if key in component.required else []
        words += [f"default {json.dumps(schema['default'], ensure_ascii=False)}"] if "default" in schema else []
        return key, ", ".join(words)


def _keys(step: Step) -> tuple[str, ...]:
    """The names that a step is about in the newer version, and of a removed key in the older one."""
    match step:
        case KeyRenamed(new=new):
            return (new,)
        case ValueMoved(new=new):
            return (new[0],)
        case _:
            return (getattr(step, "key", ""),)


def _older_name(step: Step, key: str) -> str:
    match step:
        case KeyRenamed(old=old, new=new) if new == key:
            return old
        case ValueMoved(old=(old,), new=(new,)) if new == key:
            return old
        case _:
            return key
