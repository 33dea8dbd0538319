"""Notes what a schema by hand repeats of a class: ``Model.model_json_schema()`` has no reference to the class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from timegate.typing import Schema, is_object
from timegate.wire.marks import BEHIND_MARK, COPY
from timegate.wire.schema import objects_in, ref, references, rewrite
from timegate.wire.wire import SIDES, Component, Side, Wire


class Copies:
    """The classes of a wire, by what a copy of their schemas shows.

    Generated schemas refer to each class, so that an object within another schema is written by hand.

    Args:
        wire: what is on the wire.
    """

    def __init__(self, wire: Wire) -> None:
        self._by_title: dict[str, dict[str, frozenset[str]]] = {}
        self._keys: set[frozenset[str]] = set()
        for side in SIDES:
            for name, component in wire.components(side).items():
                if component.model is not None:
                    title = str(component.schema.get("title", component.display_name))
                    keys = frozenset(component.properties)
                    known = self._by_title.setdefault(title, {})
                    known[name] = known.get(name, frozenset()) | keys
                    self._keys.add(keys)
        self._keys.discard(frozenset[str]())

    def titled(self, schema: Any) -> Iterator[str]:
        """The components whose title a schema by hand has, at any depth."""
        for node in _by_hand(schema):
            yield from self._title(node)

    def are_in(self, schema: Any) -> bool:
        """Whether something in a schema by hand has the title of a class, or its keys."""
        return any(self._title(node) or self._has_keys(node) for node in _by_hand(schema))

    def noted(self, schema: Schema, components: Mapping[str, Component], *, of_component: bool = False) -> Schema:
        """A schema with a note at each copy in it; the same one where there is none.

        Args:
            schema: of a payload or a component.
            components: of its side; a class of the other side alone is listed.
            of_component: whether it is a component's, which is no copy itself.
        """
        if all(node is schema and of_component for node in _by_hand(schema)):
            return schema

        def change(node: dict[str, Any]) -> dict[str, Any]:
            given: Sequence[Mapping[str, Any]] = node.get(BEHIND_MARK, ())
            known = set(references([one["schema"] for one in given]))
            notes = [
                {"by": COPY, "schema": ref(name) if name in components else {}, "listed": True}
                for own in _own(node)
                for name in self._title(own) or ([""] if self._has_keys(own) and not known else [])
                if name not in known
            ]
            return {**node, BEHIND_MARK: [*given, *notes]} if notes else node

        noted: Schema = rewrite(schema, change)
        if of_component:
            noted.pop(BEHIND_MARK, None)
            noted |= {key: schema[key] for key in (BEHIND_MARK,) if key in schema}
        return noted

    def _title(self, node: Schema) -> list[str]:
        # A field's own title is made of its name, which may be that of a class that has none of these keys.
        named, keys = self._by_title.get(str(node.get("title")), {}), node.get("properties", {}).keys()
        return [name for name, own in named.items() if not (keys and own.isdisjoint(keys))]

    def _has_keys(self, node: Schema) -> bool:
        properties = node.get("properties")
        if not is_object(properties) or frozenset(properties) not in self._keys:
            return False
        # What refers to classes itself is converted by them: its keys are those of another one by chance.
        return not any(True for _ in references(node))


def _own(node: Schema) -> Iterator[Schema]:
    """The schema of an object, and what it defines for itself alone."""
    if node.get("properties"):
        yield node
    if is_object(node.get("$defs")):
        yield from (one for one in node["$defs"].values() if is_object(one))


def _by_hand(schema: Any) -> Iterator[Schema]:
    return (own for node in objects_in(schema) for own in _own(node))


def with_copies_noted(
    wire: Wire, roots: Mapping[Side, Sequence[tuple[Any, Schema]]]
) -> tuple[Wire, dict[Side, list[tuple[Any, Schema]]]]:
    """A wire, and the schemas of its types, with a note at each copy of a class.

    Args:
        wire: what is on the wire.
        roots: by side, the types of payloads, each with its schema.
    """
    copies, noted_roots = Copies(wire), dict[Side, list[tuple[Any, Schema]]]()
    for side in SIDES:
        components = wire.components(side)
        noted = [(one, copies.noted(one.schema, components, of_component=True)) for one in components.values()]
        wire = wire.edited(side, *(one.with_schema(schema) for one, schema in noted if schema is not one.schema))
        if any(True for schema in wire.payloads(side) for _ in _by_hand(schema)):
            wire = wire.with_payloads(side, partial(copies.noted, components=components))
        noted_roots[side] = [(kind, copies.noted(schema, components)) for kind, schema in roots[side]]
    return wire, noted_roots
