"""What is told of one request: who asked for which version of what, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

from timegate.errors import DeclarationError

UNKNOWN: Final = "unknown"
"""What stands for a version where none was in force, and for a client where nobody says who it is."""

OTHER: Final = "other"
"""What stands for a path that is no operation of the contract, and for clients beyond the first thousand."""


class Event(NamedTuple):
    """What is told of one request.

    Attributes:
        asked: the version as the client wrote it; None where it named none.
        version: the version in force, or ``"unknown"``.
        operation: method and path template at head, or ``"other"``.
        gated: whether a program converts something of the operation at this version.
        status: the status of the response; 500 where the app raised and sent none.
        problem: why timegate refused it, the end of the problem's type; empty where it did not.
        client: who asked, of at most 1,000 known ones; then ``"other"``.
        seconds: from the choice of the version to the end of the response.
    """

    asked: str | None
    version: str
    operation: str
    gated: bool
    status: int
    problem: str
    client: str
    seconds: float

    def fields(self) -> dict[str, str | int | float | bool | None]:
        """The values by their names."""
        return dict(zip(FIELDS, self, strict=True))


FIELDS: Final = ("asked", "version", "operation", "gated", "status", "problem", "client", "seconds")
"""The names of an event's values, in order."""

Observer: TypeAlias = Callable[[Event], None]
"""Gets the event of each request after its response; it must be quick and must not raise."""


@runtime_checkable
class Tally(Protocol):
    """An observer that only counts: the values that it counts by come by themselves, and no event is made for it."""

    def __call__(self, event: Event, /) -> None:
        """Count an event, as any other observer gets it."""

    def count(self, client: str, version: str, operation: str, status: int, problem: str, /) -> None:
        """Count a request; the values are those of its event."""


class Loss(NamedTuple):
    """Something that a conversion lost of a payload, in a request that was sampled.

    Attributes:
        version: the version in force.
        operation: method and path template at head.
        change: the change that loses it.
        kind: ``"seen as"`` (another value or model stands in), ``"cut"`` (items of a list), ``"made up"`` (a value that
            is not there), ``"dropped"`` (a key that the receiver does not know) or ``"refused"`` (a key that the old
            contract does not have, and the request with it).
        rate: which share of the requests is sampled.
    """

    version: str
    operation: str
    change: str
    kind: str
    rate: float


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which losses are told to whom.

    Args:
        tell: gets each loss, after the response; it must be quick and must not raise.
        rate: which share of the requests is looked at; each costs a multiple of the usual conversion.

    Raises:
        DeclarationError: the rate is no share.
    """

    tell: Callable[[Loss], None]
    rate: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 1:
            raise DeclarationError(f"Sampling(…, rate={self.rate!r}): a share of all requests: rate=0.01")


def each(*observers: Observer) -> Observer:
    """One observer for several, which get each event in turn."""

    def told(event: Event) -> None:
        for observer in observers:
            observer(event)

    return told
