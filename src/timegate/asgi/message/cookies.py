"""Cookies of a request: read them, and write those that a program has changed (RFC 6265, section 5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any, Final

from starlette.requests import cookie_parser

from timegate.asgi.message.headers import RawHeaders
from timegate.asgi.message.parameters import field_values

_COOKIE: Final = b"cookie"


def cookies_in(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The cookies of a request by name; of two with one name the last."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name == _COOKIE:
            found.update(cookie_parser(value.decode("latin-1")))
    return found


def with_cookies(headers: RawHeaders, before: Mapping[str, str], after: Mapping[str, Any]) -> RawHeaders:
    """The header fields with other cookies; what has not changed stays as it is written.

    Args:
        headers: the header fields of a request.
        before: its cookies.
        after: the cookies that it should have.

    Raises:
        NotEncodable: a value is no text that a cookie can have.
    """
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed:
        return headers
    kept = [
        chunk.strip()
        for name, value in headers
        if name == _COOKIE
        for chunk in value.split(b";")
        if not changed.intersection(_name_in(chunk.decode("latin-1")))
    ]
    added = [
        name.encode("latin-1") + b"=" + _quoted(raw)
        for name in after
        if name in changed
        for raw in field_values(after[name])
    ]
    pairs = b"; ".join(filter(None, [*kept, *added]))
    others = [item for item in headers if item[0] != _COOKIE]
    return [*others, (_COOKIE, pairs)] if pairs else others


def _name_in(chunk: str) -> Iterable[str]:
    """The name of a cookie as it is sent, without its value, which older releases of Python take long to unquote."""
    name, equals, _ = chunk.partition("=")
    return cookie_parser(f"{name}=x") if equals else ("",)


def _quoted(value: bytes) -> bytes:
    """A value as a cookie has it; one with a space or a semicolon is quoted."""
    return SimpleCookie().value_encode(value.decode("latin-1"))[1].encode("latin-1")
