"""Plans what a conversion does with the members of an enum."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, TypeAlias

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.history.steps import MembersChanged, Origin
from timegate.typing import is_array, is_object, type_of
from timegate.wire.json_types import listed_values

TypedValue: TypeAlias = tuple[type, Any]
"""A JSON value with its type: ``True`` and ``1`` are equal in Python, but not in JSON."""


class EnumPlan(NamedTuple):
    """What a conversion does with the members of an enum.

    Args:
        replaced: the new value of each member that has another one.
        members: the new value of every member, where a client's payload is checked: nothing else passes.
        newer: the members that only head has, each with the fact that introduced it.
        merges: whether two members become one.
    """

    replaced: dict[TypedValue, Any]
    members: dict[TypedValue, Any]
    newer: dict[TypedValue, Origin]
    merges: bool

    def of_keys(self) -> EnumPlan:
        """The same for keys of objects: a member is a text there, though a reader may still give the member itself."""

        def texts(values: dict[TypedValue, Any]) -> dict[TypedValue, Any]:
            return {key: result for typed, result in values.items() for key in (typed, (str, _as_key(typed[1])))}

        def results(values: dict[TypedValue, Any]) -> dict[TypedValue, Any]:
            return {key: _as_key(result) for key, result in texts(values).items()}

        return self._replace(replaced=results(self.replaced), members=results(self.members), newer=texts(self.newer))


def _as_key(member: Any) -> str:
    """A member as the key of an object; it is written as everywhere in JSON, but for null."""
    return member if isinstance(member, str) else json.dumps(member) if member is not None else str(member)


def plan_enum(reach: Reach, name: str, conversion: Conversion) -> EnumPlan | None:
    """What a conversion does with each member of an enum; None where no member changes."""
    upgrades = reach.side == "requests"
    checked = upgrades and conversion.from_client
    # A client's payload is checked against everything newer, however few boundaries the conversion crosses.
    relevant = _member_steps(reach, name, Conversion(conversion.src, 0) if checked else conversion)
    if not relevant:
        return None
    steps, members = _member_steps(reach, name, conversion), dict[TypedValue, Any]()
    for member in _members(reach, name, conversion.src):
        value = member
        for step in steps:
            value = (step.to_head if upgrades else step.to_old).get(value, value)
        members[type(member), member] = value
    replaced = {
        (kind, member): value for (kind, member), value in members.items() if value != member or type(value) is not kind
    }
    newer: dict[TypedValue, Origin] = {}
    for member in _members(reach, name, 0) if checked else []:
        if (type(member), member) not in members:
            origins = (step.origin for step in relevant if member in step.refused)
            newer[type(member), member] = next(origins, relevant[-1].origin)
    merges = len({(type_of(value), value) for value in members.values()}) < len(members)
    plan = EnumPlan(replaced, members if checked else {}, newer, merges)
    return plan.of_keys() if conversion.keys else plan


def _members(reach: Reach, name: str, version: int) -> list[Any]:
    """The members of an enum at a version, but for objects and arrays, which no fact can change."""
    members = listed_values(reach.component(name, version).schema) or []
    return [member for member in members if not (is_object(member) or is_array(member))]


def _member_steps(reach: Reach, name: str, conversion: Conversion) -> list[MembersChanged]:
    """What happens to the members of an enum in a conversion, in order."""
    steps = (passed.step for passed in (reach.course(name, conversion) if name in reach.changed_enums else ()))
    return [step for step in steps if isinstance(step, MembersChanged)]
