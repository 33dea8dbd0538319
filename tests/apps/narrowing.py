"""The part of a contract that a component is in: what is tried of one model is compiled of little else."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Final

from timegate import Contract
from timegate.wire.schema import references
from timegate.wire.wire import SIDES, Component, Operation, Side


class Narrowing:
    """A contract, and which of its components hold which.

    Args:
        contract: the whole contract.
    """

    def __init__(self, contract: Contract) -> None:
        self._whole: Final = contract
        self._held: Final[Mapping[Side, Mapping[str, Set[str]]]] = {
            side: {name: frozenset(references(one.schema)) for name, one in contract.wire.components(side).items()}
            for side in SIDES
        }
        self._holders: Final = {side: _turned(held) for side, held in self._held.items()}

    def to(self, name: str) -> Contract:
        """The same contract with only the operations whose bodies hold a component: it is in no other payload."""
        wire = self._whole.wire
        holders = {side: _closed({name}, self._holders[side]) for side in SIDES}
        operations = tuple(one for one in wire.operations if any(_holds(one, side, holders[side]) for side in SIDES))
        kept: dict[Side, Mapping[str, Component]] = {}
        for side in SIDES:
            roots = {
                found for one in operations for _, body in one.bodies(side) for found in references([*body.schemas])
            }
            roots |= {found for schema in wire.standalone(side) for found in references(schema)}
            roots |= {holder for one in operations for holder in one.parameters.values()}
            reached = _closed(roots, self._held[side])
            kept[side] = {found: one for found, one in wire.components(side).items() if found in reached}
        wire = replace(wire, operations=operations, requests=kept["requests"], responses=kept["responses"])
        return Contract(replace(self._whole.head, wire=wire))


def _holds(operation: Operation, side: Side, names: Set[str]) -> bool:
    return any(not names.isdisjoint(references([*body.schemas])) for _, body in operation.bodies(side))


def _turned(held: Mapping[str, Set[str]]) -> Mapping[str, Set[str]]:
    """For each component, those that hold it."""
    turned: dict[str, set[str]] = {}
    for name, inner in held.items():
        for one in inner:
            turned.setdefault(one, set()).add(name)
    return turned


def _closed(names: Set[str], near: Mapping[str, Set[str]]) -> Set[str]:
    """The names, and all that can be reached from them."""
    found, waiting = set(names), [*names]
    while waiting:
        more = near.get(waiting.pop(), frozenset[str]()) - found
        found |= more
        waiting += more
    return found
