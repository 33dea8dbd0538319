"""Plans what a conversion does with the members of an enum."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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


class MembersCrossed(NamedTuple):
    """What becomes of an enum's members between two versions.

    Args:
        values: what each member of the payload's version becomes.
        origins: the fact for which an old client may not send a member, by the member of head.
        newest: the fact of the newest step; None where no member changes.
    """

    values: dict[TypedValue, Any]
    origins: dict[TypedValue, Origin]
    newest: Origin | None


def plan_enum(reach: Reach, name: str, conversion: Conversion) -> EnumPlan | None:
    """What a conversion does with each member of an enum; None where no member changes."""
    checked = reach.side == "requests" and conversion.judges
    # A client's payload is checked against everything newer, however few boundaries the conversion crosses.
    relevant = _crossed(reach, name, Conversion(conversion.src, 0) if checked else conversion)
    if relevant is None or relevant.newest is None:
        return None
    crossed = _crossed(reach, name, conversion)
    members = crossed.values if crossed is not None else dict[TypedValue, Any]()
    replaced = {
        (kind, member): value
        for (kind, member), value in members.items()
        if value != member or type_of(value) is not kind
    }
    newer: dict[TypedValue, Origin] = {}
    for member in _members(reach, name, 0) if checked else []:
        typed = type_of(member), member
        if typed not in members:
            newer[typed] = relevant.origins.get(typed, relevant.newest)
    merges = len({(type_of(value), value) for value in members.values()}) < len(members)
    plan = EnumPlan(replaced, members if checked else {}, newer, merges)
    return plan.of_keys() if conversion.keys else plan


def _members(reach: Reach, name: str, version: int) -> list[Any]:
    """The members of an enum at a version, but for objects and arrays, which no fact can change."""
    members = listed_values(reach.component(name, version).schema) or []
    return [member for member in members if not (is_object(member) or is_array(member))]


def _crossed(reach: Reach, name: str, conversion: Conversion) -> MembersCrossed | None:
    """What becomes of the members in a conversion; None where its component is no enum whose members change."""
    if name not in reach.changed_enums:
        return None
    near, far = sorted((conversion.src, conversion.dst))
    # Mostly the far version is older by one than the last time: only that boundary is looked at.
    known: list[MembersCrossed] = reach.members.setdefault((name, near), [])
    if not known:
        members = {(type_of(member), member): member for member in _members(reach, name, near)}
        known.append(MembersCrossed(members, {}, None))
    boundaries, done = reach.crossed(name, near, far), len(known) - 1
    for boundary in boundaries[done:]:
        known.append(_further(reach, name, boundary, known[-1]))
    return known[len(boundaries)]


def _further(reach: Reach, name: str, boundary: int, nearer: MembersCrossed) -> MembersCrossed:
    """What becomes of the members where one more boundary is crossed, at the far end."""
    steps = [step for step in reach.steps(name, boundary) if isinstance(step, MembersChanged)]
    if reach.side == "requests":
        members = {(type_of(member), member): member for member in _members(reach, name, boundary + 1)}
        passed = _through([step.to_head for step in steps], members)
        values = {typed: nearer.values.get((type_of(value), value), value) for typed, value in passed.items()}
    else:
        values = _through([step.to_old for step in reversed(steps)], nearer.values)
    refused = [(step, member) for step in reversed(steps) for member in step.refused]
    origins = {(type_of(member), member): step.origin for step, member in refused}
    newest = nearer.newest or (steps[-1].origin if steps else None)
    return MembersCrossed(values, nearer.origins | origins, newest)


def _through(tables: Iterable[Mapping[Any, Any]], values: Mapping[TypedValue, Any]) -> dict[TypedValue, Any]:
    """The values after some tables, one after the other, each of which changes a few of them."""
    holders: dict[TypedValue, list[TypedValue]] = {}
    for typed, value in values.items():
        holders.setdefault((type_of(value), value), []).append(typed)
    for table in tables:
        moved = [(new, holders.pop((type_of(old), old), [])) for old, new in table.items()]
        for new, held in moved:
            holders.setdefault((type_of(new), new), []).extend(held)
    found = {typed: value for (_, value), held in holders.items() for typed in held}
    return {typed: found[typed] for typed in values}
