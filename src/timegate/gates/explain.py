"""What a payload meets on its way, change by change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.timeline import Timeline, Version, VersionChange

Owner: TypeAlias = tuple[str, type[VersionChange] | None]
"""A version and one of its changes; None where it has none."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One change that did something to a payload.

    Args:
        version: the version whose file declares it.
        change: its name.
        description: its line of the changelog.
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
    """The changes that did something to a payload, in the order it met them."""

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


def explained(shapes: Sequence[Any], owners: Sequence[Owner], *, downwards: bool) -> Explanation:
    """Compare the shapes a payload has from one change to the next.

    Args:
        shapes: the payload at each version that holds one change, newest first.
        owners: to which version and change each boundary belongs.
        downwards: whether the payload goes from head to old.
    """
    steps: list[Explained] = []
    order = range(len(shapes) - 1)
    for index in order if downwards else reversed(order):
        version, change = owners[index]
        newer, older = shapes[index], shapes[index + 1]
        if newer != older and change is not None:
            before, after = (newer, older) if downwards else (older, newer)
            steps.append(Explained(version, change.__qualname__, change.description, before, after))
    return Explanation(tuple(steps))


def one_change_each(timeline: Timeline) -> tuple[Timeline, list[Owner]]:
    """A timeline in which each change is a version of its own, and to which version and change each belongs."""
    owners: list[Owner] = []
    for version in timeline:
        owners += [(version.value, change) for change in reversed(version.changes)] or [(version.value, None)]
    count = len(owners)
    versions = [
        Version(str(count - index), *([change] if change is not None else []))
        for index, (_, change) in enumerate(owners)
    ]
    return Timeline(*versions, scheme=int), owners
