"""A body that functions rewrite is a union at each version as its facts about models have made it."""

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, change_of, exchange
from timegate import Contract, Timeline, Version, endpoint, on
from timegate.asgi import TimegateMiddleware

MIDDLE, NEW = "2025-03-01", "2025-06-01"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    name: str


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


class Fish(BaseModel):
    kind: Literal["fish"] = "fish"
    tank: int


class Bird(BaseModel):
    kind: Literal["bird"] = "bird"
    wings: int


Pet = Annotated[Cat | Dog | Fish, Field(discriminator="kind")]
OlderPet = Annotated[Cat | Dog, Field(discriminator="kind")]


def values_of(pets: dict[str, Any]) -> list[Any]:
    return list(pets.values())


def cat_of(bird: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "cat", "name": f"{bird['wings']} wings"}


app = FastAPI()


@app.post("/pets")
def pets(body: Pet) -> dict[str, Pet]:
    return {"sent": body, "fish": Fish(tank=1)}


INTRODUCED = on(Fish).introduced(seen_as={"kind": "cat", "name": "a fish"})
REWRITTEN = endpoint("/pets", "POST").rewritten(response=values_of, was=list[OlderPet])
TIMELINE = Timeline(Version(NEW, change_of(INTRODUCED)), Version(MIDDLE, change_of(REWRITTEN)), Version(OLD))


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (OLD, [{"kind": "dog", "name": "Rex"}, {"kind": "cat", "name": "a fish"}]),
        (MIDDLE, {"sent": {"kind": "dog", "name": "Rex"}, "fish": {"kind": "cat", "name": "a fish"}}),
        (NEW, {"sent": {"kind": "dog", "name": "Rex"}, "fish": {"kind": "fish", "tank": 1}}),
    ],
)
def test_an_arm_that_came_later_is_converted_in_a_body_that_an_older_version_rewrites(version: str, body: Any) -> None:
    served = TimegateMiddleware(app, timeline=TIMELINE)
    response = exchange(served, "POST", "/pets", body={"kind": "dog", "name": "Rex"}, version=version)
    assert (response.status, response.json()) == (200, body)


def arms_in(document: Any) -> list[str]:
    """The arms that the response of a document has."""
    content = document["paths"]["/pets"]["post"]["responses"]["200"]["content"]["application/json"]
    schema = content["schema"]
    return [arm["$ref"].rpartition("/")[2] for arm in (schema.get("items") or schema["additionalProperties"])["oneOf"]]


def test_each_document_has_the_arms_of_its_version_in_such_a_body() -> None:
    gates = TIMELINE.compile(Contract.of(app))
    assert {version: arms_in(gates.contract(version)) for version in (NEW, MIDDLE, OLD)} == {
        NEW: ["Cat", "Dog", "Fish"],
        MIDDLE: ["Cat", "Dog"],
        OLD: ["Cat", "Dog"],
    }


def test_an_arm_that_is_retired_beside_a_rewrite_is_in_no_newer_document() -> None:
    retired = on(Cat, Dog, Fish).retired(was=Bird, read_as=cat_of, loses="no bird is kept")
    rewritten = endpoint("/pets", "POST").rewritten(response=values_of, was=list[Pet])
    timeline = Timeline(Version(NEW, change_of(rewritten, retired)), Version(OLD))
    assert arms_in(timeline.compile(Contract.of(app)).contract(NEW)) == ["Cat", "Dog", "Fish"]
