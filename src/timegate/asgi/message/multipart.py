"""A multipart form as it arrives, part by part (RFC 7578): fields are kept, and files pass while they arrive."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

UTF8: Final = "utf-8"
_LATIN_1: Final = "iso8859-1"

# Python's codecs for the charsets in which browsers send forms (the Encoding standard), but for those in which ASCII is
# not itself. Others that Python knows are no charset of a text (`unicode_escape` and `utf-7` make halves of surrogate
# pairs), or take quadratic time (`punycode`).
_CHARSETS: Final = frozenset({
    UTF8, _LATIN_1, "ascii", "big5", "big5hkscs", "cp866", "cp874", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030",
    "gb2312", "gbk", "koi8-r", "koi8-u", "mac-cyrillic", "mac-roman", "shift_jis", "tis-620",
    *(f"cp{number}" for number in range(1250, 1259)),
    *(f"iso8859-{number}" for number in range(2, 17)),
})  # fmt: skip

_HEADERS: Final = 16 * 1024
"""How many bytes the header of a part may have."""

_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(?![ \t])([^\r\n]*)")
_DISPOSITION: Final = b"content-disposition"
# Browsers and HTTP clients write `%22` or a backslash for a quotation mark.
_PARAMETER: Final = re.compile(
    # Some write a quotation mark in a name as it is: it ends the name only where the parameter ends.
    # All blanks before a value are taken at once: dividing many of them in every way would take long.
    rb"""\s*([^\s;="]+)\s*=\s*(?!\s)(?:"((?:[^"\\]|\\.|"(?!\s*(?:;|\Z)))*)"|([^\s;"]*))\s*(?:;|\Z)|\s*(?:;|\Z)"""
)
# After a boundary there may be blanks.
_END_OF_LINE: Final = re.compile(rb"[ \t]{0,1024}(\r\n)")
_MAY_END: Final = re.compile(rb"[ \t]{0,1024}\r?")


class Malformed(ValueError):
    """The body is no multipart form."""


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a part.

    Args:
        name: the name of the field.
        file: how the header names the file, as it is sent on; None where the part is no file.
        others: the other lines of its header.
        size: how many bytes the header has.
    """

    name: str
    file: bytes | None
    others: tuple[bytes, ...]
    size: int

    @property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return self.file is not None

    def header(self, name: str) -> bytes:
        """The header under a name. It is written anew, so that no reader finds another name or file in it."""
        disposition = b'Content-Disposition: form-data; name="%b"' % quotable(name.encode("utf-8"))
        return b"\r\n".join([disposition + (self.file or b""), *self.others])


class Data(NamedTuple):
    """Some bytes of the part that has begun last."""

    data: bytes


def parameters_in(value: bytes) -> dict[bytes, bytes]:
    """The parameters after the first `;` of a header field, as they are read by name.

    Raises:
        Malformed: a parameter is there twice, or readers might not agree on where one ends.
    """
    found: dict[bytes, bytes] = {}
    position = (value.find(b";") + 1) or len(value)
    while position < len(value):
        match = _PARAMETER.match(value, position)
        if match is None or (match[1] and match[1].lower() in found):
            raise Malformed
        if match[1]:
            quoted: bytes | None = match[2]
            found[match[1].lower()] = match[3] if quoted is None else re.sub(rb"\\([\"\\])", rb"\1", quoted)
        position = match.end()
    return found


def boundary_of(content_type: bytes) -> bytes:
    """What separates the parts of a form.

    Raises:
        Malformed: the Content-Type does not say it.
    """
    boundary = parameters_in(content_type).get(b"boundary")
    if not boundary:
        raise Malformed
    return boundary


def charset_of(content_type: bytes) -> str | None:
    """In which charset the texts of a form are, as Starlette reads it; None for one that is not read.

    Raises:
        Malformed: the Content-Type cannot be read.
    """
    charset = parameters_in(content_type).get(b"charset")
    try:
        name = codecs.lookup(charset.decode("latin-1")).name if charset else UTF8
    except (LookupError, ValueError):
        return _LATIN_1
    return name if name in _CHARSETS else None


def quotable(text: bytes) -> bytes:
    """A text that means the same to every reader between quotation marks, as browsers write it."""
    text = text.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    # Some readers take a backslash at the end for one that belongs to the quotation mark.
    return text[:-1] + b"%5C" if text.endswith(b"\\") else text


def text_in(data: bytes | bytearray, charset: str) -> str:
    """A text of a form. What is none in its charset is read as Latin-1, as Starlette reads it."""
    try:
        return data.decode(charset)
    except UnicodeError:
        return data.decode(_LATIN_1)


class MultipartScanner:
    """Finds the parts of a form in the pieces in which it arrives; it keeps no more than a header.

    Args:
        boundary: what separates the parts.
        charset: that of the names of fields and files.

    Attributes:
        ended: whether the last boundary was found.
    """

    def __init__(self, boundary: bytes, charset: str) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._charset = charset
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
        return _part_of(header, self._charset)

    def _content(self) -> Data | None:
        """Bytes up to the next boundary; None where more has to arrive before anything can be said."""
        end = self._buffer.find(self._delimiter, self._at)
        if end < 0:
            # The end may be the beginning of a boundary.
            known = len(self._buffer) - len(self._delimiter)
            return None if known <= self._at else self._taken(known)
        after = end + len(self._delimiter)
        if len(self._buffer) < after + 2 or _MAY_END.fullmatch(self._buffer, after):
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


def _part_of(header: bytes, charset: str) -> Part:
    """The part that a header describes, with its names in UTF-8.

    Raises:
        Malformed: not every reader would find the same in it.
    """
    disposition: bytes | None = None
    others: list[bytes] = []
    for line in header.split(b"\r\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            raise Malformed
        if found[1].lower() != _DISPOSITION:
            others.append(line)
        elif disposition is None:
            disposition = found[2]
        else:
            raise Malformed
    if disposition is None or disposition.partition(b";")[0].strip().lower() != b"form-data":
        raise Malformed
    parameters = parameters_in(disposition)
    name, file = parameters.get(b"name"), parameters.get(b"filename")
    if name is None:
        raise Malformed
    if file is not None:
        file = b'; filename="%b"' % quotable(text_in(file, charset).encode("utf-8"))
    elif b"filename*" in parameters:
        file = b'; filename*="%b"' % quotable(parameters[b"filename*"])
    return Part(text_in(name, charset), file, tuple(others), len(header))
