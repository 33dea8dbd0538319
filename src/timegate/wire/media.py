"""Media types as contracts declare them."""

from __future__ import annotations

from typing import Final

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
"""The media types of forms."""


def media_kind(media: str) -> str:
    """A media type without its parameters, in lower case."""
    return media.partition(";")[0].strip().lower()


def is_json_media(media: str) -> bool:
    """Whether a declared media type is a JSON document; JSON lines are many."""
    kind = media_kind(media)
    return kind == "application/json" or kind.endswith("+json")
