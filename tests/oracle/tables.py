"""Facts that convert a value by a table, or a list to its item: the old type, and the value in each direction."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Literal

from timegate.changes.base import UNSET
from timegate.changes.members import LiteralFact, LiteralGrew, LiteralRenamed, LiteralShrank
from timegate.changes.values import BecameScalar, Mapped

TableFact = Mapped | LiteralFact | BecameScalar


def bare(value: Any) -> Any:
    """Return the JSON value of a member of an enum."""
    return value.value if isinstance(value, Enum) and value is not UNSET else value


def is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def looked_up(value: Any, pairs: Iterable[tuple[Any, Any]], rest: Any) -> Any:
    """Return what the first pair has for a value; ``ValueError`` where there is nothing for it."""
    for one, result in pairs:
        if is_same(value, bare(one)):
            return bare(result)
    if rest is UNSET:
        raise ValueError("nothing stands for it")
    return bare(rest)


def old_type_of(fact: Mapped) -> Any:
    """Return the declared old type; without one, the values of the table are all that there are."""
    literal: Any = Literal
    return literal[tuple(fact.table)] if fact.was is UNSET else fact.was


def table_to_head(fact: TableFact, value: Any) -> Any:
    """Convert one old value."""
    match fact:
        case Mapped(table=table, otherwise=otherwise):
            return looked_up(value, table.items(), otherwise)
        case BecameScalar(empty=empty, loses=loses):
            if value is None or value == []:
                return empty
            if len(value) > 1 and loses is None:
                raise ValueError("several items")
            return value[0]
        case LiteralShrank(member=member, read_as=read_as):
            return looked_up(value, [(member, read_as)], value)
        case LiteralRenamed(old=old, to=to):
            return looked_up(value, [(old, to)], value)
        case _:
            return value


def table_to_old(fact: TableFact, value: Any) -> Any:
    """Convert one newer value."""
    match fact:
        case Mapped(table=table, back=back, seen_as=seen_as):
            pairs = [*(back or {}).items(), *((new, old) for old, new in table.items())]
            return looked_up(value, pairs, seen_as)
        case BecameScalar():
            return [] if value is None else [value]
        case LiteralGrew(members=members, seen_as=seen_as, tolerated=None):
            return looked_up(value, [(member, seen_as) for member in members], value)
        case LiteralRenamed(old=old, to=to):
            return looked_up(value, [(to, old)], value)
        case _:
            return value


def converts_requests(fact: object) -> bool:
    """Whether a function converts the values of requests."""
    return isinstance(fact, Mapped | BecameScalar | LiteralShrank | LiteralRenamed)
