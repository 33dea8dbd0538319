"""A route that leaves the tag of a union out of its response is served, or refused at the start: never a 500."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.old_client import old_client, refusal, timeline_of
from timegate import CompileError, Contract, on

# Older pydantic warns of a union whose tag is left out, and sends it all the same.
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


class Bird(BaseModel):
    data_type: Literal["bird"] = "bird"
    other: str = "o"
    label: str


class Fish(BaseModel):
    data_type: Literal["fish"] = "fish"
    other: str = "o"
    label: str
    depth: int = 0


class Cat(BaseModel):
    data_type: Literal["cat"] = "cat"
    label: str
    lives: int


class Dog(BaseModel):
    data_type: Literal["dog"] = "dog"
    label: str
    breed: str


class Tagged(BaseModel):
    data_type: Literal["tagged"]
    label: str


class Marked(BaseModel):
    data_type: Literal["marked"]
    label: str


class Stone(BaseModel):
    data_type: Literal["stone"] = "stone"
    label: str


Animal = Annotated[Bird | Fish, Field(discriminator="data_type")]
Pet = Annotated[Cat | Dog, Field(discriminator="data_type")]
Sure = Annotated[Tagged | Marked, Field(discriminator="data_type")]
Thing = Annotated[Bird | Stone, Field(discriminator="data_type")]


class Cage(BaseModel):
    animal: Animal


RENAMED = (on(Bird).renamed("name", to="label"), on(Fish).renamed("title", to="label"))


def app_of(kind: Any, value: Any, **options: Any) -> FastAPI:
    app = FastAPI()

    async def get() -> Any:
        return value

    app.get("/", response_model=kind, **options)(get)
    return app


def refusal_of(app: FastAPI) -> str:
    """What is said of an app whose bird had a name and whose fish had a title."""
    with pytest.raises(CompileError) as refused:
        timeline_of(*RENAMED).compile(Contract.of(app))
    return str(refused.value)


LEFT_OUT: dict[str, dict[str, Any]] = {
    "unset": {"response_model_exclude_unset": True},
    "defaults": {"response_model_exclude_defaults": True},
    "not included": {"response_model_include": {"label"}},
    "excluded": {"response_model_exclude": {"data_type", "depth", "other"}},
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_arms_that_nothing_tells_apart_without_their_tag_are_refused(name: str) -> None:
    app = app_of(Animal, Bird(label="x"), **LEFT_OUT[name])
    with_facts = refusal_of(app)
    assert "Bird" in with_facts
    assert "Fish" in with_facts


@pytest.mark.parametrize("name", ["unset", "defaults"])
@pytest.mark.parametrize("kind", [list[Animal], dict[str, Animal], Cage])
def test_they_are_refused_wherever_the_response_nests_them(kind: Any, name: str) -> None:
    assert "Fish" in refusal_of(app_of(kind, None, **LEFT_OUT[name]))


@pytest.mark.parametrize("name", ["unset", "defaults"])
def test_one_touched_arm_beside_an_untouched_one_is_refused_too(name: str) -> None:
    app = app_of(Thing, Stone(label="x"), **LEFT_OUT[name])
    assert "Stone" in refusal(Contract.of(app), lambda: on(Bird).renamed("name", to="label"))


@pytest.mark.parametrize(
    ("options", "old"),
    [
        ({}, {"data_type": "bird", "other": "o", "name": "x"}),
        ({"response_model_exclude": {"other"}}, {"data_type": "bird", "name": "x"}),
        ({"response_model_exclude_none": True}, {"data_type": "bird", "other": "o", "name": "x"}),
    ],
)
def test_a_response_that_keeps_its_tag_is_served(options: dict[str, Any], old: dict[str, Any]) -> None:
    response = old_client(app_of(Animal, Bird(label="x"), **options), *RENAMED).get("/")
    assert (response.status_code, response.json()) == (200, old)


def test_a_list_of_which_one_item_leaves_another_key_out_is_served() -> None:
    value = [Bird(label="x"), Fish(label="y")]
    app = app_of(list[Animal], value, response_model_exclude={0: {"other"}})
    response = old_client(app, *RENAMED).get("/")
    assert response.json() == [
        {"data_type": "bird", "name": "x"},
        {"data_type": "fish", "other": "o", "title": "y", "depth": 0},
    ]


@pytest.mark.parametrize("name", ["unset", "defaults"])
@pytest.mark.parametrize(
    ("value", "old"),
    [
        (Cat(label="x", lives=9), {"name": "x", "lives": 9}),
        (Dog(label="y", breed="pug"), {"title": "y", "breed": "pug"}),
    ],
)
def test_arms_whose_required_keys_differ_are_told_apart_without_a_tag(value: Any, old: Any, name: str) -> None:
    facts = (on(Cat).renamed("name", to="label"), on(Dog).renamed("title", to="label"))
    response = old_client(app_of(Pet, value, **LEFT_OUT[name]), *facts).get("/")
    assert (response.status_code, response.json()) == (200, old)


@pytest.mark.parametrize("name", ["unset", "defaults"])
def test_a_tag_without_a_default_is_never_left_out(name: str) -> None:
    facts = (on(Tagged).renamed("name", to="label"), on(Marked).renamed("title", to="label"))
    app = app_of(Sure, Marked(data_type="marked", label="x"), **LEFT_OUT[name])
    response = old_client(app, *facts).get("/")
    assert (response.status_code, response.json()) == (200, {"data_type": "marked", "title": "x"})


@pytest.mark.parametrize("name", ["unset", "defaults"])
def test_arms_that_change_alike_need_no_tag(name: str) -> None:
    app = app_of(Animal, Fish(label="x"), **LEFT_OUT[name])
    response = old_client(app, on(Bird, Fish).renamed("name", to="label")).get("/")
    assert (response.status_code, response.json()) == (200, {"name": "x"})


@pytest.mark.parametrize("name", ["unset", "defaults", "excluded"])
def test_a_union_that_no_fact_touches_passes_as_it_is(name: str) -> None:
    app = app_of(Animal, Bird(label="x"), **LEFT_OUT[name])

    async def stone() -> Stone:
        return Stone(label="x")

    app.get("/stone")(stone)
    response = old_client(app, on(Stone).renamed("name", to="label")).get("/")
    assert (response.status_code, response.json()) == (200, {"label": "x"})
