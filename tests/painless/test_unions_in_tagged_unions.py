"""An arm of a tagged union may be a tagged union itself: it is served, and its arms may change."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, Discriminator, Field, Tag

from tests.silence.old_client import HEAD, Client, old_client
from timegate import Contract, on
from timegate.typing import is_object


class Small(BaseModel):
    sku: str


class Black(BaseModel):
    kind: Literal["cat"]
    colour: Literal["black"]
    night: str


class White(BaseModel):
    kind: Literal["cat"]
    colour: Literal["white"]
    day: str


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


def colour_of(value: Any) -> Any:
    return value["colour"] if is_object(value) else value.colour


Cat = Annotated[Black | White, Field(discriminator="colour")]
CalledCat = Annotated[Annotated[Black, Tag("black")] | Annotated[White, Tag("white")], Discriminator(colour_of)]
Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Owner(BaseModel):
    pet: Pet


KINDS: dict[str, Any] = {"bare": Pet, "in a list": list[Pet], "in a model": Owner}


def shop(kind: Any) -> FastAPI:
    app = FastAPI()

    @app.post("/small")
    async def small(body: Small) -> Small:
        return body

    async def pets(body: Any) -> Any:
        return body

    pets.__annotations__ = {"body": Annotated[kind, Body()], "return": kind}
    app.post("/pets")(pets)
    return app


def held(name: str, pet: Any) -> Any:
    return {"bare": pet, "in a list": [pet], "in a model": {"pet": pet}}[name]


@pytest.mark.parametrize("name", KINDS)
def test_a_change_elsewhere_leaves_it_alone(name: str) -> None:
    old = old_client(shop(KINDS[name]), on(Small).renamed("article", to="sku"))
    assert old.post("/small", {"article": "a"}).json() == {"article": "a"}
    pet = held(name, {"kind": "cat", "colour": "white", "day": "Monday"})
    assert old.post("/pets", pet).json() == pet


@pytest.mark.parametrize("name", KINDS)
def test_each_arm_changes_for_itself(name: str) -> None:
    old = old_client(shop(KINDS[name]), on(White).renamed("morning", to="day"), on(Dog).renamed("called", to="name"))
    for pet in (
        {"kind": "cat", "colour": "white", "morning": "x"},
        {"kind": "cat", "colour": "black", "night": "x"},
        {"kind": "dog", "called": "x"},
    ):
        assert old.post("/pets", held(name, pet)).json() == held(name, pet)


def test_the_members_that_tell_the_inner_arms_apart_change() -> None:
    old = old_client(shop(Pet), on(White).literal("colour").renamed("pale", to="white"))
    pet = {"kind": "cat", "colour": "pale", "day": "x"}
    assert old.post("/pets", pet).json() == pet
    assert old.post("/pets", {**pet, "colour": "white"}).status_code == 422


def test_an_inner_arm_is_introduced() -> None:
    seen_as = {"kind": "cat", "colour": "black", "night": "?"}
    old = old_client(shop(Pet), on(White).introduced(seen_as=seen_as))
    assert old.post("/pets", {"kind": "cat", "colour": "white", "day": "x"}).status_code == 422
    assert old.post("/pets", seen_as).json() == seen_as
    assert "White" not in old.document()["components"]["schemas"]


@pytest.mark.parametrize(
    ("pet", "place"),
    [
        ({"kind": "cat", "colour": "white"}, ["body", "pet", "cat", "white", "morning"]),
        ({"kind": "dog"}, ["body", "pet", "dog", "name"]),
    ],
)
def test_what_is_missing_is_told_at_the_arm(pet: Any, place: list[str]) -> None:
    old = old_client(shop(Owner), on(White).renamed("morning", to="day"))
    assert [one["loc"] for one in old.post("/pets", {"pet": pet}).json()["detail"]] == [place]


def test_a_callable_tells_the_inner_arms_apart() -> None:
    kind = Annotated[Annotated[CalledCat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)]
    old = old_client(shop(kind), on(White).renamed("morning", to="day"))
    for pet in ({"kind": "cat", "colour": "white", "morning": "x"}, {"kind": "dog", "name": "x"}):
        assert old.post("/pets", pet).json() == pet


def kind_of(value: Any) -> Any:
    return value["kind"] if is_object(value) else value.kind


def test_the_document_of_head_is_the_own_one() -> None:
    app = shop(list[Pet])
    own = app.openapi()["paths"]["/pets"]["post"]["requestBody"]
    client = old_client(app, on(Small).renamed("article", to="sku"))
    for version in (HEAD, client.version):
        assert Client(client.app, version).document()["paths"]["/pets"]["post"]["requestBody"] == own


def test_nothing_of_it_is_opaque() -> None:
    assert Contract.of(shop(Owner)).opaque == ()
