"""The settings that hold for every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timegate.asgi.message.json import Codec
from timegate.asgi.message.problems import Renderer
from timegate.reading.own_form import OwnForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings that hold for every request.

    Args:
        codec: decodes and encodes JSON bodies.
        max_body: how many bytes of a body are buffered at most, in either direction.
        render: renders problems.
        echo: the name of the header field with the version in force, as written.
        details: whether a refused request gets the form that the app's own validation errors have.
        own_form: how the app responds to validation errors in a form of its own; None where it does not.
        vary: the header fields that select the version, in lower case and as written; None where they are unknown.
    """

    codec: Codec
    max_body: int
    render: Renderer
    echo: str
    vary: Mapping[bytes, bytes] | None
    details: bool = False
    own_form: OwnForm | None = None
