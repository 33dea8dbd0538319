"""Which operation a request means, found as the app itself would find it.

An operation that is not found is not converted, so nothing ungated may get past this table: it keeps the app's order,
the app's convertors, and full matches before mismatched methods. The index only leaves out routes that cannot match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from starlette.convertors import StringConvertor
from starlette.routing import Match

from timegate.asgi.message.scope import Scope
from timegate.asgi.route.entries import ROUTE_PARAMETER, Entry, shape_of
from timegate.reading.included import Listed


class Found(NamedTuple):
    """The route of a path.

    Attributes:
        entry: the route.
        full: whether it allows the method too.
    """

    entry: Entry
    full: bool


Matcher: TypeAlias = tuple[
    tuple[tuple[int, str], ...], tuple[int, ...], Callable[[str], object] | None, frozenset[str] | None, Entry
]
"""How a path is matched: segments with a fixed text, segments that must not be empty, a regex's method or None, the
methods or None, and the entry."""


class Table:
    """The routes of one version in the order in which they match.

    Args:
        entries: the routes in order.
    """

    __slots__ = ("_below", "_indexed", "_matchers", "_unindexed", "entries")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries: tuple[Entry, ...] = tuple(entries)
        self._below = [entry.below.match for entry in self.entries if entry.below is not None]
        shapes = [shape_of(entry) for entry in self.entries]
        self._matchers = [_by_regex(entry) for entry in self.entries]
        self._unindexed = [_by_regex(entry) for entry, shape in zip(self.entries, shapes, strict=True) if shape is None]
        counts = {len(shape) for shape in shapes if shape is not None}
        # By the number of segments: the segment that tells most routes apart, the routes by its text, and all others.
        self._indexed: dict[int, tuple[int, dict[str, list[Matcher]], list[Matcher]]] = {
            count: _index(self.entries, shapes, count) for count in counts
        }

    def is_broken(self, path: str) -> bool:
        """Whether a path has a line break below a mount that leads to operations.

        Starlette takes no such path for the mount's, or gives its routes another path than what follows the mount's: a
        mount's regex leaves out a final line break, and what it gives on is cut off by the length of what was matched.
        """
        return "\n" in path and any(match(path) is not None for match in self._below)

    def full_match(self, path: str, method: str, scope: Scope) -> Entry | None:
        """The route that matches a path and a method, as `find` finds it; None where none matches both.

        It is on the hot path, so it looks up the candidates itself.

        Args:
            path: the path without `root_path`.
            method: the HTTP method.
            scope: the request, for routes that match by more than the path.
        """
        segments = path.split("/")
        if "\n" in path:
            # A regex that ends with `$` also matches before a final line break, which is not part of a segment.
            matchers = [] if self.is_broken(path) else self._matchers
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
                        and (entry.regex is not None or match_of(entry, scope, path) is Match.FULL)
                    ):
                        return entry
        return None

    def candidates(self, path: str) -> Sequence[Entry]:
        """The routes that may match a path, in order; no route that matches is left out."""
        if "\n" in path:
            return () if self.is_broken(path) else self.entries
        segments = path.split("/")
        position, by_text, others = self._indexed.get(len(segments), (0, {}, self._unindexed))
        return [matcher[-1] for matcher in by_text.get(segments[position], others)]

    def find(self, path: str, method: str, scope: Scope) -> Found | None:
        """The route that matches, or the first one that would with another method.

        Args:
            path: the path without `root_path`.
            method: the HTTP method.
            scope: the request, for routes that match by more than the path.
        """
        partial: Found | None = None
        for entry in self.candidates(path):
            if entry.regex is None:
                matched = match_of(entry, scope, path)
            elif entry.regex.match(path) is None:
                continue
            else:
                matched = Match.FULL if entry.methods is None or method in entry.methods else Match.PARTIAL
            if matched is Match.FULL:
                return Found(entry, True)
            if matched is Match.PARTIAL and partial is None:
                partial = Found(entry, False)
        return partial

    def operation_at(self, path: str, method: str, scope: Scope) -> str | None:
        """The key of the operation that a path and a method lead to; None where they lead to none."""
        found = self.find(path, method, scope)
        return found.entry.key(method) if found is not None and found.full else None

    def matching(self, path: str) -> Iterator[Entry]:
        """Every route of the contract whose path matches, with any method, but those behind one that takes them all."""
        for entry in self.candidates(path):
            if entry.regex is not None and entry.regex.match(path):
                if entry.operations:
                    yield entry
                elif entry.methods is None:
                    return


def _by_regex(entry: Entry) -> Matcher:
    if entry.regex is None:
        # Only the route itself can match, its method too.
        return (), (), None, None, entry
    return (), (), entry.regex.match, entry.methods, entry


def _by_segments(entry: Entry, shape: tuple[str | None, ...] | None, known: int) -> Matcher:
    """A matcher for paths with the entry's number of segments, one of which is known to match its text.

    A parameter that is a whole segment matches any text but the empty one, so no regex is needed for it.
    """
    segments = entry.path.split("/")
    if (
        shape is None
        or any(type(convertor) is not StringConvertor for convertor in entry.convertors.values())
        or any(text is None and not ROUTE_PARAMETER.fullmatch(segments[at]) for at, text in enumerate(shape))
    ):
        return _by_regex(entry)
    literals = tuple((at, text) for at, text in enumerate(shape) if text is not None and at != known)
    return literals, tuple(at for at, text in enumerate(shape) if text is None), None, entry.methods, entry


def match_of(entry: Entry, scope: Scope, path: str) -> Match:
    """What the entry's route says of a request, asked only as far as the app would ask."""
    found = Match.NONE if entry.route is None else Match.FULL
    for asked, prefix in Listed(entry.route, entry.included).asked(path):
        if found is Match.NONE:
            break
        # A copy: a route may write into its scope.
        said: Match = asked.matches({**scope, "path": path, "root_path": prefix})[0]
        found = min(found, said, key=lambda match: match.value)
    return found


def _index(
    entries: Sequence[Entry], shapes: Sequence[tuple[str | None, ...] | None], count: int
) -> tuple[int, dict[str, list[Matcher]], list[Matcher]]:
    """Index the routes whose paths have a number of segments by the segment with most different texts."""
    counted = [shape for shape in shapes if shape is not None and len(shape) == count]
    position = max(range(count), key=lambda at: len({shape[at] for shape in counted} - {None}))

    found = [
        (entry, shape, _text_at(position, entry, shape))
        for entry, shape in zip(entries, shapes, strict=True)
        if shape is None or len(shape) == count
    ]
    by_text: dict[str, list[Matcher]] = {text: [] for _, _, text in found if text is not None}
    others: list[Matcher] = []
    for entry, shape, text in found:
        matcher = _by_segments(entry, shape, position)
        # In a list of routes with one text, those that match any text keep their place.
        for matchers in (others, *by_text.values()) if text is None else (by_text[text],):
            matchers.append(matcher)
    return position, by_text, others


def _text_at(position: int, entry: Entry, shape: tuple[str | None, ...] | None) -> str | None:
    """The text that a segment must have; None where it may have another one."""
    if shape is not None:
        return shape[position]
    # What follows the first parameter may be any number of segments.
    known = () if entry.regex is None else entry.path.partition("{")[0].split("/")[:-1]
    return known[position] if position < len(known) else None
