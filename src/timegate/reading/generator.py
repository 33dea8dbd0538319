"""Pydantic's public generator of JSON Schema with less work where a contract has many classes."""

from __future__ import annotations

from types import NoneType
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from timegate.wire.marks import MODEL_MARK

_PLAIN: Final = frozenset({NoneType, bool, int, str})
"""Types whose values are JSON as they are."""


class Generator(GenerateJsonSchema):
    """The generator, which writes the same as ever.

    Pydantic finds out which short names definitions can have by comparing them, whole and over and over. No class is
    another, so while that happens each class's definition is only its name. It happens when every input was generated
    once, and before the first is generated again, where it is found; a last input of our own tells when.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._end: CoreSchema = core_schema.any_schema()
        self._is_named = False
        self._whole: dict[Any, JsonSchemaValue] = {}

    def generate_definitions(self, inputs: Any) -> Any:
        """The schemas of the inputs, and the definitions they refer to."""
        return super().generate_definitions([*inputs, ("", "validation", self._end)])

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """The schema of one part of an input."""
        if self._whole:
            self.definitions, self._whole = self._whole, {}
        made = super().generate_inner(schema)
        if schema is self._end and not self._is_named:
            self._is_named, self._whole = True, self.definitions
            self.definitions = {
                name: {MODEL_MARK: name} if MODEL_MARK in made else made for name, made in self._whole.items()
            }
        return made

    def encode_default(self, dft: Any) -> Any:
        """A default as JSON; pydantic makes an adapter for each, and most need none."""
        if type(dft) in _PLAIN:
            return dft
        return [] if type(dft) is list and not dft else super().encode_default(dft)
