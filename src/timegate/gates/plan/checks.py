"""Plans the checks of a client's values, wherever head would read them by another type or not at all."""

from __future__ import annotations

from timegate.changes.base import UNSET
from timegate.gates.plan.plan import CheckValue, NoteAbsent, Op, Stage
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces, differs


def checks_of(reach: Reach, name: str, version: int, stage: Stage, traces: Traces) -> list[Op]:
    """The checks of an object's values against the contract of the client, wherever head's differs from it."""
    component = reach.component(name, version)
    found: list[Op] = []
    for key, slot in stage.loaded.items():
        schema = component.properties.get(key)
        if schema is None:
            continue
        trace = traces.of(name, key, version)
        if trace.kind is UNSET and name in reach.parameters:
            # Without a type, nothing reads a text as anything else.
            continue
        kept = trace.schema is not None
        # An absent key that head requires too is left to head.
        required = key in component.required and trace.required is not kept
        if kept and trace.required and key in component.required and trace.place != (name, key):
            found.append(NoteAbsent(slot))
        if trace.converted or required or not kept or differs(schema, trace.schema or {}):
            found.append(CheckValue(slot, schema, version, trace.kind, trace.model, required, trace.converted))
    return found
