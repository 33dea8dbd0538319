"""Pydantic's public generator of JSON Schema, made faster for contracts with many classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from math import isfinite
from types import NoneType
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from timegate.wire.marks import MODEL_MARK

_JSON_TYPES: Final = frozenset({NoneType, bool, int, str})
"""Types whose values are JSON without a conversion."""


class Generator(GenerateJsonSchema):
    """A generator with the same output.

    To find out which short names definitions can have, pydantic compares whole definitions again and again. No two
    classes are the same, so during these comparisons each class's definition is reduced to its name. They happen after
    every input was generated once and before the first input is generated again, which restores the definitions.
    """

    def generate_definitions(self, inputs: Any) -> Any:
        """The schemas of the inputs, and the definitions they refer to."""
        complete: dict[Any, JsonSchemaValue] = {}

        def reduce() -> None:
            complete.update(self.definitions)
            self.definitions = {
                name: {MODEL_MARK: name} if MODEL_MARK in definition else definition
                for name, definition in complete.items()
            }

        def restore() -> None:
            self.definitions = complete

        generated = super().generate_definitions(_ReadTwice(inputs, reduce, restore))
        # Pydantic's generator holds itself, and so would hold all these until Python looks for such circles.
        self.definitions = {}
        return generated

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """The schema of a part; pydantic makes handlers for each, though most parts leave nothing to handle."""
        if "ref" in schema or "serialization" in schema or schema.get("metadata"):
            return super().generate_inner(schema)
        write: Callable[[Any], JsonSchemaValue] = getattr(self, _method(schema["type"]))
        return write(schema)

    def encode_default(self, dft: Any) -> Any:
        """A default as JSON; pydantic creates an adapter for each, and most defaults need none."""
        if type(dft) in _JSON_TYPES or (type(dft) is float and isfinite(dft)):
            return dft
        return [] if type(dft) is list and not dft else super().encode_default(dft)


@cache
def _method(kind: str) -> str:
    """The method of the generator that writes the schema of a kind of part."""
    return f"{kind.replace('-', '_')}_schema"


class _ReadTwice(list[Any]):
    """A list that says when it was read for the first time, and when it is about to be read again.

    Nothing is called for the parts of an input: each call there would be one level less that types can be nested.
    """

    def __init__(self, inputs: Any, after_first: Callable[[], None], before_second: Callable[[], None]) -> None:
        super().__init__(inputs)
        self._after_first = after_first
        self._before_second = before_second
        self._was_read = False

    def __iter__(self) -> Iterator[Any]:
        if self._was_read:
            self._before_second()
        yield from super().__iter__()
        if not self._was_read:
            self._was_read = True
            self._after_first()
