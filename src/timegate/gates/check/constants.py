"""Tries once, at start-up, whether the values that facts declare can be converted from where they are set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timegate.changes.base import UNSET, Sibling
from timegate.errors import Fault, GateError
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.run.runtime import copy_json
from timegate.gates.source.module import Module
from timegate.gates.source.programs import new_module
from timegate.history.steps import KeyAdded, KeyRemoved, Step, ValueReplaced
from timegate.typing import Schema


def constant_faults(reach: Reach) -> Iterator[Fault]:
    """The declared values of one side that cannot be converted from their boundary to the last version."""
    upgrades = reach.side == "requests"
    for (side, name, boundary), steps in reach.history.steps.items():
        if side != reach.side:
            continue
        conversion = Conversion(boundary, 0 if upgrades else len(reach.history.wires) - 1)
        for step in steps:
            for key, schema, value in _constants(step, upgrades=upgrades):
                problem = _problem(new_module(reach), schema, conversion, value)
                if problem is not None:
                    yield Fault(
                        step.origin.version,
                        step.origin.change,
                        f"{reach.component(name, boundary).display_name}.{key}",
                        problem,
                        f"give {step.origin.fact} a value in the newer shape of its type, whose conversion ends",
                    )


def _constants(step: Step, *, upgrades: bool) -> Iterator[tuple[str, Schema, Any]]:
    """The values that a step sets, each with its key and schema."""
    match step:
        case KeyAdded() if upgrades:
            schema, values = step.schema, [step.default]
        case KeyRemoved() if not upgrades:
            schema, values = step.schema, [step.fill]
        case ValueReplaced() if upgrades:
            schema, values = step.newer, [step.null_to_head, step.missing_to_head]
        case ValueReplaced():
            schema, values = step.older, [step.null_to_old, step.missing_to_old]
        case _:
            return
    for value in values:
        if value is not UNSET and not isinstance(value, Sibling) and not callable(value):
            yield step.key, schema, value


def _problem(module: Module, schema: Schema, conversion: Conversion, value: Any) -> str | None:
    """Why a value cannot be converted; None where it can."""
    name = module.root(schema, conversion)
    if name is None:
        return None
    target = "head" if module.upgrades else "an older version"
    try:
        module.build()[name](copy_json(value))
    except RecursionError:
        return "the conversion of the declared value never ends"
    except GateError as error:
        return f"the declared value cannot be converted to {target}: {error.problem}"
    return None
