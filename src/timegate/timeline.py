"""Versions, newest first, and the changes between each version and the next older one."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import ModuleType
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from timegate.changes.calls import explained
from timegate.context import Selected
from timegate.errors import DeclarationError, Fault, UnknownVersion, UnsupportedVersion, VersionTooNew
from timegate.promises import Promise, Promises
from timegate.typing import is_sequence
from timegate.version import UNRELEASED, Version, VersionChange, named, place_of_caller, shown

Scheme: TypeAlias = Callable[[str], Any]
"""Parses a version into a sortable value; raises ``ValueError`` for a value that is no version."""

_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MODULE: Final = re.compile(r"v(\d{4})_(\d{2})_(\d{2})")
_ALMOST: Final = re.compile(r"v[\d_]*\d", re.IGNORECASE)


def dates(value: str) -> date:
    """The scheme of dated versions, ``YYYY-MM-DD`` (ISO 8601)."""
    if not _ISO_DATE.fullmatch(value):
        raise ValueError(f"{value!r} is not a date like 2025-04-11")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date: {error}") from error


def semver(value: str) -> tuple[int, int, int]:
    """The scheme of ``MAJOR.MINOR.PATCH`` (Semantic Versioning 2.0.0, without pre-releases)."""
    match = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", value)
    if match is None:
        raise ValueError(f"{value!r} is not a version like 1.4.0")
    return int(match[1]), int(match[2]), int(match[3])


_Gates = TypeVar("_Gates", covariant=True)


class Compiles(Protocol[_Gates]):
    """A contract, as far as a timeline uses it; so declaring changes does not import what compiles them."""

    def compile(self, timeline: Timeline) -> _Gates:
        """Compile the gates between head and every version of a timeline."""
        ...


class Timeline:
    """The versions of an API, newest first.

    Args:
        versions: newest first; the oldest has no changes.
        scheme: parses a version; dates by default.
        promise: what frozen contracts hold the server to: ``"exact"``, ``"additive"``, ``"lossless"``, or `Promises`.

    Attributes:
        released: the versions that have a date, newest first: all but an unreleased one.
        package: the package that it was read from; empty where it was not.
        declared_at: the file and line where it was made, for tools that write version files.

    Raises:
        DeclarationError: there are no versions, they are out of order, a version or change is listed twice, or the
            oldest version has changes.
    """

    @explained
    def __init__(self, *versions: Version, scheme: Scheme = dates, promise: Promise | Promises = "exact") -> None:
        _check_versions(versions)
        self.promises: Promises = promise if isinstance(promise, Promises) else Promises(promise)
        self.package: str = ""
        self.declared_at: str = place_of_caller()
        self.versions: tuple[Version, ...] = versions
        self.scheme: Scheme = scheme
        if not versions:
            raise DeclarationError("Timeline() needs at least one version: Timeline(Version('2025-04-11'))")
        if not callable(scheme):
            raise DeclarationError(f"Timeline(…, scheme={scheme!r}) takes a function of a version: scheme=int")
        released = [version for version in versions if version.released]
        if not released or any(not version.released for version in versions[1:]):
            raise DeclarationError(
                "Timeline(…): the unreleased version is the first, before released ones: "
                "Timeline(Version('unreleased', …), Version('2025-04-11'))"
            )
        try:
            keys: list[Any] = [scheme(version.value) for version in released]
            sorted(keys)
        except ValueError as error:
            raise DeclarationError(f"Timeline(…): {error}") from error
        except Exception as error:
            problem = f"it cannot read {released[0].value!r}: {error if isinstance(error, TypeError) else repr(error)}"
            remedy = "scheme=int, or another function of one text whose results can be ordered"
            raise DeclarationError(f"Timeline(…, scheme=…): {problem}; {remedy}") from error
        for (newer, key), (older, older_key) in pairwise(zip(released, keys, strict=True)):
            if key == older_key:
                raise DeclarationError(f"Timeline(…): version {newer.value} is listed twice: leave one out")
            if key < older_key:
                raise DeclarationError(
                    f"Timeline(…): newest first, but {newer.value} is before {older.value}: "
                    f"Timeline({older!r}, {newer!r})"
                )
        if versions[-1].changes:
            raise DeclarationError(
                f"Timeline(…): {versions[-1].value} is the oldest version and has no older one: "
                f"move {named(versions[-1].changes[0])} to the version that introduced it"
            )
        version_of: dict[type[VersionChange], str] = {}
        for version in versions:
            for change in version.changes:
                if change in version_of:
                    both = f"{version_of[change]} and in {version.value}"
                    raise DeclarationError(
                        f"Timeline(…): {named(change)} is listed in {both}: leave it in the version that introduced it"
                    )
                version_of[change] = version.value
        self._index = {version.value: index for index, version in enumerate(versions)}
        self.released: tuple[Version, ...] = tuple(released)
        self._ascending = keys[::-1]
        # Once for all versions, of which there may be many.
        self._lacking: list[frozenset[type[VersionChange]]] = [frozenset()]
        for version in versions:
            self._lacking.append(self._lacking[-1].union(version.changes))

    @classmethod
    @explained
    def from_package(cls, package: str, *, scheme: Scheme = dates, promise: Promise | Promises = "exact") -> Timeline:
        """Read the modules ``vYYYY_MM_DD`` of a package, each one's changes in the order of the file.

        The module ``unreleased``, if there is one, is the version that has no date yet. A module may set
        ``deprecated``, ``sunset``, ``brownouts`` and ``links``. It may be a package: then its own modules follow, by
        name.

        Raises:
            DeclarationError: a module is misnamed, or one of its changes would belong to no version.
        """
        # Imported here because its import is slow and nothing else needs it.
        import pkgutil

        # A caller without a type checker may give anything.
        given: Any = package
        try:
            root = importlib.import_module(given) if isinstance(given, str) and given else None
        except ModuleNotFoundError as error:
            if not f"{package}.".startswith(f"{error.name}."):
                raise
            raise DeclarationError(f"Timeline.from_package({package!r}): there is no module {error.name!r}") from error
        if root is None or not hasattr(root, "__path__"):
            raise DeclarationError(
                f"Timeline.from_package({given!r}) takes the name of a package: Timeline.from_package('app.versions')"
            )
        found: list[tuple[Version, ModuleType]] = []
        for module_info in pkgutil.iter_modules(root.__path__):
            match = _MODULE.fullmatch(module_info.name)
            value = UNRELEASED if module_info.name == UNRELEASED else "-".join(match.groups()) if match else ""
            if not value:
                if _ALMOST.match(module_info.name):
                    raise DeclarationError(
                        f"{package}.{module_info.name} is no version module: "
                        "call it like v2025_04_11, or otherwise where it is none"
                    )
                continue
            module = importlib.import_module(f"{package}.{module_info.name}")
            modules = [module]
            if module_info.ispkg:
                inner = pkgutil.walk_packages(module.__path__, prefix=f"{module.__name__}.")
                modules += [importlib.import_module(one.name) for one in inner]
            changes = [change for one in modules for change in _changes_in(one) if change.__module__ == one.__name__]
            declared = ("deprecated", "sunset", "brownouts", "links")
            end: dict[str, Any] = {name: getattr(module, name) for name in declared if hasattr(module, name)}
            version = Version(value, *changes, **end)
            found += [(version, one) for one in modules]
        if not found:
            raise DeclarationError(f"Timeline.from_package({package!r}): no module has a name like v2025_04_11")
        _check_imported(found)
        try:
            versions = dict.fromkeys(version for version, _ in found)
            released = [version for version in versions if version.released]
            newest_first = [version for version in versions if not version.released]
            newest_first += sorted(released, key=lambda one: scheme(one.value), reverse=True)
        except ValueError as error:
            raise DeclarationError(f"Timeline.from_package({package!r}): {error}") from error
        timeline = cls(*newest_first, scheme=scheme, promise=promise)
        timeline.package = package
        return timeline

    @property
    def values(self) -> tuple[str, ...]:
        """The versions as clients write them, newest first."""
        return tuple(self._index)

    @property
    def supported(self) -> tuple[str, ...]:
        """The released versions as clients write them, newest first."""
        return tuple(version.value for version in self.released)

    @property
    def head(self) -> Version:
        """The newest version, which the handlers speak, released or not."""
        return self.versions[0]

    @property
    def latest(self) -> Version:
        """The newest released version."""
        return self.released[0]

    def __iter__(self) -> Iterator[Version]:
        return iter(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __repr__(self) -> str:
        changes = sum(len(version.changes) for version in self.versions)
        return f"<Timeline: {len(self)} versions, {self.values[0]} to {self.values[-1]}, {changes} changes>"

    def index(self, value: str) -> int:
        """The index of a version of this timeline, 0 for head; raises ``UnknownVersion`` for any other."""
        try:
            return self._index[value]
        except (KeyError, TypeError):
            raise UnknownVersion(value, self.values) from None

    def newest_of(self, beginning: str, *, newest: int = 0) -> Version | None:
        """The newest released version that begins so, as ``1`` or ``1.4`` for 1.4.2; None where none does.

        Args:
            beginning: whole parts of a version.
            newest: the index of the newest version that is offered.
        """
        for version in self.versions[newest:]:
            rest = version.value.removeprefix(beginning)
            if version.released and beginning and rest != version.value and not rest[:1].isalnum():
                return version
        return None

    def resolve(self, requested: str, *, newest: int = 0) -> Version:
        """The version that serves what a client asks for: that version or the closest older released one.

        Args:
            requested: what the client asks for.
            newest: the index of the newest version that is offered.

        Raises:
            UnknownVersion: it does not parse.
            UnsupportedVersion: it is older than the oldest version.
            VersionTooNew: it is newer than the newest version that is offered.
        """
        exact = self._index.get(requested)
        if exact is not None and exact >= newest:
            return self.versions[exact]
        given: Any = requested
        newest = max(newest, self.index(self.latest.value))
        offered = self.values[newest:]
        if not isinstance(given, str):
            raise UnknownVersion(repr(given), offered)
        try:
            key = self.scheme(requested)
            is_newer = bool(key > self._ascending[len(self.versions) - 1 - newest])
            position = bisect_right(self._ascending, key)
        except Exception:
            # A scheme that has read every version, and compared them, fails for what the client wrote.
            raise UnknownVersion(requested, offered) from None
        if is_newer:
            raise VersionTooNew(requested, offered)
        if position == 0:
            raise UnsupportedVersion(requested, offered)
        return self.versions[len(self.versions) - position]

    def lacking(self, index: int) -> frozenset[type[VersionChange]]:
        """The changes that the version at ``index`` does not have."""
        return self._lacking[index]

    def selected(self, index: int) -> Selected:
        """What `applies` and `current_version` know of a request for the version at ``index``."""
        return Selected(self.versions[index].value, self.lacking(index), self.lacking(len(self)))

    def located(self, fault: Fault) -> Fault:
        """A fault with the file and line of its change."""
        changes = self.versions[self._index[fault.version]].changes if fault.version in self._index else ()
        found = next((change for change in changes if change.__qualname__ == fault.change), None)
        return fault if found is None else replace(fault, at=shown(found.declared_at))

    def compile(self, contract: Compiles[_Gates]) -> _Gates:
        """Check and compile every change against a contract; returns its `Gates`.

        Raises:
            CompileError: declared changes cannot be carried out; the error has every fault.
            DeclarationError: it is no contract.
        """
        given: object = contract
        if not callable(getattr(given, "compile", None)):
            raise DeclarationError(
                f"timeline.compile(…) takes a contract, not {type(given).__name__}: timeline.compile(Contract.of(app))"
            )
        return contract.compile(self)


def _check_versions(given: Sequence[object]) -> None:
    for version in given:
        if not isinstance(version, Version):
            remedy = (
                f"Timeline({', '.join(map(repr, version))})"
                if is_sequence(version)
                else f"Timeline(Version({version!r}, …), …)"
            )
            raise DeclarationError(f"Timeline(…) takes versions, not {version!r}: {remedy}")


def _changes_in(module: ModuleType) -> list[type[VersionChange]]:
    """The public changes in a module, its own and imported ones, in the order of the file."""
    values = vars(module).values()
    changes = dict.fromkeys(value for value in values if inspect.isclass(value) and issubclass(value, VersionChange))
    return [one for one in changes if one is not VersionChange and not one.__name__.startswith("_")]


def _check_imported(found: Sequence[tuple[Version, ModuleType]]) -> None:
    """Refuse a change in a version module that is from elsewhere, so that no version has it.

    A module may import what its own changes inherit from.
    """
    known = {change for version, _ in found for change in version.changes}
    bases = {base for change in known for base in change.__mro__}
    for version, module in found:
        _check_replaced(module)
        for change in _changes_in(module):
            if change not in known | bases:
                raise DeclarationError(
                    f"{module.__name__} holds {change.__qualname__} of {change.__module__}, so no version has it: "
                    f"declare it in {module.__name__}, class {change.__name__}(VersionChange), "
                    f"or leave it out where version {version.value} does not have it"
                )


def _check_replaced(module: ModuleType) -> None:
    """Refuse a module in which a second class takes the name of a change, so that no version has the first."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, SyntaxError):
        return  # a module without a source
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    for change in _changes_in(module):
        if names.count(change.__name__) > 1:
            raise DeclarationError(
                f"{module.__name__} declares {change.__name__} twice, and no version has the first: "
                "give each change a name of its own"
            )
