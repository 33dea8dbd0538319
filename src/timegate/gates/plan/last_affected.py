"""Finds the last boundary that does anything to some components, so that many versions share one conversion."""

from __future__ import annotations

from collections.abc import Callable, Set


class LastAffected:
    """The boundaries that affect components, looked at once for all that are asked for together.

    Args:
        affected_by: gives the components that a boundary affects.
    """

    def __init__(self, affected_by: Callable[[int], Set[str]]) -> None:
        self._affected_by = affected_by
        self._ends: dict[frozenset[str], list[int]] = {}

    def end(self, names: frozenset[str], version: int) -> int:
        """The newest version whose objects of some components differ from those of an older one in nothing."""
        ends = self._ends.setdefault(names, [0])
        for boundary in range(len(ends) - 1, version):
            ends.append(ends[-1] if names.isdisjoint(self._affected_by(boundary)) else boundary + 1)
        return ends[version]
