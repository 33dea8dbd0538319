"""What documents show of a wire: facts about texts and names hold for nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from timegate.typing import Schema
from timegate.wire.schema import references
from timegate.wire.wire import Operation, Side, Wire


class Shown:
    """The components of one side that documents show.

    Args:
        wire: what is on the wire.
        side: whether clients send or receive them.

    Attributes:
        named: those that documents have under their names.
        holders: those whose keys are parameters in documents.
    """

    def __init__(self, wire: Wire, side: Side) -> None:
        shown = [operation for operation in wire.operations if operation.exists and not operation.hidden]
        components = wire.components(side)
        is_sent = side == "requests"
        self.holders = {name for one in shown for name in one.parameters.values()} if is_sent else set[str]()
        self.named = set[str]()
        waiting = [*_payloads(wire, shown, side), *(components[name].schema for name in self.holders)]
        while waiting:
            for name in references(waiting.pop()):
                if name in components and name not in self.named:
                    self.named.add(name)
                    waiting.append(components[name].schema)

    def shows(self, name: str, *, a_key: bool) -> bool:
        """Whether documents show a component, or a key of it."""
        return name in self.named or (a_key and name in self.holders)


class ShownSoFar:
    """Says what documents show while facts are undone; it looks anew only where the answer would be no."""

    def __init__(self) -> None:
        self._known: dict[Side, Shown] = {}

    def shows(self, wire: Wire, side: Side, name: str, *, a_key: bool = False) -> bool:
        """Whether documents show a component, or a key of it.

        Args:
            wire: what is on the wire by now.
            side: whether clients send or receive it.
            name: the component.
            a_key: whether it is about one of its keys, which may be a parameter.
        """
        known = self._known.get(side)
        if known is None or not known.shows(name, a_key=a_key):
            known = self._known[side] = Shown(wire, side)
        return known.shows(name, a_key=a_key)


def _payloads(wire: Wire, shown: list[Operation], side: Side) -> Iterator[Schema]:
    for operation in shown:
        for _, body in operation.bodies(side):
            yield from body.schemas
    yield from wire.standalone(side)
