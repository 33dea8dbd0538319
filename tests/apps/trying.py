"""Which models of an application can change: one field of one model is renamed, and the timeline compiled."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any, Final

from tests.apps.narrowing import Narrowing
from tests.apps.remedies import names_in, pasted
from timegate import CompileError, Contract, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact
from timegate.changes.fields import Renamed
from timegate.wire.marks import BEHIND_MARK
from timegate.wire.schema import references
from timegate.wire.wire import SIDES, Component, Side, Wire

_MOST_FIELDS: Final = 3
"""How many fields of a model are tried: of one, a union may need the name in other arms too."""

OLD_NAME: Final = "timegate_old_name"

_NAME: Final = re.compile(r"'[^']*'|\S*[A-Z\[\]/_.]\S*")


@dataclass(frozen=True)
class Trial:
    """What became of one model.

    Args:
        name: the component.
        reason: why it cannot change, without names; empty where it can.
        fault: the first fault, as it is printed.
        vouched: the facts with which it can change, as code; none where they do not help, or nothing is in the way.
    """

    name: str
    reason: str = ""
    fault: str = ""
    vouched: tuple[str, ...] = ()


def renamed(subject: Any, field: str, *others: Fact) -> Timeline:
    """Two versions, between which a field of a model was renamed.

    Args:
        subject: the model.
        field: its field.
        others: more facts of the same change; a rename among them takes the place of this one.
    """
    own = () if any(isinstance(fact, Renamed) for fact in others) else (on(subject).renamed(OLD_NAME, to=field),)
    facts = (*others, *own)
    change = type("Renamed", (VersionChange,), {"__doc__": "A field was renamed.", "changes": facts})
    return Timeline(Version("2026-01-01", change), Version("2025-01-01"))


def in_json(wire: Wire) -> Mapping[str, Component]:
    """The components with fields that JSON bodies hold, by identity."""
    found: dict[str, Component] = {}
    for side in SIDES:
        components, seen = wire.components(side), set[str]()
        waiting = [name for schema in _json_schemas(wire, side) for name in references(schema)]
        while waiting:
            name = waiting.pop()
            if name in components and name not in seen:
                seen.add(name)
                waiting += references(components[name].schema)
        found |= {name: components[name] for name in sorted(seen) if _has_fields(components[name])}
    return found


def _json_schemas(wire: Wire, side: Side) -> Iterator[Any]:
    for operation in wire.operations:
        for _, body in operation.bodies(side):
            # What other media types hold is noted beside the schema.
            for schema in body.schemas if body.has_json else ():
                yield {key: value for key, value in schema.items() if key != BEHIND_MARK}
    yield from wire.standalone(side)


def _has_fields(component: Component) -> bool:
    return bool(component.properties) and not component.inline


def _tried(contract: Contract, component: Component) -> Trial:
    subject = component.model or component.display_name
    # A tag of a union is the last that one would rename.
    fields = sorted(component.properties, key=lambda key: bool({"const", "enum"} & component.properties[key].keys()))
    found: list[Trial] = []
    for field in fields[:_MOST_FIELDS]:
        escaped = field.replace("\\", "\\\\").replace(".", "\\.").replace("*", "\\*")
        found.append(_with_remedies(contract, component.name, subject, escaped))
        if not found[-1].reason:
            return found[-1]
    return next((trial for trial in found if trial.vouched), found[0])


def _with_remedies(contract: Contract, name: str, subject: Any, field: str) -> Trial:
    """What becomes of a model when one of its fields is renamed, and when what the faults say is pasted."""
    names, vouched = names_in(contract), list[Fact]()
    trial = Trial(name)
    while True:
        try:
            renamed(subject, field, *vouched).compile(contract)
        except CompileError as error:
            first = error.faults[0]
            reason = " ".join(_NAME.sub("…", first.problem).split())
            trial = trial if trial.reason else Trial(name, reason, str(first))
            more = [fact for fact in pasted(error.faults, names) if fact not in vouched]
            if not more:
                return trial if not vouched else replace(trial, fault=f"{trial.fault}\nand then {first}")
            vouched += more
        else:
            return replace(trial, vouched=tuple(map(str, vouched)))


# A process that is forked has what was read.
_read: list[tuple[Narrowing, list[Component]]] = []


def _tried_at(index: int) -> Trial:
    narrowing, components = _read[-1]
    return _tried(narrowing.to(components[index].name), components[index])


def trials_of(contract: Contract, components: Mapping[str, Component]) -> list[Trial]:
    """What becomes of each component, tried by as many processes as there are processors."""
    _read.append((Narrowing(contract), list(components.values())))
    # What is forked shares what was read, as long as the garbage collector does not write to it.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        return list(pool.map(_tried_at, range(len(components)), chunksize=4))
