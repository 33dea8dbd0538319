"""The contract of every version: head's, taken back boundary by boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from timegate.changes.base import UNSET
from timegate.changes.endpoints import EndpointAdded, EndpointRemoved
from timegate.errors import Fault
from timegate.history import undo_endpoints, undo_models, undo_values
from timegate.history.builder import PLAIN_ALIAS, UNLISTED, HistoryBuilder
from timegate.history.conflicts import conflicts
from timegate.history.steps import Origin, Step
from timegate.history.undo import undo
from timegate.history.undo_models import leftovers
from timegate.reading.schemas import Shapes, merged, shapes
from timegate.timeline import Timeline
from timegate.typing import Schema
from timegate.wire.paths import without_names
from timegate.wire.wire import SIDES, Side, Wire

__all__ = ["History", "history"]

_REGISTERED = (undo_endpoints, undo_models, undo_values)
"""Named, so that the import that registers their facts is plainly used."""


@dataclass(frozen=True, slots=True)
class History:
    """What was on the wire at each version, and what lies between.

    Args:
        wires: the wire of each version, newest first.
        steps: what happens to the objects of a component at a boundary, told from old to new,
            by side, component and boundary; boundary ``n`` lies between the wires ``n`` and ``n + 1``.
        renumbered: the statuses that a boundary answers otherwise, newer and older, by operation and boundary.
        faults: why declared changes cannot be carried out.
    """

    wires: tuple[Wire, ...]
    steps: Mapping[tuple[Side, str, int], tuple[Step, ...]]
    renumbered: Mapping[tuple[str, int], tuple[tuple[int, int], ...]]
    faults: tuple[Fault, ...]

    def statuses(self, operation: str, version: int) -> dict[int, int]:
        """Head's statuses of an operation that the version at an index answers otherwise."""
        pairs = [pair for boundary in range(version) for pair in self.renumbered.get((operation, boundary), ())]
        found: dict[int, int] = {}
        for start in {newer for newer, _ in pairs}:
            status = start
            for newer, older in pairs:
                if status == newer:
                    status = older
            if status != start:
                found[start] = status
        return found


def history(head: Wire, timeline: Timeline) -> History:
    """Take head's contract back through a timeline."""
    wire, types = _with_named_types(head, timeline)
    builder = HistoryBuilder([_without_removed(wire, timeline)], types, timeline.values)
    _check_internal(builder, timeline.head.value)
    for boundary, version in enumerate(timeline.versions[:-1]):
        builder.boundary, builder.version = boundary, version.value
        builder.wires.append(builder.wire)
        builder.touched.clear()
        for change in reversed(version.changes):
            builder.change = change.__qualname__
            for fact in reversed(change.changes):
                builder.fact = fact
                undo(fact, builder)
        for place, change_name, pair in list(conflicts(builder)):
            builder.change = change_name
            builder.fault(
                place, f"{pair} touch the same place and do not commute", "put both into one change, in order"
            )
        for side in SIDES:
            leftovers(builder, side)
    steps = {key: tuple(found) for key, found in builder.steps.items()}
    renumbered = {key: tuple(pairs) for key, pairs in builder.renumbered.items()}
    return History(tuple(builder.wires), steps, renumbered, tuple(builder.faults))


def _check_internal(builder: HistoryBuilder, newest: str) -> None:
    """Blame internal fields that requests must have: no client, not even the newest, can send them."""
    for name in builder.wire.reachable("requests"):
        component = builder.component("requests", name)
        for key in sorted(component.internal):
            origin, place = Origin(newest, "", ""), f"{component.display_name}.{key}"
            if key in component.required:
                problem = "head requires this field and no client knows it, because it is internal"
                builder.fault(place, problem, "give the field a default in the model", origin)
            if key in component.uncertain:
                builder.fault(place, UNLISTED, PLAIN_ALIAS, origin)


def _without_removed(head: Wire, timeline: Timeline) -> Wire:
    """Head as its newest clients see it: without the operations that only older versions have."""
    newest: dict[tuple[str, str], bool] = {}
    for version in timeline:
        for change in reversed(version.changes):
            for fact in reversed(change.changes):
                if isinstance(fact, EndpointAdded | EndpointRemoved):
                    for operation in head.operations:
                        matches = without_names(operation.path) == without_names(fact.path)
                        if matches and (not fact.methods or operation.method in fact.methods):
                            key = (operation.method, operation.path)
                            newest.setdefault(key, not isinstance(fact, EndpointRemoved))
    operations = tuple(
        replace(operation, exists=newest.get((operation.method, operation.path), True)) for operation in head.operations
    )
    return replace(head, operations=operations)


def _with_named_types(head: Wire, timeline: Timeline) -> tuple[Wire, dict[tuple[Side, int], Schema]]:
    """The wire with the components of the types that facts name, and the schema of each such type."""
    named: list[tuple[int, object]] = []
    for version in timeline:
        for change in version.changes:
            for fact in change.changes:
                was = fact.named_type
                if was is not UNSET:
                    named.append((id(fact), was))
    wire, found = head, dict[tuple[Side, int], Schema]()
    for side in SIDES:
        if named:
            known = Shapes({}, head.components(side))
            both = merged(known, shapes(side, named), one_per_class=True)
            wire = wire.edited(side, *both.components.values())
            found.update({(side, key): both.schemas[key] for key, _ in named})
    return wire, found
