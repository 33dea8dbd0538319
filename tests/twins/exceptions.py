"""Where what an old client sees may differ: one predicate for each documented rule, by law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tests.twins.exchange import Exchange
from tests.twins.values import Obj, Pair, is_dict, is_list, same

Predicate: TypeAlias = Callable[[Exchange], bool]

LIMITS: Final = frozenset({"less_than_equal", "greater_than_equal"})


def _types(details: list[Any]) -> set[str]:
    return {entry.get("type", "") for entry in details}


def limits_alone_are_not_judged(exchange: Exchange) -> bool:
    """Limits are not judged on the way up; head's own apply."""
    details = _types(exchange.old_details)
    return "constrained" in exchange.verbs and bool(details) and details <= LIMITS and exchange.new_heard is not None


def head_has_tighter_limits(exchange: Exchange) -> bool:
    """At `constrained` a stricter head responds with 422."""
    details = _types(exchange.new_details)
    tightened = "constrained" in exchange.verbs and exchange.new_response.status == 422
    # Of a union, the other arms have validation errors too.
    return tightened and exchange.accepted and bool(details & LIMITS)


def a_malformed_body_is_a_400(exchange: Exchange) -> bool:
    """What is no JSON at a gated place is a 400."""
    return exchange.request.raw is not None and exchange.new_response.status == 400


def a_validator_accepts_more_than_the_schema_says(exchange: Exchange) -> bool:
    """At a place with a validator that a change touches, only the form that the client's schema describes passes."""
    refused = exchange.new_response.status == 422 and exchange.new_heard is None
    texts = all(isinstance(entry.get("input"), str) for entry in exchange.new_details)
    return exchange.accepted and refused and texts and _types(exchange.new_details) == {"list_type"}


def other_failures_come_with_the_next_try(exchange: Exchange) -> bool:
    """Head's other failures may come with the next try."""
    new, old = exchange.new_details, list(exchange.old_details)
    for entry in new:
        if entry not in old:
            return False
        old.remove(entry)
    return bool(new) and bool(old)


def what_a_validator_made_is_not_repeated(exchange: Exchange) -> bool:
    """`input` is what the client sent at that place; where it sent nothing, there is none."""
    unlike = [entry for entry in exchange.new_details if entry not in exchange.old_details]
    known = [{"loc": entry["loc"], "type": entry["type"]} for entry in exchange.old_details]
    # The items into which a validator has split a text are at no place of the request.
    return bool(unlike) and all(entry in known and isinstance(entry["loc"][-1], int) for entry in unlike)


def a_key_that_only_head_has_is_dropped(exchange: Exchange) -> bool:
    """A key that the contract lacks is dropped where the schema is open; an old app that allows extras kept it."""
    heard = exchange.new_heard
    if heard is None or heard.keys() != exchange.expected.keys():
        return False
    return all(_same_but_for_extra(exchange, exchange.expected[name], heard[name]) for name in heard)


def _same_but_for_extra(exchange: Exchange, one: Any, other: Any) -> bool:
    match one, other:
        case Obj(), Obj():
            lost = {key: value for key, value in (one.extra or {}).items() if key not in (other.extra or {})}
            kept = {key: value for key, value in (one.extra or {}).items() if key not in lost}
            known = _spellings_of_head(exchange, one.model)
            return (
                one.model == other.model
                and same(kept, other.extra or {})
                and set(lost) <= known
                and one.fields.keys() == other.fields.keys()
                and all(_same_but_for_extra(exchange, one.fields[key], other.fields[key]) for key in one.fields)
            )
        case Pair(), Pair():
            return _each_same_but_for_extra(exchange, one.items, other.items)
        case _ if is_list(one) and is_list(other):
            return _each_same_but_for_extra(exchange, one, other)
        case _ if is_dict(one) and is_dict(other):
            values = [other[key] for key in one if key in other]
            return one.keys() == other.keys() and _each_same_but_for_extra(exchange, list(one.values()), values)
        case _:
            return same(one, other)


def _each_same_but_for_extra(exchange: Exchange, ones: list[Any], others: list[Any]) -> bool:
    pairs = zip(ones, others, strict=False)
    return len(ones) == len(others) and all(_same_but_for_extra(exchange, one, other) for one, other in pairs)


def _spellings_of_head(exchange: Exchange, uid: str) -> set[str]:
    model = exchange.newest.models[uid]
    return {name for one in exchange.newest.fields(uid) for name in model.accepted(one)}


EXCEPTIONS: Mapping[str, tuple[Predicate, ...]] = {
    "version": (),
    "verdict": (
        limits_alone_are_not_judged,
        head_has_tighter_limits,
        a_malformed_body_is_a_400,
        a_validator_accepts_more_than_the_schema_says,
    ),
    "handler": (a_key_that_only_head_has_is_dropped,),
    "refusal": (other_failures_come_with_the_next_try, what_a_validator_made_is_not_repeated),
    "reading": (),
    "own document": (),
    "head's document": (),
}
"""By law, the rules under which a case of it may differ."""
