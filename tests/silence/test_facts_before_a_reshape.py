"""A request's value is judged by the old type where facts of one version convert it and then the whole object."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.silence.exchanges import change_of
from tests.silence.old_client import OLD, gates_of
from timegate import Contract, Timeline, UpgradeError, Version, on
from timegate.changes.base import Fact


class Item(BaseModel):
    sizes: dict[str, int]


class Shaped(BaseModel):
    measures: dict[str, int]


def to_head(value: Any) -> Any:
    return {"sizes": value["measures"]}


def to_old(value: Any) -> Any:
    return {"measures": value["sizes"]}


def doubled(value: Any) -> Any:
    return {"a": value * 2}


RESHAPED = on(Item).reshaped(was=Shaped, to_head=to_head, to_old=to_old, loses="nothing")
FIRST = on(Item).became_scalar("measures", was=list[dict[str, int]], empty={"a": 0}, loses="the others")
MADE = on(Item).retyped("measures", was=int, to_head=doubled, to_old=len, loses="the names")
NAMED = on(Item).renamed("lengths", to="measures")


@pytest.mark.parametrize(
    ("facts", "sent", "sizes"),
    [
        ((FIRST,), {"measures": []}, {"a": 0}),
        ((FIRST,), {"measures": [{"b": "3"}]}, {"b": 3}),
        ((MADE,), {"measures": "4"}, {"a": 8}),
        ((NAMED,), {"lengths": {"b": "3"}}, {"b": 3}),
    ],
    ids=["no item", "an item", "of another type", "of another name"],
)
def test_a_value_is_read_by_the_type_that_it_had_before_all_facts(
    facts: tuple[Fact, ...], sent: dict[str, Any], sizes: dict[str, int]
) -> None:
    gates = gates_of([Item], *facts, RESHAPED)
    assert gates.upgrade(Item, sent, from_version=OLD) == {"sizes": sizes}


@pytest.mark.parametrize(
    ("facts", "sent"),
    [((FIRST,), {"measures": {"b": 3}}), ((MADE,), {"measures": {"b": 3}}), ((NAMED,), {}), ((FIRST,), {})],
    ids=["no list", "no number", "absent under another name", "absent"],
)
def test_a_value_that_the_old_type_refuses_is_refused(facts: tuple[Fact, ...], sent: dict[str, Any]) -> None:
    with pytest.raises(UpgradeError):
        gates_of([Item], *facts, RESHAPED).upgrade(Item, sent, from_version=OLD)


class Small(BaseModel):
    alpha: bool
    size: int = 9


class Older(BaseModel):
    sigma: str
    size: int = 9


def small(value: Any) -> Any:
    return {**{key: item for key, item in value.items() if key != "sigma"}, "alpha": value["sigma"] == "yes"}


def older(value: Any) -> Any:
    return {"sigma": "yes" if value["alpha"] else "no", "size": value["size"]}


def test_a_key_that_the_client_must_send_is_missing_also_where_a_newer_function_gets_the_object() -> None:
    reshaped = on(Small).reshaped(was=Older, to_head=small, to_old=older)
    became_optional = on(Small).became_optional("size", missing_was=9)
    versions = Version("2025-06-01", change_of(reshaped)), Version("2025-03-01", change_of(became_optional))
    gates = Timeline(*versions, Version("2025-01-01")).compile(Contract.of_types(Small))
    with pytest.raises(UpgradeError, match="at /size: the key is required"):
        gates.upgrade(Small, {"sigma": "yes"}, from_version="2025-01-01")
    received = gates.upgrade(Small, {"sigma": "yes", "size": 3}, from_version="2025-01-01")
    assert received == {"alpha": True, "size": 3}
    assert gates.upgrade(Small, {"sigma": "yes"}, from_version="2025-03-01") == {"alpha": True}
