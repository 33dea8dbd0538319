"""Finds which arms of a union have to be compared with which, without going over all pairs of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from timegate.gates.run.arms import Arm


class Differing:
    """Which arms of a union have something else done with them than others.

    A set of arms is a number with a bit for each: many arms are then cut and joined at once.

    Args:
        arms: those of the union.
    """

    def __init__(self, arms: Sequence[Arm]) -> None:
        self._arms = arms
        self._touched = self.those(arm.is_touched for arm in arms)
        self._deeds = [_deed(arm) for arm in arms]
        self._same: dict[Hashable, int] = {}
        self._converted: dict[Hashable, tuple[Arm, ...]] = {}
        for index, deed in enumerate(self._deeds):
            self._same[deed] = self._same.get(deed, 0) | 1 << index

    def those(self, which: Iterable[bool]) -> int:
        """The set of some arms.

        Args:
            which: whether each of the arms is in it.
        """
        return sum(1 << index for index, is_in in enumerate(which) if is_in)

    def others(self, index: int) -> int:
        """The arms with which something else is done than with one; nothing is done with those that are not touched."""
        others = ((1 << len(self._arms)) - 1) & ~self._same[self._deeds[index]]
        return others if self._arms[index].is_touched else others & self._touched

    def converted_alike(self, index: int) -> tuple[Arm, ...]:
        """The arms of which one is converted as others are, which may then suit another of them better; none else."""
        arm = self._arms[index]
        if arm.refused is not None or not arm.converts(dict(arm.effects)):
            return ()
        deed = self._deeds[index]
        if deed not in self._converted:
            # They share it: there may be many of them.
            self._converted[deed] = tuple(self._arms[at] for at in members(self._same[deed]))
        return self._converted[deed] if len(self._converted[deed]) > 1 else ()

    def alike(self, *, by_tag: bool) -> Iterator[tuple[Arm, Arm]]:
        """The pairs of differing arms with values of one type, less those of which one has a key that the other lacks.

        Args:
            by_tag: whether a tag tells their objects apart.
        """
        keyed = self.those(not arm.is_open and dict in arm.leaf.types for arm in self._arms)
        by_type, knowing = dict[type, int](), dict[str, int]()
        for index, arm in enumerate(self._arms):
            for kind in _compared_types(arm, by_tag=by_tag):
                by_type[kind] = by_type.get(kind, 0) | 1 << index
            for key in arm.known if keyed >> index & 1 else ():
                knowing[key] = knowing.get(key, 0) | 1 << index
        found: list[int] = []
        for index, arm in enumerate(self._arms):
            alike = 0
            for kind in _compared_types(arm, by_tag=by_tag):
                alike |= by_type[kind]
            for key in arm.certain if keyed >> index & 1 else ():
                # What is no such object has no keys to tell it by.
                alike &= knowing.get(key, 0) | ~keyed
            found.append(alike & self.others(index))
        for index, arm in enumerate(self._arms):
            yield from ((arm, self._arms[at]) for at in members(found[index]) if at > index and found[at] >> index & 1)


def members(some: int) -> Iterator[int]:
    """The indexes of the arms of a set, in order."""
    while some:
        lowest = some & -some
        yield lowest.bit_length() - 1
        some ^= lowest


def to_compare(arms: Sequence[Arm], *, by_tag: bool) -> Iterator[Arm]:
    """The arms that have values of one type with another one, where one of the two is touched.

    Args:
        arms: those of the union.
        by_tag: whether a tag tells their objects apart.
    """
    every, touched = Counter[type](), Counter[type]()
    for arm in arms:
        every.update(_compared_types(arm, by_tag=by_tag))
        touched.update(_compared_types(arm, by_tag=by_tag) if arm.is_touched else ())
    for arm in arms:
        known = every if arm.is_touched else touched
        # It is one of them itself where it is touched.
        if any(known[kind] > arm.is_touched for kind in _compared_types(arm, by_tag=by_tag)):
            yield arm


def _compared_types(arm: Arm, *, by_tag: bool) -> frozenset[type]:
    return arm.leaf.types - {dict} if by_tag else arm.leaf.types


def _deed(arm: Arm) -> Hashable:
    """What is done with an arm's values; with those that are refused, something else each."""
    return id(arm) if arm.refused is not None else (arm.always, frozenset(arm.effects.items()))
