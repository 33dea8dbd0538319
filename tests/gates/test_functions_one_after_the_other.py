"""Functions of an object that follow each other see what those before them gave, and the shape of their own version."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Header
from pydantic import BaseModel

from tests.silence.exchanges import annotate, exchange, gated
from timegate import Contract, Gates, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact


class Price(BaseModel):
    cents: int


class Order(BaseModel):
    item: str
    price: Price
    first: str = ""
    second: str = ""
    third: str = ""


class Plain(BaseModel):
    item: str
    first: str = ""
    second: str = ""
    third: str = ""


def keys_of(order: Any) -> str:
    return " ".join(order)


def price_of(order: Any) -> str:
    return f"{order['price']}"


def gates_of(model: Any, *versions: tuple[Fact, ...]) -> Gates:
    """Versions with these facts, newest first, and one before them."""
    changes = [type("Changed", (VersionChange,), {"__doc__": "It changed.", "changes": facts}) for facts in versions]
    numbers = range(len(changes) + 1, 1, -1)
    listed = [Version(str(number), change) for number, change in zip(numbers, changes, strict=True)]
    return Timeline(*listed, Version("1"), scheme=int).compile(Contract.of_types(model))


FIRST, SECOND, THIRD = (on(Plain).added(name, default=keys_of) for name in ("first", "second", "third"))


@pytest.mark.parametrize("versions", [[(FIRST, SECOND, THIRD)], [(THIRD,), (SECOND,), (FIRST,)]], ids=["one", "three"])
def test_each_of_several_functions_gets_what_those_before_it_gave(versions: list[tuple[Fact, ...]]) -> None:
    gates = gates_of(Plain, *versions)
    assert gates.upgrade(Plain, {"item": "tea"}, from_version="1") == {
        "item": "tea",
        "first": "item",
        "second": "item first",
        "third": "item first second",
    }


def test_what_happens_between_two_functions_happens_between_them() -> None:
    renamed = on(Plain).renamed("former", to="second"), on(Plain).added("third", default=keys_of)
    gates = gates_of(
        Plain, (*renamed, on(Plain).defaulted("item", was="x")), (on(Plain).added("first", default=keys_of),)
    )
    assert gates.upgrade(Plain, {"item": "tea", "former": "b"}, from_version="1") == {
        "item": "tea",
        "second": "b",
        "first": "item former",
        "third": "item second first",
    }


def test_a_function_of_each_version_sees_an_object_in_that_versions_shape() -> None:
    order, price = on(Order), on(Price)
    gates = gates_of(
        Order,
        (price.renamed("pence", to="cents"), order.added("third", default=price_of)),
        (price.renamed("amount", to="pence"), order.added("second", default=price_of)),
        (order.added("first", default=price_of),),
    )
    assert gates.upgrade(Order, {"item": "tea", "price": {"amount": 5}}, from_version="1") == {
        "item": "tea",
        "price": {"cents": 5},
        "first": "{'amount': 5}",
        "second": "{'pence': 5}",
        "third": "{'cents': 5}",
    }


def test_former_fields_are_given_one_after_the_other_newest_first() -> None:
    def gone(name: str) -> Fact:
        return on(Plain).removed(name, was=str, backfill=keys_of, loses="it says no more")

    sent = {"item": "tea", "first": "1", "second": "2", "third": "3"}
    for versions in ([(gone("a"), gone("b"))], [(gone("b"),), (gone("a"),)]):
        assert gates_of(Plain, *versions).downgrade(Plain, sent, to_version="1") == {
            **sent,
            "b": "item first second third",
            "a": "item first second third b",
        }


class Asked(BaseModel):
    limit: int
    first: str = ""
    second: str = ""


def test_functions_of_header_fields_get_the_declared_ones_and_what_those_before_gave() -> None:
    app = FastAPI()

    def ask(asked: Any) -> Any:
        return asked

    annotate(ask, "asked", Asked, Header())
    app.add_api_route("/", ask, methods=["POST"], response_model=None)
    facts = (on(Asked).added(name, default=keys_of) for name in ("first", "second"))
    response = exchange(gated(app, *facts), "POST", "/", headers={"limit": "5", "x-unknown": "1"}, untyped=True)
    assert response.json() == {"limit": 5, "first": "limit", "second": "limit first"}
