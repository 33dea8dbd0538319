"""What pydantic calls the arms of a union in the locations of validation errors."""

from __future__ import annotations

from typing import Final

from timegate.gates.plan.reach import Reach
from timegate.typing import Schema, is_object
from timegate.wire.marks import DISCRIMINATOR_MARK
from timegate.wire.schema import arms_of, referred


def is_label(segment: str | int) -> bool:
    """Whether a part of a location is what pydantic calls a reader, such as ``chain[…]``, and no key."""
    return isinstance(segment, str) and segment.endswith("]")


_TYPES: Final = {"integer": "int", "string": "str", "number": "float", "boolean": "bool", "null": "none"}
"""The JSON types as pydantic calls what reads them."""


def label_of(schema: Schema, reach: Reach, version: int) -> str | None:
    """What pydantic calls an arm in a location: by its model, or by its type and what it holds, as a version has it.

    None where it is not known, or where the version has no such arm.
    """
    name = referred(schema)
    if name is not None:
        component = reach.component(name, version)
        return (component.arm_label or None) if component.exists else None
    arms = arms_of(schema)
    if arms:
        own = [label for arm in arms if (label := label_of(arm, reach, version)) is not None]
        is_tagged = "discriminator" in schema or DISCRIMINATOR_MARK in schema
        return own[0] if len(own) == 1 else f"{'tagged-union' if is_tagged else 'union'}[{','.join(own)}]"
    inner = schema.get("items") or schema.get("additionalProperties")
    if not is_object(inner):
        return _TYPES.get(str(schema.get("type")))
    held = label_of(inner, reach, version)
    return held and (f"list[{held}]" if "items" in schema else f"dict[str,{held}]")
