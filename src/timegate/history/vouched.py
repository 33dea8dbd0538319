"""Head as it is where somebody vouches for its serializers: what no schema describes is what the model says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from timegate.changes.base import ModelFact, name_of
from timegate.changes.models import VouchedShape
from timegate.errors import Fault
from timegate.history.inheritance import is_about
from timegate.history.look_up import LookUp
from timegate.reading.head import Head
from timegate.timeline import Timeline
from timegate.typing import Model, Schema, is_object
from timegate.wire.marks import ABSENT_MARK, ANY_SUBCLASS, APART_MARK, BEHIND_MARK, BESIDE, OPAQUE_MARK
from timegate.wire.schema import NULL, arms_of, objects_in, references, referred, rename_references, rewrite
from timegate.wire.wire import Component, Wire

_Fact = TypeVar("_Fact", bound=ModelFact)

_CLASSES: Final = frozenset({ANY_SUBCLASS, BESIDE})
"""What notes of classes are called that may be sent besides what a schema says."""


def vouched_head(head: Head, timeline: Timeline) -> tuple[Head, list[Fault]]:
    """Head with what somebody vouches for, and a fault for each model of which there is nothing to vouch for."""
    faults: list[Fault] = []
    as_read, done = head, set[str]()
    for version, change, fact in facts_of(timeline, VouchedShape):
        for model in fact.models:
            head = _vouched(head, model)
            names = written_as(as_read.wire.responses, LookUp(as_read.wire), model)
            # A union may be vouched for both by what holds it and by an arm: neither is in vain.
            if names and (names <= done or _vouched(as_read, model) is as_read):
                problem = "each of its serializers says what it gives, or it has none"
                faults.append(Fault(version, change, name_of(model), problem, f"take {fact} out"))
            done |= names
    return head, faults


def _vouched(head: Head, model: Model) -> Head:
    names = written_as(head.wire.responses, LookUp(head.wire), model)
    return _Vouched(head, names).head() if names else head


def facts_of(timeline: Timeline, kind: type[_Fact]) -> Iterator[tuple[str, str, _Fact]]:
    """Each fact of one kind, with its version and change."""
    for version in timeline:
        for change in version.changes:
            for fact in change.changes:
                if isinstance(fact, kind):
                    yield version.value, change.__qualname__, fact


def written_as(components: Mapping[str, Component], look_up: LookUp, model: Model) -> set[str]:
    """The components of what clients receive that describe a model, also one whose serializer hides it."""
    names = [name for name in look_up.names("responses", model) if is_about(components[name], model, None)]
    return {_hidden_by(components[name]) or name for name in names}


def _hidden_by(component: Component) -> str | None:
    """The component of what a serializer gets whose type says that it gives some object; None for any other one."""
    return referred(component.schema.get(OPAQUE_MARK))


class _Vouched:
    """Replaces what the serializers of some components leave open.

    Args:
        head: the result of reading.
        names: the components.
    """

    def __init__(self, head: Head, names: set[str]) -> None:
        self._head = head
        self._components = head.wire.responses
        self._stand_ins = {
            name: target
            for name, one in self._components.items()
            if (target := _hidden_by(one)) is not None and target in names and target != name
        }
        self._names = names

    def head(self) -> Head:
        """Head with the replaced schemas; the same head where nothing is replaced."""
        changed = {name: self._component(one) for name, one in self._components.items() if name not in self._stand_ins}
        same = not self._stand_ins and all(changed[name] is one for name, one in self._components.items())
        roots = [schema for _, schema in self._head.wire.roots("responses")]
        if same and all(self._body(schema) is schema for schema in roots):
            return self._head
        renamed = {name: self._renamed(one) for name, one in changed.items()}
        wire = replace(self._head.wire, responses=renamed).with_payloads("responses", self._payload)
        kinds = [(kind, self._payload(schema)) for kind, schema in self._head.roots["responses"]]
        return replace(self._head, wire=wire, roots={**self._head.roots, "responses": kinds})

    def _payload(self, schema: Schema) -> Schema:
        body = self._body(schema)
        return rename_references(body, self._stand_ins) if self._stand_ins else body

    def _renamed(self, component: Component) -> Component:
        shown = [self._components[name].display_name for name, to in self._stand_ins.items() if to == component.name]
        schema = rename_references(component.schema, self._stand_ins)
        return replace(component, schema=schema, display_name=shown[0] if shown else component.display_name)

    def _component(self, component: Component) -> Component:
        """A component with what the serializers of its class and fields are vouched to give."""
        if component.name not in self._names:
            return component
        own = component.schema
        if OPAQUE_MARK in own or component.name in self._stand_ins.values():
            kept = {key: _may_lack(value) for key, value in component.properties.items()}
            own = {key: value for key, value in own.items() if key != OPAQUE_MARK} | (
                {"properties": kept} if kept else {}
            )
        return component.with_schema(_described(own, lambda _: True))

    def _body(self, schema: Schema) -> Schema:
        """A payload with what a serializer there is vouched to give that gets some of the components."""
        return _described(schema, lambda given: not self._names.isdisjoint(references(given)))


def _vouched_note(note: Mapping[str, Any]) -> Mapping[str, Any]:
    """A note of a class, on whose own fields no client relies at that place."""
    name = referred(note["schema"]) if note["by"] in _CLASSES else None
    return note if name is None else {**note, "schema": {}, "vouched": name}


def vouched_behind(wire: Wire, names: set[str]) -> set[str]:
    """The components that may be sent in place of some others, or by their fields, as somebody vouches."""
    schemas = [wire.responses[name].schema for name in names]
    schemas += [schema for schema in wire.payloads("responses") if not names.isdisjoint(references(schema))]
    notes = (note for node in objects_in(schemas) for note in node.get(BEHIND_MARK, ()))
    return {note["vouched"] for note in notes if "vouched" in note}


def _may_lack(schema: Schema) -> Schema:
    """The schema of a property that the serializer of its class may leave out, for a reason that only the app knows."""
    return {**schema, ABSENT_MARK: {**schema.get(ABSENT_MARK, {}), "conditional": True}}


def _described(schema: Schema, is_vouched: Callable[[Any], bool]) -> Schema:
    """A schema with what is vouched for in place of what it leaves open; the same one where there is none."""
    found = False

    def change(node: dict[str, Any]) -> dict[str, Any]:
        nonlocal found
        arms = [arm for arm in arms_of(node) if arm != NULL]
        if len(arms) > 1 and APART_MARK not in node and any(references(arms)) and is_vouched(node):
            found = True
            node = {**node, APART_MARK: True}
        notes: Sequence[Mapping[str, Any]] = node.get(BEHIND_MARK, ())
        if any(note["by"] in _CLASSES and note["schema"] for note in notes):
            described = {key: value for key, value in node.items() if key != BEHIND_MARK}
            if is_vouched(described):
                found = True
                node = {**described, BEHIND_MARK: list(map(_vouched_note, notes))}
        given = node.get(OPAQUE_MARK)
        if not is_object(given) or not is_vouched(given):
            return node
        found = True
        behind: dict[str, Any] = rewrite({**given}, change)
        return behind

    described: Schema = rewrite(schema, change)
    return described if found else schema
