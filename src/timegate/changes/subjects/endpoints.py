"""Endpoints and their parameters, subjects of facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from timegate.changes.base import UNSET, Unset
from timegate.changes.calls import explained, vocabulary
from timegate.changes.endpoints import (
    EndpointAdded,
    EndpointMoved,
    EndpointRemoved,
    Location,
    ParameterAdded,
    ParameterDefaulted,
    ParameterRemoved,
    ParameterRenamed,
    StatusChanged,
)
from timegate.changes.texts import EndpointDocumented, OperationTexts, ParameterDocumented, SchemaTexts
from timegate.errors import DeclarationError
from timegate.typing import METHODS, JsonValue, plain_text

_BRACES: Final = re.compile(r"\{([^}]+)\}")


class _Subject(TypedDict):
    """The fields that every fact about a parameter has."""

    path: str
    methods: tuple[str, ...]
    location: Location
    name: str


@vocabulary
class Parameter:
    """One query parameter or header of an endpoint."""

    __slots__ = ("_subject",)

    def __init__(self, path: str, methods: tuple[str, ...], location: Location, name: str) -> None:
        self._subject = _Subject(path=path, methods=methods, location=location, name=name)

    def __repr__(self) -> str:
        endpoint = Endpoint(self._subject["path"], self._subject["methods"])
        return f"{endpoint}.{self._subject['location']}({self._subject['name']!r})"

    def added(self, *, default: JsonValue | Unset = UNSET) -> ParameterAdded:
        """The parameter does not exist in older versions."""
        return ParameterAdded(**self._subject, default=default)

    def removed(self, *, was: object = str, required: bool = False, loses: str | None = None) -> ParameterRemoved:
        """The parameter exists in older versions only."""
        return ParameterRemoved(**self._subject, was=was, required=required, loses=loses)

    def renamed(self, *, to: str) -> ParameterRenamed:
        """The parameter has this name in older versions and the name ``to`` now."""
        return ParameterRenamed(**self._subject, to=plain_text(to))

    def defaulted(self, *, was: JsonValue) -> ParameterDefaulted:
        """The parameter has another default in older versions."""
        return ParameterDefaulted(**self._subject, was=was)

    def documented(self, *, was: SchemaTexts) -> ParameterDocumented:
        """Older documents say something else of the parameter."""
        return ParameterDocumented(**self._subject, was=was)


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Endpoint:
    """The operations of one path, the subject of facts that are stated from old to new."""

    path: str
    methods: tuple[str, ...]

    def __repr__(self) -> str:
        return f"endpoint({', '.join(map(repr, (self.path, *self.methods)))})"

    def added(self) -> EndpointAdded:
        """The operations do not exist in older versions."""
        return EndpointAdded(path=self.path, methods=self.methods)

    def removed(self) -> EndpointRemoved:
        """The operations exist in older versions only; head still routes them."""
        return EndpointRemoved(path=self.path, methods=self.methods)

    def moved(self, *, to: str, loses: str | None = None) -> EndpointMoved:
        """The operations are at ``to`` now."""
        # A caller without a type checker may write anything.
        path: Any = to
        if isinstance(path, str):
            path = path.partition("?")[0]
        _check_path(f"endpoint({self.path!r}).moved(to={to!r})", path)
        return EndpointMoved(path=self.path, methods=self.methods, to=plain_text(to), loses=loses)

    def status(self, new: int, *, was: int, tolerated: str | None = None) -> StatusChanged:
        """The operations respond with the status ``was`` in older versions and with ``new`` now."""
        unknown = [status for status in (new, was) if status not in range(200, 600)]
        if unknown:
            raise DeclarationError(f"{self!r}.status({new}, was={was}): {unknown[0]} is no status; one of 200 to 599")
        return StatusChanged(path=self.path, methods=self.methods, new=new, was=was, tolerated=tolerated)

    def documented(self, *, was: OperationTexts) -> EndpointDocumented:
        """Older documents say something else of the operations."""
        return EndpointDocumented(path=self.path, methods=self.methods, was=was)

    def query(self, name: str) -> Parameter:
        """A query parameter, by its name on the wire."""
        return Parameter(self.path, self.methods, "query", _checked_name(f"{self!r}.query({name!r})", name))

    def header(self, name: str) -> Parameter:
        """A request header, by its name on the wire; case does not matter."""
        return Parameter(self.path, self.methods, "header", _checked_name(f"{self!r}.header({name!r})", name).lower())


@explained
def endpoint(path: str, *methods: str) -> Endpoint:
    """State facts about the operations of a path: all of them, or those with the given methods."""
    if methods and path in METHODS:
        raise DeclarationError(f"endpoint({path!r}, …): the path comes first: endpoint({methods[0]!r}, {path!r})")
    _check_path(f"endpoint({path!r})", path)
    upper = tuple(str(plain_text(method)).upper() for method in methods)
    unknown = [method for method in upper if method not in METHODS]
    if unknown:
        raise DeclarationError(f"endpoint({path!r}): {unknown[0]!r} is no HTTP method; one of {', '.join(METHODS)}")
    return Endpoint(plain_text(path), upper)


def _checked_name(written: str, name: object) -> str:
    if not isinstance(name, str) or not name:
        raise DeclarationError(f"{written}: a parameter is named by a text")
    text: str = plain_text(name)
    return text


def _check_path(written: str, path: object) -> None:
    if not isinstance(path, str) or not path.startswith("/"):
        raise DeclarationError(f"{written}: a path begins with a slash")
    if "?" in path:
        raise DeclarationError(
            f"{written}: {path!r} has a query; only the path of `to=` may have one (`?name={{name}}`)"
        )
    names = [name.partition(":")[0] for name in _BRACES.findall(path)]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DeclarationError(f"{written}: {{{twice[0]}}} is in the path twice; give each parameter a name of its own")
