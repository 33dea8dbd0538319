"""The types of ASGI, and the path of a request without `root_path`."""

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

ABOVE: Final = "timegate.above"
"""The key of the scope in which a request has the `root_path` of before, with that which has a prefix of its path."""

_PATH_SAFE: Final = "/:@!$&'()*+,;=~-._"

# Older releases of Starlette remove `root_path` from a path as a regular expression.
_ROOT_IS_A_PATTERN: Final = (
    Route("/b", HTTPEndpoint).matches({"type": "http", "method": "GET", "path": "/aa/b", "root_path": "/a."})[0]
    is not Match.NONE
)


def route_path(scope: Scope) -> str:
    """The path without `root_path`, as the routes of the installed Starlette see it."""
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
    """A copy of the scope with a prefix of the path moved to `root_path`; the scope itself where there is none."""
    if not prefix:
        return scope
    root: str = scope.get("root_path", "")
    below = {**scope, "root_path": root + prefix, ABOVE: (root, root + prefix)}
    if root and route_path(scope) == scope["path"]:
        # A proxy has removed its own prefix already; a path must begin with the whole `root_path`.
        below["path"] = root + scope["path"]
        below["raw_path"] = quote(root, safe="/").encode("ascii") + scope.get("raw_path", b"")
    return below


def without_prefix(scope: Scope, prefix: str) -> Scope:
    """A copy of the scope without a prefix of the path below `root_path`, for an app that sets `root_path` itself."""
    root: str = scope.get("root_path", "")
    path = root + route_path(scope)[len(prefix) :]
    return {**scope, "path": path, "raw_path": quote(path, safe=_PATH_SAFE).encode("ascii")}


def is_outside(scope: Scope, app: Any) -> bool:
    """Whether a request is still on its way to an app that sets `root_path` to its own, so that it is not set yet."""
    return bool(app.root_path) and scope.get("app") is not app


def rooted(scope: Scope, app: Any) -> Scope:
    """The scope with the `root_path` that such an app sets when it is called."""
    return {**scope, "root_path": app.root_path} if is_outside(scope, app) else scope
