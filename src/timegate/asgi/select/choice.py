"""Which version is in force for a request, from the values that its selector found."""

from __future__ import annotations

import time
from typing import Final, Literal

from timegate.asgi.message.problems import Problem, cannot_be_selected, no_version, several_versions
from timegate.asgi.message.scope import Scope
from timegate.asgi.select.selectors import MAX_LENGTH, Given, Pin, PinSelector, found_by, pin_of
from timegate.errors import DeclarationError, SelectionError, UnknownVersion, VersionSunset, VersionTooNew
from timegate.timeline import Timeline
from timegate.version import Version

_SHIFTING: Final = (
    "TimegateMiddleware(default='latest'): a client that names no version gets every new version on the day it is "
    "released; name the version that it was written for: default='{}' for those of the oldest, '{}' for today's"
)


class VersionChoice:
    """Chooses the version in force.

    Args:
        timeline: the versions.
        default: the version of a request that names none.
        newer: ``"refuse"`` or ``"latest"``: how a version newer than head is handled.

    Raises:
        DeclarationError: an argument is invalid.
    """

    def __init__(self, timeline: Timeline, *, default: str | Pin, newer: Literal["refuse", "latest"]) -> None:
        if newer not in ("refuse", "latest"):
            raise DeclarationError(f"TimegateMiddleware(newer={newer!r}): newer='refuse' or newer='latest'")
        refusal = (
            f"TimegateMiddleware(default={default!r}): 'required', 'oldest', 'latest', a callable, "
            f"or one of {', '.join(timeline.values)}"
        )
        if not isinstance(default, str):
            pin_of(default, refusal)
        elif default not in ("required", "oldest", "latest", *timeline.values):
            raise DeclarationError(refusal)
        self._timeline = timeline
        self._default = default
        self._newer = newer

    @property
    def notes(self) -> tuple[str, ...]:
        """What the log says of the choice at the start."""
        if self._default != "latest" or len(self._timeline) == 1:
            return ()
        return (_SHIFTING.format(self._timeline.values[-1], self._timeline.head.value),)

    async def of(self, given: Given | None, scope: Scope, *, required: bool) -> Version | Problem | None:
        """The version in force, or the problem; None where the request names no version and needs none.

        Args:
            given: the values in the request.
            scope: the request.
            required: whether the request needs a version.
        """
        timeline, default = self._timeline, self._default
        if given is None:
            if not required:
                return None
            if default == "required":
                return no_version(timeline.values)
            if isinstance(default, str):
                named = {"oldest": timeline.versions[-1], "latest": timeline.head}
                return self._unless_sunset(named.get(default) or timeline.resolve(default), default)
            given = await found_by(PinSelector(default), scope)
            if given is None:
                return no_version(timeline.values)
        if len(given.values) > 1:
            return several_versions(given.values, timeline.values)
        requested = next(iter(given.values), "")
        try:
            if len(requested) > MAX_LENGTH:
                raise UnknownVersion(requested, timeline.values)
            version = timeline.resolve(requested)
        except VersionTooNew as error:
            if self._newer == "refuse":
                return cannot_be_selected(error)
            version = timeline.head
        except SelectionError as error:
            return cannot_be_selected(error)
        return self._unless_sunset(version, requested)

    def _unless_sunset(self, version: Version, requested: str) -> Version | Problem:
        if version.sunset is not None and time.time() >= version.sunset.timestamp():
            return cannot_be_selected(VersionSunset(requested, self._timeline.values))
        return version
