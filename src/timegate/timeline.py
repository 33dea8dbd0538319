"""Versions, newest first, and the changes that separate each from the next older one."""

from __future__ import annotations

import importlib
import inspect
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final, Protocol, TypeAlias, TypeVar

from typing_extensions import TypeIs

from timegate.changes.base import Fact
from timegate.context import SELECTED
from timegate.errors import DeclarationError, UnknownVersion, UnsupportedVersion, VersionTooNew

Scheme: TypeAlias = Callable[[str], Any]
"""Parses a version into something that sorts; raises ``ValueError`` for what is no version."""

_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MODULE: Final = re.compile(r"v(\d{4})_(\d{2})_(\d{2})")
_OWN: Final = frozenset({"changes", "hidden", "description"})


def dates(value: str) -> date:
    """The scheme of dated versions, ``YYYY-MM-DD`` (ISO 8601)."""
    if not _ISO_DATE.fullmatch(value):
        raise ValueError(f"{value!r} is not a date like 2025-04-11")
    return date.fromisoformat(value)


def semver(value: str) -> tuple[int, int, int]:
    """The scheme of ``MAJOR.MINOR.PATCH`` (Semantic Versioning 2.0.0, without pre-releases)."""
    match = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", value)
    if match is None:
        raise ValueError(f"{value!r} is not a version like 1.4.0")
    return int(match[1]), int(match[2]), int(match[3])


_Gates = TypeVar("_Gates", covariant=True)


class Compiles(Protocol[_Gates]):
    """A contract, as a timeline knows it; declaring changes needs nothing of what compiles them."""

    def compile(self, timeline: Timeline) -> _Gates:
        """The gates between head and every version of a timeline."""
        ...


class VersionChange:
    """One change of the API, told from old to new; subclass it and declare ``changes``.

    The docstring is the line of the changelog and is required. Without ``changes`` it is a flag for
    ``applies()``. A change belongs to no timeline: any number of them may use it.
    """

    changes: ClassVar[Sequence[Fact]] = ()
    hidden: ClassVar[bool] = False
    description: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = cls.__qualname__
        own = vars(cls)
        for key, value in own.items():
            plain = isinstance(value, staticmethod | classmethod) or inspect.isfunction(value)
            if not key.startswith("_") and key not in _OWN and not plain:
                raise DeclarationError(f"{name}.{key} means nothing; facts go into `changes = (…,)`")
        if not own.get("description"):
            cls.description = inspect.cleandoc(own.get("__doc__") or "")
        if not cls.description.strip():
            raise DeclarationError(f'{name} wants a docstring, its line of the changelog: """…"""')
        facts: object = getattr(cls, "changes", ())
        if isinstance(facts, Fact):
            raise DeclarationError(f"{name}.changes is one fact; a comma makes it a tuple: changes = (…,)")
        if not _is_sequence(facts):
            raise DeclarationError(f"{name}.changes is no sequence of facts: changes = (on(…).added(…),)")
        for fact in facts:
            if not isinstance(fact, Fact):
                raise DeclarationError(f"{name}.changes holds {fact!r}, which is no fact: write on(…).added(…)")
        cls.changes = tuple(cls.changes)

    def __new__(cls) -> VersionChange:
        raise DeclarationError(f"{cls.__qualname__} is declared, not instantiated: Version(…, {cls.__qualname__})")

    @classmethod
    def applies(cls) -> bool:
        """Whether the version of the current request has this change.

        True outside a request and where no version was selected.
        """
        selected = SELECTED.get()
        return selected is None or cls not in selected.lacking


class Version:
    """One released version and the changes that separate it from the next older one.

    Args:
        value: the version, a date by default.
        changes: the boundary to the next older version, in the order in which they happened.
        deprecated: the day or moment from which clients are told to move on (RFC 9745).
        sunset: the day or moment from which it is no longer served (RFC 8594).

    Raises:
        DeclarationError: what is given are no changes, or the sunset lies before the deprecation.
    """

    __slots__ = ("changes", "deprecated", "sunset", "value")

    def __init__(
        self,
        value: str | date,
        *changes: type[VersionChange],
        deprecated: date | datetime | None = None,
        sunset: date | datetime | None = None,
    ) -> None:
        self.value: str = value if isinstance(value, str) else value.isoformat()
        self.changes: tuple[type[VersionChange], ...] = changes
        self.deprecated: datetime | None = _moment(deprecated)
        self.sunset: datetime | None = _moment(sunset)
        given: tuple[object, ...] = changes
        for change in given:
            if not (inspect.isclass(change) and VersionChange in change.__mro__[1:]):
                raise DeclarationError(f"Version({self.value!r}, …) takes subclasses of VersionChange, not {change!r}")
        if self.deprecated and self.sunset and self.sunset < self.deprecated:
            raise DeclarationError(f"Version({self.value!r}, …): the sunset lies before the deprecation")

    def __repr__(self) -> str:
        return f"Version({', '.join([repr(self.value), *(change.__qualname__ for change in self.changes)])})"


