"""Entity tags that differ by version, because the bodies do (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import quote

from timegate.asgi.message.headers import RawHeaders, values_of, without

CONDITIONS: Final = (b"if-none-match", b"if-match")
"""The header fields of a request that hold entity tags."""

_TAG: Final = re.compile(rb'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_SEPARATOR: Final = re.compile(rb"[ \t]*(?:,[ \t]*)*")
# Random, so that no app has a tag like it.
_NO_MATCH: Final = f'"{secrets.token_hex(16)}"'.encode("ascii")


class VersionTags:
    """The entity tags of one version's converted responses.

    Args:
        version: the version in force; it becomes the tags' suffix.
    """

    __slots__ = ("_suffix",)

    def __init__(self, version: str) -> None:
        self._suffix = b";" + quote(version, safe="!#$&'()*+,/:;=?@[]").encode("ascii")

    def outbound(self, headers: RawHeaders) -> RawHeaders:
        """Add the version to the entity tag of a response. A weak tag stays weak; a malformed tag is dropped."""
        tags = values_of(headers, b"etag")
        if not tags:
            return headers
        match = _TAG.fullmatch(tags[0].strip()) if len(tags) == 1 else None
        rest = without(headers, (b"etag",))
        if match is None:
            return rest
        return [*rest, (b"etag", b'%b"%b%b"' % (match[1] or b"", match[2], self._suffix))]

    def inbound(self, headers: RawHeaders, *, others: bool, conditions: Collection[bytes] = CONDITIONS) -> RawHeaders:
        """Remove the version from the entity tags of a request.

        Args:
            headers: the request's header fields.
            others: whether tags without this version's suffix are the app's too, because the operation's responses
                are the same in every version. If not, such a tag is dropped from If-None-Match, so that the client
                gets a whole response, and in If-Match replaced by one that cannot match, so that the request never
                becomes unconditional.
            conditions: the names of the header fields that have such tags.
        """
        rest = without(headers, conditions)
        for name in conditions:
            values = values_of(headers, name)
            known = self._known(values, others=others)
            if not known and values and name == b"if-match":
                known = [_NO_MATCH]
            if known:
                rest.append((name, b", ".join(known)))
        return rest

    def _known(self, values: Iterable[bytes], *, others: bool) -> list[bytes]:
        """The app's own tags in a list of tags."""
        value = b",".join(values).strip()
        if value == b"*":
            return [value]
        return [
            b'%b"%b"' % (weak, tag.removesuffix(self._suffix))
            for weak, tag in _tags(value)
            if others or tag.endswith(self._suffix)
        ]


def _tags(value: bytes) -> list[tuple[bytes, bytes]]:
    """The tags of a list, each with its weakness; none where the list is malformed."""
    found: list[tuple[bytes, bytes]] = []
    position = 0
    while position < len(value):
        match = _TAG.match(value, position)
        if match is None:
            return []
        found.append((match[1] or b"", match[2]))
        separator = _SEPARATOR.match(value, match.end())
        position = match.end() if separator is None else separator.end()
        if position < len(value) and b"," not in value[match.end() : position]:
            return []
    return found
