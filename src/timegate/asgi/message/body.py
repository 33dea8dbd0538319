"""Bodies as ASGI sends them: read whole within a limit, inflated in steps, decoded, encoded, handed on."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

from timegate.asgi.message.headers import RawHeaders, is_json, values_of
from timegate.asgi.message.problems import Problem, malformed, too_large, unsupported_media
from timegate.asgi.message.scope import Message, Receive

_STEP: Final = 65536
_GZIP_OR_ZLIB: Final = 47
_RAW_DEFLATE: Final = -15
_I, _N = b"IN"
_CODINGS: Final = ((b"accept-encoding", b"gzip, deflate"),)


class Refused(Exception):
    """A request cannot be served; carries what the client is told."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


class Disconnected(Exception):
    """The client went away before its body was whole; nobody is left to answer."""


def check_length(length: bytes, *, limit: int) -> None:
    """Refuse a body that is said to be larger than the limit, before any of it is read.

    Raises:
        Refused: it is.
    """
    for said in length.split(b", "):
        if said.isdigit() and (len(said) > 18 or int(said) > limit):
            raise Refused(too_large(limit))


async def read_body(message: Message, receive: Receive, *, limit: int) -> bytes:
    """The whole body of a request.

    Args:
        message: the first one of the server's.
        receive: gives those after it.
        limit: how many bytes it may have.

    Raises:
        Refused: it is larger.
        Disconnected: the client went away.
    """
    parts = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise Disconnected
        part: bytes = message.get("body") or b""
        if len(parts) + len(part) > limit:
            raise Refused(too_large(limit))
        # However many empty parts come, nothing is kept of them.
        parts += part
        if not message.get("more_body", False):
            return bytes(parts)
        message = await receive()


def coding_of(value: bytes) -> bytes:
    """The content coding of a body, empty for none.

    Args:
        value: the value of Content-Encoding.

    Raises:
        Refused: it is one that cannot be inflated, or there are several.
    """
    codings = [coding.strip().lower() for coding in value.split(b",")]
    codings = [coding for coding in codings if coding not in (b"", b"identity")]
    if not codings:
        return b""
    if len(codings) > 1 or codings[0] not in (b"gzip", b"x-gzip", b"deflate"):
        detail = "A body at this place may be coded with gzip or deflate, once."
        raise Refused(unsupported_media(detail, headers=_CODINGS))
    return codings[0]


def inflated(body: bytes, coding: bytes, *, limit: int) -> bytes:
    """A body without its coding, inflated in steps so that a small one never becomes a huge one.

    Raises:
        Refused: it is malformed, or larger than the limit once inflated.
    """
    # `deflate` is zlib's format, yet some clients send the bare stream.
    bare = coding == b"deflate" and not _looks_like_zlib(body)
    machine = zlib.decompressobj(_RAW_DEFLATE if bare else _GZIP_OR_ZLIB)
    parts: list[bytes] = []
    size, rest = 0, body
    try:
        while not machine.eof:
            part = machine.decompress(rest, _STEP)
            rest = machine.unconsumed_tail
            if not part and not rest:
                break
            size += len(part)
            if size > limit:
                raise Refused(too_large(limit))
            parts.append(part)
    except zlib.error:
        raise Refused(malformed("The body is not in the coding that it is said to be in.")) from None
    if not machine.eof or machine.unused_data:
        raise Refused(malformed("The coded body is cut off or goes on after its end."))
    return b"".join(parts)


def _looks_like_zlib(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0


def whole_body(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands over a body at once; after it, the server's own is asked, for the disconnect."""
    handed = False

    async def replay() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def check_json(headers: RawHeaders) -> None:
    """Refuse a body that is not said to be JSON in UTF-8, once.

    Raises:
        Refused: it is something else, said twice, or not said.
    """
    types = values_of(headers, b"content-type")
    if not types:
        raise Refused(unsupported_media("A body at this place wants a Content-Type: application/json."))
    if len(types) > 1 or not is_json(types[0]):
        raise Refused(unsupported_media("A body at this place must be application/json in UTF-8, said once."))


def declared(media: Sequence[str], content_types: Sequence[bytes]) -> bool:
    """Whether a contract declares a media type that is not JSON."""
    if len(content_types) != 1:
        return False
    kind = content_types[0].decode("latin-1").partition(";")[0].strip().lower()
    main = kind.partition("/")[0]
    if is_json(kind.encode("latin-1")):
        return False
    return any(known.partition(";")[0].strip().lower() in (kind, f"{main}/*", "*/*") for known in media)
