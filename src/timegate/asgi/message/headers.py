"""Header fields as raw bytes: find and replace them, and parse media types (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final, TypeAlias

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]
"""Header fields as ASGI has them. Compare names in lower case: not every app sends them so."""

JSON: Final = b"application/json"
JSON_TYPE: Final = (b"content-type", JSON)
"""The Content-Type of a JSON body, as nearly every client and app writes it."""

_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})
_ESCAPED: Final = re.compile(r"\\(.?)", re.DOTALL)


def field_text(value: bytes) -> str:
    """The value of a header field as text: in UTF-8, or in latin-1 where it is no UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def values_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    """Every value of a header field, in order."""
    return [value for key, value in headers if key.lower() == name]


def without(headers: Iterable[tuple[bytes, bytes]], names: Collection[bytes]) -> RawHeaders:
    """The header fields without those of the given names."""
    return [item for item in headers if item[0].lower() not in names]


def with_version_fields(
    headers: Iterable[tuple[bytes, bytes]],
    *,
    echo: tuple[bytes, bytes] | None,
    vary: Mapping[bytes, bytes] | None,
) -> RawHeaders:
    """The header fields of a response, with the version in force and the request fields that selected it.

    Args:
        headers: the app's header fields; they are not changed.
        echo: the header field with the version in force.
        vary: the selecting request fields, in lower case and as written; None where they are unknown, so that no
            shared cache may keep the response.
    """
    out: RawHeaders = []
    varied: list[bytes] = []
    controlled: list[bytes] = []
    echoed = None if echo is None else echo[0]
    for item in headers:
        name = item[0].lower()
        if name == b"vary":
            varied.append(item[1])
        elif name == b"cache-control" and vary is None:
            controlled.append(item[1])
        elif name != echoed:
            out.append(item)
    if echo is not None:
        out.append(echo)
    if vary is None:
        out.append((b"cache-control", _private(controlled)))
        if varied:
            out.append((b"vary", b", ".join(varied)))
    elif varied:
        known = b", ".join(varied)
        present = {part.strip().lower() for part in known.split(b",")}
        missing = () if b"*" in present else [written for name, written in vary.items() if name not in present]
        out.append((b"vary", b", ".join([known, *missing])))
    elif vary:
        out.append((b"vary", b", ".join(vary.values())))
    return out


def _private(values: Iterable[bytes]) -> bytes:
    """Cache-Control that forbids shared caches, with the app's other directives."""
    directives = [part.strip() for part in b",".join(values).split(b",") if part.strip()]
    kept = [part for part in directives if part.split(b"=")[0].lower() not in (b"public", b"s-maxage", b"private")]
    return b", ".join([b"private", *kept])


def is_json(content_type: bytes) -> bool:
    """Whether a Content-Type is JSON in UTF-8: ``application/json`` or ``*+json`` (RFC 8259, RFC 6839)."""
    if content_type == JSON:
        return True
    kind, parameters = media_type_of(content_type.decode("latin-1"))
    main, _, sub = kind.partition("/")
    if kind != "application/json" and not (main and sub.endswith("+json") and "/" not in sub):
        return False
    return all(value.lower() in _UTF8 for name, value in parameters if name == "charset")


def media_type_of(value: str) -> tuple[str, list[tuple[str, str]]]:
    """A media type or range and its parameters, in order; the type and the names of parameters in lower case."""
    kind, *rest = split_quoted(value, ";")
    parts = (part.partition("=") for part in rest)
    parameters = [(name.strip().lower(), unquoted(text.strip())) for name, equals, text in parts if equals]
    return kind.strip().lower(), parameters


def unquoted(text: str) -> str:
    """A token, or the content of a quoted string."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    return _ESCAPED.sub(r"\1", text[1:-1])


def split_quoted(text: str, separator: str) -> list[str]:
    """Split at each separator outside of quoted strings."""
    if '"' not in text:
        return text.split(separator)
    pieces: list[str] = []
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]]
