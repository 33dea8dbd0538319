"""How facts are undone by which one value becomes a list of them, or a list one value."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from timegate.changes.base import UNSET
from timegate.changes.values import BecameList, BecameScalar
from timegate.history.builder import HistoryBuilder
from timegate.history.conversions import Values, convert, values_of, with_texts
from timegate.history.declared_values import check_value, plain_value
from timegate.history.list_values import FirstItem, WrapInList
from timegate.history.schema_edits import without_null
from timegate.history.undo import undo
from timegate.history.widening import admits_all_of
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.schema import arms_of, beside_lists, items_of
from timegate.wire.wire import Side


@undo.register
def _became_list(fact: BecameList, builder: HistoryBuilder) -> None:
    for values in values_of(builder, fact):
        side, text = values.place.side, values.place.text
        items = items_of(values.schema)
        if items is None:
            builder.fault_without_effect(text, "the field is no list right after this fact")
            continue
        older = with_texts(items if fact.was is UNSET else builder.type_of(side, fact, values.component), values.schema)
        if not _admitted(items, older, values.schema, values, listed_in="responses"):
            builder.fault(
                text,
                "old clients send values here that the items of head's list do not admit"
                if side == "requests"
                else "head sends items in this list that the old type does not admit",
                "give was= the type of an item, or write on(…).retyped(…, was=…, to_head=…, to_old=…) instead",
            )
        if side == "requests":
            _check_length(builder, values, older, values.schema)
        to_old = _first_item(fact, builder, values, values.schema, older, used_in="responses", problem=_EMPTY_FOR_OLD)
        wrap = WrapInList(is_nullable(values.schema, values.components))
        is_item = fact.was is UNSET
        convert(builder, values, older, to_head=wrap, to_old=to_old, was=fact.was, is_item=is_item, empty=fact.empty)


@undo.register
def _became_scalar(fact: BecameScalar, builder: HistoryBuilder) -> None:
    for values in values_of(builder, fact):
        side, text = values.place.side, values.place.text
        older, newer = with_texts(builder.type_of(side, fact, values.component), values.schema), values.schema
        items = items_of(older)
        if items is None:
            builder.fault(text, "the old type is no list", "give was= the list that older versions had: was=list[…]")
            continue
        if not _admitted(items, newer, older, values, listed_in="requests"):
            who = "old clients send items" if side == "requests" else "head sends values"
            builder.fault(
                text,
                f"{who} here that the other version does not admit",
                "write on(…).retyped(…, was=…, to_head=…, to_old=…) instead",
            )
        if side == "responses":
            _check_length(builder, values, newer, older)
        first = _first_item(fact, builder, values, older, newer, used_in="requests", problem=_EMPTY_FOR_HEAD)
        wrap = WrapInList(is_nullable(older, values.components))
        to_head = replace(first, alone=fact.loses is None)
        convert(builder, values, older, to_head=to_head, to_old=wrap, was=fact.was, empty=fact.empty)


def _admitted(items: Schema, one: Schema, either: Schema, values: Values, *, listed_in: Side) -> bool:
    """Whether what comes on this side is admitted on the other: the items of a list, or the one value.

    Args:
        items: the schema of the list's items.
        one: the schema of the one value.
        either: the schema of the list, which may also admit values that are none.
        values: the values of the field.
        listed_in: the side on which lists come.
    """
    if values.place.side == listed_in:
        return all(admits_all_of(one, come, values.components) for come in (items, *beside_lists(either)))
    # Null becomes an empty list, or stays null.
    return admits_all_of(items, without_null(one), values.components)


def _check_length(builder: HistoryBuilder, values: Values, one: Schema, listed: Schema) -> None:
    """Tell where the list that is made of one value, or of null, has fewer or more items than its type admits."""
    emptied = is_nullable(one, values.components) and not is_nullable(listed, values.components)
    for count, what in ((1, "one value becomes a list of one item"), (0, "null becomes a list without items")):
        if (count or emptied) and not _has_length(listed, count):
            builder.fault(
                values.place.text,
                f"{what} here, which the list does not admit by its length",
                "write on(…).retyped(…, was=…, to_head=…, to_old=…) instead",
            )


def _has_length(schema: Schema, count: int) -> bool:
    """Whether a schema admits lists of so many items."""
    arms = arms_of(schema)
    if arms:
        return any(_has_length(arm, count) for arm in arms)
    return items_of(schema) is not None and schema.get("minItems", 0) <= count <= schema.get("maxItems", count)


_EMPTY_FOR_OLD: Final = "nothing says what old clients read where the list is empty"
_EMPTY_FOR_HEAD: Final = "nothing says what head gets where an old client sends an empty list"


def _first_item(
    fact: BecameList | BecameScalar,
    builder: HistoryBuilder,
    values: Values,
    listed: Schema,
    target: Schema,
    *,
    used_in: Side,
    problem: str,
) -> FirstItem:
    """What takes the first item of a list, and says what stands for a list without items.

    Args:
        fact: the fact at hand.
        builder: the walk so far.
        values: the values of the field.
        listed: the schema of the list.
        target: the schema of one value.
        used_in: the side on which lists become values.
        problem: what is wrong where nothing can stand for it.
    """
    place, either = values.place, bool(beside_lists(listed))
    if callable(fact.empty) and not place.stars:
        return FirstItem(fact.empty, either)
    if fact.empty is not UNSET:
        settings = values.component.settings if place.side == "responses" else None
        empty = plain_value(builder, place.text, fact.empty, argument="empty", settings=settings)
        if empty is not UNSET and place.side == used_in:
            check_value(builder, place.side, place.text, empty, argument="empty", fits=target)
        return FirstItem(empty, either)
    if is_nullable(target, values.components):
        return FirstItem(None, either)
    if listed.get("minItems", 0) > 0:
        return FirstItem(UNSET, either, never_empty=True)
    if place.side == used_in and (place.stars or place.key in values.component.required):
        builder.fault(
            place.text,
            problem,
            f"{builder.line('empty=…')} with a value of one item's type, or a function of the object",
        )
    return FirstItem(UNSET, either)
