"""A header field of an endpoint's responses, a subject of facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypedDict

from timegate.changes.base import UNSET, Unset
from timegate.changes.calls import vocabulary
from timegate.changes.functions import check_function
from timegate.changes.response_headers import (
    ResponseHeaderAdded,
    ResponseHeaderBecameList,
    ResponseHeaderBecameOptional,
    ResponseHeaderRemoved,
    ResponseHeaderRenamed,
    ResponseHeaderRetyped,
)
from timegate.errors import DeclarationError
from timegate.typing import Function, JsonValue, plain_text

_OF_THE_BODY: Final = "it says what the bytes of the body are, which a gate sets anew"
_OF_THE_CONNECTION: Final = "it is about the connection, which the server keeps, and not about the response"
_OF_OTHERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("content-type", "content-length", "content-encoding", "etag"), _OF_THE_BODY),
    **dict.fromkeys(("accept-ranges", "content-md5", "digest", "repr-digest", "content-digest"), _OF_THE_BODY),
    **dict.fromkeys(("connection", "keep-alive", "proxy-connection", "te", "trailer"), _OF_THE_CONNECTION),
    **dict.fromkeys(("transfer-encoding", "upgrade"), _OF_THE_CONNECTION),
    "date": "each response has it, and the server writes it",
    "vary": "a cache goes by it, and the middleware adds to it what selects the version",
}
"""The header fields that an app does not decide on alone, each with the reason (RFC 9110)."""


_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header field may be called (RFC 9110, section 5.6.2)."""


def check_field_name(code: str, name: str) -> None:
    """Refuse what no header field can be called.

    Args:
        code: the subject as it is written.
        name: the name.
    """
    if not _TOKEN.fullmatch(name):
        raise DeclarationError(f"{code}: no header field has such a name; letters, digits and hyphens are usual")


class _Subject(TypedDict):
    """The fields that every fact about a header field of responses has."""

    path: str
    methods: tuple[str, ...]
    name: str


@vocabulary
class ResponseHeader:
    """One header field of an endpoint's responses.

    Args:
        endpoint: the endpoint as it is written.
        path: its path.
        methods: its methods.
        name: the name of the field; case does not matter.
    """

    __slots__ = ("_code", "_subject")

    def __init__(self, endpoint: object, path: str, methods: tuple[str, ...], name: str) -> None:
        self._code = f"{endpoint}.response_header({name!r})"
        self._subject = _Subject(path=path, methods=methods, name=self._checked(name))

    def _checked(self, name: str) -> str:
        # A caller without a type checker may give anything.
        given: Any = name
        if not isinstance(given, str) or not given:
            raise DeclarationError(f"{self._code}: a header field is named by a text")
        plain: str = plain_text(name)
        check_field_name(self._code, plain)
        reason = _OF_OTHERS.get(plain.lower())
        if reason is not None:
            raise DeclarationError(f"{self._code}: no fact is about {plain}: {reason}")
        return plain.lower()

    def __repr__(self) -> str:
        return self._code

    def added(self) -> ResponseHeaderAdded:
        """The header field does not exist in older versions."""
        return ResponseHeaderAdded(**self._subject)

    def removed(self, *, was: Any = str, backfill: JsonValue | Unset = UNSET) -> ResponseHeaderRemoved:
        """The header field exists in older versions only."""
        return ResponseHeaderRemoved(**self._subject, was=was, backfill=backfill)

    def renamed(self, *, to: str) -> ResponseHeaderRenamed:
        """The header field has this name in older versions and the name ``to`` now."""
        return ResponseHeaderRenamed(**self._subject, to=self._checked(to))

    def retyped(self, *, to_old: Function, was: Any = UNSET) -> ResponseHeaderRetyped:
        """The header field has another value in older versions."""
        fact = ResponseHeaderRetyped(**self._subject, was=was, to_old=to_old)
        check_function(fact, "to_old", to_old)
        return fact

    def became_list(self) -> ResponseHeaderBecameList:
        """The header field has one value in older versions, and is a list now, repeated or in one line with commas."""
        return ResponseHeaderBecameList(**self._subject)

    def became_optional(self, *, missing_was: JsonValue) -> ResponseHeaderBecameOptional:
        """The header field is always there in older versions."""
        return ResponseHeaderBecameOptional(**self._subject, missing_was=missing_was)
