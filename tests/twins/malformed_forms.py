"""What is wrong with a multipart form, as RFC 7578 and RFC 2046 have it: read here anew, and shared with no gate."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:.*", re.DOTALL)
_SAID = re.compile(rb'content-disposition: form-data; name="[^"]*"(; filename="[^"]*")?', re.IGNORECASE)


@dataclass(frozen=True)
class Multipart:
    """A multipart form as it was sent.

    Args:
        before: what stands before its first part.
        parts: what stands between its boundaries, each with the end of the boundary's line.
        is_closed: whether its last boundary is there.
    """

    before: bytes
    parts: tuple[bytes, ...]
    is_closed: bool

    @classmethod
    def of(cls, media: str, content: bytes) -> Multipart | None:
        """The form of a body; None where its media type is not that of a multipart form with a boundary."""
        kind, _, rest = media.partition(";")
        name, _, boundary = rest.strip().partition("=")
        if kind.strip().lower() != "multipart/form-data" or name != "boundary" or not boundary:
            return None
        before, *parts = (b"\r\n" + content).split(b"\r\n--" + boundary.encode())
        ends = [index for index, part in enumerate(parts) if part.startswith(b"--")]
        return cls(before.removeprefix(b"\r\n"), tuple(parts[: ends[0]] if ends else parts), bool(ends))

    @property
    def is_clear(self) -> bool:
        """Whether each part says what it is."""
        return all(map(_is_clear, self.parts))


def _is_clear(part: bytes) -> bool:
    """Whether a part has a header of lines, one of which names its field, and no more than one file."""
    ended, begun, rest = part.partition(b"\r\n")
    header, has_end, _ = rest.partition(b"\r\n\r\n")
    lines = header.split(b"\r\n")
    said = [line for line in lines if line.lower().startswith(b"content-disposition")]
    return (
        not ended.strip(b" \t")
        and bool(begun and has_end)
        and all(map(_LINE.fullmatch, lines))
        and len(said) == 1
        and _SAID.fullmatch(said[0]) is not None
    )
