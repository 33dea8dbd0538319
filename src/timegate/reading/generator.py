"""Pydantic's public generator of JSON Schema, made faster for contracts with many classes."""

from __future__ import annotations

from types import NoneType
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from timegate.wire.marks import MODEL_MARK

_JSON_TYPES: Final = frozenset({NoneType, bool, int, str})
"""Types whose values are JSON without a conversion."""


class Generator(GenerateJsonSchema):
    """A generator with the same output.

    To find out which short names definitions can have, pydantic compares whole definitions again and again. No two
    classes are the same, so during these comparisons each class's definition is reduced to its name. They happen after
    every input was generated once and before the first input is generated again, which restores the definitions; an
    additional last input marks the beginning.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_input: CoreSchema = core_schema.any_schema()
        self._is_reduced = False
        self._complete: dict[Any, JsonSchemaValue] = {}

    def generate_definitions(self, inputs: Any) -> Any:
        """The schemas of the inputs, and the definitions they refer to."""
        return super().generate_definitions([*inputs, ("", "validation", self._last_input)])

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """The schema of one part of an input."""
        if self._complete:
            self.definitions, self._complete = self._complete, {}
        generated = super().generate_inner(schema)
        if schema is self._last_input and not self._is_reduced:
            self._is_reduced, self._complete = True, self.definitions
            self.definitions = {
                name: {MODEL_MARK: name} if MODEL_MARK in definition else definition
                for name, definition in self._complete.items()
            }
        return generated

    def encode_default(self, dft: Any) -> Any:
        """A default as JSON; pydantic creates an adapter for each, and most defaults need none."""
        if type(dft) in _JSON_TYPES:
            return dft
        return [] if type(dft) is list and not dft else super().encode_default(dft)
