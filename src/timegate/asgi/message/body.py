"""Bodies as ASGI sends them: read a whole body within a limit, inflate it in steps, check its media type."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

from timegate.asgi.message.headers import RawHeaders, is_json, values_of
from timegate.asgi.message.problems import Problem, malformed, too_large, unsupported_media
from timegate.asgi.message.scope import Message, Receive
from timegate.wire.media import is_json_media, media_kind

_STEP: Final = 65536
_GZIP_OR_ZLIB: Final = 47
_RAW_DEFLATE: Final = -15
_ACCEPTED_CODINGS: Final = ((b"accept-encoding", b"gzip, deflate"),)


class Refused(Exception):
    """A request cannot be served; holds the problem that the client gets."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


class Disconnected(Exception):
    """The client disconnected before its body was complete, so nobody waits for a response."""


def check_length(content_length: bytes, *, limit: int) -> None:
    """Refuse a body whose Content-Length exceeds the limit, before any of it is read.

    Raises:
        Refused: it does.
    """
    for length in content_length.split(b", "):
        if length.isdigit() and (len(length) > 18 or int(length) > limit):
            raise Refused(too_large(limit))


async def read_body(message: Message, receive: Receive, *, limit: int) -> bytes:
    """Read the whole body of a request.

    Args:
        message: the server's first message.
        receive: returns the messages after it.
        limit: how many bytes the body may have.

    Raises:
        Refused: it is larger.
        Disconnected: the client disconnected.
    """
    body = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise Disconnected
        part: bytes = message.get("body") or b""
        if len(body) + len(part) > limit:
            raise Refused(too_large(limit))
        # A bytearray, not a list of parts: any number of empty parts then needs no memory.
        body += part
        if not message.get("more_body", False):
            return bytes(body)
        message = await receive()


def coding_of(content_encoding: bytes) -> bytes:
    """The content coding of a body, empty for none.

    Args:
        content_encoding: the value of Content-Encoding.

    Raises:
        Refused: the coding cannot be inflated, or there are several.
    """
    codings = [coding.strip().lower() for coding in content_encoding.split(b",")]
    codings = [coding for coding in codings if coding not in (b"", b"identity")]
    if not codings:
        return b""
    if len(codings) > 1 or codings[0] not in (b"gzip", b"x-gzip", b"deflate"):
        detail = "A body at this place may be coded with gzip or deflate, once."
        raise Refused(unsupported_media(detail, headers=_ACCEPTED_CODINGS))
    return codings[0]


def inflate(body: bytes, coding: bytes, *, limit: int) -> bytes:
    """Remove a body's coding, in steps, so that a small body cannot become a huge one in memory.

    Raises:
        Refused: the body is malformed, or larger than the limit once inflated.
    """
    # `deflate` means zlib's format, but some clients send the raw stream.
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    decompressor = zlib.decompressobj(_RAW_DEFLATE if coding == b"deflate" and not is_zlib else _GZIP_OR_ZLIB)
    # A list, because a bytearray that grows may hold more memory than the limit.
    parts: list[bytes] = []
    size, read, rest = 0, 0, b""
    try:
        while not decompressor.eof:
            if not rest:
                # Piece by piece, because what a step leaves over is copied.
                rest = body[read : read + _STEP]
                read += _STEP
            part = decompressor.decompress(rest, _STEP)
            rest = decompressor.unconsumed_tail
            if not part and not rest and read >= len(body):
                break
            size += len(part)
            if size > limit:
                raise Refused(too_large(limit))
            parts.append(part)
    except zlib.error:
        raise Refused(malformed("The body is not in the coding that its Content-Encoding names.")) from None
    if not decompressor.eof or decompressor.unused_data or read < len(body):
        raise Refused(malformed("The coded body is cut off or goes on after its end."))
    return b"".join(parts)


def receive_body(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns a body at once, and then calls the server's own, which reports the disconnect."""
    received = False

    async def replay() -> Message:
        nonlocal received
        if received:
            return await receive()
        received = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def check_json(headers: RawHeaders) -> None:
    """Refuse a body whose media type is not JSON in UTF-8, given once.

    Raises:
        Refused: it has another media type, two, or none.
    """
    types = values_of(headers, b"content-type")
    if not types:
        raise Refused(unsupported_media("A body at this place needs a Content-Type: application/json."))
    if len(types) > 1 or not is_json(types[0]):
        raise Refused(
            unsupported_media("A body at this place must be application/json in UTF-8, with one Content-Type.")
        )


def kind_of(content_types: Sequence[bytes]) -> str:
    """The media type of a body without its parameters; empty where it has none, or several.

    Args:
        content_types: every Content-Type of the body.
    """
    return media_kind(content_types[0].decode("latin-1")) if len(content_types) == 1 else ""


def is_declared_media(media: Sequence[str], kind: str) -> bool:
    """Whether a body has a media type that is not JSON, and that the contract declares.

    Args:
        media: the declared media types.
        kind: that of the body; empty for none.
    """
    if not kind or is_json_media(kind):
        return False
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return any(media_kind(declared) in ranges for declared in media)
