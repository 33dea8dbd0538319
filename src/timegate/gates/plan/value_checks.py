"""Plans the checks of a client's values, wherever head would read them by another type or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.differing import differs
from timegate.gates.plan.plan import CheckValue, LetPass, NoteAbsent, Plan, SetValue
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.reading.settings import reading
from timegate.reading.shared_types import as_held
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import forms_in
from timegate.wire.schema import references, single_reference
from timegate.wire.wire import Component


def add_checks(plan: Plan, reach: Reach, name: str, version: int, traces: Traces, *, partial: bool) -> None:
    """Check an object's values against the contract of the client, wherever head's differs from it.

    Args:
        plan: of the object; the checks come first in it.
        reach: the requests and their history.
        name: the component.
        version: of the client.
        traces: what becomes of the values.
        partial: whether the payload changes a part of something, so that what it leaves out stays as it is.
    """
    component, stage = reach.component(name, version), plan.stages[0]
    found: list[CheckValue | NoteAbsent | SetValue] = []
    for key, slot in stage.loaded.items():
        schema = component.properties.get(key)
        if schema is None:
            continue
        trace = traces.of(name, key, version)
        # The settings are those of the object that the client sends, wherever its value goes.
        settings = trace.settings if component.model is None else component.settings
        unread = trace.schema is None or trace.kind is UNSET
        alike = unread or settings is trace.settings or reading(settings) == reading(trace.settings)
        if trace.kind is UNSET and name in reach.parameters:
            # Without a type, nothing reads a text as anything else.
            continue
        kept, whole = trace.schema is not None, trace.whole
        # An absent key that head requires too is left to head, unless a fact would fill it.
        filled = trace.filled or trace.made
        required = key in component.required and (whole or trace.required is not kept or (kept and filled))
        fills_null = filled and not is_nullable(schema, reach.components(version))
        if kept and trace.required and key in component.required and trace.place != (name, key):
            found.append(NoteAbsent(slot))
        differing = not kept or not alike or differs(schema, trace.schema or {})
        forms = forms_in(schema)
        converted = trace.converted or whole
        if not (converted or required or fills_null or differing or forms):
            continue
        described = reach.described_only(schema, name)
        kind = as_held(trace.kind, component)
        check = CheckValue(slot, schema, version, kind, settings, required, converted, described)
        if forms:
            stage.let_pass[slot] = LetPass(check, forms)
        if converted or required or fills_null or differing:
            found.append(check)
    if stage.whole is not None and (kind := traces.of_whole(name, version)) is not None:
        check = CheckValue(stage.whole, component.schema, version, kind, component.settings, False, True)
        found.append(check)
    if not partial:
        found += _absent_objects(plan, reach, name, version, traces)
    stage.ops[:0] = found
    plan.key_policy.aliases.update(other_spellings(component, [op.slot.source for op in found if op.slot.source]))


def _absent_objects(plan: Plan, reach: Reach, name: str, version: int, traces: Traces) -> Iterator[SetValue]:
    """Take an object that a client leaves out for one without keys, where a fact fills something into that.

    Where head's default is another object, the fact's author has to say what it was.
    """
    component = reach.component(name, version)
    for key, slot in plan.stages[0].loaded.items():
        schema = component.properties.get(key, {})
        if key in component.required or not reach.needs(schema, Conversion(version, 0, from_client=True)):
            continue
        facts = {one: fact for one in references(schema) if (fact := traces.absent.filled(one, version)) is not None}
        trace = traces.of(name, key, version) if facts else None
        if trace is None or trace.schema is None or trace.filled or trace.required:
            continue
        alone = single_reference(schema)
        for inner, fact in facts.items():
            if not traces.absent.stands(inner, trace.schema):
                continue
            is_same = inner == alone == single_reference(trace.schema) and not reach.component(inner, version).required
            if is_same and traces.absent.is_plain(inner, trace.schema):
                yield SetValue(slot, "missing", {})
            else:
                plan.undecided.append((key, fact))


def other_spellings(component: Component, keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each key that has any, the other spellings of it that no other field has as its key."""
    found = {key: [one for one in component.accepted(key)[1:] if one not in component.properties] for key in keys}
    return {key: tuple(spellings) for key, spellings in found.items() if spellings}
