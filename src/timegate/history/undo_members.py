"""How facts about members are undone: those of an enum, and those of a field that is a ``Literal``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Flag
from functools import partial
from itertools import filterfalse
from typing import Any, Final

from timegate.changes.base import UNSET, name_of
from timegate.changes.members import (
    EnumFact,
    Grew,
    LiteralFact,
    LiteralGrew,
    LiteralRenamed,
    LiteralShrank,
    MemberRenamed,
    Shrank,
    member_value,
)
from timegate.errors import Fault
from timegate.history.builder import HistoryBuilder
from timegate.history.conversions import Values, convert, values_of
from timegate.history.remedies import name_one
from timegate.history.steps import MembersChanged, MembersConverted
from timegate.history.undo import undo
from timegate.history.value_tables import ValueTable
from timegate.typing import Schema, is_array
from timegate.wire.json_types import JSON_TYPES, PYTHON_TYPES, listed_values
from timegate.wire.marks import MEMBERS_MARK
from timegate.wire.schema import schema_at_depth, single_reference
from timegate.wire.wire import SIDES, Component, Side


@dataclass(frozen=True, slots=True)
class _Change:
    """What members are in the older version, and how the others are converted.

    Args:
        members: those of the older version.
        to_head: the newer member for each old one that has another one.
        to_old: the old member for each newer one that has another one.
        refused: newer members that an old client may not send.
    """

    members: list[Any]
    to_head: Mapping[Any, Any]
    to_old: Mapping[Any, Any]
    refused: tuple[Any, ...] = ()


def _change(
    fact: EnumFact | LiteralFact, builder: HistoryBuilder, side: Side, holder: str, place: str, members: list[Any]
) -> _Change | None:
    """What the fact at hand does with members of the newer version; None and a fault where it cannot.

    Args:
        fact: the fact.
        builder: the walk so far.
        side: whether clients send or receive the members.
        holder: the component that has them.
        place: what faults call it.
        members: those of the newer version.
    """
    match fact:
        case Grew() | LiteralGrew():
            return _grew(fact, builder, side, holder, place, members)
        case Shrank() | LiteralShrank():
            return _shrank(fact, builder, side, place, members)
        case MemberRenamed() | LiteralRenamed():
            return _renamed(fact, builder, place, members)
        case _:
            raise AssertionError(f"{fact} is about no members")


def _grew(
    fact: Grew | LiteralGrew, builder: HistoryBuilder, side: Side, holder: str, place: str, members: list[Any]
) -> _Change | None:
    new = tuple(map(member_value, fact.members))
    seen_as = member_value(fact.seen_as)
    unknown = [member for member in new if member not in members]
    # Without a loop of Python's, because each of very many members may have come with a fact of its own.
    rest = list(filterfalse(new.__contains__, members))
    if unknown:
        problem = f"{unknown[0]!r} is no member right after this fact"
        builder.fault(place, problem, name_one(fact, unknown[0], members))
        return None
    if fact.tolerated is not None:
        # What an old client reads as it is, it may send back.
        return _Change(rest, {}, {}) if side == "responses" else None
    if side == "responses" and seen_as is UNSET:
        problem = "it reaches responses, and nothing says what old clients read for the new members"
        remedy = f"{builder.line('seen_as=…')} with one of {rest}"
        builder.if_received.append((holder, Fault(builder.version, builder.change, place, problem, remedy)))
    if seen_as is not UNSET and seen_as not in rest:
        problem = f"seen_as={seen_as!r} is no member of the older version"
        builder.fault(place, problem, name_one(fact, seen_as, rest))
    return _Change(rest, {}, {} if seen_as is UNSET else dict.fromkeys(new, seen_as), new)


def _shrank(
    fact: Shrank | LiteralShrank, builder: HistoryBuilder, side: Side, place: str, members: list[Any]
) -> _Change | None:
    old, read_as = member_value(fact.member), member_value(fact.read_as)
    if old in members:
        builder.fault_without_effect(place, f"{old!r} is still a member right after this fact")
        return None
    if read_as not in members:
        builder.fault(place, f"read_as={read_as!r} is no member of head", name_one(fact, read_as, members))
        return None
    builder.check_loss(fact, side, place, "head cannot distinguish this member from the one it is read as")
    return _Change([*members, old], {old: read_as}, {})


def _renamed(
    fact: MemberRenamed | LiteralRenamed, builder: HistoryBuilder, place: str, members: list[Any]
) -> _Change | None:
    old, new = member_value(fact.old), member_value(fact.to)
    if new not in members or old in members:
        wrong = f"{new!r} is no member right after this fact" if new not in members else f"{old!r} still is one"
        builder.fault(place, wrong, name_one(fact, new, members))
        return None
    renamed = list(members)
    renamed[members.index(new)] = old
    return _Change(renamed, {old: new}, {new: old}, (new,))


def _enums(fact: EnumFact, builder: HistoryBuilder) -> Iterator[tuple[Side, Component, list[Any]]]:
    """The components of an enum with their members; a fault where there are none."""
    found = False
    for side in SIDES:
        for name in builder.names(side, fact.enum):
            component = builder.component(side, name)
            members = listed_values(component.schema)
            is_own = component.model is not None and component.model is fact.enum
            is_named = isinstance(fact.enum, str) and fact.enum in component.names
            if (is_own or is_named) and members is not None:
                found = True
                yield side, component, members
    if not found and any(builder.names(side, fact.enum) and _is_flag(fact.enum) for side in SIDES):
        remedy = "on(…).retyped('field', to_head=…, to_old=…), with functions of the number, for each field that has it"
        builder.fault(name_of(fact.enum), "its values are all combinations of members, and not members alone", remedy)
    elif not found:
        builder.fault_unreached(fact.enum, "enum")


def _is_flag(enum: Any) -> bool:
    return inspect.isclass(enum) and issubclass(enum, Flag)


def check_received(builder: HistoryBuilder) -> None:
    """Note the faults about what old clients get, where responses have it at the older version of the boundary."""
    received = builder.wire.reachable("responses") if builder.if_received else {}
    for holder, fault in builder.if_received:
        if holder in received:
            # The same problem at an older version is told once.
            builder.note(fault)


@undo.register
def _enum_members(fact: EnumFact, builder: HistoryBuilder) -> None:
    changed, faults = False, len(builder.faults)
    for side, component, members in _enums(fact, builder):
        change = _change(fact, builder, side, component.name, name_of(fact.enum), members)
        if change is None:
            continue
        changed = True
        builder.put(side, replace(component, schema=_with_members(component.schema, change.members)))
        step = MembersChanged(builder.origin, change.to_head, change.to_old, change.refused)
        builder.record(side, component.name, step, *map(str, (*change.to_head, *change.refused)))
    if not changed and len(builder.faults) == faults:
        builder.fault_without_effect(name_of(fact.enum), _UNSENT)


_UNSENT: Final = "no response has it, so that no client reads a member that it does not know"


def _with_members(schema: Schema, members: list[Any]) -> Schema:
    """The schema of an enum or a ``Literal`` with other members."""
    rest = {key: value for key, value in schema.items() if key not in ("const", "enum")}
    if MEMBERS_MARK in rest:
        rest[MEMBERS_MARK] = tuple((kind, value) for kind, value in rest[MEMBERS_MARK] if value in members)
    rest = _with_type(rest, listed_values(schema) or [], members)
    return {**rest, "const": members[0]} if "const" in schema and len(members) == 1 else {**rest, "enum": members}


def _with_type(rest: Schema, before: list[Any], members: list[Any]) -> Schema:
    """A schema whose ``type`` is that of its members, as pydantic writes it: none where they have several."""
    names = {JSON_TYPES[kind] for kind in {*map(type, members)}}
    written = rest.get("type", names if len({*map(type, before)}) > 1 else None)
    if written is None or is_array(written) or {*map(type, members)} <= {*PYTHON_TYPES.get(str(written), ())}:
        return rest
    others = {key: value for key, value in rest.items() if key != "type"}
    return {**others, "type": names.pop()} if len(names) == 1 else others


@undo.register
def _literal_members(fact: LiteralFact, builder: HistoryBuilder) -> None:
    changed, faults = False, len(builder.faults)
    for values in values_of(builder, fact):
        place, literals = values.place, list(_literals(values.schema))
        if not literals:
            _fault_of_no_literal(fact, builder, values)
            continue
        newer = _newer_members(fact)
        literal = next((one for one in literals if not newer.isdisjoint(listed_values(one) or ())), literals[0])
        change = _change(fact, builder, place.side, place.name, place.text, listed_values(literal) or [])
        if change is None:
            continue
        changed = True
        _convert_members(builder, values, literal, change)
    if not changed and len(builder.faults) == faults:
        builder.fault_without_effect(f"{', '.join(map(name_of, fact.models))}.{fact.fields[0]}", _UNSENT)


def _literals(schema: Schema) -> Iterator[Schema]:
    """The schemas of a value that list its members: that of the value, or of arms of the union that it is."""
    if listed_values(schema) is not None:
        yield schema
    for keyword in _SAME_VALUE:
        for one in schema.get(keyword, ()):
            yield from _literals(one)


_SAME_VALUE: Final = ("anyOf", "oneOf", "allOf")
"""Keywords whose schemas are about the value itself, and not about what it holds."""


def _newer_members(fact: LiteralFact) -> frozenset[Any]:
    """The members that a fact says that the newer version has."""
    match fact:
        case LiteralGrew():
            return frozenset(map(member_value, fact.members))
        case LiteralShrank():
            return frozenset({member_value(fact.read_as)})
        case LiteralRenamed():
            return frozenset({member_value(fact.to)})
        case _:
            raise AssertionError(f"{fact} is about no members")


def _fault_of_no_literal(fact: LiteralFact, builder: HistoryBuilder, values: Values) -> None:
    name, text = single_reference(values.schema), values.place.text
    component = values.components.get(name or "")
    if component is not None and listed_values(component.schema) is not None:
        written = f"enum({name_of(component.model or component.name)}).{fact.verb}({fact.argument_code()})"
        builder.fault(text, "the field is an enum, which has members of its own", written)
        return
    inner, stars = schema_at_depth(values.schema, 1), ".*"
    while inner is not None and not any(_literals(inner)):
        inner, stars = schema_at_depth(inner, 1), f"{stars}.*"
    if inner is None:
        builder.fault_without_effect(text, "the field is no Literal right after this fact")
    else:
        written = str(replace(fact, fields=(f"{fact.fields[0]}{stars}",)))
        builder.fault(text, "the field is no Literal, and what it holds is one", written)


def _convert_members(builder: HistoryBuilder, values: Values, literal: Schema, change: _Change) -> None:
    newer = listed_values(literal) or []
    convert(
        builder,
        values,
        _with_replaced(values.schema, literal, _with_members(literal, change.members)),
        to_head=ValueTable.of(change.to_head, keeps=True) if change.to_head else None,
        to_old=ValueTable.of(change.to_old, keeps=True) if change.to_old else None,
        kind=partial(MembersConverted, newer_members=tuple(newer), older_members=tuple(change.members)),
    )


def _with_replaced(schema: Schema, arm: Schema, older: Schema) -> Schema:
    """A schema of a value, with another schema for it, or for an arm of the union that it is."""
    if schema is arm:
        return older
    arms = {keyword: schema[keyword] for keyword in _SAME_VALUE if keyword in schema}
    return {**schema, **{key: [_with_replaced(one, arm, older) for one in own] for key, own in arms.items()}}
