"""What `list_versions` responds with: the versions on offer, what each changed, and how long each is served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from timegate.asgi.message.scope import ABOVE, Scope
from timegate.asgi.select.ceiling import Top
from timegate.asgi.select.selectors import (
    FirstOf,
    HeaderSelector,
    MediaTypeSelector,
    PathSelector,
    QuerySelector,
    Selector,
)
from timegate.context import SELECTED
from timegate.errors import DeclarationError
from timegate.timeline import Timeline
from timegate.version import Version

MIDDLEWARE: Final = "timegate.middleware"
"""The key of the scope in which a request that is no operation of a selected version has the middleware."""


@runtime_checkable
class Lists(Protocol):
    """A middleware that can say what it serves."""

    @property
    def listing(self) -> Listing:
        """What it says of its versions."""
        ...

    @property
    def document_path(self) -> str | None:
        """The path of the app's OpenAPI document; None for none."""
        ...


class Served(NamedTuple):
    """Where a request came through.

    Attributes:
        by: the middleware.
        root_path: the path before the app's own.
        above: the same without a version in it.
    """

    by: Lists
    root_path: str
    above: str


def served_by(middleware: Lists, scope: Scope) -> Served:
    """Where a request came through, by its scope."""
    root: str = scope.get("root_path", "")
    above, below = scope.get(ABOVE, (root, root))
    return Served(middleware, root, above if below == root else root)


async def list_versions(request: Request) -> Response:
    """List the versions on offer as JSON: an endpoint that an app may include, below dependencies of its own.

    Raises:
        DeclarationError: the request did not come through `TimegateMiddleware`.
    """
    served = _served(request.scope)
    body = to_json({"versions": list(served.by.listing.versions(served, datetime.now(UTC)))})
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # It may be kept, and is asked for again: a ceiling holds at once.
    headers = {"etag": tag, "cache-control": "no-cache"}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _served(scope: Scope) -> Served:
    found: Served | None = scope.get(MIDDLEWARE)
    selected = SELECTED.get()
    if found is None and selected is not None and isinstance(selected.by, Lists):
        found = served_by(selected.by, scope)
    if found is None:
        raise DeclarationError(
            "list_versions: the request did not come through the middleware: app.add_middleware(TimegateMiddleware, …)"
        )
    return found


@dataclass(frozen=True, slots=True)
class Listing:
    """What a middleware says of its versions.

    Args:
        timeline: the versions.
        top: knows the newest version on offer.
        select: finds the version that a request asks for.
    """

    timeline: Timeline
    top: Top
    select: Selector

    def versions(self, served: Served, now: datetime) -> Iterator[dict[str, Any]]:
        """Each version on offer as JSON, newest first."""
        for version in self.timeline.versions[self.top.newest() :]:
            lifecycle = version.lifecycle
            said: dict[str, Any] = {
                "version": version.value,
                "supported": not lifecycle.is_over(now),
                "deprecated": lifecycle.deprecated,
                "sunset": lifecycle.sunset,
                "brownouts": [{"begins": one.begins, "ends": one.ends} for one in lifecycle.brownouts] or None,
                "links": lifecycle.links or None,
                "changes": [
                    {"name": change.__qualname__, "description": change.description}
                    for change in version.changes
                    if not change.hidden
                ],
                "document": self._document(version, served),
            }
            yield {key: value for key, value in said.items() if value is not None}

    def _document(self, version: Version, served: Served) -> dict[str, Any] | None:
        """How to get a version's OpenAPI document; None where the app has none."""
        path = served.by.document_path
        if path is None:
            return None
        value, root = version.value, served.root_path
        selectors = self.select.selectors if isinstance(self.select, FirstOf) else (self.select,)
        for selector in selectors:
            match selector:
                case HeaderSelector():
                    return {"href": root + path, "headers": {selector.name: value}}
                case QuerySelector():
                    return {"href": f"{root}{path}?{selector.name}={value}"}
                case PathSelector():
                    return {"href": f"{served.above}{selector.template.replace('{version}', value).rstrip('/')}{path}"}
                case MediaTypeSelector():
                    accept = f"application/json; {selector.parameter}={value}"
                    return {"href": root + path, "headers": {"Accept": accept}}
                case _:
                    continue
        return None
