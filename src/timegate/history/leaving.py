"""Arms that facts take out of unions: noted with each fact, taken out together once somebody looks at the schema.

A version may introduce many arms of one union; who took each out by itself would write the whole union as often.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from timegate.history.look_up import References
from timegate.history.schema_edits import without_arms
from timegate.typing import Schema
from timegate.wire.schema import arms_of, objects_in, referred
from timegate.wire.wire import Side, Wire

_Holder: TypeAlias = tuple[Side, str]
"""A component that holds unions, by its name; an empty one stands for the payloads of its side."""


@dataclass(slots=True)
class Losing:
    """A union that loses arms.

    Args:
        schema: with all of its arms; a union that is an arm of another one is part of that.
        left: the components that are left of its arms; an empty name stands for all other arms.
        gone: the components that it has lost.
    """

    schema: Schema
    left: set[str] = field(default_factory=set[str])
    gone: set[str] = field(default_factory=set[str])

    def lose(self, name: str) -> bool:
        """Lose the arms of a component; whether others are left, without which they stay."""
        if len(self.left) == 1:
            return False
        self.left.remove(name)
        self.gone.add(name)
        return True


class Leaving:
    """The arms that unions have lost and that are still in their schemas.

    Args:
        wires: the wire of each version so far; facts are being undone on the last one.
        references: between its components.
    """

    def __init__(self, wires: list[Wire], references: References) -> None:
        self._wires = wires
        self._references = references
        self._unions: dict[_Holder, dict[str, list[Losing]]] = {}
        self._names: dict[_Holder, list[str]] = {}

    def lose(self, side: Side, name: str) -> list[Losing]:
        """Take a component out of the unions of one side that have other arms; gives those that lose it."""
        wire, lost = self._wires[-1], list[Losing]()
        for holder in sorted(self._references.holders(wire, side, (name,))):
            place = (side, holder)
            if place not in self._unions:
                schemas = (wire.components(side)[holder].schema,) if holder else wire.payloads(side)
                self._unions[place] = _unions_in(schemas)
            losing = [union for union in self._unions[place].get(name, ()) if union.lose(name)]
            if losing:
                self._names.setdefault(place, []).append(name)
                lost += losing
        return lost

    def take_out(self, *holders: _Holder) -> None:
        """Write the schemas of some holders, or of all, without what their unions have lost: somebody looks at them."""
        for side, holder in [holder for holder in holders or self._unions if holder in self._unions]:
            del self._unions[side, holder]
            change = partial(without_arms, names=self._names.pop((side, holder), ()))
            wire = self._wires[-1]
            if holder:
                known = wire.components(side)[holder]
                older = replace(known, schema=change(known.schema))
                self._references.note(side, older)
                self._wires[-1] = wire.edited(side, older)
            else:
                self._wires[-1] = wire.with_payloads(side, change)


def _unions_in(schemas: Iterable[Schema]) -> dict[str, list[Losing]]:
    """The unions in some schemas, by the components that are their arms."""
    found: dict[str, list[Losing]] = {}
    # A union that is an arm of another one comes after that.
    around: dict[int, Losing] = {}
    for node in (node for schema in schemas for node in objects_in(schema)):
        for arm in arms_of(node):
            union = around.get(id(node)) or around.setdefault(id(node), Losing(node))
            name = referred(arm) or ""
            if arms_of(arm):
                around[id(arm)] = union
            elif name not in union.left:
                union.left.add(name)
                found.setdefault(name, []).append(union)
    return found
