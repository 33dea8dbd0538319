"""What a server does to the messages of one operation for the clients of one version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from timegate.gates.locations import ClientLocation, same_location

Program: TypeAlias = Callable[[Any], Any]
"""Decoded JSON in, JSON out; it may change its argument in place and return it or another object.

Raises ``UpgradeError`` on the side of requests and ``DowngradeError`` on the side of responses.
"""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Where head has an operation that a version has elsewhere.

    Args:
        path: head's path, each parameter of the version's path in braces (``/runs/{run_id}``).
        query: names and templates of query parameters to set; what a client sends under these names is taken off first.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OperationGate:
    """One operation of head, as the clients of one version see it.

    Args:
        key: its identity, head's method and path with convertors (``GET /variables/{key:path}``).
        method: the HTTP method.
        head_path: head's path with convertors, as the route has it.
        path: the path in this version, with convertors.
        exists: whether this version has it; if not, it is answered before the app.
        rewrite: how this version's path becomes head's; None where it is head's own.
        request: the program of the request's body; None where it is passed on untouched.
        json_only: whether the contract knows only JSON as the request's body.
        answers: the programs of the answers by declared status (``"200"``, ``"4XX"``, ``"default"``); None: untouched.
        success: the declared status of success; an undeclared 2xx is treated like it.
        answer_media: the declared media types by declared status.
        query: the program of the query parameters, from name to value or list of values; None where untouched.
        headers: the same for the header parameters, names in lower case.
        statuses: head's status to this version's.
        gated: whether anything of the above does something for this version.
        locate: where this version's clients find a place of head's request (``("body", "items", 0, "name")``).
    """

    key: str
    method: str
    head_path: str
    path: str
    exists: bool
    rewrite: Rewrite | None
    request: Program | None
    json_only: bool
    responses: Mapping[str, Program | None]
    success: str
    response_media: Mapping[str, tuple[str, ...]]
    query: Program | None
    headers: Program | None
    statuses: Mapping[int, int]
    gated: bool
    locate: Callable[[Sequence[str | int]], ClientLocation] = same_location
