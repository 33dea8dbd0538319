"""Forms of requests: fields are converted like parameters, files pass while they arrive."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from timegate.asgi.message.body import Disconnected, Refused, read_body, receive_body
from timegate.asgi.message.headers import RawHeaders, without
from timegate.asgi.message.multipart import (
    UTF8,
    Data,
    Malformed,
    MultipartScanner,
    Part,
    boundary_of,
    charset_of,
    text_in,
)
from timegate.asgi.message.parameters import File, by_name, parameter_texts, written
from timegate.asgi.message.problems import malformed, too_large, unsupported_media
from timegate.asgi.message.scope import Message, Receive
from timegate.asgi.route.operation import OF_THE_BODY
from timegate.gates.operation import FormGate
from timegate.typing import is_array
from timegate.wire.media import FORMS, media_kind
from timegate.wire.value_readers import FILE_AS_TEXT

URLENCODED, MULTIPART = FORMS

Convert: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts the fields of a form; it refuses what the client may not send.

It gets the fields by name, with a `File` for each file.

Raises:
    Refused: the fields cannot be converted.
"""


async def convert_form(
    gate: FormGate,
    convert: Convert,
    headers: RawHeaders,
    receive: Receive,
    *,
    limit: int,
    refuse: Callable[[Refused], None],
) -> tuple[RawHeaders, Receive]:
    """The header fields of a form for head, and a `receive` that returns its body.

    Args:
        gate: what happens to the form.
        convert: converts its fields.
        headers: the header fields of the request.
        receive: the server's.
        limit: how many bytes the fields may have.
        refuse: is told of what is found when the app has begun to read.

    Raises:
        Refused: the form cannot be converted.
        Disconnected: the client disconnected.
    """
    types = [value for name, value in headers if name == b"content-type"]
    kind = media_kind(types[0].decode("latin-1")) if len(types) == 1 else ""
    if not types or kind == URLENCODED:
        # Of what is no form to the app too, nothing is read but the messages, which the app must not get after ours.
        body = await read_body(await receive(), receive, limit=limit)
        # As frameworks read it: what is not percent-encoded is in Latin-1.
        body = body if types else b""
        converted = convert(by_name(parse_qsl(body.decode("latin-1"), keep_blank_values=True)))
        encoded = written(body, {name: parameter_texts(value) for name, value in converted.items()})
        fields = [*without(headers, OF_THE_BODY), (b"content-length", b"%d" % len(encoded))]
        if not types:
            fields.append((b"content-type", URLENCODED.encode("ascii")))
        return fields, receive_body(encoded, receive)
    if kind != MULTIPART:
        raise Refused(unsupported_media(f"A body at this place must be a form: {URLENCODED} or {MULTIPART}."))
    try:
        boundary, charset = boundary_of(types[0]), charset_of(types[0])
    except Malformed:
        raise Refused(malformed("The Content-Type of the form names no boundary.")) from None
    if charset is None:
        raise Refused(unsupported_media("A form at this place must be in UTF-8, or in another charset of texts."))
    form = _Multipart(gate, convert, boundary, limit, charset)
    # The fields are written anew, in UTF-8, and behind a boundary that no client and no change can have written.
    own = (b"content-type", b"multipart/form-data; boundary=" + form.new_boundary)
    headers = [own if item[0] == b"content-type" else item for item in without(headers, OF_THE_BODY)]
    return headers, _receive(form.pieces(receive), receive, refuse)


def _receive(pieces: AsyncIterator[bytes], receive: Receive, refuse: Callable[[Refused], None]) -> Receive:
    """A `receive` that returns the pieces of a body, and then calls the server's own."""
    ended = False

    async def replay() -> Message:
        nonlocal ended
        if ended:
            return await receive()
        try:
            async for piece in pieces:
                return {"type": "http.request", "body": piece, "more_body": True}
        except Refused as error:
            ended = True
            # The app gets no more; what it makes of that is not sent.
            refuse(error)
            return {"type": "http.disconnect"}
        except Disconnected:
            ended = True
            return {"type": "http.disconnect"}
        ended = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return replay


