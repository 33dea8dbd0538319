"""How a client asks for a version: the other side of a selector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from timegate.asgi.select.selectors import (
    FirstOf,
    HeaderSelector,
    MediaTypeSelector,
    PathSelector,
    QuerySelector,
    Selector,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """What a client puts into each of its requests, so that a selector finds its version.

    Args:
        headers: header fields.
        query: query parameters.
        prefix: the beginning of the path.
    """

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    prefix: str = ""


def asking_for(version: str, select: Selector) -> Asking | None:
    """How a client asks for a version; None where only the selector itself knows, as one that is a callable."""
    match select:
        case HeaderSelector(name=name):
            return Asking(headers={name: version})
        case QuerySelector(name=name):
            return Asking(query={name: version})
        case MediaTypeSelector(parameter=parameter):
            return Asking(headers={"Accept": f"application/json;{parameter}={version}"})
        case PathSelector(template=template):
            return Asking(prefix=template.replace("{version}", version).rstrip("/"))
        case FirstOf(selectors=selectors):
            return next((found for one in selectors if (found := asking_for(version, one)) is not None), None)
        case _:
            return None
