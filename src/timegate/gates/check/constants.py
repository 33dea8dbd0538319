"""Whether the values that facts put in can go where they are put: tried once, when everything is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timegate.changes.base import UNSET, Sibling
from timegate.errors import Fault, GateError
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.runtime import copy_json
from timegate.gates.source.module import Module, WriteObject, WriteUnion
from timegate.history.steps import KeyAdded, KeyRemoved, Origin, Step, ValueReplaced
from timegate.typing import Schema


def misfits(reach: Reach, *, objects: WriteObject, unions: WriteUnion) -> list[Fault]:
    """Constants that cannot be taken from where they are put in to the end of the way.

    Args:
        reach: one side and its history.
        objects: writes the programs of objects.
        unions: writes the programs of unions.
    """
    found: list[Fault] = []
    up = reach.side == "requests"
    for (side, name, boundary), steps in reach.history.steps.items():
        if side != reach.side:
            continue
        conversion = Conversion(boundary, 0 if up else len(reach.history.wires) - 1, False, False)
        for step in steps:
            for origin, key, schema, value in _constants(step, up=up):
                problem = _tried(Module(reach, objects=objects, unions=unions), schema, conversion, value)
                if problem is not None:
                    place = f"{reach.component(name, boundary).display_name}.{key}"
                    remedy = f"give {origin.fact} a value in the newer shape of its type, which ends"
                    found.append(Fault(origin.version, origin.change, place, problem, remedy))
    return found


def _constants(step: Step, *, up: bool) -> Iterator[tuple[Origin, str, Schema, Any]]:
    values: list[tuple[Schema, Any]] = []
    match step:
        case KeyAdded() if up:
            values = [(step.schema, step.default)]
        case KeyRemoved() if not up:
            values = [(step.schema, step.fill)]
        case ValueReplaced() if up:
            values = [(step.newer, step.null_to_head), (step.newer, step.missing_to_head)]
        case ValueReplaced():
            values = [(step.older, step.null_to_old), (step.older, step.missing_to_old)]
        case _:
            return
    for schema, value in values:
        if value is not UNSET and not isinstance(value, Sibling) and not callable(value):
            yield step.origin, step.key, schema, value


def _tried(module: Module, schema: Schema, conversion: Conversion, value: Any) -> str | None:
    """Why a value cannot go its way; None where it can."""
    name = module.root(schema, conversion)
    if name is None:
        return None
    way = "head" if module.up else "an older version"
    try:
        module.build()[name](copy_json(value))
    except RecursionError:
        return "the value put in is converted again and again without an end"
    except GateError as error:
        return f"the value put in cannot be taken to {way}: {error.problem}"
    return None
