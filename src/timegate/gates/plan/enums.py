"""Plans what a conversion does with the members of an enum."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.history.steps import MembersChanged, Origin
from timegate.typing import is_array, is_object
from timegate.wire.json_types import listed_values

TypedValue: TypeAlias = tuple[type, Any]
"""A JSON value with its type: ``True`` and ``1`` are equal in Python, but not in JSON."""


class EnumPlan(NamedTuple):
    """What happens to the members of an enum: the new value of some, the fact for which others are refused."""

    replaced: dict[TypedValue, Any]
    refused: dict[TypedValue, Origin]


def plan_enum(reach: Reach, name: str, conversion: Conversion) -> EnumPlan | None:
    """What a conversion does with each member of an enum; None where no member changes."""
    upgrades = reach.side == "requests"
    checked = upgrades and conversion.from_client
    # A client's payload is checked against everything newer, however few boundaries the conversion crosses.
    relevant = _member_steps(reach, name, Conversion(conversion.src, 0) if checked else conversion)
    if not relevant:
        return None
    members = _members(reach, name, conversion.src)
    steps, plan = _member_steps(reach, name, conversion), EnumPlan({}, {})
    for member in members:
        value = member
        for step in steps:
            value = (step.to_head if upgrades else step.to_old).get(value, value)
        if value != member or type(value) is not type(member):
            plan.replaced[type(member), member] = value
    if checked:
        known: set[TypedValue] = {(type(member), member) for member in members}
        for member in _members(reach, name, 0):
            if (type(member), member) not in known:
                origins = (step.origin for step in relevant if member in step.refused)
                plan.refused[type(member), member] = next(origins, relevant[-1].origin)
    return plan


def _members(reach: Reach, name: str, version: int) -> list[Any]:
    """The members of an enum at a version, but for objects and arrays, which no fact can change."""
    members = listed_values(reach.component(name, version).schema) or []
    return [member for member in members if not (is_object(member) or is_array(member))]


def _member_steps(reach: Reach, name: str, conversion: Conversion) -> list[MembersChanged]:
    """What happens to the members of an enum in a conversion, in order."""
    found: list[MembersChanged] = []
    for boundary in conversion.boundaries:
        steps = reach.steps(name, boundary)
        found += [
            step
            for step in (steps if reach.side == "requests" else reversed(steps))
            if isinstance(step, MembersChanged)
        ]
    return found
