"""Parameters of a query or of header fields: read them, and turn their values into text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from timegate.typing import is_array

Parameter: TypeAlias = str | list[str]
"""A value; a list of them where the name occurs more than once."""


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


def copy_parameters(values: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """A copy that a program may change."""
    return {name: value if isinstance(value, str) else list(value) for name, value in values.items()}


def parameter_texts(value: Any) -> list[str]:
    """A parameter's value as the texts that a URL or a header field has for it."""
    if value is None:
        return []
    items = value if is_array(value) else [value]
    return [("true" if item else "false") if isinstance(item, bool) else str(item) for item in items]
