"""Plans a component's objects in a conversion: applies all steps to the keys, so that many versions make one plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from timegate.changes.base import UNSET
from timegate.gates.plan.calls import fill_of, filler_of
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.course import CourseStep, Emptied, ValuesConverted
from timegate.gates.plan.draft import Draft
from timegate.gates.plan.key_policy import KeysOf
from timegate.gates.plan.left_out import UNKNOWN, filled_below, is_made_by_class, left_out_value, loaded_as
from timegate.gates.plan.plan import (
    CopyValue,
    ExtractValue,
    InsertValue,
    KeyPolicy,
    Plan,
    RemoveEqual,
    SetValue,
    Slot,
)
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.plan.value_checks import add_checks
from timegate.gates.plan.written import looks_at
from timegate.gates.run.runtime import Call
from timegate.history.list_values import FirstItem
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    ModelIntroduced,
    MovedThrough,
    ObjectConverted,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.undo_envelopes import is_declared
from timegate.history.undo_parts import Together
from timegate.typing import is_object
from timegate.wire.json_types import is_nullable


def fuse(reach: Reach, name: str, conversion: Conversion, traces: Traces | None = None) -> Plan:
    """The plan of a component's objects in a conversion.

    Args:
        reach: the side and its history.
        name: the component.
        conversion: from which version to which.
        traces: what becomes of a client's values; without them, the values are not checked.
    """
    draft = _drafted(reach, name, conversion)
    plan = Plan(KeyPolicy(), [], refused=draft.refused) if draft.refused is not None else _plan(draft)
    if traces is not None and conversion.judges and plan.stages:
        add_checks(plan, reach, name, conversion.src, traces, partial=conversion.partial)
    return plan


def _drafted(reach: Reach, name: str, conversion: Conversion) -> Draft:
    draft = Draft(reach, name, conversion)
    source = draft.at(conversion.src)
    # A client cannot have meant an internal field.
    unseen = source.internal if draft.upgrades and conversion.from_client else frozenset[str]()
    keys = {key: schema for key, schema in source.properties.items() if key not in unseen}
    course = reach.course(name, conversion)
    if not draft.upgrades:
        # A parent's plan has put them into the object before it crosses the boundary; its schema lacks them.
        moved = [passed.step for passed in course if passed.boundary == conversion.src]
        inserted = {step.key: step.schema for step in moved if isinstance(step, MovedThrough) and step.older}
        keys = {**keys, **inserted, **keys}
    draft.begin(keys, conversion.src, source.schema)
    for slot in draft.names.values() if conversion.complete else ():
        draft.written.write(slot)
    draft.reaches_function = any(_is_function_of_whole(passed.step) for passed in course)
    for passed in course:
        draft.boundary = passed.boundary
        _apply(draft, passed.step)
        if draft.refused is not None:
            return draft
    if conversion.to_client and not draft.upgrades:
        for key in draft.at(conversion.dst).internal:
            draft.names.pop(key, None)
    draft.end()
    return draft


def _is_function_of_whole(step: CourseStep) -> bool:
    """Whether a function of a version file gets the whole object in a downgrade."""
    if isinstance(step, ValuesConverted):
        return not step.keys and any(is_declared(call.function) for call in step.calls)
    return isinstance(step, ObjectConverted) and is_declared(step.to_old)


def _apply(draft: Draft, step: CourseStep) -> None:
    upgrades = draft.upgrades
    match step:
        case KeyAdded():
            draft.names.pop(step.key, None)
            if upgrades and step.default is UNSET:
                draft.unfilled[step.key] = step.origin
            elif upgrades:
                draft.add(step.key, step.schema, step.default, step.origin, partial=step.partial)
        case KeyRemoved():
            slot = draft.names.pop(step.key, None)
            draft.unfilled.pop(step.key, None)
            if slot is not None and draft.conversion.from_client and slot.since == draft.conversion.src:
                # The value goes no further; what it holds is judged by the client's contract all the same.
                draft.convert_by_schema(slot, draft.conversion.part(slot.since, draft.boundary + 1))
            elif not upgrades and step.fill is not UNSET:
                draft.add(step.key, step.schema, step.fill, step.origin, required=step.required)
        case KeyRenamed():
            draft.rename(*((step.old, step.new) if upgrades else (step.new, step.old)))
        case Emptied():
            draft.remove_emptied(step.kept)
        case ValuesConverted() if not step.keys:
            draft.convert_object(step.calls, step.newer if upgrades else step.older)
        case ValuesConverted():
            draft.convert_value(step.keys[0], step.calls, step.newer if upgrades else step.older)
        case ValueConverted():
            _fill_empty(draft, step)
            if isinstance(step.to_old, Together) and not upgrades and step.key in draft.names:
                # To its function, null is as absent; without any of its parts, the value is left out too.
                _write_left_out(draft, step, counts=lambda value: value is not None)
            draft.convert_value(step.key, _calls(draft, step), step.newer if upgrades else step.older)
        case ValueReplaced():
            _replace(draft, step)
        case ValueMoved():
            _move(draft, step)
        case MovedThrough() if upgrades and step.older:
            draft.departing.add(step.key)
        case MovedThrough() if not upgrades and not step.older:
            slot = draft.names.pop(step.key, None)
            first = None if slot is None else loaded_as(draft.stages, slot)
            if first is not None and first.source is not None:
                draft.departing.add(first.source)
        case ObjectConverted():
            draft.convert_object(_calls(draft, step), step.newer if upgrades else step.older)
        case ModelIntroduced() if upgrades:
            draft.refused = step.origin
        case ModelIntroduced() | MovedThrough() | MembersChanged():
            # In a downgrade, a union has already replaced an arm that older versions do not know by `seen_as`.
            pass
        case _:
            assert_never(step)


def _fill_empty(draft: Draft, step: ValueConverted) -> None:
    """Put what a function of the whole object gives into a list without items, of which the first item is taken."""
    first, slot = step.to_head if draft.upgrades else step.to_old, draft.names.get(step.key)
    if slot is not None and isinstance(first, FirstItem) and callable(first.empty):
        gives = step.newer if draft.upgrades else step.older
        when = "empty" if is_nullable(gives, draft.reach.components(draft.boundary)) else "empty or null"
        call = fill_of(first.empty, gives, draft.reach.components(draft.boundary), step.origin)
        draft.call_with_object(step.key, when, call, slot.schema or {})


def _calls(draft: Draft, step: ValueConverted | ObjectConverted) -> tuple[Call, ...]:
    call = draft.reach.call_of(step, draft.boundary)
    return () if call is None else (call,)


def _write_left_out(draft: Draft, step: ValueReplaced | ValueConverted, *, counts: Callable[[Any], bool]) -> None:
    """Write a value that head leaves out, where its absence means another one to an old client or to a function.

    Args:
        draft: the plan so far.
        step: what looks at the value.
        counts: whether one of the values that head means counts; otherwise all of them stay left out.
    """
    slot = draft.names[step.key]
    values = draft.written.missing(slot)
    if any(value is UNKNOWN for value in values):
        draft.unknown.append((step.key, step.origin))
    elif any(map(counts, values)):
        draft.written.write(slot)


def _write_left_out_objects(draft: Draft) -> None:
    """Write each object that head leaves out, where its absence means another one to an old client."""
    for key, slot in draft.stages[0].loaded.items():
        value = left_out_value(draft.reach, draft.name, slot, draft.conversion)
        if value is not UNKNOWN and not is_object(value):
            continue
        schema = draft.at(draft.conversion.src).properties[key]
        origin = filled_below(draft.reach, schema, draft.conversion)
        if origin is not None and value is UNKNOWN and not is_made_by_class(draft.reach, schema, draft.conversion):
            draft.unknown.append((key, origin))
        elif origin is not None:
            # What is in an object of its class alone is written by the class's own plan.
            draft.stages[0].ops.insert(0, SetValue(slot, "missing", {} if value is UNKNOWN else value))


def _replace(draft: Draft, step: ValueReplaced) -> None:
    null, missing, target = step.null_to_old, step.missing_to_old, step.older
    if draft.upgrades:
        null, missing, target = step.null_to_head, step.missing_to_head, step.newer
    if not draft.upgrades and step.key in draft.names:
        fills = step.missing_to_head is not UNSET or step.missing_to_old is not UNSET
        if fills or step.null_to_old is not UNSET:
            _write_left_out(draft, step, counts=lambda value: fills or value is None)
    if null is UNSET and missing is UNSET and (step.key not in draft.names or step.newer == step.older):
        return
    draft.convert_to(draft.slot(step.key, target), draft.boundary)
    for when, value, partial in (("null", null, False), ("missing", missing, step.partial)):
        if callable(value):
            draft.fill(step.key, target, when, value, step.origin, partial=partial)
        elif value is not UNSET:
            draft.set_value(draft.names[step.key], when, value, step.origin, partial=partial)
    draft.names[step.key].schema = target


def _move(draft: Draft, step: ValueMoved) -> None:
    source, target, parent_schema = step.new, step.old, step.older_parent
    if draft.upgrades:
        source, target, parent_schema = step.old, step.new, step.newer_parent
    first = source[0]
    start = draft.names.get(first)
    if start is None:
        return
    draft.convert_to(start, draft.boundary)
    filled: Slot | None = None
    if len(source) > 1 and not draft.upgrades and callable(step.empty):
        # No key of any object is called so; what was filled in goes to its place after the move.
        call = fill_of(step.empty, step.schema, draft.reach.components(draft.boundary), step.origin)
        draft.call_with_object(key := f"\0{target[-1]}", "unreachable", call, step.schema, source)
        filled, start = draft.names.pop(key), draft.names[source[0]]
    if len(source) == 1:
        slot = draft.names.pop(source[0])
    else:
        slot = Slot(None, step.schema, draft.boundary)
        empty = UNSET if draft.upgrades or filled else step.empty
        unknown = draft.reach.unknown_parents(draft.name, source, draft.boundary + (not draft.upgrades))
        if draft.upgrades:
            unknown = max(unknown, min(step.again, len(source) - 2))
        taken = ExtractValue(slot, start, source[1:], unknown, empty, draft.boundary)
        draft.written.note(taken)
        draft.stage.ops.append(taken)
        if draft.upgrades and step.again == len(source) - 1:
            del draft.names[first]
    if filled is not None:
        draft.stage.ops.append(CopyValue(slot, "missing", filled, step.origin, required=False))
    if len(target) == 1:
        draft.names[target[0]] = slot
        draft.unfilled.pop(target[0], None)
        return
    if draft.upgrades and callable(step.empty):
        # What stood in for a value that head has not is written back as none.
        draft.names["\0moved"] = slot
        draft.call_with_object("\0filled", "unreachable", filler_of(step.empty, step.origin), {}, target)
        slot, filled = draft.names.pop("\0moved"), draft.names.pop("\0filled")
    parent = draft.slot(target[0], parent_schema)
    draft.convert_to(parent, draft.boundary)
    if draft.upgrades and step.empty is not UNSET:
        draft.stage.ops.append(RemoveEqual(slot, filled or step.empty, parent, target[1:]))
    if draft.conversion.left_out is not None and step.older_holders:
        part = draft.conversion.part(draft.boundary, draft.conversion.dst)
        if looks_at(draft.reach, step.older_holders[-1], step.old[-1], part):
            draft.written.write(slot)
    if draft.upgrades and step.made is not UNSET:
        draft.set_value(parent, "missing", step.made, step.origin, partial=True)
    put = InsertValue(slot, parent, target[1:])
    draft.written.note(put)
    draft.stage.ops.append(put)


def _plan(draft: Draft) -> Plan:
    """The plan that a draft has become, with what happens to keys that its steps do not mention."""
    conversion, stages, keys = draft.conversion, draft.stages, {*draft.stages[0].loaded}
    of = KeysOf(draft.reach, draft.name)
    if not draft.upgrades:
        _write_left_out_objects(draft)
        policy = of.left_policy(conversion, keys, stages)
        return Plan(policy, stages, unknown=draft.unknown, departed=frozenset(draft.departing))
    unfilled = draft.unfilled.items() if conversion.dst == 0 else ()
    faults = [(key, origin) for key, origin in unfilled if key in draft.at(0).required]
    if stages[0].whole is not None:
        return Plan(KeyPolicy(), stages, faults=faults)
    to_head = stages
    if conversion.dst and conversion.from_client:
        # A later part of the conversion reads a key in one spelling only.
        to_head = _drafted(draft.reach, draft.name, Conversion(conversion.src, 0, from_client=True)).stages
    policy, restored = of.sent_policy(conversion, keys, stages, to_head)
    return Plan(policy, stages, restored, faults=faults)
