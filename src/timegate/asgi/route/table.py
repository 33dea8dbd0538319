"""Which operation a request means, found as the app itself would find it.

What is not found is not gated, so this is the boundary that everything else stands on: the app's own order, its own
convertors, full matches before mismatched methods. The index only leaves out what cannot match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from starlette.convertors import StringConvertor
from starlette.routing import Match

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import ROUTE_PARAMETER, Entry, shape_of


class Found(NamedTuple):
    """What a path and a method lead to.

    Attributes:
        entry: the route.
        full: whether it answers the method too.
    """

    entry: Entry
    full: bool


class Table:
    """The routes of one version in the order in which they match.

    Args:
        entries: the routes in order.
    """

    __slots__ = ("_by_count", "_entries", "_indexed", "_unbounded", "_unindexed", "entries")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries: tuple[Entry, ...] = tuple(entries)
        shapes = [shape_of(entry) for entry in self.entries]
        counts = {len(shape) for shape in shapes if shape is not None}
        self._unbounded = [entry for entry, shape in zip(self.entries, shapes, strict=True) if shape is None]
        self._by_count: dict[int, tuple[int, dict[str, list[Entry]], list[Entry]]] = {
            count: _buckets(self.entries, shapes, count) for count in counts
        }
        # The same once more, each entry with what is asked of it in every request.
        self._entries = [_by_regex(entry) for entry in self.entries]
        self._unindexed = [_by_regex(entry) for entry in self._unbounded]
        self._indexed = {
            count: (
                position,
                {literal: [_by_segments(entry, position) for entry in those] for literal, those in literals.items()},
                [_by_segments(entry, None) for entry in other],
            )
            for count, (position, literals, other) in self._by_count.items()
        }

    def full_match(self, path: str, method: str, scope: Scope) -> Entry | None:
        """The route that answers a path and a method, as `find` finds it; None where none does both.

        Args:
            path: the path less `root_path`.
            method: the HTTP method.
            scope: the request, for routes that look at more than the path.
        """
        segments = path.split("/")
        if path[-1:] == "\n":
            matchers = self._entries
        else:
            bucket = self._indexed.get(len(segments))
            if bucket is None:
                matchers = self._unindexed
            else:
                position, literal, other = bucket
                matchers = literal.get(segments[position], other)
        for literals, parameters, match, methods, entry in matchers:
            for at, wanted in literals:
                if segments[at] != wanted:
                    break
            else:
                for at in parameters:
                    if not segments[at]:
                        break
                else:
                    if (
                        (match is None or match(path) is not None)
                        and (methods is None or method in methods)
                        and (entry.regex is not None or _ask(entry.route, scope, path) is Match.FULL)
                    ):
                        return entry
        return None

    def candidates(self, path: str) -> Sequence[Entry]:
        """The routes that may match a path, in order; no route that matches is left out."""
        # A regex that ends with `$` also matches before a final line break, which a segment does not tell.
        if path.endswith("\n"):
            return self.entries
        segments = path.split("/")
        bucket = self._by_count.get(len(segments))
        if bucket is None:
            return self._unbounded
        position, literal, other = bucket
        return literal.get(segments[position], other)

    def find(self, path: str, method: str, scope: Scope) -> Found | None:
        """The route that answers, or the first one that would with another method.

        Args:
            path: the path less `root_path`.
            method: the HTTP method.
            scope: the request, for routes that look at more than the path.
        """
        partial: Entry | None = None
        for entry in self.candidates(path):
            if entry.regex is None:
                matched = _ask(entry.route, scope, path)
                if matched is Match.FULL:
                    return Found(entry, True)
                if matched is Match.NONE:
                    continue
            elif entry.regex.match(path) is None:
                continue
            elif entry.methods is None or method in entry.methods:
                return Found(entry, True)
            if partial is None:
                partial = entry
        return None if partial is None else Found(partial, False)

    def matching(self, path: str) -> Iterator[Entry]:
        """Every route of the contract whose path matches, whatever its methods."""
        for entry in self.candidates(path):
            if entry.operations and entry.regex is not None and entry.regex.match(path):
                yield entry


Matcher: TypeAlias = tuple[
    tuple[tuple[int, str], ...], tuple[int, ...], Callable[[str], object] | None, frozenset[str] | None, Entry
]
"""How a path is matched: segments that must be these, segments that must not be empty, what else it must match; the
methods, and the entry."""


def _by_regex(entry: Entry) -> Matcher:
    if entry.regex is None:
        # It is asked whatever its methods are said to be.
        return (), (), None, None, entry
    return (), (), entry.regex.match, entry.methods, entry


def _by_segments(entry: Entry, known: int | None) -> Matcher:
    """The same for a path of the entry's number of segments, of which one is known to match.

    A parameter that is a whole segment takes any but the empty one, so nothing is left for its regex to tell.
    """
    shape = shape_of(entry)
    if shape is None or any(type(convertor) is not StringConvertor for convertor in entry.convertors.values()):
        return _by_regex(entry)
    segments = entry.path.split("/")
    if any(literal is None and not ROUTE_PARAMETER.fullmatch(segments[at]) for at, literal in enumerate(shape)):
        return _by_regex(entry)
    literals = tuple((at, literal) for at, literal in enumerate(shape) if literal is not None and at != known)
    return literals, tuple(at for at, literal in enumerate(shape) if literal is None), None, entry.methods, entry


def _ask(route: Any, scope: Scope, path: str) -> Match:
    if route is None:
        return Match.NONE
    # A copy: a route may leave notes in it.
    matched: Match = route.matches({**scope, "path": path, "root_path": ""})[0]
    return matched


def _buckets(
    entries: Sequence[Entry], shapes: Sequence[tuple[str | None, ...] | None], count: int
) -> tuple[int, dict[str, list[Entry]], list[Entry]]:
    mine = [shape for shape in shapes if shape is not None and len(shape) == count]
    position = max(range(count), key=lambda place: len({shape[place] for shape in mine} - {None}))
    literals = {shape[position] for shape in mine} - {None}

    def those(literal: str | None) -> list[Entry]:
        return [
            entry
            for entry, shape in zip(entries, shapes, strict=True)
            if shape is None or (len(shape) == count and shape[position] in (None, literal))
        ]

    return position, {literal: those(literal) for literal in literals if literal is not None}, those(None)
