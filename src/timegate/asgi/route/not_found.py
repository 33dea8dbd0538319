"""Requests that are no operation of their version."""

from __future__ import annotations

from starlette.datastructures import URL

from timegate.asgi.message.problems import Problem, method_not_in_version, not_in_version
from timegate.asgi.message.scope import Scope
from timegate.asgi.route.table import Table
from timegate.asgi.route.version import ApiVersion


def problem_of(version: ApiVersion, head: Table, scope: Scope, *, path: str) -> tuple[Problem | None, bool]:
    """The problem of such a request, and whether its response is left alone.

    Args:
        version: the version in force.
        head: head's routes.
        scope: the request.
        path: its path, less `root_path`.
    """
    method: str = scope["method"]
    mine, heads = version.table.find(path, method, scope), head.find(path, method, scope)
    value = version.value
    if heads is not None and heads.full and heads.entry.key(method) is not None:
        allowed = version.methods_at(path)
        return (method_not_in_version(value, allowed) if allowed else not_in_version(value)), False
    known = heads is not None and bool(heads.entry.operations)
    if mine is not None and mine.full and not known:
        return None, True
    if method == "OPTIONS":
        return None, False
    if mine is not None:
        if known and not version.methods_at(path):
            return not_in_version(value), False
        # Only the app knows which methods it allows here, unless head lacks this path.
        return (method_not_in_version(value, version.methods_at(path)) if heads is None else None), False
    return (not_in_version(value) if known else None), False


def slash_redirect(version: ApiVersion, scope: Scope, *, path: str) -> str | None:
    """The URL to which the app would redirect if it had the version's paths; None where it would not."""
    if path == "/" or version.table.find(path, scope["method"], scope) is not None:
        return None
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    matching = (version.plans[key] for entry in version.table.matching(other) for key in entry.operations.values())
    if not any(plan.gate.rewrite for plan in matching):
        return None
    return str(URL(scope={**scope, "path": scope.get("root_path", "") + other}))
