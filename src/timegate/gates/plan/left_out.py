"""What head means by a key that a route leaves out of its response."""

from __future__ import annotations

from typing import Any

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.wire.json_types import is_nullable


def left_out_value(reach: Reach, name: str, key: str, conversion: Conversion) -> Any:
    """The value that head means where it leaves a key out; ``UNSET`` where it does not leave it out for its value.

    Args:
        reach: responses and their history.
        name: the component.
        key: at head.
        conversion: from head.
    """
    left_out, head = conversion.left_out, reach.component(name, conversion.src)
    if left_out is None or conversion.src != 0 or key not in head.properties:
        return UNSET
    schema = head.properties[key]
    if left_out.excludes(key, *(field for field, wire in head.fields.items() if wire == key)):
        return UNSET
    if left_out.defaults and "default" in schema:
        return schema["default"]
    return None if left_out.nulls and is_nullable(schema, reach.components(0)) else UNSET
