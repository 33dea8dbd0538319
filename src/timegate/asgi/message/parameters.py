"""Parameters of a query or of header fields, as programs take them and as they stand in a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from timegate.asgi.message.json import is_list

Parameter: TypeAlias = str | list[str]
"""A value; a list of them where the name stands more than once."""


def query_parameters(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The query parameters of a request, in order."""
    raw: bytes = scope.get("query_string", b"")
    return parse_qsl(raw.decode("latin-1"), keep_blank_values=True)


def by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, Parameter]:
    """The values by name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def copied(values: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Values that a program may change."""
    return {name: value if isinstance(value, str) else list(value) for name, value in values.items()}


def parameter_texts(value: Any) -> list[str]:
    """A parameter's value as the texts it has in a URL or a header."""
    if value is None:
        return []
    items = value if is_list(value) else [value]
    return [("true" if item else "false") if isinstance(item, bool) else str(item) for item in items]
