"""The types that appear in public signatures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from pydantic import JsonValue as JsonValue
from typing_extensions import TypeIs

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema (2020-12) as plain data. It is never changed in place once it is part of a contract."""

Document: TypeAlias = dict[str, Any]
"""An OpenAPI 3.1 document as plain data."""

Function: TypeAlias = Callable[[Any], Any]
"""A pure function from JSON value to JSON value; it raises ``ValueError`` for a value that it cannot convert."""

Direction: TypeAlias = Literal["upgrade", "downgrade"]
"""``upgrade`` converts old to head (requests), ``downgrade`` converts head to old (responses)."""

Model: TypeAlias = Any
"""A pydantic model, a dataclass, a TypedDict, any other type pydantic knows, or the name of a component."""

Fields: TypeAlias = Mapping[str, str]
"""A model's field names in Python, each with its name on the wire."""

Settings: TypeAlias = Mapping[str, Any]
"""What pydantic's configuration says of how the values of a class's fields are read and written."""


Location: TypeAlias = Literal["query", "header", "path", "cookie", "form"]
"""The part of a request that holds a parameter, as OpenAPI calls it, and the form in its body."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
"""The HTTP methods that an operation may have, in the order of documents."""


def plain_text(value: Any) -> Any:
    """A text that is a member of an enum as the plain text, which has another `repr`; any other value as it is."""
    return str.__str__(value) if isinstance(value, str) else value


def is_object(value: object) -> TypeIs[dict[str, Any]]:
    """Whether JSON data is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeIs[list[Any]]:
    """Whether JSON data is an array."""
    return isinstance(value, list)


def is_sequence(value: object) -> TypeIs[Sequence[object]]:
    """Whether a value is a list or tuple of others."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def type_of(value: object) -> type:
    """The Python type of JSON data; ``bool`` and ``int`` are different types."""
    return type(value)
