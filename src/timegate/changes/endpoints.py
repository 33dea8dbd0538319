"""Facts about endpoints: whether and where they exist, their parameters and their status."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

from timegate.changes.base import UNSET, Fact, Loss, Unset, keywords_code, kind
from timegate.typing import JsonValue

Location: TypeAlias = Literal["query", "header"]
"""Where a parameter stands in a request."""


@kind
class EndpointFact(Fact):
    """A fact about the operations of one path.

    Args:
        path: the path with its parameters in braces, with or without convertors.
        methods: the HTTP methods meant; empty means every method of the path.
    """

    path: str
    methods: tuple[str, ...] = ()

    def subject_code(self) -> str:
        return f"endpoint({', '.join(repr(part) for part in (self.path, *self.methods))})"

    def argument_code(self) -> str:
        return keywords_code(self, skip=("path", "methods"))


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


@kind
class StatusChanged(EndpointFact):
    """A status that older versions answer otherwise."""

    new: int
    was: int

    verb: ClassVar[str] = "status"

    def argument_code(self) -> str:
        return f"{self.new}, was={self.was}"


@kind
class ParameterFact(EndpointFact):
    """A fact about one parameter of the operations of a path."""

    location: Location
    name: str

    def subject_code(self) -> str:
        # The two-argument form: a slotted dataclass is a new class, so zero-argument super() would miss it.
        return f"{EndpointFact.subject_code(self)}.{self.location}({self.name!r})"

    def argument_code(self) -> str:
        return keywords_code(self, skip=("path", "methods", "location", "name"))


@kind
class ParameterAdded(ParameterFact):
    """A parameter that older versions do not have.

    Args:
        default: what head gets from an old client; without it the parameter stays absent.
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

    @property
    def named_type(self) -> Any:
        return self.was


@kind
class ParameterRenamed(ParameterFact):
    """A parameter that older versions call otherwise; repeats and order are kept."""

    to: str

    verb: ClassVar[str] = "renamed"


@kind
class ParameterDefaulted(ParameterFact):
    """A parameter whose default differs.

    Args:
        was: the old default; head gets it where an old client leaves the parameter out.
    """

    was: JsonValue

    verb: ClassVar[str] = "defaulted"
