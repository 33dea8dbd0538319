"""What a client is told when its request cannot be served as the version it asks for (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from pydantic_core import to_json

from timegate.asgi.message.headers import RawHeaders
from timegate.errors import (
    GateError,
    SelectionError,
    UnsupportedVersion,
    VersionSunset,
    VersionTooNew,
)

_LONGEST: Final = 64
_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.:;,/+~@*()[]{}=|#")


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a request is not served, before it is rendered.

    Args:
        name: the kind of problem, the end of its ``type``.
        status: the HTTP status.
        title: the same for every problem of the kind.
        detail: what happened this time, and what to do.
        members: more members of the problem, as JSON.
        headers: more headers of the answer, names in lower case.
    """

    name: str
    status: int
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def type(self) -> str:
        """The problem's type, a URI that names it and leads nowhere."""
        return f"urn:timegate:problem:{self.name}"


Renderer: TypeAlias = Callable[[Problem], tuple[str, Any]]
"""Turns a problem into a media type and the JSON that is sent with it."""


def problem_json(problem: Problem) -> tuple[str, Any]:
    """Render a problem as RFC 9457 has it."""
    content = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    return "application/problem+json", content


def rendered(problem: Problem, renderer: Renderer) -> tuple[RawHeaders, bytes]:
    """The headers and the body of the answer that tells a problem. No cache may keep it."""
    media_type, content = renderer(problem)
    body = to_json(content)
    headers: RawHeaders = [
        (b"content-type", media_type.encode("latin-1")),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"cache-control", b"no-store"),
        *problem.headers,
    ]
    return headers, body


def safe(text: str) -> str:
    """At most 64 harmless characters of what a client sent."""
    return "".join(character if character in _SAFE else "?" for character in text[:_LONGEST])


def cannot_be_selected(error: SelectionError) -> Problem:
    """The version asked for cannot be served."""
    status = HTTPStatus.BAD_REQUEST
    if isinstance(error, VersionTooNew):
        name, title = "version-too-new", "The version is newer than this server"
        detail = "The version asked for is newer than this server: upgrade the server first."
    elif isinstance(error, UnsupportedVersion):
        name, title = "version-unsupported", "The version is no longer supported"
        detail = "The version asked for is older than the oldest supported version."
    elif isinstance(error, VersionSunset):
        status = HTTPStatus.GONE
        name, title = "version-sunset", "The version is past its sunset"
        detail = "The version asked for is past its sunset."
    else:
        name, title = "version-unknown", "The version is unknown"
        detail = "What is asked for is not a version of this API."
    members = {"requested_version": safe(error.requested), "supported_versions": list(error.supported)}
    return Problem(name, status, title, f"{detail} Supported: {_listed(error.supported)}.", members)


def several_versions(values: Sequence[str], supported: Sequence[str]) -> Problem:
    """Two different versions are asked for at once."""
    return Problem(
        "version-ambiguous",
        HTTPStatus.BAD_REQUEST,
        "Several versions are asked for",
        f"The request names {len(values)} different versions: name one. Supported: {_listed(supported)}.",
        {"requested_version": [safe(value) for value in values[:2]], "supported_versions": list(supported)},
    )


def no_version(supported: Sequence[str]) -> Problem:
    """No version is asked for where one is required."""
    return Problem(
        "version-missing",
        HTTPStatus.BAD_REQUEST,
        "A version is required",
        f"The request names no version of the API. Supported: {_listed(supported)}.",
        {"requested_version": None, "supported_versions": list(supported)},
    )


def not_in_version(version: str) -> Problem:
    """The version has no such path."""
    return Problem(
        "operation-not-found",
        HTTPStatus.NOT_FOUND,
        "The version has no such operation",
        f"Version {version} of this API has nothing at this path.",
    )


def method_not_in_version(version: str, allowed: Sequence[str]) -> Problem:
    """The version has the path, but not with this method."""
    listed = ", ".join(allowed)
    return Problem(
        "method-not-allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The version has no such method here",
        f"Version {version} of this API allows {listed} at this path.",
        headers=((b"allow", listed.encode("ascii")),),
    )


def refused(error: GateError, *, place: str = "body") -> Problem:
    """A request cannot become one of head's, and the client is to blame."""
    return Problem(
        "request-refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request does not fit its version",
        f"The {place} does not fit the version it is written for: {safe(error.problem)}",
        {"pointer": safe(error.pointer), "in": place},
    )


def malformed(detail: str) -> Problem:
    """A body is not the JSON or not the coding that it says it is."""
    return Problem("body-malformed", HTTPStatus.BAD_REQUEST, "The body cannot be read", detail)


def unsupported_media(detail: str, *, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Problem:
    """A body is of a type or coding that cannot be gated."""
    return Problem(
        "media-type-unsupported",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is of an unsupported type",
        detail,
        headers=headers,
    )


def too_large(limit: int) -> Problem:
    """A body that must be gated is larger than the server buffers."""
    return Problem(
        "body-too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        f"A body at this place may have at most {limit} bytes.",
    )


def response_not_convertible() -> Problem:
    """An answer cannot be told to the client's version; nothing of it is sent."""
    return Problem(
        "response-not-convertible",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The response cannot be converted to this version",
        "The server has a response, but cannot convert it to the version asked for.",
    )


def request_not_convertible() -> Problem:
    """A function of a change failed on a request; the server is to blame."""
    return Problem(
        "request-not-convertible",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The request cannot be converted for the server",
        "The server cannot convert the request from the version it is written for.",
    )


def not_ready() -> Problem:
    """The declared changes do not compile, so that nothing can be gated."""
    return Problem(
        "not-ready",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The server's versions cannot be served",
        "The changes that the server declares between its versions cannot be carried out; its log says which.",
    )


def _listed(versions: Sequence[str]) -> str:
    return ", ".join(versions)
