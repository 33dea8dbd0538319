"""What happens to a request that is no operation of its version: a 404, a 405, a redirect, or the app's response.

The version's own routes are asked first, as the old server would have asked them, and then those of head.
"""

from __future__ import annotations

from starlette.datastructures import URL

from timegate.asgi.message.problems import Problem, method_not_in_version, not_in_version
from timegate.asgi.message.scope import Scope
from timegate.asgi.route.handover import Handover
from timegate.asgi.route.table import Found, Table
from timegate.asgi.route.version import ApiVersion


def problem_of(version: ApiVersion, head: Table, scope: Scope, *, path: str) -> tuple[Problem | None, bool]:
    """The problem of such a request, None for none, and whether the app's response passes unchanged.

    Args:
        version: the version in force.
        head: head's routes.
        scope: the request.
        path: its path, without `root_path`.
    """
    method, value = scope["method"], version.value
    if head.is_broken(path):
        return not_in_version(value), False
    found, at_head = version.table.find(path, method, scope), head.find(path, method, scope)
    if at_head is not None and at_head.full and at_head.entry.key(method) is not None:
        return _not_allowed(version, path), False
    in_contract = at_head is not None and bool(at_head.entry.operations)
    if found is not None and found.full and not in_contract:
        return None, True
    if in_contract and (not method.isupper() or (at_head is not None and _came_later(at_head, method))):
        # Methods differ by case (RFC 9110, section 9.1), but some releases of Starlette find a class's method for any.
        return _not_allowed(version, path), False
    if method == "OPTIONS" and (at_head is not None or _is_preflight(scope)):
        return None, False
    allowed = version.methods_at(path)
    if in_contract and (found is None or not allowed):
        return not_in_version(value), False
    # Only the app knows which methods it allows here, unless head lacks this path.
    return (method_not_in_version(value, allowed) if found is not None and at_head is None else None), False


def _not_allowed(version: ApiVersion, path: str) -> Problem:
    """The problem of a method that a version does not have at a path: it may have others there, or nothing."""
    allowed = version.methods_at(path)
    return method_not_in_version(version.value, allowed) if allowed else not_in_version(version.value)


def _came_later(at_head: Found, method: str) -> bool:
    """Whether a route has got a method in place since the start: nobody knows what its handler sends."""
    return not at_head.full and method in (getattr(at_head.entry.route, "methods", None) or ())


def slash_redirect(version: ApiVersion, head: Table, scope: Scope, *, path: str) -> str | None:
    """The URL to which the app would redirect if it had the version's routes; None where it would not, or does itself.

    Args:
        version: the version in force.
        head: head's routes.
        scope: the request.
        path: its path, without `root_path`.
    """
    method = scope["method"]
    if path == "/" or head.is_broken(path) or (method == "OPTIONS" and _is_preflight(scope)):
        return None
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    there = None if _route_at(version.table, path, method, scope) else _route_at(version.table, other, method, scope)
    if there is None:
        return None
    is_moved = any(version.plans[key].gate.rewrite for key in there.entry.operations.values())
    at_head, there_at_head = _route_at(head, path, method, scope), _route_at(head, other, method, scope)
    if not is_moved and at_head is None and there_at_head is not None:
        return None
    return str(URL(scope={**scope, "path": scope.get("root_path", "") + other}))


def handed_over(version: ApiVersion, head: Table, scope: Scope, *, path: str) -> Handover | None:
    """The route without operations that a version has where head has an operation; None where it has none.

    Args:
        version: the version in force.
        head: head's routes.
        scope: the request.
        path: its path, without `root_path`.
    """
    method = scope["method"]
    if head.is_broken(path) or head.operation_at(path, method, scope) is None:
        return None
    found = _route_at(version.table, path, method, scope)
    if found is None or not found.full or found.entry.operations or found.entry.out_of_reach is not None:
        return None
    return Handover(found.entry.route, None, found.entry.mounts)


def _route_at(table: Table, path: str, method: str, scope: Scope) -> Found | None:
    """The route at a path; a mount that leads to operations is none, because what is below it stands in the table."""
    found = table.find(path, method, scope)
    return None if found is None or found.entry.below is not None else found


def _is_preflight(scope: Scope) -> bool:
    """Whether a browser asks on behalf of a page what it may send (the Fetch standard); middleware of the app knows."""
    return any(name == b"access-control-request-method" for name, _ in scope["headers"])
