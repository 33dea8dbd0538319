"""Which version a request asks for: in a header field, a path segment, a query parameter, a media type, or a callable.

`select=first_of(header("API-Version"), query("version"))` is what `TimegateMiddleware` takes.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from inspect import isawaitable
from typing import Any, Final, Literal, NamedTuple, Protocol, Self, TypeAlias, runtime_checkable

from timegate.asgi.message.headers import field_text, media_type_of, split_quoted
from timegate.asgi.message.parameters import query_parameters
from timegate.asgi.message.scope import Scope, route_path
from timegate.changes.calls import explained
from timegate.errors import DeclarationError
from timegate.timeline import Scheme

ECHO: Final = "API-Version"
"""The header field with the version in force where no header field selects it."""

MAX_LENGTH: Final = 256
"""A longer value is no version and is not even parsed."""

# Header fields that a page of another origin may set without a preflight (the Fetch standard's safelist).
_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language", "content-type", "range"})
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header field (RFC 9110, section 5.1)."""
_BEGINNING: Final = re.compile(r"\d[\w.-]{0,63}", re.ASCII)
_ANY_TEXT: Final = re.compile(r".+", re.DOTALL)


class Given(NamedTuple):
    """The version, or versions, that a request names.

    Attributes:
        values: the different values given, at least one.
        proven: whether they came in a header field that no cross-site form or simple request can set.
        root_path: the beginning of the path, the version included, that moves to `root_path`; empty for none.
        partial: whether the beginning of a version stands for the newest one that begins so.
    """

    values: tuple[str, ...]
    proven: bool = False
    root_path: str = ""
    partial: bool = False


Found: TypeAlias = Given | Awaitable[Given | None] | None
"""What a selector finds in a request; it may have to be awaited."""


@runtime_checkable
class Selector(Protocol):
    """Finds the version a request asks for."""

    @property
    def vary(self) -> tuple[str, ...] | None:
        """The header fields it reads; None where they are unknown, so that no shared cache may keep responses."""
        ...

    @property
    def echo(self) -> str | None:
        """The header field of responses with the version in force; None for the default one."""
        ...

    def find(self, scope: Scope) -> Found:
        """The values in the request; None where there are none; what has to be awaited gives one of both."""
        ...

    def bound(self, scheme: Scheme) -> Selector:
        """This selector for versions of one scheme."""
        ...


Pin: TypeAlias = Callable[[Scope], str | date | Awaitable[str | date | None] | None]
"""Returns the version of a request from its scope, as an account's pin; it may be ``async``.

Its ``vary`` names the header fields that it reads.
"""


class _Selector:
    """What most selectors have in common: they read no header field, and parse no version."""

    __slots__ = ()

    @property
    def vary(self) -> tuple[str, ...] | None:
        return ()

    @property
    def echo(self) -> str | None:
        return None

    def bound(self, scheme: Scheme) -> Self:
        return self


