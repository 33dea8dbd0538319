"""A multipart form as it arrives, part by part (RFC 7578): fields are kept, and files pass while they arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

UTF8: Final = "utf-8"

_HEADERS: Final = 16 * 1024
"""How many bytes the header of a part may have."""

# Browsers and HTTP clients write `%22` or a backslash for a quotation mark in a name.
_NAME: Final = re.compile(rb';\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)
_FILE: Final = re.compile(rb";\s*filename\*?\s*=", re.IGNORECASE)
_DISPOSITION: Final = re.compile(rb"^content-disposition[ \t]*:[ \t]*form-data([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_CHARSET: Final = re.compile(rb';\s*charset\s*=\s*(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)
_END_OF_LINE: Final = re.compile(rb"[ \t]*(\r\n)")
_BOUNDARY: Final = re.compile(rb';\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)


class Malformed(ValueError):
    """The body is no multipart form."""


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a part.

    Args:
        header: its header as it was sent, without the empty line.
        name: the name of the field.
        is_file: whether it is a file.
    """

    header: bytes
    name: str
    is_file: bool

    def renamed(self, name: str) -> bytes:
        """The header with another name."""
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode("utf-8")
        start, end = _place_of_name(self.header)
        return self.header[:start] + b'; name="' + quoted + b'"' + self.header[end:]


class Data(NamedTuple):
    """Some bytes of the part that has begun last."""

    data: bytes


def boundary_of(content_type: bytes) -> bytes:
    """What separates the parts of a form.

    Raises:
        Malformed: the Content-Type does not say it.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise Malformed
    boundary: bytes = found[1] or found[2]
    return boundary


def charset_of(content_type: bytes) -> str:
    """In which charset the fields of a form are: UTF-8 where the Content-Type does not say it."""
    found = _CHARSET.search(content_type)
    return UTF8 if found is None else (found[1] or found[2]).decode("latin-1").lower()


def text_in(data: bytes | bytearray, charset: str) -> str:
    """The text of a field. What is none in its charset is read as Latin-1, as Starlette reads it."""
    try:
        return data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return data.decode("latin-1")


class MultipartScanner:
    """Finds the parts of a form in the pieces in which it arrives; it keeps no more than a header.

    Args:
        boundary: what separates the parts.

    Attributes:
        ended: whether the last boundary was found.
    """

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        # The first boundary has no line before it. What has been read of the buffer is dropped once a piece, because a
        # piece may have very many parts.
        self._buffer, self._at = b"\r\n", 0
        self._in_header = self._in_part = False
        self.ended = False

    def feed(self, data: bytes) -> Iterator[Part | Data]:
        """What the next piece has.

        Raises:
            Malformed: it is no multipart form.
        """
        self._buffer, self._at = self._buffer[self._at :] + data, 0
        while not self.ended:
            found = self._header() if self._in_header else self._content()
            if found is None:
                return
            if isinstance(found, Part) or found.data:
                yield found

    def _header(self) -> Part | None:
        end = self._buffer.find(b"\r\n\r\n", self._at)
        if end < 0:
            if len(self._buffer) - self._at > _HEADERS:
                raise Malformed
            return None
        header, self._at = self._buffer[self._at : end].removeprefix(b"\r\n"), end + 4
        self._in_header, self._in_part = False, True
        disposition = _DISPOSITION.search(header)
        if disposition is None:
            raise Malformed
        return Part(header, _name_in(header), _FILE.search(disposition[1]) is not None)

    def _content(self) -> Data | None:
        """Bytes up to the next boundary; None where more has to arrive before anything can be said."""
        end = self._buffer.find(self._delimiter, self._at)
        if end < 0:
            # The end may be the beginning of a boundary.
            known = len(self._buffer) - len(self._delimiter)
            return None if known <= self._at else self._taken(known)
        after = end + len(self._delimiter)
        if len(self._buffer) < after + 2:
            return self._taken(end) if end > self._at else None
        data = self._taken(end)
        if self._buffer.startswith(b"--", after):
            self.ended, self._at = True, after
            return data
        line = _END_OF_LINE.match(self._buffer, after)
        if line is None:
            raise Malformed
        self._in_header, self._at = True, line.start(1)
        return data

    def _taken(self, end: int) -> Data:
        start, self._at = self._at, end
        return Data(self._buffer[start:end] if self._in_part else b"")


def _place_of_name(header: bytes) -> tuple[int, int]:
    disposition = _DISPOSITION.search(header)
    found = None if disposition is None else _NAME.search(header, disposition.start(1), disposition.end(1))
    if found is None:
        raise Malformed
    return found.start(), found.end()


def _name_in(header: bytes) -> str:
    start, end = _place_of_name(header)
    found = _NAME.match(header, start, end)
    if found is None:
        raise Malformed
    quoted: bytes | None = found[1]
    raw: bytes = found[2] if quoted is None else re.sub(rb"\\(.)", rb"\1", quoted)
    return text_in(raw, UTF8)
