"""Gives objects that stand within a schema, without a name, components of their own: each program is a component's."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from timegate.typing import Schema, is_array, is_object
from timegate.wire.marks import LEFT_OUT_MARK
from timegate.wire.names import first_free
from timegate.wire.schema import LISTED_SCHEMAS, objects_in, ref, references
from timegate.wire.wire import SIDES, Component, Side, Wire

_OF_THE_PLACE: Final = frozenset({"default", LEFT_OUT_MARK})
"""The keywords that say something of a place, and not of the objects there."""


class InlineObjects:
    """Makes components of the inline objects of one side.

    Args:
        components: those of the side, by name; the new ones are added.
        every: whether objects that hold no other component become one too, because facts may name their keys.
    """

    def __init__(self, components: dict[str, Component], *, every: bool) -> None:
        self._components = components
        self._every = every

    def within(self, schema: Any, place: str, *, owner: str = "") -> Any:
        """A schema in which every inline object is replaced by a reference to a component of its own.

        Args:
            schema: the schema.
            place: where it is.
            owner: the component of whose values it says a part; facts about that one hold for it.
        """
        if not is_object(schema):
            return schema
        inner = self.below(schema, place)
        if not is_object(schema.get("properties")) or not (self._every or any(references(schema))):
            return inner
        # Two inline objects may be at places that read alike: the items and the values of one schema.
        name = first_free(self._components, place, numbered=f"{place}__")
        here = {key: value for key, value in inner.items() if key in _OF_THE_PLACE}
        there = {key: value for key, value in inner.items() if key not in here}
        self._components[name] = Component(name, there, display_name=owner or place, inline=True)
        return {**ref(name), **here}

    def below(self, schema: Schema, place: str, *, owner: str = "") -> Schema:
        """A schema in which every inline object below the root is replaced by a reference to a component of its own."""
        extracted = dict(schema)
        for key in ("items", "additionalProperties", "contentSchema", "unevaluatedProperties"):
            if key in extracted:
                extracted[key] = self.within(extracted[key], f"{place}.*")
        for key in LISTED_SCHEMAS:
            if is_array(extracted.get(key)):
                arms = enumerate(extracted[key])
                whose = owner if key == "allOf" else ""
                extracted[key] = [self.within(arm, f"{place}.{key}[{i}]", owner=whose) for i, arm in arms]
        for key in ("properties", "patternProperties"):
            if is_object(extracted.get(key)):
                inner = extracted[key].items()
                extracted[key] = {name: self.within(one, f"{place}.{name}") for name, one in inner}
        return extracted


def with_inline_objects(
    wire: Wire, roots: Mapping[Side, Sequence[tuple[Any, Schema]]]
) -> tuple[Wire, dict[Side, list[tuple[Any, Schema]]]]:
    """A wire, and the schemas of its types, in which each inline object that holds a component is one itself.

    A type of the app's own may have no class of its own that a component describes, and a response may be documented by
    a schema alone.

    Args:
        wire: what is on the wire.
        roots: by side, the types of payloads, each with its schema.
    """
    changed_roots: dict[Side, list[tuple[Any, Schema]]] = {}
    for side in SIDES:
        components = dict(wire.components(side))
        objects = InlineObjects(components, every=False)
        for name, component in wire.components(side).items():
            if any("properties" in node for node in objects_in(component.schema) if node is not component.schema):
                components[name] = replace(component, schema=objects.below(component.schema, name))
        payloads = [*wire.roots(side), *((f"{kind}", schema) for kind, schema in roots[side])]
        # Payloads of one type share the components of the objects in it.
        known: dict[str, Schema] = {}
        for place, schema in payloads:
            if any("properties" in node for node in objects_in(schema)) and repr(schema) not in known:
                known[repr(schema)] = objects.within(schema, place)
        change = functools.partial(_known, known)
        wire = wire.edited(side, *components.values())
        wire = wire.with_payloads(side, change) if known else wire
        changed_roots[side] = [(kind, change(schema)) for kind, schema in roots[side]] if known else list(roots[side])
    return wire, changed_roots


def _known(known: Mapping[str, Schema], schema: Schema) -> Schema:
    return known.get(repr(schema), schema)
