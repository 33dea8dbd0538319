"""The wire of every version: head's, with the facts of each boundary undone in turn."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from timegate.changes.endpoints import EndpointAdded, EndpointFact, EndpointRemoved
from timegate.errors import Fault
from timegate.history import (
    undo_bodies,
    undo_endpoints,
    undo_envelopes,
    undo_fields,
    undo_lists,
    undo_members,
    undo_models,
    undo_moves,
    undo_parameters,
    undo_parts,
    undo_response_headers,
    undo_retired,
    undo_tables,
    undo_texts,
    undo_values,
    undo_vouched,
)
from timegate.history.builder import HistoryBuilder
from timegate.history.conflicts import check_conflicts
from timegate.history.literals import check_literals
from timegate.history.made_by_moves import check_moves
from timegate.history.named_types import named_types
from timegate.history.names_of_two import check_names_of_two, names_of_two
from timegate.history.naming import check_names, check_statuses, older_statuses
from timegate.history.remedies import PLAIN_ALIAS, UNCERTAIN_KEYS
from timegate.history.steps import HeaderFieldChanged, Origin, Step
from timegate.history.undo import undo
from timegate.history.undo_endpoints import has_method
from timegate.history.undo_members import check_received
from timegate.history.undo_models import check_absent_models
from timegate.timeline import Timeline
from timegate.wire.paths import without_names
from timegate.wire.wire import SIDES, Operation, Side, Wire

_REGISTERED = (
    undo_bodies,
    undo_endpoints,
    undo_envelopes,
    undo_fields,
    undo_lists,
    undo_members,
    undo_models,
    undo_moves,
    undo_parameters,
    undo_parts,
    undo_response_headers,
    undo_retired,
    undo_tables,
    undo_texts,
    undo_values,
    undo_vouched,
)
"""Importing these modules registers their facts with `undo`; the name keeps the imports from looking unused."""


@dataclass(frozen=True, slots=True)
class History:
    """The wire of each version, and the conversions between neighbouring versions.

    Args:
        wires: the wire of each version, newest first.
        steps: what happens to the objects of a component at a boundary, from old to new, by side, component and
            boundary; boundary ``n`` lies between the wires ``n`` and ``n + 1``.
        status_changes: pairs of newer and older response status, by operation and then by boundary, newest first.
        header_changes: what happens to header fields of responses, by operation and then by boundary, newest first.
        faults: why declared changes cannot be undone.
    """

    wires: tuple[Wire, ...]
    steps: Mapping[tuple[Side, str, int], tuple[Step, ...]]
    status_changes: Mapping[str, Mapping[int, Sequence[tuple[int, int]]]]
    header_changes: Mapping[str, Mapping[int, Sequence[HeaderFieldChanged]]]
    faults: tuple[Fault, ...]
    _statuses: dict[str, list[dict[int, int]]] = field(
        default_factory=dict[str, list[dict[int, int]]], compare=False, repr=False
    )
    _header_fields: dict[str, list[tuple[HeaderFieldChanged, ...]]] = field(
        default_factory=dict[str, list[tuple[HeaderFieldChanged, ...]]], compare=False, repr=False
    )

    def statuses(self, operation: str, version: int) -> dict[int, int]:
        """The statuses of an operation that differ at a version, by head's status.

        Args:
            operation: the operation's identity.
            version: the version's index.
        """
        changes = self.status_changes.get(operation, {})
        pairs, known = list(changes.values()), self._statuses.setdefault(operation, [{}])
        count = bisect_left(list(changes), version)
        # Behind each boundary they are what they were before it, but for what it changes.
        while len(known) <= count:
            at = len(known) - 1
            newer = {status: status for status, _ in pairs[at]} | known[at]
            known.append(older_statuses(newer, pairs[at]))
        return {start: status for start, status in known[count].items() if status != start}

    def header_fields(self, operation: str, version: int) -> tuple[HeaderFieldChanged, ...]:
        """What happens to the header fields of an operation's responses, from head to a version.

        Args:
            operation: the operation's identity.
            version: the version's index.
        """
        changes = self.header_changes.get(operation, {})
        known = self._header_fields.setdefault(operation, [()])
        count = bisect_left(list(changes), version)
        for found in list(changes.values())[len(known) - 1 : count]:
            known.append((*known[-1], *found))
        return known[count]


def history(head: Wire, timeline: Timeline, *, reserved: Collection[str] = (), mounts: tuple[str, ...] = ()) -> History:
    """Undo every change of a timeline, from head's wire to that of the oldest version.

    Args:
        head: the wire at head.
        timeline: the versions and their changes.
        reserved: names in documents that no component of the wire may have.
        mounts: the paths below which other apps are mounted, for messages.
    """
    types = named_types(head, timeline)
    builder = HistoryBuilder([_without_removed(types.wire, timeline)], types.schemas, timeline.values, mounts)
    builder.faults += types.faults
    _check_internal(builder, timeline.head.value)
    shared = names_of_two(head)
    for boundary, version in enumerate(timeline.versions[:-1]):
        builder.boundary, builder.version = boundary, version.value
        builder.wires.append(builder.wire)
        builder.touched.clear()
        builder.naming.clear()
        builder.facts = tuple(fact for change in version.changes for fact in change.changes)
        for change in reversed(version.changes):
            builder.change = change.__qualname__
            for fact in reversed(change.changes):
                builder.fact = fact
                undo(fact, builder)
                builder.undone += 1
        builder.unions.close()
        check_conflicts(builder)
        check_names_of_two(builder, shared)
        check_statuses(builder)
        check_names(builder, reserved)
        check_received(builder)
        for side in SIDES:
            check_absent_models(builder, side)
            check_literals(builder, side)
            check_moves(builder, side)
    builder.made.complete(builder.wires)
    steps = {key: tuple(found) for key, found in builder.steps.items()}
    return History(tuple(builder.wires), steps, builder.status_changes, builder.header_changes, tuple(builder.faults))


def _check_internal(builder: HistoryBuilder, newest: str) -> None:
    """Note a fault for each internal field that requests must have: not even the newest client can send it."""
    origin = Origin(newest, "", "")
    for name in builder.wire.reachable("requests"):
        component = builder.component("requests", name)
        for key in sorted(component.internal):
            place = f"{component.display_name}.{key}"
            if key in component.required:
                problem = "head requires this field and no client knows it, because it is internal"
                builder.fault(place, problem, "give the field a default in the model", origin)
            if key in component.uncertain:
                builder.fault(place, UNCERTAIN_KEYS, PLAIN_ALIAS, origin)


def _without_removed(head: Wire, timeline: Timeline) -> Wire:
    """Head's wire as the newest clients see it: without the operations that only older versions have."""
    newest: dict[str, list[EndpointFact]] = {}
    for version in timeline:
        for change in reversed(version.changes):
            for fact in reversed(change.changes):
                if isinstance(fact, EndpointAdded | EndpointRemoved):
                    newest.setdefault(without_names(fact.path), []).append(fact)

    def is_removed(operation: Operation) -> bool:
        facts = newest.get(without_names(operation.path), ())
        return isinstance(next((fact for fact in facts if has_method(fact, operation)), None), EndpointRemoved)

    return replace(head, operations=tuple(replace(one, exists=not is_removed(one)) for one in head.operations))
