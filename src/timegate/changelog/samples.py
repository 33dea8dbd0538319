"""Sample payloads of a schema, to show what a change does to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import referred
from timegate.wire.wire import Component

Choice: TypeAlias = Literal["first", "last"]
"""Which member of an enum and which arm of a union a sample has; the last arm of a nullable place is null."""

CHOICES: Final[tuple[Choice, ...]] = ("first", "last")

_FORMATS: Final = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00",
    "duration": "PT1H",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "uri": "https://example.org/",
    "email": "someone@example.org",
}
_PLAIN: Final[Mapping[str, Any]] = {"integer": 1, "number": 1.5, "boolean": True, "null": None}


def sample(schema: Schema, components: Mapping[str, Component], choice: Choice) -> Any:
    """A payload that a schema describes, with every property that it knows.

    Args:
        schema: the schema.
        components: the components that it may refer to, by identity.
        choice: which of several possible values.
    """
    return _Sampler(components, choice).value(schema, "…")


class _Sampler:
    def __init__(self, components: Mapping[str, Component], choice: Choice) -> None:
        self._components = components
        self._first = choice == "first"
        self._inside: list[str] = []

    def value(self, schema: Schema, name: str) -> Any:
        """A value for a property or item of this name."""
        target = referred(schema)
        if target is not None:
            return self._component(target, name)
        listed = listed_values(schema)
        if listed:
            return listed[0 if self._first else -1]
        examples: Any = schema.get("examples")
        if is_array(examples) and examples:
            return examples[0]
        arms = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if arms:
            return self._arm(arms, name)
        for part in schema.get("allOf", ()):
            return self.value(part, name)
        return self._plain(schema, name)

    def _arm(self, arms: list[Schema], name: str) -> Any:
        # Null is written last by pydantic, and says most where it is what a change is about.
        arms = sorted(arms, key=lambda arm: arm.get("type") == "null")
        usable = [arm for arm in arms if referred(arm) not in self._inside] or arms
        return self.value(usable[0 if self._first else -1], name)

    def _component(self, target: str, name: str) -> Any:
        component = self._components.get(target)
        if component is None or target in self._inside:
            return None
        self._inside.append(target)
        try:
            return self.value(component.schema, name)
        finally:
            self._inside.pop()

    def _plain(self, schema: Schema, name: str) -> Any:
        kinds: Any = schema.get("type")
        kind: Any = kinds[0] if is_array(kinds) and kinds else kinds
        kind = kind or ("object" if "properties" in schema else "")
        if kind == "object":
            return dict(self._members(schema))
        if kind == "array":
            items: Any = schema.get("items")
            prefix: list[Schema] = schema.get("prefixItems", [])
            described = prefix or ([items] if is_object(items) else [])
            return [self.value(item, name) for item in described]
        if kind == "string":
            return _FORMATS.get(schema.get("format", ""), name)
        lowest: Any = schema.get("minimum")
        return _PLAIN.get(kind) if lowest is None else lowest

    def _members(self, schema: Schema) -> Iterator[tuple[str, Any]]:
        properties: dict[str, Schema] = schema.get("properties", {})
        for key, inner in properties.items():
            # Where an object holds itself, the way back is left out, if it may be.
            target = referred(inner)
            if target not in self._inside or key in schema.get("required", ()):
                yield key, self.value(inner, key)
        values: Any = schema.get("additionalProperties")
        if is_object(values) and not properties:
            yield "key", self.value(values, "value")


def differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Two payloads without what they have in common: of objects the differing keys, of arrays the first item."""
    if is_object(before) and is_object(after):
        pruned: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        for key in [*before, *(key for key in after if key not in before)]:
            if key in before and key in after:
                if before[key] != after[key]:
                    pruned[0][key], pruned[1][key] = differing(before[key], after[key])
            else:
                one, payload = (pruned[0], before) if key in before else (pruned[1], after)
                one[key] = payload[key]
        return pruned
    if is_array(before) and is_array(after) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            if one != other:
                pair = differing(one, other)
                return [pair[0]], [pair[1]]
    return before, after
