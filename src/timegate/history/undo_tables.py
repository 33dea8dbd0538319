"""How a table of values is undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from timegate.changes.base import UNSET
from timegate.changes.members import member_value
from timegate.changes.values import Mapped
from timegate.history.builder import HistoryBuilder
from timegate.history.conversions import Values, convert, values_of, with_texts
from timegate.history.declared_values import check_value
from timegate.history.undo import undo
from timegate.history.value_tables import ValueTable
from timegate.typing import Schema, type_of
from timegate.wire.json_types import all_listed_values, is_nullable
from timegate.wire.schema import rewrite


@undo.register
def _mapped(fact: Mapped, builder: HistoryBuilder) -> None:
    table = _plain(fact.table)
    back = {**_inverse(table), **_plain(fact.back or {})}
    otherwise, seen_as = member_value(fact.otherwise), member_value(fact.seen_as)
    for values in values_of(builder, fact):
        place, newer = values.place, values.schema
        if otherwise is seen_as is UNSET and all(_typed(a) == _typed(b) for a, b in (*table.items(), *back.items())):
            builder.fault_without_effect(place.text, "each value becomes itself")
            continue
        older = with_texts(builder.type_of(place.side, fact, values.component), newer)
        for one in (*table, *back.values(), *(() if seen_as is UNSET else (seen_as,))):
            check_value(builder, place.side, place.text, one, argument="an old value", fits=older)
        for one in (*table.values(), *back, *(() if otherwise is UNSET else (otherwise,))):
            check_value(builder, place.side, place.text, one, argument="a new value", fits=newer)
        if place.side == "requests":
            if fact.was is UNSET and place.name in builder.parameter_holders:
                _check_texts(builder, place.text, table)
            _check_whole(builder, values, older, newer, table, otherwise, "otherwise", "old clients send", "head gets")
            if otherwise is not UNSET or len(set(map(_typed, table.values()))) < len(table):
                builder.check_loss(fact, place.side, place.text, "head cannot tell apart what becomes one value")
        else:
            _check_unique(builder, values, table, fact)
            _check_whole(builder, values, newer, older, back, seen_as, "seen_as", "head sends", "old clients read")
        convert(
            builder,
            values,
            older,
            to_head=ValueTable.of(table, rest=otherwise),
            to_old=ValueTable.of(back, rest=seen_as),
            was=fact.named_type,
        )


def _plain(table: Mapping[Any, Any]) -> dict[Any, Any]:
    return {member_value(one): member_value(other) for one, other in table.items()}


def _check_texts(builder: HistoryBuilder, place: str, table: Mapping[Any, Any]) -> None:
    """Note a fault where a parameter, which is a text, can never be an old value of a table."""
    others = [old for old in table if old is not None and not isinstance(old, str)]
    if others:
        problem = f"a parameter is a text, which is never {others[0]!r} unless a type reads it"
        builder.fault(place, problem, builder.line(f"was={type(others[0]).__name__}"))


def _typed(value: Any) -> tuple[type, Any]:
    return type_of(value), value


def _inverse(table: Mapping[Any, Any]) -> dict[Any, Any]:
    """The old value for each newer one; the first of several."""
    found: dict[Any, Any] = {}
    for old, new in table.items():
        found.setdefault(new, old)
    return found


def _check_unique(builder: HistoryBuilder, values: Values, table: Mapping[Any, Any], fact: Mapped) -> None:
    """Note a fault where several old values become one, and nothing says which one an old client reads."""
    told = {member_value(new) for new in fact.back or ()}
    for new in dict.fromkeys(table.values()):
        several = [old for old, one in table.items() if one == new]
        if len(several) > 1 and new not in told:
            builder.fault(
                values.place.text,
                f"{' and '.join(map(repr, several))} both become {new!r}, and nothing says which one old clients read",
                str(replace(fact, back={**_plain(fact.back or {}), new: several[0]})),
            )


def _check_whole(
    builder: HistoryBuilder,
    values: Values,
    source: Schema,
    target: Schema,
    table: Mapping[Any, Any],
    rest: Any,
    argument: str,
    sent: str,
    got: str,
) -> None:
    """Note a fault where a value that may come is not in the table and nothing stands for it."""
    if rest is not UNSET:
        return
    known = {_typed(value) for value in table}
    if is_nullable(source, values.components) and is_nullable(target, values.components):
        known.add((type(None), None))
    listed = all_listed_values(rewrite(source, _with_both), values.components.get)
    unknown = None if listed is None else [one for typed in listed if typed not in known for one in typed[1:]]
    if unknown is None or unknown:
        value = "other values" if unknown is None else min(map(repr, unknown))
        problem = f"{sent} {value} here, and nothing says what {got}"
        builder.fault(values.place.text, problem, builder.line(f"{argument}=…"))


def _with_both(node: dict[str, Any]) -> dict[str, Any]:
    """The schema of a boolean with both values listed."""
    return {**node, "enum": [True, False]} if node.get("type") == "boolean" and "const" not in node else node
