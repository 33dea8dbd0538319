"""Header fields as raw bytes: finding, replacing, and the few grammars that are needed (RFC 9110)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]
"""Header fields as ASGI has them. Names are compared in lower case, because not every app sends them so."""

JSON: Final = b"application/json"
JSON_TYPE: Final = (b"content-type", JSON)
"""The field of a body in JSON, as nearly everybody writes it."""

_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})


def values_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    """Every value of a field, in order."""
    return [value for key, value in headers if key.lower() == name]


def without(headers: Iterable[tuple[bytes, bytes]], names: Collection[bytes]) -> RawHeaders:
    """The fields, less those called by any of ``names``."""
    return [item for item in headers if item[0].lower() not in names]


def replaced(headers: Iterable[tuple[bytes, bytes]], name: bytes, value: bytes) -> RawHeaders:
    """The fields with exactly one called ``name``, which stands last."""
    return [*without(headers, (name,)), (name, value)]


def with_version_fields(
    headers: Iterable[tuple[bytes, bytes]],
    *,
    echo: tuple[bytes, bytes] | None,
    vary: Mapping[bytes, bytes] | None,
) -> RawHeaders:
    """The fields of an answer with the version in force and with what it was selected by.

    Args:
        headers: the fields of the app's answer; they are not changed.
        echo: the field that tells the version in force.
        vary: the selecting request fields, in lower case and as they are written; None where nobody can tell them, so
            that no shared cache may keep the answer.
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
        there = {part.strip().lower() for part in known.split(b",")}
        missing = () if b"*" in there else [display_name for name, display_name in vary.items() if name not in there]
        out.append((b"vary", b", ".join([known, *missing])))
    elif vary:
        out.append((b"vary", b", ".join(vary.values())))
    return out


def _private(values: Iterable[bytes]) -> bytes:
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
    """A media type or range in lower case, and its parameters, names in lower case, repeats kept."""
    kind, *rest = split_quoted(value, ";")
    parameters: list[tuple[str, str]] = []
    for part in rest:
        name, separator, text = part.partition("=")
        if separator:
            parameters.append((name.strip().lower(), unquoted(text.strip())))
    return kind.strip().lower(), parameters


def unquoted(text: str) -> str:
    """A token or the content of a quoted string."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    out: list[str] = []
    escaped = False
    for character in text[1:-1]:
        if character == "\\" and not escaped:
            escaped = True
        else:
            out.append(character)
            escaped = False
    return "".join(out)


def split_quoted(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside of quoted strings."""
    if '"' not in text:
        return text.split(separator)
    return list(_pieces(text, separator))


def _pieces(text: str, separator: str) -> Iterator[str]:
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            yield text[start:position]
            start = position + 1
    yield text[start:]
