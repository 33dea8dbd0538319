"""What that is gone may have become what has come: renamed, split or merged; offered, never taken for certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from timegate.frozen.contract import ContractPair, fields_of
from timegate.frozen.difference import Kind
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import Spot
from timegate.typing import type_of

GONE = (Kind.KEY_REMOVED, Kind.REQUIRED_KEY_REMOVED)
COME = (Kind.KEY_ADDED, Kind.REQUIRED_KEY_ADDED)
_SIMILAR = 0.6


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


@dataclass(frozen=True, slots=True)
class MemberRename:
    """A rename of a member that may have happened.

    Args:
        old: the old member.
        new: the new one.
        confidence: from 0 to 1.
        why: what speaks for it.
    """

    old: Any
    new: Any
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A field that may have been split into several, or several that may have been merged into one.

    Args:
        gone: the old places.
        come: the new ones.
    """

    gone: tuple[Spot, ...]
    come: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Nest:
    """Fields that may have been moved into an object that has come, or out of one that is gone.

    Args:
        holder: the place of that object.
        fields: the places of the fields.
        keys: the other keys of an object that has come.
    """

    holder: Spot
    fields: tuple[Spot, ...]
    keys: tuple[str, ...]


def nests(spots: Sequence[Spot], contracts: ContractPair) -> Iterator[Nest]:
    """Each object beside fields of its names and types; of one that is gone, all that it had has to be there."""
    in_models = [spot for spot in spots if spot.component is not None]
    for one in in_models:
        has_come = one.has(*COME)
        if not has_come and not one.has(*GONE):
            continue
        known = contracts.today.document if has_come else contracts.frozen
        held = fields_of(_value(one), known)
        kinds = GONE if has_come else COME
        others = [other for other in in_models if other.has(*kinds) and _holder(other) == _holder(one)]
        moved = [spot for spot in others if spot.path[-1] in held and _bare(_value(spot)) == _bare(held[spot.path[-1]])]
        left = [key for key in held if key not in [spot.path[-1] for spot in moved]]
        if moved and (has_come or not left):
            yield Nest(one, tuple(moved), tuple(left))


def _value(spot: Spot) -> Any:
    """The schema of what is gone or has come."""
    return spot.of(*GONE).old if spot.has(*GONE) else spot.of(*COME).new


def renames(spots: Sequence[Spot]) -> Iterator[Rename]:
    """Each place that is gone with the place that it may have become."""
    gone = [spot for spot in spots if spot.has(*GONE)]
    taken: set[int] = set()
    for one in gone:
        beside = [spot for spot in spots if spot.has(*COME) and _holder(spot) == _holder(one)]
        # Beside one that is required as it was, another that may be left out is new.
        alike = [spot for spot in beside if spot.has(COME[1]) and one.has(GONE[1])] or beside
        alone = len(alike) == 1 == sum(_holder(spot) == _holder(one) for spot in gone)
        free = [spot for spot in beside if id(spot) not in taken]
        # A similar name counts for more than the type, which may have changed at once.
        best = max(
            free,
            key=lambda spot: (
                _likeness(one)(spot) >= _SIMILAR or same_type(one, spot),
                any(spot is other for other in alike),
                _likeness(one)(spot),
            ),
            default=None,
        )
        if best is None:
            continue
        likeness, same = _likeness(one)(best), same_type(one, best)
        if likeness >= _SIMILAR or (alone and same):
            taken.add(id(best))
            yield Rename(one, best, *_confidence(likeness, alone=alone, same=same, what="type"))


def member_renames(gone: Sequence[Any], come: Sequence[Any]) -> Iterator[MemberRename]:
    """Each member that is gone with the one that it may have become."""
    left = list(come)
    for one in gone:
        alone = len(gone) == len(come) == 1
        best = max(left, key=lambda other: _alike(str(one), str(other)), default=None)
        if best is None or type_of(best) is not type_of(one):
            continue
        likeness = _alike(str(one), str(best))
        if alone or likeness >= _SIMILAR:
            left.remove(best)
            yield MemberRename(one, best, *_confidence(likeness, alone=alone, same=True, what="kind of value"))


def parts(spots: Sequence[Spot]) -> Iterator[Parts]:
    """Each field of a model where two have come, and each two where one has."""
    holders = dict.fromkeys(_holder(spot) for spot in spots if spot.component is not None)
    for holder in holders:
        here = [spot for spot in spots if spot.component is not None and _holder(spot) == holder]
        gone, come = ([spot for spot in here if spot.has(*kinds)] for kinds in (GONE, COME))
        if sorted((len(gone), len(come))) == [1, 2] and _may_be_parts(gone, come):
            yield Parts(tuple(gone), tuple(come))


def _may_be_parts(gone: list[Spot], come: list[Spot]) -> bool:
    """Whether the one field is a text, or both parts have its type."""
    whole, *others = sorted(([*map(_value, gone)], [*map(_value, come)]), key=len)
    types = [{arm.get("type") for arm in shape_of(schema).arms} for schema in (whole[0], *others[0])]
    return types[0] == {"string"} or types[0] == types[1] == types[2]


def _confidence(likeness: float, *, alone: bool, same: bool, what: str) -> tuple[float, str]:
    """How much speaks for a rename, from 0 to 1, and what it is."""
    reasons = ["one is gone and one has come"] if alone else []
    reasons += [f"the same {what}" if same else f"but another {what}"]
    reasons += ["similar names"] if likeness >= _SIMILAR else []
    sure = min(0.95, 0.4 * alone + 0.6 * likeness + 0.05)
    return round(sure if same else sure / 2, 2), ", ".join(sorted(reasons, key=lambda one: one.startswith("but")))


def _holder(spot: Spot) -> tuple[str, str, tuple[str, ...]]:
    """What holds a key or parameter: the object, or a part of an operation."""
    return (spot.component.name if spot.component else "", spot.operation, spot.path[:-1])


def _likeness(one: Spot) -> Callable[[Spot], float]:
    return lambda other: _alike(one.path[-1], other.path[-1])


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def same_type(gone: Spot, come: Spot) -> bool:
    """Whether a place that is gone had the type of one that has come."""
    return _bare(_value(gone)) == _bare(_value(come))


def _bare(schema: Any) -> tuple[object, ...]:
    """A schema without its texts, its default and the order of its alternatives."""
    shape = shape_of(schema)
    arms = ({key: value for key, value in arm.items() if key not in shape.texts} for arm in shape.arms)
    return (shape.nullable, sorted(map(repr, arms)))
