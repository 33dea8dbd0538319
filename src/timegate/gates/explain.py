"""Explains a conversion change by change: the payload before and after each change that affects it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.changes.endpoints import EndpointAdded
from timegate.errors import GateError
from timegate.timeline import Timeline
from timegate.version import Version, VersionChange

Owner: TypeAlias = tuple[str, type[VersionChange] | None]
"""A version and one of its changes; None for a version without changes."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One change that affects a payload.

    Args:
        version: the version whose file declares it.
        change: its name.
        description: its line in the changelog.
        before: the payload before it.
        after: the payload after it.
    """

    version: str
    change: str
    description: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """The changes that affect a payload, in the order of the conversion."""

    steps: tuple[Explained, ...]

    def __iter__(self) -> Iterator[Explained]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "\n".join(
            f"{step.version} {step.change}: {step.description}\n  before {step.before!r}\n  after  {step.after!r}"
            for step in self.steps
        )


def explained(payloads: Sequence[Any], owners: Sequence[Owner], *, upgrades: bool) -> Explanation:
    """Compare a payload's shapes on both sides of each change.

    Args:
        payloads: the payload in the shape of each version, newest first, where each version has one change.
        owners: the version and change of each boundary.
        upgrades: whether the conversion is an upgrade.
    """
    boundaries = list(zip(owners, payloads, payloads[1:], strict=False))
    steps: list[Explained] = []
    for (version, change), newer, older in reversed(boundaries) if upgrades else boundaries:
        if newer != older and change is not None:
            before, after = (older, newer) if upgrades else (newer, older)
            steps.append(Explained(version, change.__qualname__, change.description, before, after))
    return Explanation(tuple(steps))


def one_change_each(timeline: Timeline) -> tuple[Timeline, list[Owner]]:
    """A timeline in which each change has a version of its own, and the real version and change of each of these."""
    owners: list[Owner] = []
    for version in timeline:
        # Without a change that adds an endpoint, what only its clients get need not be converted by the others.
        changes = sorted(version.changes, key=_adds_endpoints)[::-1]
        owners += [(version.value, change) for change in changes] or [(version.value, None)]
    numbers = range(len(owners), 0, -1)
    versions = [
        Version(str(number), *(() if change is None else (change,)))
        for number, (_, change) in zip(numbers, owners, strict=True)
    ]
    return Timeline(*versions, scheme=int), owners


def _adds_endpoints(change: type[VersionChange]) -> bool:
    return any(isinstance(fact, EndpointAdded) for fact in change.changes)


@contextmanager
def named_versions(owners: Sequence[Owner]) -> Generator[None]:
    """Let what cannot be converted name the real versions, where `one_change_each` has numbers.

    Args:
        owners: the version and change of each boundary.
    """
    try:
        yield
    except GateError as error:
        names = {str(number): version for number, (version, _) in zip(range(len(owners), 0, -1), owners, strict=True)}
        for failure in error.failures:
            failure.version = names.get(failure.version, failure.version)
        raise
