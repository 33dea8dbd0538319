"""An object that a callable discriminator finds no arm for is refused in pydantic's words, with the client's tags."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Discriminator, Field, Tag

from tests.silence.exchanges import exchange, gated
from timegate import on
from timegate.typing import is_object


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    name: str


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


class Bird(BaseModel):
    kind: Literal["bird"] = "bird"
    name: str


def kind_of(value: Any) -> Any:
    return value.get("kind") if is_object(value) else getattr(value, "kind", None)


Two = Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)]
Three = Annotated[
    Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")] | Annotated[Bird, Tag("bird")], Discriminator(kind_of)
]


class Visit(BaseModel):
    pet: Two


class Stay(BaseModel):
    pet: Three | None = Field(default=None)


app = FastAPI()


@app.post("/visits")
async def visit(body: Visit) -> str:
    return body.pet.name


@app.post("/stays")
async def stay(body: Stay) -> str:
    return "" if body.pet is None else body.pet.name


FACTS = on(Cat, Dog).renamed("title", to="name"), on(Bird).introduced()


@pytest.mark.parametrize("pet", [{"kind": "fish", "title": "x"}, {"title": "x"}, {"kind": None}])
def test_it_is_told_as_the_app_tells_it(pet: dict[str, Any]) -> None:
    plain = exchange(app, "POST", "/visits", body={"pet": pet}).json()
    response = exchange(gated(app, *FACTS), "POST", "/visits", body={"pet": pet})
    assert (response.status, response.json()) == (422, plain)
    assert plain["detail"][0]["type"] in ("union_tag_invalid", "union_tag_not_found")


def test_the_tag_of_an_arm_of_newer_versions_is_none_of_the_clients() -> None:
    response = exchange(gated(app, *FACTS), "POST", "/stays", body={"pet": {"kind": "bird", "name": "x"}})
    (error,) = response.json()["detail"]
    assert (response.status, error["loc"], error["type"]) == (422, ["body", "pet"], "union_tag_invalid")
    assert error["ctx"] == {"discriminator": "kind_of()", "tag": "bird", "expected_tags": "'cat', 'dog'"}
