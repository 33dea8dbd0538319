"""The changelog as values: each version, its changes, why they would break old clients, and a payload of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from timegate.changelog.samples import CHOICES, differing, sample
from timegate.changelog.touched import touched_operations
from timegate.changelog.why import why_breaking
from timegate.changes.base import UNSET, Fact
from timegate.changes.endpoints import EndpointMoved, StatusChanged
from timegate.changes.members import (
    Grew,
    LiteralGrew,
    LiteralRenamed,
    LiteralShrank,
    MemberRenamed,
    Shrank,
    member_value,
)
from timegate.errors import GateError
from timegate.gates import Gates
from timegate.gates.explain import Explanation
from timegate.version import Version, VersionChange
from timegate.wire.schema import ref
from timegate.wire.wire import Side


@dataclass(frozen=True, slots=True)
class Sample:
    """A payload on both sides of a change, without what both have in common.

    Args:
        subject: what it is: a component under its name in documents, an enum, an operation.
        before: as clients of the older version know it.
        after: as those of the newer one do.
    """

    subject: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One change.

    Args:
        name: the name of its class.
        description: its line.
        facts: its facts, as code.
        why: why it would break clients of the older version, a sentence for each fact.
        operations: the operations that it touches, as the newer version has them.
        sample: a payload that it changes; None where it changes none.
    """

    name: str
    description: str
    facts: tuple[str, ...]
    why: tuple[str, ...]
    operations: tuple[str, ...]
    sample: Sample | None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version.

    Args:
        version: the version.
        older: the next older one; None for the oldest.
        changes: its changes in the order of the file, without those that are hidden.
    """

    version: Version
    older: str | None
    changes: tuple[ChangeEntry, ...]


def changelog(gates: Gates) -> Iterator[VersionEntry]:
    """Each version of a timeline, newest first."""
    samples = _samples(gates)
    touched = touched_operations(gates)
    for version, older in zip(gates.timeline, [*gates.timeline.values[1:], None], strict=True):
        shown = [change for change in version.changes if not change.hidden]
        changes = tuple(_entry(change, older or "", touched[change], samples.get(change)) for change in shown)
        yield VersionEntry(version, older, changes)


def _entry(change: type[VersionChange], older: str, operations: tuple[str, ...], found: Sample | None) -> ChangeEntry:
    declared = (one for fact in change.changes if (one := _declared(fact)) is not None)
    return ChangeEntry(
        name=change.__qualname__,
        description=change.description,
        facts=tuple(map(str, change.changes)),
        why=tuple(filter(None, (why_breaking(fact, older) for fact in change.changes))),
        operations=operations,
        sample=found or next(declared, None),
    )


def _declared(fact: Fact) -> Sample | None:
    """What a fact says itself of what is before and after it; None where its payloads say more."""
    match fact:
        case Grew(members=(first, *_), seen_as=old) | LiteralGrew(members=(first, *_), seen_as=old) if old is not UNSET:
            return Sample(fact.subject_code(), member_value(old), member_value(first))
        case Shrank(member=old, read_as=new) | LiteralShrank(member=old, read_as=new):
            return Sample(fact.subject_code(), member_value(old), member_value(new))
        case MemberRenamed(old=old, to=new) | LiteralRenamed(old=old, to=new):
            return Sample(fact.subject_code(), member_value(old), member_value(new))
        case EndpointMoved(path=path, to=to):
            return Sample(fact.subject_code(), path, to)
        case StatusChanged(new=new, was=was):
            return Sample(fact.subject_code(), was, new)
        case _:
            return None


def _samples(gates: Gates) -> dict[type[VersionChange], Sample]:
    """For each change the smallest payload that shows it."""
    found: dict[tuple[str, str], tuple[int, int, Sample]] = {}
    for choice, name, upgrades, explanation in _explanations(gates):
        for step in explanation:
            older, newer = (step.before, step.after) if upgrades else (step.after, step.before)
            size = len(repr(newer))
            known = found.get((step.version, step.change))
            if known is None or (choice, size) < known[:2]:
                found[step.version, step.change] = choice, size, Sample(name, *differing(older, newer))
    changes = ((version.value, change) for version in gates.timeline for change in version.changes)
    shown = ((change, found.get((version, change.__qualname__))) for version, change in changes)
    return {change: one[2] for change, one in shown if one is not None}


def _explanations(gates: Gates) -> Iterator[tuple[int, str, bool, Explanation]]:
    """What happens to samples of each component, with the number of the choice, and whether it is upgraded."""
    newest, oldest = gates.timeline.values[0], gates.timeline.values[-1]
    sides: tuple[tuple[Side, str], ...] = (("responses", newest), ("requests", oldest))
    for side, version in sides:
        upgrades = side == "requests"
        wire = gates.wire(version)
        components = wire.components(side)
        shown = [components[name] for name in wire.reachable(side) if not components[name].inline]
        for choice, component in product(range(len(CHOICES)), shown):
            given = sample(ref(component.name), components, CHOICES[choice])
            to_version, from_version = (None, oldest) if upgrades else (oldest, None)
            try:
                found = gates.explain(component.name, given, to_version=to_version, from_version=from_version)
            except GateError:
                # What a validator of the app's own wants cannot be made up.
                continue
            yield choice, component.display_name, upgrades, found
