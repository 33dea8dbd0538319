"""Says what a conversion changes about a component's objects, so that two arms of a union can be compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.enums import plan_enum
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.plan import (
    CallFunctions,
    ConvertBySchema,
    Op,
    Plan,
    RemoveEqual,
    SetValue,
    Slot,
    Stage,
    WriteBelow,
    slots_of,
)
from timegate.gates.plan.reach import Reach
from timegate.gates.run.runtime import Call
from timegate.typing import Schema, is_object
from timegate.wire.schema import referred


class Effects(NamedTuple):
    """What a conversion changes about an object, in values that can be compared.

    Args:
        always: what happens to every object; None for nothing.
        by_key: what happens where the object has a key.
    """

    always: Hashable = None
    by_key: Mapping[str, Hashable] = {}


NO_EFFECTS = Effects()


def effects_of(reach: Reach, schema: Schema, conversion: Conversion) -> Effects:
    """The effects of a conversion on the values of a schema."""
    if not reach.needs(schema, conversion):
        return NO_EFFECTS
    name = referred(schema)
    if name is None:
        return Effects(_by_schema(reach, schema, conversion))
    members = plan_enum(reach, name, conversion)
    if members is not None:
        return Effects((frozenset(members.replaced.items()), frozenset(members.newer)))
    component = reach.component(name, conversion.src)
    if "properties" not in component.schema and not reach.own(name, conversion):
        return Effects(_by_schema(reach, schema, conversion))
    found = _of_plan(reach, fuse(reach, name, conversion))
    others = component.schema.get("additionalProperties")
    if is_object(others) and reach.needs(others, conversion):
        return Effects((found.always, _by_schema(reach, others, conversion)), found.by_key)
    return found


def _by_schema(reach: Reach, schema: Schema, conversion: Conversion) -> Hashable:
    texts = ("title", "description", "default", "examples")
    bare = {key: value for key, value in schema.items() if key not in texts}
    return repr(bare), reach.shortest(reach.names_in(schema), conversion)


def _of_plan(reach: Reach, plan: Plan) -> Effects:
    if plan.refused is not None:
        return Effects(("refused", plan.refused))
    stages = [_of_stage(reach, stage) for stage in plan.stages]
    policy = _of_policy(plan)
    if len(stages) == 1 and not plan.stages[0].then:
        (only,) = stages
        return Effects(only.always, {**policy, **only.by_key})
    functions = tuple(tuple((_identities(one.calls), one[1:]) for one in stage.then) for stage in plan.stages)
    parts = tuple((stage.always, frozenset(stage.by_key.items())) for stage in stages)
    return Effects((functions, parts, frozenset(policy.items())))


def _of_stage(reach: Reach, stage: Stage) -> Effects:
    always, by_key = list[Hashable](), dict[str, Hashable]()
    final = {id(slot): key for key, slot in stage.stored.items()}
    ops: dict[int, list[Op]] = {}
    slots = {id(slot): slot for slot in (*stage.loaded.values(), *stage.stored.values())}
    for op in stage.ops:
        for slot in slots_of(op):
            slots[id(slot)] = slot
            ops.setdefault(id(slot), []).append(op)
    for slot in slots.values():
        own = ops.get(id(slot), [])
        effect = final.get(id(slot)), tuple(_of_op(reach, op, stage) for op in own)
        if slot.source is not None and not any(map(_acts_on_missing, own)):
            if effect != (slot.source, ()):
                by_key[slot.source] = effect
        elif own:
            always.append((slot.source, effect))
    return Effects(frozenset(always) or None, by_key)


def _of_policy(plan: Plan) -> dict[str, Hashable]:
    policy = plan.key_policy
    found: dict[str, Hashable] = dict.fromkeys((*policy.hidden, *plan.restored), "hidden")
    found.update(dict.fromkeys(policy.forbidden, ("forbidden", policy.refused)))
    if policy.only is not None:
        found["*"] = "only", policy.only, policy.refused
    found.update({spelling: ("spelled", key) for key, others in policy.aliases.items() for spelling in others})
    return found


def _acts_on_missing(op: Op) -> bool:
    """Whether an operation can do something where its key is absent."""
    if isinstance(op, SetValue):
        return op.when != "null"
    return not isinstance(op, ConvertBySchema | CallFunctions | RemoveEqual | WriteBelow)


def _of_op(reach: Reach, op: Op, stage: Stage) -> Hashable:
    names = tuple(_name(slot, stage) for slot in slots_of(op))
    match op:
        case ConvertBySchema():
            return "schema", _by_schema(reach, op.schema, op.conversion)
        case CallFunctions():
            return "functions", _identities(op.calls)
        case SetValue():
            return "SetValue", op.when, repr(op.value)
        case WriteBelow():
            return "WriteBelow", op.path, repr(op.value)
        case RemoveEqual():
            return "RemoveEqual", names, op.path, None if isinstance(op.value, Slot) else repr(op.value)
        case _:
            rest: Any = getattr(op, "path", None), getattr(op, "when", None), repr(getattr(op, "empty", None))
            return type(op).__name__, names, rest


def _name(slot: Slot, stage: Stage) -> Hashable:
    return slot.source or next((key for key, other in stage.stored.items() if other is slot), None)


def _identities(calls: Iterable[Call]) -> Hashable:
    """Calls as a value: two that compare equal do the same."""
    return tuple((_identity(call.function), call.stars, call.sets) for call in calls)


def _identity(function: Any) -> Hashable:
    try:
        hash(function)
    except TypeError:
        # One that holds JSON is the same only as itself: what it shows of itself may be less than what it does.
        return id(function)
    identity: Hashable = function
    return identity
