"""Which components a document shows, under which names, and schemas rendered with these names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import HIDDEN_MARK
from timegate.wire.names import free_name
from timegate.wire.schema import REF_PREFIX, objects_in, references, referred, rename_references, rewrite, unmarked
from timegate.wire.wire import SIDES, SUFFIXES, Component, Operation, Side, Wire


class KnownSchemas:
    """What was made of schemas before, for the documents of several versions, which share most of them.

    A schema is never changed in place, so that an object stands for what is made of it.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], tuple[object, Any]] = {}

    def made(self, kind: str, schema: object, others: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What is made of a schema and of others; the same object as before, if it was made before.

        Args:
            kind: what is made.
            schema: the schema, or what has it.
            others: what else it is made from: objects that are kept elsewhere, or texts.
            make: makes it.
        """
        key = (kind, id(schema), *(one if isinstance(one, str) else id(one) for one in others))
        if key not in self._made:
            # With what it was made from, so that no other object gets its identity.
            self._made[key] = ((schema, others), make())
        return self._made[key][1]


class DocumentComponents:
    """The components of one document.

    Args:
        wire: what is on the wire at its version.
        operations: those the document shows.
        apart: whether the two sides of a component always have names of their own.
        known: what was made for documents of other versions.

    Attributes:
        plain_names: the name of each identity without the suffix of a side.
        differing: the identities whose two sides differ.
    """

    def __init__(
        self, wire: Wire, operations: Iterable[Operation], *, apart: bool, known: KnownSchemas | None = None
    ) -> None:
        self._wire = wire
        self._known = known
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
        return self._renamed(self._shown(schema, side), side)

    def made_of(self, operation: Operation, make: Callable[[], Any]) -> Any:
        """What is made of an operation; the same object as for another version where all that it shows is the same."""
        if self._known is None:
            return make()
        parts: list[object] = []
        for side in SIDES:
            parameters, mentioned, held = self._held(operation, side)
            names = (*mentioned, *(component.name for component in held))
            parts += [*parameters, *held, *(self._names[side].get(name, "") for name in names)]
        return self.made("operation", operation, make, *parts)

    def _held(self, operation: Operation, side: Side) -> tuple[list[Component], Iterable[str], Iterable[Component]]:
        """What one side of an operation is shown with: its parameters, the names that it mentions, their components."""
        parameters = [self._wire.requests[name] for name in operation.parameters.values()]
        own = functools.partial(_mentioned, self._wire, operation, side)
        mentioned: dict[str, None] = self.made("mentioned", operation, own, side, *parameters)
        return parameters, mentioned, self._holders(mentioned, side)

    def made(self, kind: str, schema: object, make: Callable[[], Any], *others: object) -> Any:
        """What is made of a schema and of others, as `KnownSchemas.made` keeps it."""
        return make() if self._known is None else self._known.made(kind, schema, others, make)

    def _references(self, schema: Schema) -> tuple[str, ...]:
        """The names of the components that a schema refers to."""
        names: tuple[str, ...] = self.made("references", schema, lambda: tuple(references(schema)))
        return names

    def _shown(self, schema: Schema, side: Side) -> Schema:
        """A schema without this package's keywords and with inline objects in their places."""
        holders = self._holders(self._references(schema), side)
        shown: Schema = self.made("shown", schema, lambda: self._inlined(unmarked(schema), side), *holders)
        return shown

    def _holders(self, names: Iterable[str], side: Side) -> Iterable[Component]:
        """The components with some names, and those that inline objects among them refer to."""
        components, found = self._wire.components(side), dict[str, Component]()
        waiting = list(names)
        for name in waiting:
            if name in components and name not in found:
                found[name] = components[name]
                if found[name].inline:
                    waiting.extend(found[name].references)
        return found.values()

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
        waiting: list[tuple[str, ...]] = []
        for one in operations:
            parameters, _, held = self._held(one, side)
            in_it = functools.partial(self._shown_in, one, side)
            waiting.append(self.made("shown", one, in_it, side, *parameters, *held))
        waiting += [self._references(self._shown(schema, side)) for schema in self._wire.standalone(side)]
        while waiting:
            for identity in waiting.pop():
                if identity not in reachable:
                    component = components[identity]
                    holders = self._holders(component.references, side)
                    visible_one = functools.partial(self._visible, component, side)
                    reachable[identity] = self.made("visible", component, visible_one, *holders)
                    waiting.append(self._references(reachable[identity]))
        return reachable

    def _shown_in(self, operation: Operation, side: Side) -> tuple[str, ...]:
        """The names of the components that a document shows in one side of an operation."""
        shown = [self._shown(schema, side) for schema in _roots(self._wire, operation, side)]
        # As if one schema was followed after the other, the last one first.
        return tuple(dict.fromkeys(name for schema in reversed(shown) for name in self._references(schema)))

    def _visible(self, component: Component, side: Side) -> Schema:
        return self._inlined(visible(component), side)

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
        first: dict[str, str] = {}
        for identity, base in self.plain_names.items():
            # Only readings of one class that look the same share a name.
            twin = first.setdefault(base, identity)
            for side in SIDES:
                if identity not in self._schemas[side]:
                    continue
                if twin != identity:
                    names[side][identity] = names[side][twin]
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
                twins = (one for one in sharing if one in names and component.model is sharing[one].model)
                if (twin := next((one for one in twins if self._look_alike(one, identity)), None)) is not None:
                    names[identity] = names[twin]
                elif len(sharing) == 1:
                    names[identity] = display_name
                elif len(models) > 1 and component.model is not None:
                    names[identity] = free_name(display_name, component.model, [*names.values(), *wanted])
                else:
                    names[identity] = free_name(display_name, None, names.values())
        return names

    def _look_alike(self, one: str, other: str) -> bool:
        """Whether documents show two readings of a class, and all components below them, as the same."""
        seen, waiting = {(one, other)}, [(one, other)]
        while waiting:
            pair = waiting.pop()
            for side in SIDES:
                schema, twin = (self._schemas[side].get(name) for name in pair)
                if schema is None or twin is None:
                    if schema is not twin:
                        return False
                    continue
                components, held, others = self._wire.components(side), self._references(schema), self._references(twin)
                shown = {name: components[name].display_name for name in (*held, *others)}
                if rename_references(schema, shown) != rename_references(twin, shown):
                    return False
                inner = {two for two in zip(held, others, strict=True) if two[0] != two[1]} - seen
                waiting += inner
                seen |= inner
        return True

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
        while more := {name for name in alike - equal if equal.issuperset(self._references(requests[name]))}:
            equal |= more
        return both - equal

    def _renamed(self, schema: Schema, side: Side) -> Schema:
        names = self._names[side]
        own = (names.get(name, "") for name in self.made("mentions", schema, lambda: _mentions(schema)))
        renamed: Schema = self.made(
            "renamed", schema, lambda: rename_references(schema, names, drops_other_tags=True), *own
        )
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


def _roots(wire: Wire, operation: Operation, side: Side) -> Iterator[Schema]:
    """The schema of every body and parameter that a document shows on one side of an operation."""
    for _, body in operation.bodies(side):
        yield from body.schemas
    if side == "requests":
        for name in operation.parameters.values():
            yield from shown_parameters(wire.requests[name]).values()


def _mentioned(wire: Wire, operation: Operation, side: Side) -> dict[str, None]:
    """The names of the components that one side of an operation refers to itself."""
    return dict.fromkeys(name for schema in _roots(wire, operation, side) for name in _mentions(schema))


def _mentions(schema: Schema) -> tuple[str, ...]:
    """The names of the components that a schema refers to, those in discriminator mappings included."""
    mappings = (node["discriminator"].get("mapping", {}) for node in objects_in(schema) if "discriminator" in node)
    targets = (str(target).removeprefix(REF_PREFIX) for mapping in mappings for target in mapping.values())
    return (*references(schema), *targets)
