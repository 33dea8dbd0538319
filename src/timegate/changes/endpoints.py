"""Facts about endpoints: whether and where they exist, and their status."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, Fact, Loss, kind
from timegate.typing import Function


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
class Enveloped(EndpointFact):
    """Operations whose body is one value of an object now, and the whole body in older versions.

    Args:
        key: what holds it; the other keys of the object are new.
        only: ``"request"`` or ``"response"`` where the other body that has such a key is as it was.
    """

    key: str
    only: str | None = None

    verb: ClassVar[str] = "enveloped"
    loss: ClassVar[Loss] = Loss.TO_OLD
    positional: ClassVar[str] = "key"
    names: ClassVar[tuple[str, ...]] = ("key",)


@kind
class Rewritten(EndpointFact):
    """Operations whose bodies differ as a whole, by functions; the last resort.

    Args:
        request: gives the newer body of a request, of the older one.
        response: gives the older body of a response, of the newer one.
        status: the declared status of the responses that are meant; every success by default.
        was: the type of these bodies in older versions; left out where only the values differ.
    """

    request: Function | None = None
    response: Function | None = None
    status: int | None = None
    was: Any = UNSET

    verb: ClassVar[str] = "rewritten"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    was_is_type: ClassVar[bool] = True
