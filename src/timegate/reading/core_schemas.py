"""Walks over core schemas, in which pydantic says of a type what JSON Schema does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from timegate.typing import is_array, is_object, type_of

CLASSES: Final = frozenset({"model", "dataclass", "typed-dict", "enum"})
"""The types of core schemas that are of one class, which a component describes."""

SEES_WHAT_WAS_SENT: Final = frozenset({"function-before", "function-wrap", "function-plain"})
"""The types of core schemas whose function gets a value before pydantic has read it."""

FUNCTIONS: Final = SEES_WHAT_WAS_SENT | {"function-after"}

_INNER: Final = frozenset({
    "schema", "items_schema", "keys_schema", "values_schema", "extras_schema", "variadic_schema", "fields", "choices",
    "steps", "arguments_schema", "var_args_schema", "var_kwargs_schema", "lax_schema", "strict_schema", "json_schema",
    "python_schema", "return_schema",
})  # fmt: skip
"""The keys of core schemas whose values are schemas, or lists, tuples and mappings of schemas."""


def inner_schemas(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schemas directly within a core schema."""
    for key, value in node.items():
        if key not in _INNER or value is None:
            continue
        if is_object(value) and "type" in value and not is_object(value["type"]):
            yield value
            continue
        several: Iterable[Any] = value.values() if is_object(value) else value if is_array(value) else ()
        for one in several:
            # A choice may come with its label.
            schema: Any = one[0] if type_of(one) is tuple else one
            if is_object(schema):
                yield schema


def class_in(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of a class, within those of its own validators; None where a schema is of no class."""
    inner: Any = node
    while inner.get("type") in FUNCTIONS and "schema" in inner:
        inner = inner["schema"]
    return inner if inner.get("type") in CLASSES and "cls" in inner else None
