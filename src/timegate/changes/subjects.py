"""The subjects of facts: ``on`` models, an ``enum``, an ``endpoint``. Their methods are the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypedDict, overload

from timegate.changes.base import UNSET, Fill, Sibling, Unset, Value, name_of
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
from timegate.changes.fields import Added, Moved, Removed, Renamed
from timegate.changes.functions import check_function
from timegate.changes.models import (
    Grew,
    Introduced,
    MemberRenamed,
    Reshaped,
    Shrank,
    ToldBy,
    VouchedForm,
    VouchedShape,
    WasNamed,
)
from timegate.changes.values import (
    BecameList,
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    Constrained,
    Defaulted,
    Retyped,
)
from timegate.errors import DeclarationError
from timegate.typing import METHODS, Function, JsonValue, Model, plain_text

_BRACES: Final = re.compile(r"\{([^}]+)\}")


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Models:
    """One or several models, the subject of facts that are stated from old to new."""

    models: tuple[Model, ...]

    def __repr__(self) -> str:
        return f"on({', '.join(map(name_of, self.models))})"

    def added(self, *fields: str, default: Value | Unset = UNSET, partial: bool = True) -> Added:
        """The fields do not exist in older versions; ``partial=False`` fills them in a ``PATCH`` too."""
        return Added(models=self.models, fields=fields, default=default, partial=partial)

    def removed(
        self,
        *fields: str,
        was: Any,
        required: bool | None = None,
        backfill: Fill | Unset = UNSET,
        loses: str | None = None,
    ) -> Removed:
        """The fields exist in older versions only."""
        fact = Removed(models=self.models, fields=fields, was=was, required=required, backfill=backfill, loses=loses)
        if callable(backfill):
            check_function(fact, "backfill", backfill)
        return fact

    def renamed(self, old: str, *, to: str) -> Renamed:
        """The field has the name ``old`` in older versions."""
        return Renamed(models=self.models, old=old, to=to)

    def moved(self, old: str, *, to: str, empty: Value | Unset = UNSET) -> Moved:
        """The field is at the dotted path ``old`` in older versions."""
        return Moved(models=self.models, old=old, to=to, empty=empty)

    def retyped(
        self,
        *fields: str,
        was: Any = UNSET,
        to_head: Function | None = None,
        to_old: Function | None = None,
        loses: str | None = None,
    ) -> Retyped:
        """The fields have another type or value in older versions."""
        fact = Retyped(models=self.models, fields=fields, was=was, to_head=to_head, to_old=to_old, loses=loses)
        check_function(fact, "to_head", to_head)
        check_function(fact, "to_old", to_old)
        return fact

    def became_nullable(self, *fields: str, null_was: Value | Unset = UNSET) -> BecameNullable:
        """The fields are never null in older versions."""
        return BecameNullable(models=self.models, fields=fields, null_was=null_was)

    def became_non_null(self, *fields: str, null_is: Value | Unset = UNSET) -> BecameNonNull:
        """The fields may be null in older versions only."""
        return BecameNonNull(models=self.models, fields=fields, null_is=null_is)

    def became_required(self, *fields: str, default: Value | Unset = UNSET) -> BecameRequired:
        """The fields may be absent in older versions only."""
        return BecameRequired(models=self.models, fields=fields, default=default)

    def became_optional(self, *fields: str, missing_was: Value | Unset = UNSET) -> BecameOptional:
        """The fields are required in older versions."""
        return BecameOptional(models=self.models, fields=fields, missing_was=missing_was)

    def became_list(self, *fields: str, was: Any = UNSET, empty: JsonValue | Unset = UNSET) -> BecameList:
        """The fields hold one value in older versions and a list of values now."""
        return BecameList(models=self.models, fields=fields, was=was, empty=empty)

    def defaulted(self, *fields: str, was: Value, partial: bool = True) -> Defaulted:
        """The fields have another default in older versions; ``partial=False`` fills them in a ``PATCH`` too."""
        return Defaulted(models=self.models, fields=fields, was=was, partial=partial)

    def constrained(
        self, *fields: str, was: Any, to_old: Function | None = None, tolerated: str | None = None
    ) -> Constrained:
        """The fields have other limits in older versions."""
        fact = Constrained(models=self.models, fields=fields, was=was, to_old=to_old, tolerated=tolerated)
        check_function(fact, "to_old", to_old)
        return fact

    def was_named(self, name: str) -> WasNamed:
        """The model has the name ``name`` in older documents."""
        return WasNamed(models=self.models, name=name)

    def introduced(self, *, seen_as: Fill | Unset = UNSET) -> Introduced:
        """The model does not exist in older versions."""
        fact = Introduced(models=self.models, seen_as=seen_as)
        if callable(seen_as):
            check_function(fact, "seen_as", seen_as)
        return fact

    def told_by(self, function: Callable[[Any], Model]) -> ToldBy:
        """The function says which of the models an old object is, where a request holds either."""
        fact = ToldBy(models=self.models, function=function)
        check_function(fact, "function", function)
        return fact

    @overload
    def vouched(self, why: str, /) -> VouchedShape: ...

    @overload
    def vouched(self, form: Any, why: str, /) -> VouchedForm: ...

    def vouched(self, form: Any, why: str | Unset = UNSET, /) -> VouchedForm | VouchedShape:
        """The models' validators read this form, which then passes; or their serializers keep the documented shape."""
        if why is UNSET:
            return VouchedShape(models=self.models, why=form)
        return VouchedForm(models=self.models, form=form, why=why)

    def reshaped(self, *, was: Any, to_head: Function, to_old: Function, loses: str | None = None) -> Reshaped:
        """The whole object differs in older versions."""
        fact = Reshaped(models=self.models, was=was, to_head=to_head, to_old=to_old, loses=loses)
        check_function(fact, "to_head", to_head)
        check_function(fact, "to_old", to_old)
        return fact


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Members:
    """The members of an enum, the subject of facts that are stated from old to new."""

    enum: Model

    def __repr__(self) -> str:
        return f"enum({name_of(self.enum)})"

    def grew(self, *members: Any, seen_as: Any = UNSET) -> Grew:
        """The members do not exist in older versions."""
        if not members:
            raise DeclarationError("enum(…).grew(…) needs at least one member")
        return Grew(enum=self.enum, members=members, seen_as=seen_as)

    def shrank(self, member: Any, *, read_as: Any, loses: str | None = None) -> Shrank:
        """The member exists in older versions only."""
        return Shrank(enum=self.enum, member=member, read_as=read_as, loses=loses)

    def renamed(self, old: Any, *, to: Any) -> MemberRenamed:
        """The member is ``old`` in older versions."""
        return MemberRenamed(enum=self.enum, old=old, to=to)


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

    def query(self, name: str) -> Parameter:
        """A query parameter, by its name on the wire."""
        return Parameter(self.path, self.methods, "query", _checked_name(f"{self!r}.query({name!r})", name))

    def header(self, name: str) -> Parameter:
        """A request header, by its name on the wire; case does not matter."""
        return Parameter(self.path, self.methods, "header", _checked_name(f"{self!r}.header({name!r})", name).lower())


@explained
def on(*models: Model) -> Models:
    """State facts about models: pydantic models, dataclasses, TypedDicts, or names of components."""
    if not models:
        raise DeclarationError("on(…) needs at least one model")
    return Models(tuple(map(plain_text, models)))


@explained
def sibling(field: str) -> Sibling:
    """Use the value of another field of the same object.

    The value is read in the newer shape of the boundary, under the name that the field has right after the fact.
    Where the sibling is absent, the key stays absent.
    """
    return Sibling(plain_text(field))


@explained
def enum(members: Model) -> Members:
    """State facts about the members of an enum: the class, or the name of its component."""
    return Members(plain_text(members))


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
