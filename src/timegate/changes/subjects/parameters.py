"""The parameters of an endpoint, subjects of facts."""

from __future__ import annotations

from typing import Any, TypedDict

from timegate.changes.base import UNSET, Unset
from timegate.changes.calls import vocabulary
from timegate.changes.functions import check_function
from timegate.changes.parameters import (
    ParameterAdded,
    ParameterBecameList,
    ParameterBecameOptional,
    ParameterBecameRequired,
    ParameterDefaulted,
    ParameterRemoved,
    ParameterRenamed,
    ParameterRetyped,
)
from timegate.changes.subjects.response_headers import check_field_name
from timegate.changes.texts import ParameterDocumented, SchemaTexts
from timegate.errors import DeclarationError
from timegate.typing import Function, JsonValue, Location, plain_text


class Subject(TypedDict):
    """The fields that every fact about a parameter has."""

    path: str
    methods: tuple[str, ...]
    location: Location
    name: str


class AnyParameter:
    """One parameter of an endpoint, and the facts that hold for every kind of parameter.

    Args:
        endpoint: the endpoint as it is written.
        path: its path.
        methods: its methods.
        location: the part of a request that holds the parameter.
        name: its name there.
    """

    __slots__ = ("_code", "_subject")

    def __init__(self, endpoint: object, path: str, methods: tuple[str, ...], location: Location, name: str) -> None:
        self._code = f"{endpoint}.{location}({name!r})"
        # A caller without a type checker may give anything.
        given: Any = name
        if not isinstance(given, str) or not given:
            raise DeclarationError(f"{self._code}: a parameter is named by a text")
        plain: str = plain_text(name)
        if location == "header":
            check_field_name(self._code, plain)
        name = plain.lower() if location == "header" else plain
        self._code = f"{endpoint}.{location}({name!r})"
        self._subject = Subject(path=path, methods=methods, location=location, name=name)

    def __repr__(self) -> str:
        return self._code

    def renamed(self, *, to: str) -> ParameterRenamed:
        """The parameter has this name in older versions and the name ``to`` now."""
        return ParameterRenamed(**self._subject, to=plain_text(to))

    def retyped(
        self, *, was: Any = UNSET, to_head: Function | None = None, loses: str | None = None
    ) -> ParameterRetyped:
        """The parameter has another type or value in older versions."""
        fact = ParameterRetyped(**self._subject, was=was, to_head=to_head, loses=loses)
        check_function(fact, "to_head", to_head)
        return fact

    def documented(self, *, was: SchemaTexts) -> ParameterDocumented:
        """Older documents say something else of the parameter."""
        return ParameterDocumented(**self._subject, was=was)


@vocabulary
class PathParameter(AnyParameter):
    """One parameter of an endpoint's path, which is always there."""

    __slots__ = ()


@vocabulary
class Parameter(AnyParameter):
    """One query parameter, header field, cookie or field of a form of an endpoint."""

    __slots__ = ()

    def added(self, *, default: JsonValue | Unset = UNSET) -> ParameterAdded:
        """The parameter does not exist in older versions."""
        return ParameterAdded(**self._subject, default=default)

    def removed(self, *, was: object = str, required: bool = False, loses: str | None = None) -> ParameterRemoved:
        """The parameter exists in older versions only."""
        return ParameterRemoved(**self._subject, was=was, required=required, loses=loses)

    def defaulted(self, *, was: JsonValue) -> ParameterDefaulted:
        """The parameter has another default in older versions."""
        return ParameterDefaulted(**self._subject, was=was)

    def became_required(self, *, default: JsonValue | Unset = UNSET) -> ParameterBecameRequired:
        """The parameter may be left out in older versions only."""
        return ParameterBecameRequired(**self._subject, default=default)

    def became_optional(self) -> ParameterBecameOptional:
        """The parameter has to be sent in older versions."""
        return ParameterBecameOptional(**self._subject)

    def became_list(self, *, was: Any = UNSET) -> ParameterBecameList:
        """The parameter has one value in older versions and may be repeated now."""
        return ParameterBecameList(**self._subject, was=was)
