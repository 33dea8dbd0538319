"""Entity tags that differ by version, because the bodies do (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from timegate.asgi.message.headers import RawHeaders, values_of, without

_TAG: Final = re.compile(rb'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_CONDITIONS: Final = frozenset({b"if-match", b"if-none-match"})
_BETWEEN: Final = re.compile(rb"[ \t]*(?:,[ \t]*)*")
# Nobody can guess it, so no app has a tag like it.
_NO_MATCH: Final = f'"{secrets.token_hex(16)}"'.encode("ascii")


class VersionTags:
    """The tags of gated answers of one version.

    Args:
        version: the version in force; it becomes the tags' suffix.
    """

    __slots__ = ("_suffix",)

    def __init__(self, version: str) -> None:
        self._suffix = b";" + quote(version, safe="!#$&'()*+,/:;=?@[]").encode("ascii")

    def outbound(self, headers: RawHeaders) -> RawHeaders:
        """The fields of an answer, its tag made this version's. A weak tag stays weak, what is no tag goes."""
        tags = values_of(headers, b"etag")
        if not tags:
            return headers
        match = _TAG.fullmatch(tags[0].strip()) if len(tags) == 1 else None
        rest = without(headers, (b"etag",))
        if match is None:
            return rest
        return [*rest, (b"etag", b'%b"%b%b"' % (match[1] or b"", match[2], self._suffix))]

    def inbound(self, headers: RawHeaders, *, others: bool) -> RawHeaders:
        """The fields of a request, this version's tags made head's.

        Args:
            headers: the request's.
            others: whether tags without this version's suffix are the app's too, because the operation's answers do
                not differ. If not, they are dropped from If-None-Match, so that the answer is whole, and in If-Match
                replaced by one that cannot match, so that the request never becomes unconditional.
        """
        for name, _ in headers:
            if name.lower() in _CONDITIONS:
                break
        else:
            return headers
        none_match, match = values_of(headers, b"if-none-match"), values_of(headers, b"if-match")
        rest = without(headers, _CONDITIONS)
        if none_match:
            known = self._known(none_match, others=others)
            if known:
                rest.append((b"if-none-match", b", ".join(known)))
        if match:
            rest.append((b"if-match", b", ".join(self._known(match, others=others) or [_NO_MATCH])))
        return rest

    def _known(self, values: Iterable[bytes], *, others: bool) -> list[bytes]:
        whole = b",".join(values).strip()
        if whole == b"*":
            return [whole]
        known: list[bytes] = []
        for weak, tag in _tags(whole):
            if tag.endswith(self._suffix):
                known.append(b'%b"%b"' % (weak, tag[: -len(self._suffix)]))
            elif others:
                known.append(b'%b"%b"' % (weak, tag))
        return known


def _tags(value: bytes) -> list[tuple[bytes, bytes]]:
    """The tags of a list; none at all where it is malformed."""
    found: list[tuple[bytes, bytes]] = []
    position = 0
    while position < len(value):
        match = _TAG.match(value, position)
        if match is None:
            return []
        found.append((match[1] or b"", match[2]))
        between = _BETWEEN.match(value, match.end())
        end = match.end() if between is None else between.end()
        if end < len(value) and b"," not in value[match.end() : end]:
            return []
        position = end
    return found
