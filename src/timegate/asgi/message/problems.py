"""The problems that a client gets when its request cannot be served at the version it asks for (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from pydantic_core import to_json

from timegate.asgi.message.headers import RawHeaders
from timegate.asgi.message.lifecycle import lifecycle_fields
from timegate.errors import GateError, SelectionError, UnsupportedVersion, VersionTooNew
from timegate.lifecycle import Lifecycle

_LONGEST: Final = 64
_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.:;,/+~@*()[]{}=|#")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is not served; a renderer makes the response's body of it.

    Args:
        name: the kind of problem, the end of its ``type``.
        status: the HTTP status.
        title: the same for every problem of the kind.
        detail: what happened this time, and what to do.
        members: more members of the problem, as JSON.
        headers: more header fields of the response, names in lower case.
    """

    name: str
    status: int
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def type(self) -> str:
        """The problem's type, a URI that names it and cannot be dereferenced."""
        return f"urn:timegate:problem:{self.name}"


Renderer: TypeAlias = Callable[[Problem], tuple[str, Any]]
"""Turns a problem into a media type and the JSON data of the body."""


def problem_json(problem: Problem) -> tuple[str, Any]:
    """Render a problem as RFC 9457 defines it."""
    content = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    return "application/problem+json", content


def render_problem(problem: Problem, renderer: Renderer) -> tuple[RawHeaders, bytes]:
    """The header fields and the body of a problem's response. No cache may keep it."""
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


def cannot_be_selected(error: SelectionError, supported: Sequence[str]) -> Problem:
    """The version asked for cannot be served; ``supported`` lists those that can."""
    if isinstance(error, VersionTooNew):
        name, title = "version-too-new", "The version is newer than this server"
        detail = "The version asked for is newer than this server: upgrade the server first."
    elif isinstance(error, UnsupportedVersion):
        name, title = "version-unsupported", "The version is no longer supported"
        detail = "The version asked for is older than the oldest supported version."
    else:
        name, title = "version-unknown", "The version is unknown"
        detail = "What is asked for is not a version of this API."
    return _selection_problem(name, title, detail, safe(error.requested), supported)


def past_sunset(requested: str, lifecycle: Lifecycle, supported: Sequence[str], status: int) -> Problem:
    """The version asked for is past its sunset."""
    problem = _selection_problem(
        "version-sunset",
        "The version is past its sunset",
        "The version asked for is past its sunset.",
        safe(requested),
        supported,
    )
    return replace(problem, status=status, headers=tuple(lifecycle_fields(lifecycle)))


def in_brownout(requested: str, lifecycle: Lifecycle, supported: Sequence[str], seconds: int) -> Problem:
    """The version asked for is not served for some time, to announce its sunset."""
    problem = _selection_problem(
        "version-brownout",
        "The version is not served for some time",
        f"The version asked for is near its sunset, and is served again in {seconds} seconds.",
        safe(requested),
        supported,
    )
    retry = (b"retry-after", str(seconds).encode("ascii"))
    return replace(problem, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=(retry, *lifecycle_fields(lifecycle)))


def several_versions(values: Sequence[str], supported: Sequence[str]) -> Problem:
    """The request asks for different versions at once."""
    detail = f"The request names {len(values)} different versions: name one."
    requested = [safe(value) for value in values[:2]]
    return _selection_problem("version-ambiguous", "Several versions are asked for", detail, requested, supported)


def no_version(supported: Sequence[str]) -> Problem:
    """The request asks for no version where one is required."""
    detail = "The request names no version of the API."
    return _selection_problem("version-missing", "A version is required", detail, None, supported)


def _selection_problem(name: str, title: str, detail: str, requested: Any, supported: Sequence[str]) -> Problem:
    members = {"requested_version": requested, "supported_versions": list(supported)}
    return Problem(name, HTTPStatus.BAD_REQUEST, title, f"{detail} Supported: {', '.join(supported)}.", members)


def not_in_version(version: str) -> Problem:
    """The version has no such path."""
    detail = f"Version {version} of this API has nothing at this path."
    return Problem("operation-not-found", HTTPStatus.NOT_FOUND, "The version has no such operation", detail)


def method_not_in_version(version: str, allowed: Sequence[str]) -> Problem:
    """The version has the path, but not with this method."""
    listed = ", ".join(allowed)
    title = "The version has no such method here"
    detail = f"Version {version} of this API allows {listed} at this path."
    headers = ((b"allow", listed.encode("ascii")),)
    return Problem("method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, title, detail, headers=headers)


def detail_json(problem: Problem) -> tuple[str, Any]:
    """Render a refused request as FastAPI and `@operation` render theirs: its validation errors as ``detail``."""
    return "application/json", {"detail": problem.members["errors"]}


def request_refused(error: GateError, *, place: str, errors: Sequence[Mapping[str, Any]]) -> Problem:
    """A request does not fit its version, so that it cannot be converted; the client has to correct it.

    Args:
        error: what the gate found.
        place: the part of the request.
        errors: the validation errors, in the names of the client's version.
    """
    title = "The request does not fit its version"
    detail = f"The {place} does not fit the version it is written for: {safe(error.problem)}"
    members = {"pointer": safe(error.pointer), "in": place, "errors": list(errors)}
    return Problem("request-refused", HTTPStatus.UNPROCESSABLE_ENTITY, title, detail, members)


def errors_too_large(status: int) -> Problem:
    """The app refuses a request with validation errors that are too large to be converted, as they repeat its body."""
    title, said = "The request is refused", "The validation errors are too large to be told."
    errors = [{"type": "more_errors", "loc": ["body"], "msg": said}]
    return Problem("request-refused", status, title, said, {"errors": errors})


def malformed(detail: str) -> Problem:
    """A body is not the JSON, or not in the coding, that its header fields declare."""
    return Problem("body-malformed", HTTPStatus.BAD_REQUEST, "The body cannot be read", detail)


def unsupported_media(detail: str, *, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Problem:
    """A body has a media type or a coding that cannot be converted."""
    title = "The body is of an unsupported type"
    return Problem("media-type-unsupported", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, title, detail, headers=headers)


def too_large(limit: int) -> Problem:
    """A body that must be converted is larger than the server buffers."""
    detail = f"A body at this place may have at most {limit} bytes."
    return Problem("body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large", detail)


def response_not_convertible() -> Problem:
    """A response cannot be converted to the client's version; nothing of it is sent."""
    title = "The response cannot be converted to this version"
    detail = "The server has a response, but cannot convert it to the version asked for."
    return Problem("response-not-convertible", HTTPStatus.INTERNAL_SERVER_ERROR, title, detail)


def request_not_convertible() -> Problem:
    """A function of a change failed on a request; the fault is the server's."""
    title = "The request cannot be converted for the server"
    detail = "The server cannot convert the request from the version it is written for."
    return Problem("request-not-convertible", HTTPStatus.INTERNAL_SERVER_ERROR, title, detail)


def not_ready() -> Problem:
    """The declared changes do not compile, so that nothing can be converted."""
    title = "The server's versions cannot be served"
    detail = "The changes that the server declares between its versions cannot be carried out; its log says which."
    return Problem("not-ready", HTTPStatus.INTERNAL_SERVER_ERROR, title, detail)
