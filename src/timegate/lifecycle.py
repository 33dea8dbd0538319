"""When a version is deprecated, when it fails for some minutes, and when it is no longer served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import inf
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from timegate.errors import DeclarationError
from timegate.typing import is_sequence

Relation: TypeAlias = Literal["deprecation", "sunset", "successor-version", "service-desc"]
"""What a link of a version leads to: the policies of RFC 9745 and RFC 8594, the version to use instead (RFC 5829), and
the version's OpenAPI document (RFC 8631)."""

RELATIONS: Final[tuple[Relation, ...]] = ("deprecation", "sunset", "successor-version", "service-desc")

NO_LINKS: Final[Mapping[Relation, str]] = MappingProxyType({})

_URI: Final = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")


class Brownout(NamedTuple):
    """Announced minutes before the sunset in which a version is not served, so that who still uses it notices.

    Attributes:
        begins: the moment at which it begins.
        lasts: how long it lasts.
    """

    begins: datetime
    lasts: timedelta

    @property
    def ends(self) -> datetime:
        """The moment at which the version is served again."""
        return self.begins + self.lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What is declared of a version's end.

    Args:
        deprecated: the moment from which the version is deprecated.
        sunset: the moment from which it is no longer served.
        brownouts: when it is not served before that.
        links: where a client reads more, by the relation of the link.
    """

    deprecated: datetime | None = None
    sunset: datetime | None = None
    brownouts: tuple[Brownout, ...] = ()
    links: Mapping[Relation, str] = field(default_factory=dict[Relation, str])

    @property
    def always_served(self) -> bool:
        """Whether no moment is declared at which the version is not served."""
        return self.sunset is None and not self.brownouts

    def served_until(self, now: float) -> float | None:
        """The next moment, in seconds of the epoch, at which it may not be served; None where it is not served now."""
        if self.always_served:
            return inf
        at = datetime.fromtimestamp(now, UTC)
        if self.is_over(at) or self.brownout_at(at) is not None:
            return None
        moments = [brownout.begins for brownout in self.brownouts] + ([self.sunset] if self.sunset else [])
        return min((moment.timestamp() for moment in moments if moment > at), default=inf)

    def is_over(self, now: datetime) -> bool:
        """Whether the version is past its sunset."""
        return self.sunset is not None and now >= self.sunset

    def brownout_at(self, now: datetime) -> Brownout | None:
        """The brownout at a moment; None for none."""
        return next((one for one in self.brownouts if one.begins <= now < one.ends), None)


def declared_lifecycle(
    version: str, *, deprecated: object, sunset: object, brownouts: object, links: object
) -> Lifecycle:
    """The lifecycle that a version declares.

    Args:
        version: the version, for messages.
        deprecated: a day or moment, or None.
        sunset: a day or moment, or None.
        brownouts: pairs of a moment and how long it lasts.
        links: addresses by the relation of the link.

    Raises:
        DeclarationError: a moment, a brownout or a link is malformed, or they contradict each other.
    """
    found = Lifecycle(
        deprecated=_moment(deprecated, f"Version({version!r}, …, deprecated=…)"),
        sunset=_moment(sunset, f"Version({version!r}, …, sunset=…)"),
        brownouts=_brownouts(brownouts, f"Version({version!r}, …, brownouts=…)"),
        links=_links(links, f"Version({version!r}, …, links=…)"),
    )
    if found.deprecated and found.sunset and found.sunset < found.deprecated:
        raise DeclarationError(
            f"Version({version!r}, …): the sunset is before the deprecation: "
            f"sunset={_code(found.deprecated)} or later, or deprecated={_code(found.sunset)}"
        )
    for brownout in found.brownouts:
        if found.sunset is None or brownout.ends > found.sunset:
            remedy = _code(brownout.ends + timedelta(days=1))
            raise DeclarationError(
                f"Version({version!r}, …): a brownout announces a sunset, and ends before it: sunset={remedy}"
            )
    return found


def _moment(day: object, written: str) -> datetime | None:
    if day is not None and not isinstance(day, date):
        raise DeclarationError(f"{written}: {day!r} is no date: date(2030, 1, 31)")
    if isinstance(day, datetime):
        return day if day.tzinfo else day.replace(tzinfo=UTC)
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _brownouts(given: object, written: str) -> tuple[Brownout, ...]:
    if not is_sequence(given):
        raise DeclarationError(f"{written}: {given!r} is no list: {_BROWNOUTS}")
    found: list[Brownout] = []
    for one in given:
        pair = tuple(one) if is_sequence(one) else ()
        begins, lasts = pair if len(pair) == 2 else (None, None)
        moment = _moment(begins, written) if isinstance(begins, datetime) else None
        if moment is None or not isinstance(lasts, timedelta) or lasts <= timedelta():
            raise DeclarationError(f"{written}: {one!r} is no moment and how long it lasts: {_BROWNOUTS}")
        found.append(Brownout(moment, lasts))
    return tuple(sorted(found))


_BROWNOUTS: Final = "brownouts=[(datetime(2030, 1, 31, 9, tzinfo=UTC), timedelta(minutes=10))]"


def _links(given: object, written: str) -> dict[Relation, str]:
    if not isinstance(given, Mapping):
        raise DeclarationError(f"{written}: {given!r} is no dict: links={{'sunset': 'https://api.example/sunset'}}")
    addresses: dict[object, object] = {**given}
    found: dict[Relation, str] = {}
    for relation in RELATIONS:
        address = addresses.pop(relation, None)
        if address is None:
            continue
        if not isinstance(address, str) or not _URI.fullmatch(address):
            raise DeclarationError(f"{written}: {address!r} is no URI: {{{relation!r}: 'https://api.example/…'}}")
        found[relation] = address
    if addresses:
        raise DeclarationError(f"{written}: {next(iter(addresses))!r} is none of {', '.join(map(repr, RELATIONS))}")
    return found


def _code(moment: datetime) -> str:
    return f"date({moment.year}, {moment.month}, {moment.day})"
