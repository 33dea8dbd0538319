"""Facts about one header field of the responses of an endpoint."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, Loss, Unset, kind
from timegate.changes.endpoints import EndpointFact
from timegate.typing import Function, JsonValue


@kind
class ResponseHeaderFact(EndpointFact):
    """A fact about one header field of the responses of the operations of a path, by its name in lower case."""

    name: str

    subject: ClassVar[tuple[str, ...]] = ("path", "methods", "name")
    names: ClassVar[tuple[str, ...]] = ("name",)

    def subject_code(self) -> str:
        # Not `super()`: a slotted dataclass is a new class, which zero-argument super() does not find.
        return f"{EndpointFact.subject_code(self)}.response_header({self.name!r})"


class ResponseHeaderAdded(ResponseHeaderFact):
    """A header field that older versions do not have."""

    __slots__ = ()

    verb: ClassVar[str] = "added"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class ResponseHeaderRemoved(ResponseHeaderFact):
    """A header field that only older versions have.

    Args:
        was: the type it had, for the old document.
        backfill: what an old client reads; without it the field is not there, and the old document does not require it.
    """

    was: Any = str
    backfill: JsonValue | Unset = UNSET

    verb: ClassVar[str] = "removed"
    was_is_type: ClassVar[bool] = True


@kind
class ResponseHeaderRenamed(ResponseHeaderFact):
    """A header field that has another name in older versions; repeats and order are kept."""

    to: str

    verb: ClassVar[str] = "renamed"
    names: ClassVar[tuple[str, ...]] = ("name", "to")
    ends: ClassVar[tuple[str, ...]] = ("name", "to")


@kind
class ResponseHeaderRetyped(ResponseHeaderFact):
    """A header field whose value differs.

    Args:
        was: the old type, for the old document; left out where it is the same.
        to_old: converts each of head's values, a text, to an old one.
    """

    was: Any = UNSET
    to_old: Function

    verb: ClassVar[str] = "retyped"
    was_is_type: ClassVar[bool] = True


class ResponseHeaderBecameList(ResponseHeaderFact):
    """A header field with one value in older versions, and a list now; old clients read the first item."""

    __slots__ = ()

    verb: ClassVar[str] = "became_list"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class ResponseHeaderBecameOptional(ResponseHeaderFact):
    """A header field that is always there in older versions.

    Args:
        missing_was: what an old client reads where head leaves it out.
    """

    missing_was: JsonValue

    verb: ClassVar[str] = "became_optional"
