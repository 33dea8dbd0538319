"""Finds where an old client that reads and writes back the whole loses what it cannot know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from timegate.gates.plan.reach import Reach
from timegate.gates.untruths import stand_in
from timegate.history.steps import KeyAdded, KeyRemoved, ObjectConverted, Origin, Step, ValueConverted
from timegate.history.undo_envelopes import PutInEnvelope
from timegate.wire.schema import referred
from timegate.wire.wire import Component, Operation

Kind: TypeAlias = Literal["erased", "written back"]
"""Head's value is gone, or what the client was told in its place replaces it."""

_METHODS: Final[Mapping[str, frozenset[Kind]]] = {
    "PUT": frozenset({"erased", "written back"}),
    # What a partial update leaves out stays (RFC 5789).
    "PATCH": frozenset({"written back"}),
}


@dataclass(frozen=True, slots=True)
class Hazard:
    """An operation in which old clients that write back what they read lose a value.

    Args:
        version: clients of versions older than this one are meant.
        change: the change that makes it so.
        fact: the fact, as code.
        operation: method and path at head.
        model: the model that holds the value, or the enum.
        field: its wire name; empty where the fact is about the whole model.
        kind: what becomes of the value.
    """

    version: str
    change: str
    fact: str
    operation: str
    model: str
    field: str
    kind: Kind

    def __str__(self) -> str:
        place = f"{self.model}.{self.field}" if self.field else self.model
        what = f"erase {place}" if self.kind == "erased" else f"write back what they read in place of {place}"
        return f"{self.operation}: clients older than {self.version} {what} ({self.change}: {self.fact})"


def hazards(requests: Reach) -> Iterator[Hazard]:
    """Every hazard, newest version first, then in the order of the operations.

    A value that clients cannot read is not written back.
    """
    steps = requests.history.steps
    told = {step.origin for (side, _, _), found in steps.items() if side == "responses" for step in found}
    for boundary in range(len(requests.history.wires) - 1):
        newer, older = (requests.history.wires[at].operations for at in (boundary, boundary + 1))
        for new, old in zip(newer, older, strict=True):
            if not new.exists or not old.exists or new.method not in _METHODS:
                continue
            for name in sorted(_held(requests, new, boundary) | _held(requests, old, boundary + 1)):
                component = requests.component(name, boundary)
                for step in steps.get(("requests", name, boundary), ()):
                    for holder, field, kind in _lost(requests, component, step, boundary):
                        if kind in _METHODS[new.method] and (kind == "erased" or step.origin in told):
                            origin: Origin = step.origin
                            yield Hazard(
                                origin.version, origin.change, origin.fact, new.key, holder.display_name, field, kind
                            )


def _held(reach: Reach, operation: Operation, version: int) -> frozenset[str]:
    """The components that the body of an operation may hold, at any depth."""
    found, waiting = set[str](), [] if operation.request is None else [operation.request.schema]
    while waiting:
        names = reach.names_in(waiting.pop()) - found
        found |= names
        waiting += [reach.component(name, version).schema for name in names]
    return frozenset(found)


def _lost(reach: Reach, component: Component, step: Step, boundary: int) -> Iterator[tuple[Component, str, Kind]]:
    """What a step loses of what is read and written back: its holder, its key there, and what becomes of it."""
    if isinstance(step, ObjectConverted) and isinstance(step.to_head, PutInEnvelope):
        envelope = reach.component(referred(step.newer) or component.name, boundary)
        for key in envelope.properties:
            if key != step.to_head.key:
                yield envelope, key, "erased"
    elif (kind := _kind_of(step)) is not None:
        yield component, getattr(step, "key", ""), kind


def _kind_of(step: Step) -> Kind | None:
    """What a step does to a value that is read and written back; None where it comes back as it was."""
    if isinstance(step, KeyAdded):
        return "erased"
    if isinstance(step, KeyRemoved):
        # Head does not read what comes back.
        return None
    is_told = isinstance(step, ValueConverted) and step.to_old is not None and step.to_head is None
    return "written back" if is_told or stand_in(step) is not None else None
