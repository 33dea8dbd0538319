"""The ceiling: the newest version that is offered, which an operator may lower and raise while the server runs.

What is above it is compiled and not offered, so that a server can be upgraded, and go back, before any client depends
on what is new.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from timegate.errors import DeclarationError, SelectionError, VersionTooNew
from timegate.timeline import Timeline

Ceiling: TypeAlias = str | date | Path | Callable[[], str | date | None] | None
"""A version; a file that holds one, read again when it changes; a callable, asked at each request; None for none."""

_LOG: Final = logging.getLogger("timegate.asgi")
_REFUSAL: Final = "ceiling='{}', a Path of a file that holds a version, or a callable that returns one"
# A file system may give two writes that are closer than this the same time.
_TICK_NANOSECONDS: Final = 50_000_000


class Top(Protocol):
    """Knows the newest version that is offered."""

    @property
    def lasts(self) -> bool:
        """Whether it never changes."""
        ...

    def newest(self) -> int:
        """The index of the newest version that is offered now."""
        ...


def top_of(ceiling: Ceiling, timeline: Timeline) -> Top:
    """What knows the newest version that is offered.

    Args:
        ceiling: the argument of the middleware.
        timeline: the versions.

    Raises:
        DeclarationError: it is no ceiling, or its file holds no version.
    """
    if ceiling is None:
        return _Fixed(timeline.index(timeline.latest.value))
    if isinstance(ceiling, str | date):
        return _Fixed(_index(ceiling, timeline))
    if isinstance(ceiling, Path):
        return _File(ceiling, timeline)
    if isinstance(ceiling, type) or not callable(ceiling) or iscoroutinefunction(ceiling):
        remedy = _REFUSAL.format(timeline.latest.value)
        raise DeclarationError(f"TimegateMiddleware(ceiling={ceiling!r}): {remedy}")
    return _Called(ceiling, timeline)


def _index(value: object, timeline: Timeline) -> int:
    """The index of a version or of the closest older one; the latest's where this server cannot know it yet."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str):
        raise DeclarationError(f"ceiling: {value!r} is no version: {timeline.latest.value!r}")
    try:
        return timeline.index(timeline.resolve(text).value)
    except VersionTooNew:
        return timeline.index(timeline.latest.value)
    except SelectionError as error:
        raise DeclarationError(f"ceiling: {error}") from None


class _Fixed:
    """A version that was named at the start."""

    lasts = True

    def __init__(self, index: int) -> None:
        self._index = index

    def newest(self) -> int:
        return self._index


class _Called:
    """The version that a callable returns; what it raises is the server's fault, as anywhere in an app."""

    lasts = False

    def __init__(self, asked: Callable[[], str | date | None], timeline: Timeline) -> None:
        self._asked = asked
        self._timeline = timeline
        self._last: tuple[str | date | None, int] = (None, _index(timeline.latest.value, timeline))

    def newest(self) -> int:
        found = self._asked()
        given, newest = self._last
        if found is given:
            return newest
        newest = _index(self._timeline.latest.value if found is None else found, self._timeline)
        self._last = found, newest
        return newest


class _File:
    """The version that a file holds. While it holds none, the last one stays in force, so that no moment is without."""

    lasts = False

    def __init__(self, path: Path, timeline: Timeline) -> None:
        self._path = path
        # By its name, which costs a fifth less than by the path.
        self._look = partial(os.stat, os.fspath(path))
        self._timeline = timeline
        self._seen: tuple[int, ...] = ()
        self._complained = ""
        try:
            self._newest = self._read()
        except (OSError, ValueError, DeclarationError) as error:
            raise DeclarationError(
                f"TimegateMiddleware(ceiling={path!r}): {error}; write a version into it: {timeline.latest.value}"
            ) from error

    def newest(self) -> int:
        try:
            found = self._look()
            if (found.st_mtime_ns, found.st_ino, found.st_size) != self._seen:
                newest = self._read()
                if newest != self._newest:
                    _LOG.info("the ceiling is now version %s", self._timeline.versions[newest].value)
                self._newest, self._complained = newest, ""
        except (OSError, ValueError, DeclarationError) as error:
            self._complain(str(error))
        return self._newest

    def _read(self) -> int:
        with self._path.open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            newest = _index(file.read().strip(), self._timeline)
        # What was written just now may be written again without another time.
        settled = time.time_ns() - found.st_mtime_ns > _TICK_NANOSECONDS
        self._seen = (found.st_mtime_ns, found.st_ino, found.st_size) if settled else ()
        return newest

    def _complain(self, problem: str) -> None:
        """Say once what is wrong with the file."""
        if problem != self._complained:
            self._complained = problem
            kept = self._timeline.versions[self._newest].value
            _LOG.error("the ceiling in %s cannot be read: %s; it stays version %s", self._path, problem, kept)
