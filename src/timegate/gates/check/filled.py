"""Finds defaults of older versions that head would read as other values: no validator saw them at their server."""

from __future__ import annotations

from collections.abc import Iterator

from timegate.changes.base import UNSET, Sibling
from timegate.errors import Fault
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.history.steps import ValueReplaced
from timegate.reading.own_reading import reads_otherwise
from timegate.reading.readable_types import has_validators
from timegate.typing import Schema
from timegate.wire.marks import CHECKED_MARK, VALIDATED_MARK


def filled_faults(reach: Reach, traces: Traces) -> Iterator[Fault]:
    """A fault for each old default that a fact fills in and head reads as another value.

    Args:
        reach: the requests and their history.
        traces: what becomes of clients' values.
    """
    for (side, name, boundary), steps in reach.history.steps.items():
        for step in steps if side == reach.side else ():
            if not isinstance(step, ValueReplaced) or reach.names_in(step.newer):
                continue
            value = step.missing_to_head
            if value is UNSET or value is None or isinstance(value, Sibling) or callable(value):
                continue
            read = _read(reach, traces, name, boundary, step)
            if read is not UNSET:
                yield Fault(
                    step.origin.version,
                    step.origin.change,
                    f"{reach.component(name, boundary).display_name}.{step.key}",
                    f"head's validators and settings see what a fact fills in, and make {read!r} of {value!r}, which "
                    "none saw as a default",
                    f"give {step.origin.fact} a value that head reads as itself, or a function that gives what head is "
                    "to read: lambda _: …",
                )


def _read(reach: Reach, traces: Traces, name: str, boundary: int, step: ValueReplaced) -> object:
    """What head reads in place of what a step fills in; UNSET where it reads that, or nobody can say."""
    # The value is the same at head if nothing but other names comes between.
    trace = traces.of(name, step.key, boundary)
    holder, key = trace.place
    if trace.schema is None or trace.converted or trace.kind is UNSET:
        return UNSET
    head, value = reach.component(holder, 0), step.missing_to_head
    if not (type(value) is str or _is_validated(trace.schema) or has_validators(trace.kind)):
        return UNSET
    return reads_otherwise(head.model, next(head.python_names(key), None), trace.kind, trace.settings, value)


def _is_validated(schema: Schema) -> bool:
    return CHECKED_MARK in schema or VALIDATED_MARK in schema
