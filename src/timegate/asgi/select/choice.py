"""Which version is in force for a request, from the values that its selector found."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Final, Literal

from timegate.asgi.message.problems import (
    Problem,
    cannot_be_selected,
    in_brownout,
    no_version,
    past_sunset,
    several_versions,
)
from timegate.asgi.message.scope import Scope
from timegate.asgi.select.selectors import MAX_LENGTH, Given, Pin, PinSelector, found_by, pin_of
from timegate.errors import DeclarationError, SelectionError, UnknownVersion, VersionTooNew
from timegate.timeline import Timeline
from timegate.version import UNRELEASED, Version

_SHIFTING: Final = (
    "TimegateMiddleware(default='latest'): a client that names no version gets every new version on the day it is "
    "released; name the version that it was written for: default='{}' for those of the oldest, '{}' for today's"
)


class VersionChoice:
    """Chooses the version in force.

    Args:
        timeline: the versions.
        default: the version of a request that names none.
        newer: ``"refuse"`` or ``"latest"``: how a version newer than the latest is handled.
        unreleased: whether the version without a date is served to those who ask for it.
        sunset_status: the status of a request for a version that is past its sunset.

    Raises:
        DeclarationError: an argument is invalid.
    """

    def __init__(
        self,
        timeline: Timeline,
        *,
        default: str | Pin,
        newer: Literal["refuse", "latest"],
        unreleased: bool,
        sunset_status: int,
    ) -> None:
        if newer not in ("refuse", "latest"):
            raise DeclarationError(f"TimegateMiddleware(newer={newer!r}): newer='refuse' or newer='latest'")
        refusal = (
            f"TimegateMiddleware(default={default!r}): 'required', 'oldest', 'latest', a callable, "
            f"or one of {', '.join(timeline.supported)}"
        )
        if not isinstance(default, str):
            pin_of(default, refusal)
        elif default not in ("required", "oldest", "latest", *timeline.supported):
            raise DeclarationError(refusal)
        self._timeline = timeline
        self._default = default
        self._newer = newer
        self._unreleased = unreleased and not timeline.head.released
        self._sunset_status = sunset_status

    @property
    def notes(self) -> tuple[str, ...]:
        """What the log says of the choice at the start."""
        if self._default != "latest" or len(self._timeline.released) == 1:
            return ()
        return (_SHIFTING.format(self._timeline.values[-1], self._timeline.latest.value),)

    async def of(
        self, given: Given | None, scope: Scope, *, newest: int, required: bool, during_sunset: bool
    ) -> Version | Problem | None:
        """The version in force, or the problem; None where the request names no version and needs none.

        Args:
            given: the values in the request.
            scope: the request.
            newest: the index of the newest version that is offered.
            required: whether the request needs a version.
            during_sunset: whether the request is served though its version is past its sunset.

        Raises:
            DeclarationError: the app's own ``default=`` gave what is no version.
        """
        timeline = self._timeline
        pinned = given is None
        if given is None:
            if not required:
                return None
            found = await self._given_by_default(scope)
            if found is None:
                return no_version(self._supported(newest))
            given = found
        if len(given.values) > 1:
            return several_versions(given.values, self._supported(newest))
        requested = next(iter(given.values), "")
        try:
            if len(requested) > MAX_LENGTH:
                raise UnknownVersion(requested, timeline.supported)
            by_name = self._unreleased and requested == UNRELEASED
            begun = timeline.newest_of(requested, newest=newest) if given.partial else None
            version = begun or timeline.resolve(requested, newest=0 if by_name else newest)
        except SelectionError as error:
            is_newer = isinstance(error, VersionTooNew)
            # A default is the server's own word, and no client's: under a ceiling, it means the ceiling.
            if is_newer and (self._newer == "latest" or (pinned and self._is_known(requested))):
                version = timeline.versions[newest]
            elif pinned:
                raise _no_version_by_default(requested, timeline) from None
            else:
                return cannot_be_selected(error, self._supported(newest))
        return version if during_sunset else self._unless_over(version, requested, newest)

    async def _given_by_default(self, scope: Scope) -> Given | None:
        """The version of a request that names none; None for none."""
        default = self._default
        if not isinstance(default, str):
            return await found_by(PinSelector(default), scope)
        if default == "required":
            return None
        named = {"oldest": self._timeline.values[-1], "latest": self._timeline.latest.value}
        return Given((named.get(default, default),))

    def _is_known(self, requested: str) -> bool:
        """Whether a version is not newer than the latest."""
        try:
            self._timeline.resolve(requested)
        except SelectionError:
            return False
        return True

    def _supported(self, newest: int) -> list[str]:
        """The versions that can be asked for now, newest first."""
        now = datetime.now(UTC)
        offered = [*self._timeline.versions[:1][: self._unreleased], *self._timeline.versions[newest:]]
        return [version.value for version in offered if not version.lifecycle.is_over(now)]

    def _unless_over(self, version: Version, requested: str, newest: int) -> Version | Problem:
        lifecycle = version.lifecycle
        if lifecycle.always_served:
            return version
        now = datetime.now(UTC)
        if lifecycle.is_over(now):
            return past_sunset(requested, lifecycle, self._supported(newest), self._sunset_status)
        brownout = lifecycle.brownout_at(now)
        if brownout is None:
            return version
        return in_brownout(requested, lifecycle, self._supported(newest), ceil((brownout.ends - now).total_seconds()))


def _no_version_by_default(given: str, timeline: Timeline) -> DeclarationError:
    """The error of a callable that gives no version of the API: the server is at fault, whatever a client sent."""
    return DeclarationError(
        f"TimegateMiddleware(default=…) gave {given[:MAX_LENGTH]!r}: it must return one of "
        f"{', '.join(timeline.supported)}, or None"
    )
