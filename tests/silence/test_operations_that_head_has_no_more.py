"""What old clients send to operations that today's clients do not have is read as what they send to any other."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, SerializeAsAny

from tests.silence.exchanges import exchange, faults_of, gated, served
from timegate import Contract, endpoint, on


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    teeth: int


class Wolf(BaseModel):
    kind: Literal["wolf"] = "wolf"
    howls: int


class Home(BaseModel):
    pet: Cat | Dog


class Box(BaseModel):
    homes: dict[str, Cat]


class Moved(BaseModel):
    box: Box


REMOVED = endpoint("/", "POST").removed()


def posted(kind: Any) -> FastAPI:
    app = FastAPI()

    async def post(body: Any) -> Any:
        return body

    post.__annotations__["body"] = post.__annotations__["return"] = kind
    app.post("/")(post)
    return app


def wolf_as_dog(wolf: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "dog", "teeth": wolf["howls"]}


@pytest.mark.parametrize("facts", [(), (REMOVED,)], ids=["still there", "removed"])
@pytest.mark.parametrize(
    ("pet", "read"),
    [
        ({"kind": "cat", "lives": "9"}, {"kind": "cat", "lives": 9}),
        ({"lives": 9.0}, {"kind": "cat", "lives": 9}),
        ({"kind": "wolf", "howls": "3"}, {"kind": "dog", "teeth": 3}),
    ],
)
def test_an_arm_beside_a_retired_one_is_read_by_its_type(facts: tuple[Any, ...], pet: Any, read: Any) -> None:
    retired = on(Cat, Dog).retired(was=Wolf, read_as=wolf_as_dog, loses="there are no wolves")
    response = exchange(gated(posted(Home), retired, *facts), "POST", "/", body={"pet": pet})
    assert (response.status, response.json()) == (200, {"pet": read})


@pytest.mark.parametrize("facts", [(), (REMOVED,)], ids=["still there", "removed"])
def test_what_is_no_object_of_a_moved_value_is_told_as_such(facts: tuple[Any, ...]) -> None:
    moved = on(Moved).moved("homes", to="box.homes")
    response = exchange(gated(posted(Moved), moved, *facts), "POST", "/", body={"homes": {"a": 1}})
    (entry,) = response.json()["detail"]
    assert (entry["type"], entry["loc"]) == ("model_attributes_type", ["body", "homes", "a"])


class Left(BaseModel):
    name: str


class Right(BaseModel):
    name: str


class Either(BaseModel):
    side: Left | Right


def test_what_is_refused_of_them_is_told_as_of_any_other() -> None:
    renamed = on(Left).renamed("called", to="name")
    (there,) = faults_of(Contract.of(posted(Either)), renamed)
    (removed,) = faults_of(Contract.of(posted(Either)), renamed, REMOVED)
    assert "on(Either).vouched(" in there.remedy
    assert removed == there


class Kind(BaseModel):
    n: int = 0


class Inner(BaseModel):
    x: int = 1


class Special(Kind):
    inner: Inner = Inner()


ANY_KIND: Any = SerializeAsAny[Kind]


def test_what_is_vouched_for_at_their_responses_has_an_effect() -> None:
    facts = on(Inner).renamed("y", to="x"), on(Kind).vouched("no client reads more than the declared class")
    assert faults_of(Contract.of(served(ANY_KIND, Special())), *facts, endpoint("/", "GET").removed()) == ()
