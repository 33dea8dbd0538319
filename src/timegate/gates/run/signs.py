"""Finds the arms of a union that an object can be by what it has, without a look at each arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from timegate.gates.run.arms import Arm
from timegate.typing import type_of


class Signs:
    """For each arm something that all of its objects have, as few other arms as possible beside it.

    A sign is a key, or a key with a value. An arm has several where a key has several spellings or listed values.

    Args:
        arms: those of the union, in its order.
    """

    def __init__(self, arms: Sequence[Arm]) -> None:
        self._arms = arms
        every = [list(_signs_of(arm)) for arm in arms]
        shared = Counter(sign for several in every for signs in several for sign in signs)
        self._by_sign: dict[Hashable, list[int]] = {}
        self._without: list[int] = []
        for at, several in enumerate(every):
            rarest = min(several, key=lambda signs: sum(shared[sign] for sign in signs), default=None)
            if rarest is None:
                self._without.append(at)
            for sign in rarest or ():
                self._by_sign.setdefault(sign, []).append(at)

    def of(self, value: Mapping[str, Any]) -> list[Arm]:
        """All arms, in the union's order, whose tags and required keys an object may have; others among them."""
        found = set(self._without)
        for key, inner in value.items():
            found.update(self._by_sign.get(key, ()))
            if type_of(inner) in (str, int, float, bool, type(None)):
                found.update(self._by_sign.get((key, type_of(inner), inner), ()))
        return [self._arms[at] for at in sorted(found)]


def _signs_of(arm: Arm) -> Iterator[list[Hashable]]:
    """Signs of which each object of an arm has one."""
    for spellings in arm.required:
        yield list(spellings)
        for key in spellings if len(spellings) == 1 else ():
            if key in arm.tags:
                yield [(key, *value) for value in arm.tags[key].values]
