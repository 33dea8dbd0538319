"""Where what an old client reads of a response may differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from tests.twins.exchange import Exchange
from tests.twins.meaning import down
from tests.twins.rules import documented
from tests.twins.shapes import ABSENT, FieldShape, Nullable, World
from tests.twins.values import is_dict, is_list, plain, same


@documented("a missing key may mean both; then it means the default")
def what_was_left_out_has_two_meanings(exchange: Exchange) -> bool:
    """Where a route leaves out null and what is unset or a default, nobody can tell which of both a missing key is."""
    flags = exchange.head.flags
    may_lack = any(one.default is ABSENT for model in exchange.newest.models.values() for one in model.fields)
    if "none" not in flags or not (len(flags) > 1 or may_lack):
        return False
    return _same_but_for_defaults(exchange, *exchange.read)


def _same_but_for_defaults(exchange: Exchange, old: Any, new: Any) -> bool:
    """Whether two readings differ only where one is what null means, and the other the default of a field."""
    if is_list(old) and is_list(new) and len(old) == len(new):
        return all(_same_but_for_defaults(exchange, *pair) for pair in zip(old, new, strict=True))
    if not (is_dict(old) and is_dict(new)):
        return same(old, new)
    return all(
        _same_but_for_defaults(exchange, old.get(key), new.get(key))
        or (_is_one_of(old.get(key), _nulls(exchange, key)) and _is_one_of(new.get(key), _defaults(exchange, key)))
        for key in {**old, **new}
    )


def _is_one_of(value: Any, others: Iterable[Any]) -> bool:
    return any(same(value, other) for other in others)


def _nulls(exchange: Exchange, key: str) -> Iterator[Any]:
    """What null means to the old client; where its own app leaves null out, it is the default."""
    yield None
    yield from _defaults_at(exchange.oldest, key) if "none" in exchange.old.flags else ()
    yield from _as_the_oldest(exchange, key, lambda one: None)


def _defaults(exchange: Exchange, key: str) -> Iterator[Any]:
    """What a missing key means, at both versions."""
    for world in (exchange.oldest, exchange.newest):
        yield from _defaults_at(world, key)
    yield from _as_the_oldest(exchange, key, lambda one: one.default)


def _as_the_oldest(exchange: Exchange, key: str, value: Callable[[FieldShape], Any]) -> Iterator[Any]:
    """What values of the fields of head become on their way to a key of the old client."""
    for uid in exchange.newest.models.keys() & exchange.oldest.models.keys():
        names = {one.name for one in exchange.oldest.fields(uid) if one.received_as == key}
        for one in exchange.newest.fields(uid):
            held: dict[str, Any] = {one.name: None if value(one) is ABSENT else value(one)}
            for boundary in reversed(exchange.boundaries):
                for fact in reversed(boundary.about(uid)):
                    # Some facts need other fields besides.
                    with suppress(KeyError, AttributeError, TypeError):
                        fact.down(held)
                held = {name: down(item, boundary) for name, item in held.items()}
            yield from (plain(held[name], exchange.oldest, sent=False) for name in names & held.keys())


def _defaults_at(world: World, key: str) -> Iterator[Any]:
    """What the fields that a response has under a key mean where the key is missing."""
    for one in (one for model in world.models.values() for one in model.fields if one.received_as == key):
        if one.default is ABSENT:
            yield None
        elif one.has_default:
            yield plain(one.default, world, sent=False)


@documented("the value is written")
def what_an_old_app_left_out_is_written(exchange: Exchange) -> bool:
    """Where a route leaves out null, an old client's default would stand for it: it gets the null."""
    if "none" not in exchange.head.flags:
        return False
    return _same_but_for_null(exchange.oldest, *exchange.read)


def _same_but_for_null(world: World, old: Any, new: Any) -> bool:
    """Whether two readings differ only where one is null, and the other the default of a field."""
    if is_dict(old) and is_dict(new):
        return old.keys() == new.keys() and all(
            _same_but_for_null(world, old[key], new[key])
            or (new[key] is None and _is_one_of(old[key], _defaults_at(world, key)))
            for key in old
        )
    if is_list(old) and is_list(new):
        return len(old) == len(new) and all(_same_but_for_null(world, *pair) for pair in zip(old, new, strict=True))
    return same(old, new)


@documented("A null that head sends though its own schema does not mention it passes as it is")
def a_null_that_no_schema_mentions(exchange: Exchange) -> bool:
    """A default of null where the type has none; head's document may take the object for that of another arm."""
    fields = [one for model in exchange.newest.models.values() for one in model.fields]
    unsaid = [one for one in fields if not isinstance(one.type, Nullable)]
    nulls = {one.received_as for one in unsaid if one.has_default and one.default is None}
    return not nulls.isdisjoint(_null_keys(json.loads(exchange.new_response.body)))


def _null_keys(value: Any) -> Iterator[str]:
    """The keys that hold null, at any depth."""
    for inner in value.values() if is_dict(value) else value if is_list(value) else ():
        yield from _null_keys(inner)
    if is_dict(value):
        yield from (key for key, inner in value.items() if inner is None)
