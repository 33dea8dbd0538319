"""Looks up components and operations by what facts call them, so that a fact costs the same in a large API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from timegate.history.inheritance import lineage
from timegate.typing import Model, Schema, is_object
from timegate.wire.paths import without_names
from timegate.wire.schema import references
from timegate.wire.wire import SIDES, Component, Operation, Side, Wire


class LookUp:
    """Finds the parts of a wire while facts edit it; it may give parts that once were what was asked for.

    Args:
        wire: at head.
    """

    def __init__(self, wire: Wire) -> None:
        self._by_text: dict[Side, dict[str, dict[str, None]]] = {side: {} for side in SIDES}
        self._by_class: dict[Side, dict[int, list[str]]] = {side: {} for side in SIDES}
        self._by_path: dict[str, set[int]] = {}
        self._positions = {operation.key: position for position, operation in enumerate(wire.operations)}
        for side in SIDES:
            for component in wire.components(side).values():
                self.note(side, component)
                for cls in {id(cls) for own in (component.model, *component.spread) for cls in lineage(own)}:
                    self._by_class[side].setdefault(cls, []).append(component.name)
        for operation in wire.operations:
            self.note_operation(operation)

    def note(self, side: Side, component: Component) -> None:
        """Note what a component is called now."""
        for text in component.names:
            self._by_text[side].setdefault(text, {})[component.name] = None

    def note_operation(self, operation: Operation) -> int:
        """Note where an operation is now; gives its position among all operations."""
        position = self._positions[operation.key]
        self._by_path.setdefault(without_names(operation.path), set()).add(position)
        return position

    def names(self, side: Side, model: Model) -> Sequence[str]:
        """The components that a fact about a model may be about. A component's class is the same at every version."""
        if isinstance(model, str):
            return list(self._by_text[side].get(model, ()))
        return self._by_class[side].get(id(model), ())

    def operations(self, wire: Wire, path: str) -> list[Operation]:
        """The operations at a path, whatever its parameters are called, in the order of the wire."""
        place = without_names(path)
        found = (wire.operations[position] for position in sorted(self._by_path.get(place, ())))
        return [operation for operation in found if without_names(operation.path) == place]


class References:
    """The components that schemas refer to. Most properties of a schema that changes stay the same objects."""

    def __init__(self) -> None:
        # The schema is kept too: otherwise its id could be reused.
        self._known: dict[int, tuple[str, ...]] = {}
        self._schemas: list[Schema] = []

    def of(self, schema: Schema) -> tuple[str, ...]:
        """The name of every component that a schema refers to, once for each reference."""
        names = self._known.get(id(schema))
        if names is None:
            self._schemas.append(schema)
            names = self._known[id(schema)] = tuple(self._found(schema))
        return names

    def _found(self, schema: Schema) -> Iterable[str]:
        properties: object = schema.get("properties")
        if not is_object(properties):
            return references(schema)
        inner = list(map(id, properties.values()))
        unknown = set(inner).difference(self._known)
        for value in properties.values() if unknown else ():
            self.of(value)
        rest = references({key: value for key, value in schema.items() if key != "properties"})
        return chain(rest, chain.from_iterable(map(self._known.__getitem__, inner)))

    def places(self, wire: Wire, side: Side) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each component that payloads of one side can contain, and what it refers to; empty names for the payloads."""
        components = wire.components(side)
        waiting = [("", self.of(schema)) for _, schema in wire.roots(side)]
        found = set[str]()
        while waiting:
            holder, names = waiting.pop()
            yield holder, names
            new = [name for name in dict.fromkeys(names) if name not in found and name in components]
            found.update(new)
            waiting += [(name, self.of(components[name].schema)) for name in new]
