"""Parameters of a query or of header fields: read them, and turn their values into text."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from timegate.asgi.message.headers import without
from timegate.asgi.message.json import NotEncodable
from timegate.asgi.message.scope import Scope
from timegate.typing import is_array
from timegate.wire.value_readers import FILE_AS_TEXT

T = TypeVar("T")


class File(dict[str, Any]):
    """Stands for a file in a field that takes a text: it is an object, so that nothing that reads texts takes it."""

    __slots__ = ()


def is_file(value: object) -> bool:
    """Whether a value stands for a file."""
    return isinstance(value, File) or value == FILE_AS_TEXT


def query_parameters(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The query parameters of a request, in order."""
    raw: bytes = scope.get("query_string", b"")
    return parse_qsl(raw.decode("latin-1"), keep_blank_values=True)


def written(raw: bytes, texts: Mapping[str, Iterable[str]]) -> bytes:
    """Parameters as a query or a form has them; what is as it was sent is written as it was, also under another name.

    Args:
        raw: what was sent.
        texts: the texts by name.
    """
    sent: dict[tuple[str, str], bytes] = {}
    values: dict[str, bytes] = {}
    parts = filter(None, raw.split(b"&"))
    for part, pair in zip(parts, parse_qsl(raw.decode("latin-1"), keep_blank_values=True), strict=True):
        # Some readers of forms take a semicolon for an ampersand.
        if b";" not in part:
            sent[pair] = part
            values[pair[1]] = part.partition(b"=")[2]
    return b"&".join(
        sent.get((name, text)) or b"%b=%b" % (_quoted(name), values.get(text) or _quoted(text))
        for name, several in texts.items()
        for text in several
    )


def _quoted(text: str) -> bytes:
    return quote_plus(text).encode("ascii")


def without_parameters(scope: Scope, query: Collection[str], headers: Collection[str]) -> Scope:
    """A copy of the scope without some parameters; the others stay as they are written.

    Args:
        scope: of the request.
        query: the names of query parameters.
        headers: the names of header fields, in lower case.
    """
    parts = scope.get("query_string", b"").split(b"&")
    kept = [part for part in parts if unquote_plus(part.partition(b"=")[0].decode("latin-1")) not in query]
    fields = without(scope["headers"], [name.encode("latin-1") for name in headers])
    return {**scope, "query_string": b"&".join(kept), "headers": fields}


def by_name(pairs: Iterable[tuple[str, T]]) -> dict[str, T | list[T]]:
    """The values by name."""
    found: dict[str, list[T]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def copy_parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that a program may change."""
    return {name: list(value) if is_array(value) else value for name, value in values.items()}


def repeatable(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the fields of a form that a response may repeat: with null for each file."""

    def told(value: Any) -> Any:
        return [told(item) for item in value] if is_array(value) else None if is_file(value) else value

    return {name: told(value) for name, value in values.items()}


def last_texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    """The last text of each field of a form, as frameworks give it to who asks for one; null for a file."""
    found = {name: value[-1] if is_array(value) and value else value for name, value in values.items()}
    return {name: None if is_file(last) else "".join(parameter_texts(last)) for name, last in found.items()}


def parameter_texts(value: Any) -> list[str]:
    """A parameter's value as the texts that a URL, a header field or a form has for it; a file has none.

    Raises:
        NotEncodable: it has an object, a list in a list, or what is no JSON.
    """
    if value is None:
        return []
    return [_text(item) for item in (value if is_array(value) else [value]) if not is_file(item)]


def field_values(value: Any) -> list[bytes]:
    """A parameter's value as the values of header fields.

    Raises:
        NotEncodable: it has what `parameter_texts` refuses, or a character that no header field has.
    """
    texts = parameter_texts(value)
    try:
        return [text.encode("latin-1") for text in texts]
    except UnicodeEncodeError:
        raise NotEncodable("a header field cannot have these characters") from None


def _text(value: Any) -> str:
    """A scalar as JSON writes it, but a string without its quotes."""
    if isinstance(value, str):
        if not value.isascii():
            _check_encodable(value)
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise NotEncodable(f"a parameter cannot be written: {type(value).__name__}")
    return str(value)


def _check_encodable(text: str) -> None:
    """Refuse half of a surrogate pair, which no UTF-8 has; only a function of a change can have made it.

    Raises:
        NotEncodable: there is one.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotEncodable("a parameter cannot have half of a surrogate pair") from None