class Timeline:
    """The versions of an API, newest first.

    Args:
        versions: newest first; the oldest has no changes.
        scheme: parses a version; dates by default.

    Raises:
        DeclarationError: no versions, out of order, one twice, a change twice, or changes in the oldest.
    """

    def __init__(self, *versions: Version, scheme: Scheme = dates) -> None:
        self.versions: tuple[Version, ...] = versions
        self.scheme: Scheme = scheme
        if not versions:
            raise DeclarationError("Timeline() wants at least one version: Timeline(Version('2025-04-11'))")
        try:
            self._keys: list[Any] = [scheme(version.value) for version in versions]
        except ValueError as error:
            raise DeclarationError(f"Timeline(…): {error}") from error
        for newer, older, one, other in zip(versions, versions[1:], self._keys, self._keys[1:], strict=False):
            if one == other:
                raise DeclarationError(f"Timeline(…): version {newer.value} stands there twice")
            if one < other:
                raise DeclarationError(f"Timeline(…): newest first, but {newer.value} stands before {older.value}")
        if versions[-1].changes:
            first = versions[-1].changes[0].__qualname__
            raise DeclarationError(
                f"Timeline(…): {versions[-1].value} is the oldest version, nothing lies before it: "
                f"move {first} to the version that brought it"
            )
        home: dict[type[VersionChange], str] = {}
        for version in versions:
            for change in version.changes:
                if change in home:
                    raise DeclarationError(
                        f"Timeline(…): {change.__qualname__} stands in {home[change]} and in {version.value}"
                    )
                home[change] = version.value
        self._index = {version.value: index for index, version in enumerate(versions)}
        self._ascending = list(reversed(self._keys))

    @classmethod
    def from_package(cls, package: str, *, scheme: Scheme = dates) -> Timeline:
        """Read the modules ``vYYYY_MM_DD`` of a package, each one's changes in the order they stand in the file.

        A module may set ``deprecated`` and ``sunset``.
        """
        # Only here is it needed, and importing it is dear.
        import pkgutil

        root = importlib.import_module(package)
        found: list[Version] = []
        for module_info in pkgutil.iter_modules(root.__path__):
            match = _MODULE.fullmatch(module_info.name)
            if match is None:
                continue
            module = importlib.import_module(f"{package}.{module_info.name}")
            changes = [
                value
                for value in vars(module).values()
                if inspect.isclass(value)
                and issubclass(value, VersionChange)
                and value.__module__ == module.__name__
                and not value.__name__.startswith("_")
            ]
            found.append(
                Version(
                    "-".join(match.groups()),
                    *changes,
                    deprecated=getattr(module, "deprecated", None),
                    sunset=getattr(module, "sunset", None),
                )
            )
        if not found:
            raise DeclarationError(f"Timeline.from_package({package!r}): no module is called like v2025_04_11")
        return cls(*sorted(found, key=lambda version: scheme(version.value), reverse=True), scheme=scheme)

    @property
    def values(self) -> tuple[str, ...]:
        """The versions as clients write them, newest first."""
        return tuple(self._index)

    @property
    def head(self) -> Version:
        """The newest version, which the handlers speak."""
        return self.versions[0]

    def __iter__(self) -> Iterator[Version]:
        return iter(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __repr__(self) -> str:
        return f"Timeline({', '.join(map(repr, self.versions))})"

    def index(self, value: str) -> int:
        """The place of a version of this timeline, 0 for head; ``UnknownVersion`` where it is none of them."""
        try:
            return self._index[value]
        except KeyError:
            raise UnknownVersion(value, self.values) from None

    def resolve(self, requested: str) -> Version:
        """The version in force for what a client asks for: that one or the closest older one.

        Raises:
            UnknownVersion: it does not parse.
            UnsupportedVersion: it is older than the oldest version.
            VersionTooNew: it is newer than head.
        """
        exact = self._index.get(requested)
        if exact is not None:
            return self.versions[exact]
        try:
            key = self.scheme(requested)
        except ValueError:
            raise UnknownVersion(requested, self.values) from None
        if key > self._keys[0]:
            raise VersionTooNew(requested, self.values)
        position = bisect_right(self._ascending, key)
        if position == 0:
            raise UnsupportedVersion(requested, self.values)
        return self.versions[len(self.versions) - position]

    def lacking(self, index: int) -> frozenset[type[VersionChange]]:
        """The changes that the version at ``index`` does not have."""
        return frozenset(change for version in self.versions[:index] for change in version.changes)

    def compile(self, contract: Compiles[_Gates]) -> _Gates:
        """Check and compile every change against a contract; gives its `Gates`.

        Raises:
            CompileError: with every fault at once.
        """
        return contract.compile(self)


def _is_sequence(value: object) -> TypeIs[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _moment(day: date | datetime | None) -> datetime | None:
    if day is None:
        return None
    if isinstance(day, datetime):
        return day if day.tzinfo else day.replace(tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
