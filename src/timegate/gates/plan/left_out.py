"""What head means by a key that a route leaves out of its response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.plan import CopyValue, Plan, SetValue, Slot, Stage
from timegate.gates.plan.reach import Reach
from timegate.history.steps import Origin, ValueReplaced
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import ABSENT_MARK, LeftOut, maker
from timegate.wire.schema import single_reference
from timegate.wire.wire import Component


class _Unknown:
    """A value that head means and nobody else knows."""


UNKNOWN: Final = _Unknown()


def left_out_value(reach: Reach, name: str, slot: Slot | None, conversion: Conversion) -> Any:
    """The value that head means where it leaves a key out; ``UNSET`` where it does not leave it out for its value.

    `UNKNOWN` is for a value that only head knows.

    Args:
        reach: responses and their history.
        name: the component.
        slot: of a key that the conversion begins with; None for none.
        conversion: from head, or from where a function or a move has left a payload.
    """
    left_out, head, sent = conversion.left_out, reach.component(name, 0), reach.component(name, conversion.src)
    key = None if slot is None else slot.source
    # What a function makes of head's payload lacks what head left out, as far as it has the same name there.
    if key is None or key not in head.properties or key not in sent.properties:
        return UNSET
    schema = sent.properties[key]
    absent = schema.get(ABSENT_MARK, {})
    if absent.get("conditional"):
        return UNKNOWN
    if left_out is None or left_out.excludes(key, *(field for field, wire in head.fields.items() if wire == key)):
        return UNSET
    if left_out.defaults and ("default" in schema or "made" in absent):
        return schema["default"] if "default" in schema else absent.get("value", UNKNOWN)
    # A key that its type may lack says no more without its value than that it may be null.
    is_null = left_out.nulls and "optional" not in absent and is_nullable(schema, reach.components(conversion.src))
    return None if is_null else UNSET


def filled_below(reach: Reach, schema: Schema, conversion: Conversion) -> Origin | None:
    """The fact by which old clients read an object of a schema without keys as another one; None where none does.

    Args:
        reach: responses and their history.
        schema: of the object, at the version where the conversion begins.
        conversion: to the old clients.
    """
    name = single_reference(schema)
    if name is None or not reach.needs(schema, conversion):
        return None
    place = name, conversion
    if place not in reach.filled_below:
        # No object can hold its like by default, so that nobody asks for what is only being found.
        reach.filled_below[place] = None
        steps = [passed.step for passed in reach.course(name, conversion)]
        replaced = [one for one in steps if isinstance(one, ValueReplaced)]
        own = (one.origin for one in replaced if not (one.missing_to_head is one.missing_to_old is UNSET))
        component = reach.component(name, conversion.src)
        below = (
            filled_below(reach, inner, conversion)
            for key, inner in component.properties.items()
            if key not in component.required
        )
        reach.filled_below[place] = next((origin for origin in (*own, *below) if origin is not None), None)
    return reach.filled_below[place]


def is_made_by_class(reach: Reach, schema: Schema, conversion: Conversion) -> bool:
    """Whether an object of a schema that head leaves out is one of its class without arguments.

    Args:
        reach: responses and their history.
        schema: of the object, at the version where the conversion begins.
        conversion: to the old clients.
    """
    name = single_reference(schema)
    model = None if name is None else reach.component(name, conversion.src).model
    return model is not None and schema.get(ABSENT_MARK, {}).get("maker") == maker(model)


def lacking(reach: Reach, name: str, plan: Plan, conversion: Conversion) -> Iterator[tuple[str, Origin]]:
    """The keys that old clients require and that get the value of a sibling which head may leave out, with the fact.

    Args:
        reach: responses and their history.
        name: the component.
        plan: for its objects.
        conversion: from head.
    """
    if conversion.src != 0 or len(plan.stages) != 1:
        return
    (stage,) = plan.stages
    head, required = reach.component(name, 0), reach.component(name, conversion.dst).required
    keys = {id(slot): key for key, slot in stage.stored.items() if key in required}
    certain: set[int] = set()
    for op in stage.ops:
        if (
            isinstance(op, CopyValue)
            and id(op.slot) in keys
            and op.fallback is None
            and id(op.other) not in certain
            and _may_lack(head, op.other, conversion.left_out)
        ):
            yield keys[id(op.slot)], op.origin
        if isinstance(op, SetValue | CopyValue) and op.when == "missing":
            certain.add(id(op.slot))


def _may_lack(head: Component, slot: Slot, left_out: LeftOut | None) -> bool:
    """Whether an object of head may lack the key of a slot, which has no value then."""
    key = slot.source
    if key is None or key not in head.properties:
        return False
    names = [field for field, wire in head.fields.items() if wire == key] or [key]
    never = left_out is not None and left_out.always_lacks(*names)
    return never or not head.properties[key].get(ABSENT_MARK, {}).keys().isdisjoint({"optional", "conditional"})


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
