"""Which key or parameter that is gone may have become which that has come; offered, never taken for certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from timegate.frozen.difference import Kind
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import Spot

GONE = (Kind.KEY_REMOVED, Kind.REQUIRED_KEY_REMOVED)
COME = (Kind.KEY_ADDED, Kind.REQUIRED_KEY_ADDED)


@dataclass(frozen=True, slots=True)
class Rename:
    """A rename that may have happened.

    Args:
        gone: the old place.
        come: the new one.
        confidence: from 0 to 1.
        why: what speaks for it.
    """

    gone: Spot
    come: Spot
    confidence: float
    why: str


def renames(spots: Sequence[Spot]) -> Iterator[Rename]:
    """Each place that is gone with the place that it may have become."""
    gone = [spot for spot in spots if spot.has(*GONE)]
    taken: set[int] = set()
    for one in gone:
        beside = [spot for spot in spots if spot.has(*COME) and _holder(spot) == _holder(one)]
        alone = len(beside) == 1 == sum(_holder(spot) == _holder(one) for spot in gone)
        best = max((spot for spot in beside if id(spot) not in taken), key=_likeness(one), default=None)
        if best is None or not _same_type(one, best):
            continue
        likeness = _likeness(one)(best)
        if alone or likeness >= 0.6:
            taken.add(id(best))
            reasons = ["one is gone and one has come"] if alone else []
            reasons += ["the same type", *(["similar names"] if likeness >= 0.6 else [])]
            yield Rename(one, best, round(min(0.95, 0.4 * alone + 0.6 * likeness + 0.05), 2), ", ".join(reasons))


def _holder(spot: Spot) -> tuple[str, str, tuple[str, ...]]:
    """What holds a key or parameter: the object, or a part of an operation."""
    return (spot.component.name if spot.component else "", spot.operation, spot.path[:-1])


def _likeness(one: Spot) -> Callable[[Spot], float]:
    return lambda other: SequenceMatcher(None, one.path[-1].casefold(), other.path[-1].casefold()).ratio()


def _same_type(gone: Spot, come: Spot) -> bool:
    return _bare(gone.of(*GONE).old) == _bare(come.of(*COME).new)


def _bare(schema: Any) -> tuple[object, ...]:
    """A schema without its texts, its default and the order of its alternatives."""
    shape = shape_of(schema)
    arms = ({key: value for key, value in arm.items() if key not in shape.texts} for arm in shape.arms)
    return (shape.nullable, sorted(map(repr, arms)))
