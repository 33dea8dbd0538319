"""The order in which the routes of an older version match, and which routes may match the same paths."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from timegate.asgi.route.entries import ANY_SEGMENT, ROUTE_PARAMETER, Entry, shape_of
from timegate.asgi.route.table import Table

_SAMPLES: Final = {
    "": ANY_SEGMENT,
    "str": ANY_SEGMENT,
    "int": "0",
    "float": "0.5",
    "path": f"{ANY_SEGMENT}/{ANY_SEGMENT}",
    "uuid": "00000000-0000-0000-0000-000000000000",
}

_ITSELF: Final = float("inf")
"""Ends the rank of a route, after those of all that were put before it."""


def in_order(entries: Sequence[Entry], moved: Sequence[Entry]) -> list[Entry]:
    """The entries of an older version in the order in which they match.

    Entries at head's paths keep head's order, which says nothing about a path that head does not have. Such a moved
    entry goes before the first one that matches all its paths and more, because it could be reached when that version
    was released; where there is none, it keeps its place among those of head.

    Args:
        entries: those at head's paths, in order.
        moved: those at other paths, in the order of their places.
    """
    places = [entry.place for entry in entries]
    ranks: dict[int, tuple[float, ...]] = {id(entry): (index, _ITSELF) for index, entry in enumerate(entries)}
    before: dict[tuple[float, ...], int] = {}
    # A path without parameters is one path only: it matches no more than another one does.
    wide = Table([entry for entry in (*entries, *moved) if entry.convertors])
    for entry in moved:
        sample = sample_of(entry.path)
        candidates = () if sample is None else wide.candidates(sample)
        found = [ranks[id(other)] for other in candidates if id(other) in ranks and covers(other, entry)]
        anchor = min(found, default=(bisect_right(places, entry.place), _ITSELF))
        before[anchor] = before.get(anchor, 0) + 1
        ranks[id(entry)] = (*anchor[:-1], before[anchor], _ITSELF)
    return sorted((*entries, *moved), key=lambda entry: ranks[id(entry)])


def covers(wide: Entry, narrow: Entry) -> bool:
    """Whether one path matches all that the other one matches, and more."""
    sample, counter = sample_of(narrow.path), sample_of(wide.path)
    if wide.regex is None or narrow.regex is None or sample is None or wide.regex.match(sample) is None:
        return False
    return counter is None or narrow.regex.match(counter) is None


def may_overlap(one: Entry, other: Entry) -> bool:
    """Whether one path may match both; False only where it certainly cannot."""
    left, right = shape_of(one), shape_of(other)
    if left is None or right is None:
        return True
    return len(left) == len(right) and all(None in pair or pair[0] == pair[1] for pair in zip(left, right, strict=True))


def sample_of(path: str) -> str | None:
    """A path that a template matches, with values that no literal segment has; None where a convertor is unknown."""
    if any((match[2] or "") not in _SAMPLES for match in ROUTE_PARAMETER.finditer(path)):
        return None
    return ROUTE_PARAMETER.sub(lambda match: _SAMPLES[match[2] or ""], path)


class Overlaps:
    """Finds the routes that may match the same paths as another one.

    Args:
        entries: the routes, in order.
    """

    __slots__ = ("_all", "_by_count", "_unfixed")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._all = list(enumerate(entries))
        self._unfixed: list[tuple[int, Entry]] = []
        by_count: dict[int, list[tuple[tuple[str | None, ...], tuple[int, Entry]]]] = {}
        for pair in self._all:
            shape = shape_of(pair[1])
            if shape is None:
                self._unfixed.append(pair)
            else:
                by_count.setdefault(len(shape), []).append((shape, pair))
        # By the number of segments: the segment that tells most routes apart, and the routes by its text.
        self._by_count: dict[int, tuple[int, dict[str | None, list[tuple[int, Entry]]]]] = {}
        for count, shaped in by_count.items():
            position = max(range(count), key=lambda at: len({shape[at] for shape, _ in shaped}))
            by_text: dict[str | None, list[tuple[int, Entry]]] = {}
            for shape, pair in shaped:
                by_text.setdefault(shape[position], []).append(pair)
            self._by_count[count] = position, by_text

    def of(self, entry: Entry) -> list[Entry]:
        """The routes that may match a path that an entry matches, in order."""
        shape = shape_of(entry) if self._all else None
        if shape is None:
            return [other for _, other in self._all]
        position, by_text = self._by_count.get(len(shape), (0, {}))
        texts = by_text.keys() if shape[position] is None else {shape[position], None}
        found = [pair for text in texts for pair in by_text.get(text, ()) if may_overlap(pair[1], entry)]
        return [other for _, other in sorted([*found, *self._unfixed], key=lambda pair: pair[0])]
