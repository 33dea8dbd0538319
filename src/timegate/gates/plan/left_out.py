"""What head means by a key that a route leaves out of its response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.plan import Slot, Stage
from timegate.gates.plan.reach import Reach
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import ABSENT_MARK


class _Unknown:
    """A value that head means and nobody else knows."""


UNKNOWN: Final = _Unknown()


def left_out_value(reach: Reach, name: str, slot: Slot | None, conversion: Conversion) -> Any:
    """The value that head means where it leaves a key out; ``UNSET`` where it does not leave it out for its value.

    `UNKNOWN` is for a value that only head knows.

    Args:
        reach: responses and their history.
        name: the component.
        slot: of a key at head; None for none.
        conversion: from head.
    """
    left_out, head = conversion.left_out, reach.component(name, conversion.src)
    key = None if slot is None else slot.source
    if conversion.src != 0 or key is None or key not in head.properties:
        return UNSET
    schema = head.properties[key]
    absent = schema.get(ABSENT_MARK, {})
    if absent.get("conditional"):
        return UNKNOWN
    if left_out is None or left_out.excludes(key, *(field for field, wire in head.fields.items() if wire == key)):
        return UNSET
    if left_out.defaults and ("default" in schema or absent):
        return schema["default"] if "default" in schema else absent.get("value", UNKNOWN)
    return None if left_out.nulls and is_nullable(schema, reach.components(0)) else UNSET


def loaded_as(stages: Sequence[Stage], slot: Slot) -> Slot | None:
    """The slot of the first stage from which a slot's value comes; None where a step has added it.

    Args:
        stages: so far; the slot is one of the last.
        slot: of the last stage.
    """
    for stage in reversed(stages[:-1]):
        before = None if slot.source is None else stage.stored.get(slot.source)
        if before is None:
            return None
        slot = before
    return None if slot.source is None else slot
