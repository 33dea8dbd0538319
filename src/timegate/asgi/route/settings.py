"""What holds for every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timegate.asgi.message.json import Codec
from timegate.asgi.message.problems import Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for every request.

    Args:
        codec: JSON in and out.
        max_body: how many bytes are buffered at most, in either direction.
        render: how problems are told.
        echo: the name of the header that tells the version in force, as written.
        vary: the selecting headers, in lower case and as written; None where they are unknown.
    """

    codec: Codec
    max_body: int
    render: Renderer
    echo: str
    vary: Mapping[bytes, bytes] | None
