"""Which components a document shows, under which names, and schemas rendered with these names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import HIDDEN_MARK
from timegate.wire.names import free_name
from timegate.wire.schema import references, referred, rename_references, rewrite, unmarked
from timegate.wire.wire import SIDES, SUFFIXES, Component, Operation, Side, Wire


class DocumentComponents:
    """The components of one document.

    Args:
        wire: what is on the wire at its version.
        operations: those the document shows.
        apart: whether the two sides of a component always have names of their own.

    Attributes:
        plain_names: the name of each identity without the suffix of a side.
        differing: the identities whose two sides differ.
    """

    def __init__(self, wire: Wire, operations: Iterable[Operation], *, apart: bool) -> None:
        self._wire = wire
        self._apart = apart
        shown = list(operations)
        self._schemas: dict[Side, dict[str, Schema]] = {side: self._reachable(side, shown) for side in SIDES}
        self.plain_names = self._base_names()
        self.differing = self._differing()
        self._names = self._display_names()

    @property
    def names(self) -> Mapping[Side, Mapping[str, str]]:
        """The name of each component in the document, by side and identity."""
        return self._names

    def render(self, schema: Schema, side: Side) -> Schema:
        """A schema as the document shows it.

        Args:
            schema: refers to components by identity.
            side: whether clients send or receive its payloads.
        """
        return self._renamed(self._inlined(unmarked(schema), side), side)

    def schemas(self) -> dict[str, Schema]:
        """The components by their names in the document."""
        return {
            self._names[side][identity]: self._renamed(schema, side)
            for side in SIDES
            for identity, schema in self._schemas[side].items()
        }

    def _reachable(self, side: Side, operations: Iterable[Operation]) -> dict[str, Schema]:
        """The schemas of the components that a document shows on one side, by identity."""
        components, reachable = self._wire.components(side), dict[str, Schema]()
        waiting = [self._inlined(unmarked(schema), side) for schema in _roots(self._wire, operations, side)]
        while waiting:
            for identity in references(waiting.pop()):
                if identity not in reachable:
                    reachable[identity] = self._inlined(visible(components[identity]), side)
                    waiting.append(reachable[identity])
        return reachable

    def _inlined(self, schema: Schema, side: Side) -> Schema:
        """A schema with every inline object back in its place, and without defaults that no client can send."""
        components = self._wire.components(side)

        def change(node: dict[str, Any]) -> dict[str, Any]:
            if node.get("default", ...) is None and not is_nullable(node, components):
                del node["default"]  # only a default in Python
            name = referred(node)
            if name is None or not components[name].inline:
                return node
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return {**self._inlined(visible(components[name]), side), **rest}

        inlined: Schema = rewrite(schema, change)
        return inlined

    def _display_names(self) -> dict[Side, dict[str, str]]:
        """The name of each component in the document, by side and identity."""
        requests, responses = (self._schemas[side] for side in SIDES)
        differing = requests.keys() & responses.keys() if self._apart else self.differing
        names: dict[Side, dict[str, str]] = {side: {} for side in SIDES}
        taken: set[str] = set()
        for identity, base in self.plain_names.items():
            for side in SIDES:
                if identity not in self._schemas[side]:
                    continue
                if identity in names["requests"] and identity not in differing:
                    names[side][identity] = names["requests"][identity]
                    continue
                wanted = base + SUFFIXES[side] if identity in differing else base
                names[side][identity] = free_name(wanted, self._wire.components(side)[identity].model, taken)
                taken.add(names[side][identity])
        return names

    def _base_names(self) -> dict[str, str]:
        """The name of each identity without a suffix; identities with the same name are told apart by module."""
        wanted: dict[str, dict[str, Component]] = {}
        for side in SIDES:
            for identity in self._schemas[side]:
                component = self._wire.components(side)[identity]
                wanted.setdefault(component.display_name or identity, {}).setdefault(identity, component)
        names: dict[str, str] = {}
        for display_name, sharing in wanted.items():
            models = {id(component.model) for component in sharing.values()}
            for identity, component in sharing.items():
                if len(sharing) == 1:
                    names[identity] = display_name
                elif len(models) > 1 and component.model is not None:
                    names[identity] = free_name(display_name, component.model, [*names.values(), *wanted])
                else:
                    names[identity] = free_name(display_name, None, names.values())
        return names

    def _differing(self) -> set[str]:
        """The identities whose two sides differ, themselves or in a component that they refer to.

        A recursive component counts as differing, as in FastAPI's documents.
        """
        requests, responses = (self._schemas[side] for side in SIDES)
        both = requests.keys() & responses.keys()
        alike = {
            name
            for name in both
            if requests[name] == responses[name]
            and self._wire.requests[name].display_name == self._wire.responses[name].display_name
        }
        equal = set[str]()
        while more := {name for name in alike - equal if equal.issuperset(references(requests[name]))}:
            equal |= more
        return both - equal

    def _renamed(self, schema: Schema, side: Side) -> Schema:
        renamed: Schema = rename_references(schema, self._names[side], drops_other_tags=True)
        return renamed


def visible(component: Component) -> Schema:
    """A component's schema without internal fields and without this package's own keywords."""
    schema = component.schema
    hidden = component.internal
    if hidden:
        kept = {key: value for key, value in component.properties.items() if key not in hidden}
        required = [key for key in component.required if key not in hidden]
        schema = {**schema, "properties": kept, "required": required}
        if not required:
            del schema["required"]
    return unmarked(schema)


def shown_parameters(component: Component) -> dict[str, Schema]:
    """The parameters that documents show, each with its schema."""
    hidden = component.internal
    return {
        key: schema for key, schema in component.properties.items() if key not in hidden and not schema.get(HIDDEN_MARK)
    }


def _roots(wire: Wire, operations: Iterable[Operation], side: Side) -> Iterator[Schema]:
    """The schema of every body, parameter and other payload that a document shows on one side."""
    for operation in operations:
        yield from (body.schema for _, body in operation.bodies(side))
        if side == "requests":
            for name in operation.parameters.values():
                yield from shown_parameters(wire.requests[name]).values()
    yield from wire.standalone(side)
