"""What types say and their schemas do not: classes behind a place, functions of the app that see what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from timegate.reading.held import Held, HeldClasses, subclasses
from timegate.typing import Schema
from timegate.wire.marks import (
    ANY_SUBCLASS,
    BEHIND_MARK,
    BY_PATH,
    CHECKED_MARK,
    UNSURE_MARK,
    VALIDATED_MARK,
    Validated,
)
from timegate.wire.schema import ref, references, rewrite
from timegate.wire.wire import Component

_BY_HAND: Final = "a schema that does not describe it"


class HiddenClasses:
    """Compares what types hold with what their schemas describe.

    Args:
        components: by identity.
        held: what the types hold.

    Attributes:
        unknown: the classes found that are no component.
    """

    def __init__(self, components: Mapping[str, Component], held: HeldClasses) -> None:
        self._components = components
        self._held = held
        self._names: dict[Any, str] = {}
        for name, component in components.items():
            if component.model is not None:
                self._names.setdefault(component.model, name)
        self.unknown: dict[Any, None] = {}

    def marked(self, schema: Schema, held: Held) -> Schema:
        """A schema with a note of each class that it does not describe, and of the app's functions there."""
        return _noted(schema, list(self._notes(schema, held)), held)

    def component(self, component: Component) -> Component:
        """A component, the schemas of its fields with such notes."""
        fields = self._held.by_class.get(component.model) if component.model is not None else None
        if fields is None:
            return component
        properties = dict(component.properties)
        rest = {key: value for key, value in component.schema.items() if key != "properties"}
        notes: list[dict[str, Any]] = []
        for name, held in fields.items():
            wire = None if name is None else component.fields.get(name)
            if wire in properties:
                schema = properties[wire]
                by_path = [{"by": BY_PATH, "schema": schema, "listed": False}] if wire in component.uncertain else []
                properties[wire] = _noted(schema, [*self._notes(schema, held), *by_path], held)
            else:
                undescribed = {"field": name, "listed": True} if name is not None else {}
                notes += [{**note, **undescribed} for note in self._notes(rest, held)]
        noted = properties != component.properties
        schema = {**component.schema, "properties": properties} if noted else component.schema
        return component.with_schema(_noted(schema, notes, fields[None]))

    def _notes(self, schema: Schema, held: Held) -> Iterator[dict[str, Any]]:
        if not held.classes:
            return
        described = self._described(schema)
        for model, any_subclass in held.classes.items():
            if model not in described:
                yield from self._note(model, _BY_HAND, listed=False)
            if any_subclass:
                yield {"by": ANY_SUBCLASS, "schema": {}, "listed": True}
                for cls in dict.fromkeys(subclasses(model)):
                    if cls not in described:
                        yield from self._note(cls, ANY_SUBCLASS, listed=True)

    def _note(self, model: Any, by: str, *, listed: bool) -> Iterator[dict[str, Any]]:
        name = self._names.get(model)
        if name is None:
            self.unknown[model] = None
            yield {"by": by, "schema": {}, "listed": True}
        else:
            yield {"by": by, "schema": ref(name), "listed": listed}

    def _described(self, schema: Schema) -> set[Any]:
        """The classes that a schema refers to, not by way of other classes."""
        found, seen, waiting = set[Any](), set[str](), [schema]
        while waiting:
            for name in references(waiting.pop()):
                component = self._components.get(name)
                if component is None or name in seen:
                    continue
                seen.add(name)
                if component.model is None:
                    waiting.append(component.schema)
                else:
                    found.add(component.model)
        return found


def _noted(schema: Schema, behind: list[dict[str, Any]], held: Held) -> Schema:
    marks: dict[str, Any] = {BEHIND_MARK: behind} if behind else {}
    if held.validators:
        marks[VALIDATED_MARK] = Validated(tuple(held.validators), arms=tuple(held.validators.values()))
    if held.refusers:
        marks[CHECKED_MARK] = True
    in_arms = any(held.refusers.values())
    if held.scalars or in_arms:
        unsure = {UNSURE_MARK: not in_arms}
        schema = rewrite(schema, lambda node: {**node, **unsure} if "anyOf" in node or "oneOf" in node else node)
    return {**schema, **marks} if marks else schema