class _Multipart:
    """Converts one multipart form while it arrives: files at once, and its fields at its end, before the last boundary.

    Args:
        gate: what happens to the form.
        convert: converts its fields.
        boundary: what separates its parts.
        limit: how many bytes its fields may have.
        charset: that of its texts.

    Attributes:
        new_boundary: what separates the parts of head's form.
    """

    def __init__(self, gate: FormGate, convert: Convert, boundary: bytes, limit: int, charset: str) -> None:
        self.new_boundary = secrets.token_hex(16).encode("ascii")
        self._gate = gate
        self._convert = convert
        self._boundary = boundary
        self._charset = charset
        self._left = limit
        self._limit = limit
        self._fields: list[tuple[str, bytearray | None]] = []
        self._field: bytearray | None = None
        self._in_file = self._has_file = False
        # How texts were sent that are no UTF-8, which takes more bytes for them.
        self._raw: dict[str, bytearray] = {}

    async def pieces(self, receive: Receive) -> AsyncIterator[bytes]:
        """The pieces of head's form."""
        scanner = MultipartScanner(self._boundary, self._charset)
        more, is_empty = True, True
        while more and not scanner.ended:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            more, body = message.get("more_body", False), message.get("body") or b""
            is_empty = is_empty and not body
            try:
                piece = b"".join(map(self._taken, scanner.feed(body)))
            except Malformed:
                raise Refused(malformed("The body is no multipart form.")) from None
            if piece:
                yield piece
        if not (scanner.ended or is_empty):
            raise Refused(malformed("The multipart form is cut off."))
        while more:
            more = (await receive()).get("more_body", False)
        yield self._last()

    def _taken(self, found: Part | Data) -> bytes:
        """What is sent to the app for a part of the form."""
        if isinstance(found, Part):
            return self._begun(found)
        if self._in_file:
            return found.data
        if self._field is not None:
            self._count(len(found.data))
            self._field += found.data
        return b""

    def _begun(self, part: Part) -> bytes:
        ended, self._in_file = b"\r\n" if self._in_file else b"", False
        # With its header, because even a part without a name takes memory.
        self._count(part.size)
        self._field = None if part.is_file else bytearray()
        self._fields.append((part.name, self._field))
        name = self._gate.names.get(part.name, part.name) if part.is_file else None
        if name is None or part.name in self._gate.texts:
            return ended
        self._in_file = True
        self._has_file = True
        return ended + b"--" + self.new_boundary + b"\r\n" + part.header(name) + b"\r\n\r\n"

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Refused(too_large(self._limit))

    def _sent(self, name: str, value: bytearray | None) -> str | File:
        """What a field was sent with."""
        if value is not None:
            text = text_in(value, self._charset)
            if self._charset == UTF8:
                self._raw[text] = value
            return text
        return File() if name in self._gate.texts else FILE_AS_TEXT

    def _last(self) -> bytes:
        """The fields of head's form, and the last boundary."""
        sent = by_name((name, self._sent(name, value)) for name, value in self._fields)
        parts: list[bytes] = [b"\r\n"] if self._in_file else []
        for name, value in self._convert(sent).items():
            for item in value if is_array(value) else [value]:
                # The app refuses a file in place of a text, whatever it holds, at its place among the texts.
                file = b'; filename="file"' if type(item) is File else None
                head = b"--" + self.new_boundary + b"\r\n" + Part(name, file, (), 0).header(name) + b"\r\n\r\n"
                texts = [""] if file else parameter_texts(item)
                parts += [head + (self._raw.get(text) or text.encode("utf-8")) + b"\r\n" for text in texts]
        # Some releases of python-multipart read an empty form only where it has no boundary either.
        return b"".join([*parts, b"--" + self.new_boundary + b"--\r\n"]) if parts or self._has_file else b""
