"""What responses say of a version's end: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link` (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from email.utils import format_datetime

from timegate.asgi.message.headers import RawHeaders
from timegate.lifecycle import Lifecycle


def lifecycle_fields(lifecycle: Lifecycle) -> RawHeaders:
    """The header fields that tell what is declared of a version's end, and nothing else."""
    fields: RawHeaders = []
    if lifecycle.deprecated is not None:
        fields.append((b"deprecation", b"@%d" % int(lifecycle.deprecated.timestamp())))
    if lifecycle.sunset is not None:
        moment = format_datetime(lifecycle.sunset.astimezone(UTC), usegmt=True)
        fields.append((b"sunset", moment.encode("ascii")))
    links = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in lifecycle.links.items())
    if links:
        fields.append((b"link", links.encode("ascii")))
    return fields


def with_lifecycle_fields(headers: RawHeaders, fields: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """The header fields of a response with those of its version's end; what the app says of its own resource stays."""
    own = {name.lower() for name, _ in headers} - {b"link"}
    return [*headers, *(item for item in fields if item[0] not in own)]
