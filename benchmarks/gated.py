"""The past as timegate gets it: declarations, and nothing else."""

from __future__ import annotations

from typing import assert_never

from benchmarks.api import Owner, State, Task
from benchmarks.past import (
    DEPTH,
    EVENTS,
    Added,
    BecameNullable,
    Event,
    MemberRenamed,
    Removed,
    Renamed,
    Retyped,
    version_at,
)
from timegate import Timeline, Version, VersionChange, enum, on
from timegate.changes.base import Fact

MODELS = {"task": Task, "owner": Owner}


def fact_of(event: Event) -> Fact:
    """Declare an event as a fact."""
    match event:
        case Renamed(holder, old, new):
            return on(MODELS[holder]).renamed(old, to=new)
        case Added(holder, field):
            return on(MODELS[holder]).added(field)
        case Removed(holder, field, kind, value):
            return on(MODELS[holder]).removed(field, was=kind, backfill=value, loses="head has no use for it")
        case BecameNullable(holder, field, was):
            return on(MODELS[holder]).became_nullable(field, null_was=was)
        case MemberRenamed(old, new):
            return enum(State).renamed(old, to=new)
        case Retyped(field, was, to_head, to_old):
            return on(Task).retyped(field, was=was, to_head=to_head, to_old=to_old)
        case _:
            assert_never(event)


def change_of(depth: int) -> type[VersionChange]:
    """The change that separates the version ``depth - 1`` back from the one ``depth`` back."""
    event = EVENTS[depth - 1]
    return type(
        f"Change{depth}",
        (VersionChange,),
        {"__doc__": f"The change {depth} versions back.", "changes": (fact_of(event),)},
    )


def timeline(depth: int = DEPTH) -> Timeline:
    """Head and ``depth`` older versions."""
    return Timeline(
        *(Version(version_at(index), change_of(index + 1)) for index in range(depth)), Version(version_at(depth))
    )
