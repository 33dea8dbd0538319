"""Finds the version in force, as it is served, for a request of which one header field alone does not tell it."""

from __future__ import annotations

from dataclasses import dataclass

from timegate.asgi.message.problems import Problem
from timegate.asgi.message.scope import Scope, below_prefix, is_outside, without_prefix
from timegate.asgi.route.version import ApiVersion
from timegate.asgi.select.choice import VersionChoice
from timegate.asgi.select.selectors import Given, HeaderSelector, Selector, found_by
from timegate.asgi.serve.startup import ReadyApp


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force for the requests of one middleware.

    Args:
        select: finds the version that a request asks for.
        choice: decides which version that is.
    """

    select: Selector
    choice: VersionChoice

    async def given(self, ready: ReadyApp, scope: Scope) -> tuple[Given | None, Scope]:
        """The version that a request names, and the scope without it in the path."""
        given = await found_by(self.select, scope)
        if given is None or not given.root_path:
            return given, scope
        fixed = ready.rooted is not None and is_outside(scope, ready.rooted)
        return given, (without_prefix if fixed else below_prefix)(scope, given.root_path)

    async def version(
        self,
        ready: ReadyApp,
        given: Given | None,
        scope: Scope,
        *,
        newest: int,
        required: bool = False,
        during_sunset: bool = False,
    ) -> ApiVersion | Problem | None:
        """The version in force, remembered by the value of the header field; as `VersionChoice.of` says."""
        chosen = await self.choice.of(given, scope, newest=newest, required=required, during_sunset=during_sunset)
        if chosen is None or isinstance(chosen, Problem):
            return chosen
        version = ready.versions.by_value[chosen.value]
        if isinstance(self.select, HeaderSelector) and given is not None:
            ready.versions.remember(given.values[0].encode("utf-8"), version, chosen.lifecycle, newest)
        return version
