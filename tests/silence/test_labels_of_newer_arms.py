"""Head's own validation errors name no arm that the client's version lacks, and call the others as its server did."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.old_client import HEAD, Client, gated
from timegate import on


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: Annotated[int, Field(gt=3)]


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    bones: Annotated[int, Field(gt=3)]


class Fish(BaseModel):
    kind: Literal["fish"] = "fish"
    fins: int = 0


Tagged = Annotated[Cat | Dog | Fish, Field(discriminator="kind")]
TaggedThen = Annotated[Cat | Dog, Field(discriminator="kind")]
UNIONS: dict[str, tuple[Any, Any]] = {
    "one arm was alone": (Cat | Fish, Cat),
    "one arm was alone in a dict": (dict[str, Cat | Fish | None], dict[str, Cat | None]),
    "several arms": (Cat | Dog | Fish, Cat | Dog),
    "a tagged union": (Tagged, TaggedThen),
    "a tagged union beside another type": (Tagged | int, TaggedThen | int),
    "a list of a tagged union beside another type": (list[Tagged] | int, list[TaggedThen] | int),
    "a dict of a tagged union beside a list": (dict[str, Tagged] | list[int], dict[str, TaggedThen] | list[int]),
}


def served(union: Any) -> FastAPI:
    app = FastAPI()

    async def post(body: Any) -> int:
        return 1

    post.__annotations__["body"] = union
    app.post("/")(post)
    return app


def without_what_no_gate_tells(errors: list[dict[str, Any]]) -> list[tuple[Any, Any, Any]]:
    return [(one["type"], one["loc"], one["input"]) for one in errors]


CAT, DOG = {"kind": "cat", "lives": 1}, {"kind": "dog", "bones": 1}


@pytest.mark.parametrize(
    ("name", "body"), [*((name, CAT) for name in UNIONS), *((name, DOG) for name in UNIONS if "one arm" not in name)]
)
def test_an_old_client_is_told_what_its_own_server_told(name: str, body: Any) -> None:
    union, then = UNIONS[name]
    sent = {"k": body} if "dict" in name else [body] if "a list of" in name else body
    then_told = Client(served(then), HEAD).post("/", sent).json()["detail"]
    now = Client(gated(served(union), on(Fish).introduced())).post("/", sent).json()["detail"]
    assert without_what_no_gate_tells(now) == without_what_no_gate_tells(then_told)


class Home(BaseModel):
    pet: Cat | Fish
    more: list[Cat | Fish] = []


class Then(BaseModel):
    pet: Cat
    more: list[Cat] = []


class Zoo(BaseModel):
    pet: Cat | Dog | Fish
    more: dict[str, Cat | Dog | Fish | None] = {}


class ZooThen(BaseModel):
    pet: Cat | Dog
    more: dict[str, Cat | Dog | None] = {}


class Farm(BaseModel):
    pet: Tagged
    more: dict[str, Tagged | None] = {}


class FarmThen(BaseModel):
    pet: TaggedThen
    more: dict[str, TaggedThen | None] = {}


class Barn(BaseModel):
    pet: Cat | Dog | Fish = Field(discriminator="kind")
    more: list[Tagged] = []


class BarnThen(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")
    more: list[TaggedThen] = []


MODELS = [(Home, Then), (Zoo, ZooThen), (Farm, FarmThen), (Barn, BarnThen)]


@pytest.mark.parametrize("sent", [None, [], [None], "cat", 5, True])
@pytest.mark.parametrize(("model", "then"), MODELS)
def test_what_is_no_object_is_told_without_an_arm_that_came_later(model: Any, then: Any, sent: Any) -> None:
    """It is the gate that refuses it, because head reads it otherwise than the client's server did."""
    more = {"k": sent} if model in (Zoo, Farm) else [sent]
    for body in ({"pet": sent}, {"pet": {"kind": "cat", "lives": 5}, "more": more}):
        then_told = Client(served(then), HEAD).post("/", body)
        now = Client(gated(served(model), on(Fish).introduced())).post("/", body)
        assert now.status_code == then_told.status_code
        if then_told.status_code == 422:
            assert without_what_no_gate_tells(now.json()["detail"]) == without_what_no_gate_tells(
                then_told.json()["detail"]
            )
