"""Looks up components and operations by what facts call them, so that a fact costs the same in a large API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain, compress
from operator import is_not

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
        self._classed: dict[Side, set[str]] = {side: set() for side in SIDES}
        self._by_path: dict[str, set[int]] = {}
        self._positions = {operation.key: position for position, operation in enumerate(wire.operations)}
        for side in SIDES:
            for component in wire.components(side).values():
                self.note(side, component)
        for operation in wire.operations:
            self.note_operation(operation)

    def note(self, side: Side, component: Component) -> None:
        """Note what a component is called now."""
        for text in component.names:
            self._by_text[side].setdefault(text, {})[component.name] = None
        if component.name not in self._classed[side]:
            self._classed[side].add(component.name)
            for cls in {id(cls) for own in (component.model, *component.spread) for cls in lineage(own)}:
                self._by_class[side].setdefault(cls, []).append(component.name)

    def note_operation(self, operation: Operation) -> int:
        """Note where an operation is now; gives its position among all operations."""
        position = self._positions[operation.key]
        self._by_path.setdefault(without_names(operation.path), set()).add(position)
        return position

    def names(self, side: Side, model: Model) -> Sequence[str]:
        """The components that a fact about a model may be about. A component's class is the same at every version."""
        if isinstance(model, str):
            return list(self._by_text[side].get(model, ()))
        return tuple(self._by_class[side].get(id(model), ()))

    def operations(self, wire: Wire, path: str) -> list[Operation]:
        """The operations at a path, whatever its parameters are called, in the order of the wire."""
        place = without_names(path)
        found = (wire.operations[position] for position in sorted(self._by_path.get(place, ())))
        return [operation for operation in found if without_names(operation.path) == place]


class References:
    """The components that schemas refer to, and the places that refer to a component, while facts edit a wire.

    Args:
        wire: at head.
    """

    def __init__(self, wire: Wire) -> None:
        # The schema is kept too: otherwise its id could be reused. Most schemas in one that changes stay the same.
        self._known: dict[int, tuple[str, ...]] = {}
        self._schemas: list[Schema] = []
        self._held: dict[tuple[Side, str], Counter[str]] = {}
        self._holders: dict[tuple[Side, str], set[str]] = {}
        self._referred: dict[Side, set[str]] = {side: set() for side in SIDES}
        self._wire = wire
        self._changed: dict[tuple[Side, str], Component] = {
            (side, name): one for side in SIDES for name, one in wire.components(side).items()
        }

    def note(self, side: Side, component: Component) -> None:
        """Note that a component has changed."""
        self._changed[side, component.name] = component

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
        for value in compress(properties.values(), map(unknown.__contains__, inner)) if unknown else ():
            self.of(value)
        rest = references({key: value for key, value in schema.items() if key != "properties"})
        return chain(rest, chain.from_iterable(map(self._known.__getitem__, inner)))

    def places(self, wire: Wire, side: Side, name: str) -> Iterator[tuple[str, int]]:
        """The components that payloads of one side can contain and that refer to a component, and how often each does.

        An empty name stands for the payloads themselves.
        """
        self._bring_up_to_date(wire)
        for holder in self._holders.get((side, name), ()):
            if self._is_reached(side, holder):
                yield holder, self._held[side, holder][name]

    def referred(self, wire: Wire, side: Side) -> Set[str]:
        """The components of one side that something refers to, payloads included."""
        self._bring_up_to_date(wire)
        return self._referred[side]

    def holders(self, wire: Wire, side: Side, names: Iterable[str]) -> set[str]:
        """The components that refer to one of some components; an empty name stands for the payloads themselves."""
        self._bring_up_to_date(wire)
        return set[str]().union(*(self._holders.get((side, name), ()) for name in names))

    def _bring_up_to_date(self, wire: Wire) -> None:
        for place, component in self._changed.items():
            self._hold(*place, self.of(component.schema))
        self._changed.clear()
        for side in SIDES:
            if (side, "") not in self._held:
                self._hold(side, "", self._in_payloads(side, wire.operations, wire.standalone(side)))
            elif wire.operations is not self._wire.operations or wire.standalone(side) != self._wire.standalone(side):
                # Most operations are the same.
                differ = list(map(is_not, self._wire.operations, wire.operations))
                now = Counter(self._held[side, ""])
                now.subtract(
                    self._in_payloads(side, compress(self._wire.operations, differ), self._wire.standalone(side))
                )
                now.update(self._in_payloads(side, compress(wire.operations, differ), wire.standalone(side)))
                self._hold(side, "", +now)
        self._wire = wire

    def _in_payloads(self, side: Side, operations: Iterable[Operation], others: Iterable[Schema]) -> Iterator[str]:
        """The names that bodies and parameters of some operations refer to, and some other payloads."""
        for operation in operations:
            for _, names in operation.references(side):
                yield from names
        for schema in others:
            yield from self.of(schema)

    def _hold(self, side: Side, holder: str, names: Iterable[str]) -> None:
        before = self._held.get((side, holder), Counter[str]())
        self._held[side, holder] = now = Counter(names)
        for name in before.keys() - now.keys():
            self._holders[side, name].discard(holder)
            if not self._holders[side, name]:
                self._referred[side].discard(name)
        self._referred[side] |= now.keys()
        for name in now.keys() - before.keys():
            self._holders.setdefault((side, name), set()).add(holder)

    def _is_reached(self, side: Side, holder: str) -> bool:
        """Whether payloads can contain a component."""
        seen, waiting = {holder}, [holder]
        while waiting:
            name = waiting.pop()
            if not name:
                return True
            found = self._holders.get((side, name), set()) - seen
            seen |= found
            waiting += found
        return False
