"""The types of ASGI, and the path of a request less `root_path`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from starlette.endpoints import HTTPEndpoint
from starlette.routing import Match, Route

Scope: TypeAlias = MutableMapping[str, Any]
"""An ASGI connection scope; it is read, never changed."""


Message: TypeAlias = MutableMapping[str, Any]


Receive: TypeAlias = Callable[[], Awaitable[Message]]


Send: TypeAlias = Callable[[Message], Awaitable[None]]


App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def _takes_root_for_a_pattern() -> bool:
    """Whether the installed Starlette takes `root_path` off a path as a regular expression, as older ones do."""
    scope = {"type": "http", "method": "GET", "path": "/aa/b", "root_path": "/a."}
    return Route("/b", HTTPEndpoint).matches(scope)[0] is not Match.NONE


_ROOT_IS_A_PATTERN: Final = _takes_root_for_a_pattern()


def route_path(scope: Scope) -> str:
    """The path less `root_path`, as the routes of the installed Starlette see it."""
    whole: str = scope["path"]
    root: str = scope.get("root_path", "")
    if root and _ROOT_IS_A_PATTERN:
        return re.sub(f"^{root}", "", whole)
    if not root or not whole.startswith(root):
        return whole
    if whole == root:
        return ""
    return whole[len(root) :] if whole[len(root)] == "/" else whole


def below_prefix(scope: Scope, prefix: str) -> Scope:
    """A copy of the scope whose path begins after a prefix, which moves to `root_path`."""
    if not prefix:
        return scope
    root: str = scope.get("root_path", "")
    below = {**scope, "root_path": root + prefix}
    if root and route_path(scope) == scope["path"]:
        # A proxy has removed its own prefix already; a path must begin with the whole `root_path`.
        below["path"] = root + scope["path"]
        below["raw_path"] = quote(root, safe="/").encode("ascii") + scope.get("raw_path", b"")
    return below
