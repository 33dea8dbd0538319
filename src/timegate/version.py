"""One change of the API, and one version with its changes."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

from timegate.changes.base import Fact, name_of
from timegate.changes.calls import explained
from timegate.context import SELECTED
from timegate.errors import DeclarationError
from timegate.lifecycle import NO_LINKS, Lifecycle, Relation, declared_lifecycle
from timegate.typing import is_sequence

_ATTRIBUTES: Final = frozenset({"changes", "hidden", "description"})
_PACKAGE: Final = f"{Path(__file__).parent}{os.sep}"


class VersionChange:
    """One change of the API, stated from old to new; subclass it and declare ``changes``.

    The docstring is required; it is the line of the changelog. A change without ``changes`` is a flag for
    ``applies()``. A change belongs to no timeline: any number of timelines may use it.

    Attributes:
        declared_at: the file and line of the class, for messages.
    """

    changes: ClassVar[Sequence[Fact]] = ()
    hidden: ClassVar[bool] = False
    description: ClassVar[str] = ""
    declared_at: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = cls.__qualname__
        own = vars(cls)
        for key, value in own.items():
            plain = isinstance(value, staticmethod | classmethod) or inspect.isfunction(value)
            if not key.startswith("_") and key not in _ATTRIBUTES and not plain:
                raise DeclarationError(f"{name}.{key} has no meaning; facts go into `changes = (…,)`")
        if not isinstance(own.get("description", ""), str):
            raise DeclarationError(f"{name}.description is no text: description = 'A line of the changelog.'")
        if not own.get("description"):
            cls.description = inspect.cleandoc(own.get("__doc__") or "")
        if not cls.description.strip():
            raise DeclarationError(f'{name} needs a docstring, its line of the changelog: """…"""')
        facts: object = getattr(cls, "changes", ())
        if isinstance(facts, Fact):
            raise DeclarationError(f"{name}.changes is one fact; a comma makes it a tuple: changes = (…,)")
        if not is_sequence(facts):
            raise DeclarationError(f"{name}.changes is not a sequence of facts: changes = (on(…).added(…),)")
        for fact in facts:
            if inspect.ismethod(fact):
                raise DeclarationError(
                    f"{name}.changes holds a fact that is not called: write {fact.__self__!r}.{fact.__name__}(…)"
                )
            if not isinstance(fact, Fact):
                raise DeclarationError(f"{name}.changes holds {fact!r}, which is not a fact: write on(…).added(…)")
        cls.changes = tuple(cls.changes)
        cls.declared_at = _place_of_class()

    def __new__(cls) -> VersionChange:
        raise DeclarationError(f"{cls.__qualname__} is declared, not instantiated: Version(…, {cls.__qualname__})")

    @classmethod
    def applies(cls) -> bool:
        """Whether the version of the current request has this change.

        True outside a request and where no version was selected.

        Raises:
            DeclarationError: no version of the timeline in force has this change.
        """
        selected = SELECTED.get()
        if selected is None:
            return True
        if cls not in selected.known:
            raise DeclarationError(
                f"{cls.__qualname__}.applies(): no version of the timeline in force has this change: "
                f"Version(…, {cls.__qualname__})"
            )
        return cls not in selected.lacking


UNRELEASED: Final = "unreleased"
"""The value of the version that has no date yet."""


class Version:
    """One version and the changes between it and the next older one.

    ``Version("unreleased", …)`` is the next one, which has no date until `timegate freeze` gives it one.

    Args:
        value: the version, a date by default.
        changes: the boundary to the next older version, in the order in which they happened.
        deprecated: the day or moment from which it is deprecated (RFC 9745).
        sunset: the day or moment from which it is no longer served (RFC 8594).
        brownouts: the moments before the sunset at which it is not served, each with how long that lasts.
        links: where clients read more, by the relation of the link, such as ``"sunset"``.

    Raises:
        DeclarationError: a change is no subclass of `VersionChange`, or what is declared of its end is malformed, or
            contradicts itself.
    """

    __slots__ = ("changes", "lifecycle", "value")

    @explained
    def __init__(
        self,
        value: str | date,
        *changes: type[VersionChange],
        deprecated: date | datetime | None = None,
        sunset: date | datetime | None = None,
        brownouts: Sequence[tuple[datetime, timedelta]] = (),
        links: Mapping[Relation, str] = NO_LINKS,
    ) -> None:
        self.value: str = _version_value(value)
        self.changes: tuple[type[VersionChange], ...] = changes
        self.lifecycle: Lifecycle = declared_lifecycle(
            self.value, deprecated=deprecated, sunset=sunset, brownouts=brownouts, links=links
        )
        given: tuple[object, ...] = changes
        for change in given:
            if not (inspect.isclass(change) and VersionChange in change.__mro__[1:]):
                names = ", ".join(map(name_of, change)) if is_sequence(change) else ""
                meant = f": Version({self.value!r}, {names})" if names else ""
                raise DeclarationError(
                    f"Version({self.value!r}, …) takes subclasses of VersionChange, not {change!r}{meant}"
                )

    @property
    def deprecated(self) -> datetime | None:
        """The moment from which it is deprecated; None for none."""
        return self.lifecycle.deprecated

    @property
    def sunset(self) -> datetime | None:
        """The moment from which it is no longer served; None for none."""
        return self.lifecycle.sunset

    @property
    def released(self) -> bool:
        """Whether it has a date, so that clients may be written for it."""
        return self.value != UNRELEASED

    def __repr__(self) -> str:
        return f"Version({', '.join([repr(self.value), *(change.__qualname__ for change in self.changes)])})"


def _place_of_class() -> str:
    """The file and line of the class statement whose ``__init_subclass__`` asks."""
    frame = inspect.currentframe()
    frame = frame and frame.f_back
    # A base of the author's may have an `__init_subclass__` too.
    while frame is not None and frame.f_code.co_name == "__init_subclass__":
        frame = frame.f_back
    return "" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def place_of_caller() -> str:
    """The file and line outside this package that called into it."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return "" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def shown(place: str) -> str:
    """A file and line as messages have it: seen from the working directory, where it is below that."""
    try:
        here = Path.cwd()
    except OSError:
        return place
    return str(Path(place).relative_to(here)) if Path(place).is_relative_to(here) else place


def named(change: type[VersionChange]) -> str:
    """A change as messages have it: its name, and where it is declared."""
    return f"{change.__qualname__} ({shown(change.declared_at)})"


def _version_value(value: object) -> str:
    """A version as clients write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    meant = value.date().isoformat() if isinstance(value, datetime) else str(value)
    raise DeclarationError(f"Version({value!r}) is no text and no date: Version({meant!r}, …)")
