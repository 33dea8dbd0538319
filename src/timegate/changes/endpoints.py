"""Facts about endpoints: whether and where they exist, their parameters and their status."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from timegate.changes.base import UNSET, Fact, Loss, Unset, kind
from timegate.typing import JsonValue

Location: TypeAlias = Literal["query", "header"]
"""The part of a request that holds a parameter."""


@kind
class EndpointFact(Fact):
    """A fact about the operations of one path.

    Args:
        path: the path with its parameters in braces, with or without convertors.
        methods: the HTTP methods meant; empty means every method of the path.
    """

    path: str
    methods: tuple[str, ...] = ()

    subject: ClassVar[tuple[str, ...]] = ("path", "methods")

    def subject_code(self) -> str:
        return f"endpoint({', '.join(map(repr, (self.path, *self.methods)))})"


class EndpointAdded(EndpointFact):
    """Operations that older versions do not have."""

    __slots__ = ()

    verb: ClassVar[str] = "added"
    loss: ClassVar[Loss] = Loss.TO_OLD


class EndpointRemoved(EndpointFact):
    """Operations that only older versions have; head still routes them."""

    __slots__ = ()

    verb: ClassVar[str] = "removed"


@kind
class EndpointMoved(EndpointFact):
    """Operations that older versions have at another path.

    Args:
        to: the newer path; a query part takes path parameters (``"/runs/previous?dag_id={dag_id}"``).
    """

    to: str

    verb: ClassVar[str] = "moved"
    ends: ClassVar[tuple[str, ...]] = ("path", "to")


@kind
class StatusChanged(EndpointFact):
    """A response status that differs in older versions.

    Args:
        new: the status now.
        was: the status in older versions.
        tolerated: why old clients need not tell it from another response that has the status ``was``.
    """

    new: int
    was: int
    tolerated: str | None = None

    verb: ClassVar[str] = "status"
    positional: ClassVar[str] = "new"
    ends: ClassVar[tuple[str, ...]] = ("was", "new")


@kind
class ParameterFact(EndpointFact):
    """A fact about one parameter of the operations of a path."""

    location: Location
    name: str

    subject: ClassVar[tuple[str, ...]] = ("path", "methods", "location", "name")
    names: ClassVar[tuple[str, ...]] = ("name",)

    def subject_code(self) -> str:
        # Not `super()`: a slotted dataclass is a new class, which zero-argument super() does not find.
        return f"{EndpointFact.subject_code(self)}.{self.location}({self.name!r})"


@kind
class ParameterAdded(ParameterFact):
    """A parameter that older versions do not have.

    Args:
        default: what head receives from an old client; without it the parameter stays absent.
    """

    default: JsonValue | Unset = UNSET

    verb: ClassVar[str] = "added"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class ParameterRemoved(ParameterFact):
    """A parameter that only older versions have; it is dropped.

    Args:
        was: the type it had, for the old document.
        required: whether the old document requires it.
    """

    was: object = str
    required: bool = False

    verb: ClassVar[str] = "removed"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    was_is_type: ClassVar[bool] = True


@kind
class ParameterRenamed(ParameterFact):
    """A parameter that has another name in older versions; repeats and order are kept."""

    to: str

    verb: ClassVar[str] = "renamed"
    names: ClassVar[tuple[str, ...]] = ("name", "to")
    ends: ClassVar[tuple[str, ...]] = ("name", "to")


@kind
class ParameterDefaulted(ParameterFact):
    """A parameter whose default differs.

    Args:
        was: the old default; head receives it where an old client leaves the parameter out.
    """

    was: JsonValue

    verb: ClassVar[str] = "defaulted"
