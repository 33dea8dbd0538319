"""A 422 names a class as the client's document does: an arm of a union, and a dataclass that a value is none of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import OLD, exchange, gated
from timegate import endpoint, on
from timegate.changes.base import Fact


class Cat(BaseModel):
    lives: int


class Home(BaseModel):
    pet: Cat | int
    pets: list[Cat] | int = 0


@dataclass
class Key:
    number: int


class Door(BaseModel):
    key: Key


NAMED = on(Cat).was_named("Feline")
OTHERS: list[tuple[Fact, ...]] = [
    (),
    (endpoint("/homes", "POST").documented(was={"summary": "Old"}),),
    (endpoint("/homes", "POST").response_header("x-new").added(),),
    (on(Home).renamed("animals", to="pets"),),
]


def app() -> FastAPI:
    found = FastAPI()

    @found.post("/homes")
    async def homes(home: Home) -> int:
        return 1

    @found.post("/doors")
    async def doors(door: Door) -> int:
        return 1

    return found


def told(path: str, sent: Any, *facts: Fact) -> list[Any]:
    response = exchange(gated(app(), *facts), "POST", path, body=sent, version=OLD)
    assert response.status == 422
    return [(one["type"], one["loc"], one["input"], one.get("ctx")) for one in response.json()["detail"]]


@pytest.mark.parametrize("others", OTHERS)
def test_an_arm_has_the_clients_name_whatever_else_changes_of_the_operation(others: tuple[Fact, ...]) -> None:
    got = told("/homes", {"pet": {"lives": "x"}}, NAMED, *others)
    assert [(kind, loc) for kind, loc, *_ in got] == [
        ("int_parsing", ["body", "pet", "Feline", "lives"]),
        ("int_type", ["body", "pet", "int"]),
    ]
    key = "animals" if "animals" in str(others) else "pets"
    got = told("/homes", {"pet": 1, key: [{"lives": "x"}]}, NAMED, *others)
    assert [loc for _, loc, *_ in got] == [
        ["body", key, "list[Feline]", 0, "lives"],
        ["body", key, "int"],
    ]


@pytest.mark.parametrize("others", [(), (on(Door).renamed("was", to="key"),), (on(Key).renamed("was", to="number"),)])
def test_a_dataclass_has_the_clients_name(others: tuple[Fact, ...]) -> None:
    key = "was" if "Door" in str(others) else "key"
    context = {"class_name": "OldKey"}
    assert told("/doors", {key: 5}, on(Key).was_named("OldKey"), *others) == [
        ("dataclass_type", ["body", key], 5, context)
    ]


def test_what_is_sent_is_served_as_before() -> None:
    for sent in ({"pet": {"lives": 1}}, {"pet": 1}):
        response = exchange(gated(app(), NAMED), "POST", "/homes", body=sent, version=OLD)
        assert (response.status, response.json()) == (200, 1)