@dataclass(frozen=True, slots=True)
class HeaderSelector(_Selector):
    """The version is the value of a header field."""

    name: str
    raw: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "raw", self.name.lower().encode("ascii"))

    @property
    def vary(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def echo(self) -> str:
        return self.name

    @property
    def proves(self) -> bool:
        """Whether no cross-site form or simple request can set it."""
        return self.name.lower() not in _SAFELISTED

    def find(self, scope: Scope) -> Given | None:
        raw = self.raw
        found = [value for name, value in scope["headers"] if name == raw]
        if not found:
            return None
        # A proxy may have joined two fields into one.
        parts = [part.strip(" \t") for value in found for part in field_text(value).split(",")]
        return Given(_distinct(parts), proven=self.proves)


@dataclass(frozen=True, slots=True)
class QuerySelector(_Selector):
    """The version is the value of a query parameter."""

    name: str

    def find(self, scope: Scope) -> Given | None:
        found = _distinct(value for name, value in query_parameters(scope) if name == self.name)
        return Given(found) if found else None


@dataclass(frozen=True, slots=True)
class MediaTypeSelector(_Selector):
    """The version is a parameter of the media types in Accept, or else of the Content-Type."""

    parameter: str

    @property
    def vary(self) -> tuple[str, ...]:
        return ("Accept",)

    def find(self, scope: Scope) -> Given | None:
        for wanted in (b"accept", b"content-type"):
            found = _distinct(
                text
                for name, value in scope["headers"]
                if name == wanted
                for item in split_quoted(field_text(value), ",")
                for key, text in media_type_of(item)[1]
                if key == self.parameter
            )
            if found:
                return Given(found)
        return None


@dataclass(frozen=True, slots=True)
class PathSelector(_Selector):
    """The version is a segment at the beginning of the path; app and contract never see it."""

    template: str
    partial: bool = False
    scheme: Scheme | None = None
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        before, marker, after = self.template.partition("{version}")
        if not marker or not before.startswith("/") or "{" in before + after:
            raise DeclarationError(f"path({self.template!r}) needs one segment with the version: path('/{{version}}')")
        pattern = rf"({re.escape(before)}([^/]+){re.escape(after.rstrip('/'))})(?=/|\Z)"
        object.__setattr__(self, "pattern", re.compile(pattern))

    def find(self, scope: Scope) -> Given | None:
        match = self.pattern.match(route_path(scope))
        if match is None:
            return None
        value = match[2]
        if self.partial and _BEGINNING.fullmatch(value) is not None:
            return Given((value,), root_path=match[1], partial=True)
        if self.scheme is not None:
            if len(value) > MAX_LENGTH:
                return None
            try:
                self.scheme(value)
            except ValueError:
                # `/docs` is no version.
                return None
        return Given((value,), root_path=match[1])

    def bound(self, scheme: Scheme) -> Self:
        return replace(self, scheme=scheme)


@dataclass(frozen=True, slots=True)
class PinSelector(_Selector):
    """A callable of the scope returns the version."""

    pin: Pin

    def __post_init__(self) -> None:
        declared: Any = getattr(self.pin, "vary", None)
        names: Any = (declared,) if isinstance(declared, str) or not hasattr(declared, "__iter__") else declared
        if declared is not None and not all(isinstance(name, str) and TOKEN.fullmatch(name) for name in names):
            raise DeclarationError(
                f"{self.pin!r}.vary = {declared!r} names no header fields: vary = ('Authorization',)"
            )

    @property
    def vary(self) -> tuple[str, ...] | None:
        declared: str | Iterable[str] | None = getattr(self.pin, "vary", None)
        if declared is None:
            return None
        return (declared,) if isinstance(declared, str) else tuple(declared)

    def find(self, scope: Scope) -> Found:
        found = self.pin(scope)
        return self._awaited(found) if isawaitable(found) else _pinned(found)

    async def _awaited(self, found: Awaitable[str | date | None]) -> Given | None:
        return _pinned(await found)


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first selector that finds a version is used."""

    selectors: tuple[Selector, ...]

    @property
    def vary(self) -> tuple[str, ...] | None:
        names: dict[str, str] = {}
        for selector in self.selectors:
            if selector.vary is None:
                return None
            names.update({name.lower(): name for name in selector.vary})
        return tuple(names.values())

    @property
    def echo(self) -> str | None:
        return next((selector.echo for selector in self.selectors if selector.echo is not None), None)

    def find(self, scope: Scope) -> Found:
        for position, selector in enumerate(self.selectors, 1):
            found = selector.find(scope)
            if isawaitable(found):
                return self._awaited(found, self.selectors[position:], scope)
            if found is not None:
                return self._below(found, scope)
        return None

    async def _awaited(self, first: Awaitable[Given | None], others: Sequence[Selector], scope: Scope) -> Given | None:
        found = await first
        for selector in others:
            if found is not None:
                break
            found = await found_by(selector, scope)
        return found and self._below(found, scope)

    def _below(self, found: Given, scope: Scope) -> Given:
        """What was found, without the version that is in the path as well: the app never sees it there."""
        in_path = (selector.find(scope) for selector in self.selectors if isinstance(selector, PathSelector))
        root_path = next((given.root_path for given in in_path if given is not None), "")
        return found if found.root_path else found._replace(root_path=root_path)

    def bound(self, scheme: Scheme) -> Selector:
        return FirstOf(tuple(selector.bound(scheme) for selector in self.selectors))


@explained
def header(name: str) -> Selector:
    """Select by a header field, whatever the case of its name."""
    return HeaderSelector(_named("header", name, "API-Version", TOKEN))


@explained
def path(template: str, *, partial: bool = False) -> Selector:
    """Select by the beginning of the path, ``path("/{version}")``; the app finds it in `root_path`.

    Args:
        template: the beginning of the path.
        partial: whether the beginning of a version stands for the newest that begins so: ``/v1`` for the newest 1.x.
    """
    return PathSelector(_named("path", template, "/{version}"), partial)


@explained
def query(name: str) -> Selector:
    """Select by a query parameter."""
    return QuerySelector(_named("query", name, "version"))


@explained
def media_type(parameter: str) -> Selector:
    """Select by a parameter of the media types in Accept, or else of the Content-Type."""
    return MediaTypeSelector(_named("media_type", parameter, "version", TOKEN).lower())


@explained
def first_of(*selectors: Selector | Pin) -> Selector:
    """Select by the first of several selectors that finds a version."""
    if not selectors:
        raise DeclarationError("first_of() needs selectors: first_of(header('API-Version'), query('version'))")
    return FirstOf(tuple(map(selector_of, selectors)))


def names_in(part: Literal["query", "header"], selector: Selector) -> frozenset[str]:
    """The query parameters, or the header fields in lower case, in which a selector finds versions."""
    if isinstance(selector, FirstOf):
        return frozenset[str]().union(*(names_in(part, one) for one in selector.selectors))
    if isinstance(selector, QuerySelector) and part == "query":
        return frozenset({selector.name})
    return frozenset({selector.name.lower()} if isinstance(selector, HeaderSelector) and part == "header" else ())


async def found_by(selector: Selector, scope: Scope) -> Given | None:
    """What a selector finds in a request, awaited where it has to be."""
    found = selector.find(scope)
    return await found if isawaitable(found) else found


def _pinned(found: str | date | None) -> Given | None:
    if found is None:
        return None
    given: Any = found
    if not isinstance(given, str | date):
        kind = type(given).__name__
        raise DeclarationError(f"TimegateMiddleware(select=…, default=…): a callable gave {kind}, and no text or date")
    return Given((given if isinstance(given, str) else given.isoformat(),))


def selector_of(select: Selector | Pin) -> Selector:
    """The selector itself, or one made of a callable."""
    given: object = select
    # A class of selectors has all that a selector has.
    if isinstance(given, Selector) and not isinstance(given, type):
        return given
    name = given if isinstance(given, str) and TOKEN.fullmatch(given) else "API-Version"
    return PinSelector(pin_of(select, f"select={given!r} is no selector: select=header({name!r})"))


def pin_of(given: object, refusal: str) -> Pin:
    """A callable that returns the version of a request.

    Raises:
        DeclarationError: it is none, with the text of the refusal.
    """
    makers = (header, path, query, media_type, first_of)
    if not callable(given) or isinstance(given, type) or any(given is maker for maker in makers):
        raise DeclarationError(refusal)
    pin: Any = given
    selects: Pin = pin
    return selects


def _named(maker: str, name: Any, example: str, pattern: re.Pattern[str] = _ANY_TEXT) -> str:
    """The argument of a maker of selectors, if it can be one."""
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise DeclarationError(f"{maker}({name!r}) names nothing that a request has: {maker}({example!r})")
    return name


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
