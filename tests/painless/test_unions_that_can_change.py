"""A union can change where its arms change alike, and where a callable names the arm, null or not."""

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Discriminator, Tag

from tests.silence.exchanges import OLD, exchange, gated, timeline_of
from timegate import Contract, on


class User(BaseModel):
    login: str


class Labeled(BaseModel):
    event: str
    actor: User


class Unlabeled(BaseModel):
    event: str
    actor: User


class Feed(BaseModel):
    events: list[Labeled | Unlabeled]


@pytest.mark.parametrize(
    ("fact", "old"),
    [
        (on(User).renamed("name", to="login"), {"name": "ada"}),
        (on(User).retyped("login", to_old=str.upper, to_head=str.lower), {"login": "ADA"}),
    ],
)
def test_arms_that_cannot_be_told_apart_may_change_alike(fact: Any, old: Any) -> None:
    gates = timeline_of(fact).compile(Contract.of_types(Feed))
    head = {"events": [{"event": "labeled", "actor": {"login": "ada"}}]}
    older = {"events": [{"event": "labeled", "actor": old}]}
    assert gates.downgrade(Feed, head, to_version=OLD) == older
    assert gates.upgrade(Feed, older, from_version=OLD) == head


class Named(BaseModel):
    name: str = ""


class Titled(BaseModel):
    title: str = ""


def kind_of(value: Any) -> str:
    """The tag of head's object."""
    is_titled = "title" in value if isinstance(value, dict) else hasattr(value, "title")
    return "titled" if is_titled else "named"


Either = Annotated[Annotated[Named, Tag("named")] | Annotated[Titled, Tag("titled")], Discriminator(kind_of)]


class Bare(BaseModel):
    one: Either


class Optional(BaseModel):
    one: Either | None = None


class Many(BaseModel):
    one: list[Either | None]


@pytest.mark.parametrize("holder", [Bare, Optional, Many])
def test_a_union_with_a_callable_can_change_wherever_it_is(holder: Any) -> None:
    facts = on(Named).renamed("called", to="name"), on(Titled).renamed("heading", to="title")
    gates = timeline_of(*facts).compile(Contract.of_types(holder))
    for head, old in (({"name": "a"}, {"called": "a"}), ({"title": "b"}, {"heading": "b"})):
        given, expected = ([head, None], [old, None]) if holder is Many else (head, old)
        assert gates.downgrade(holder, {"one": given}, to_version=OLD) == {"one": expected}
    if holder is Optional:
        assert gates.downgrade(holder, {"one": None}, to_version=OLD) == {"one": None}


class Cat(BaseModel):
    kind: Literal["cat"]
    born: int


class Dog(BaseModel):
    kind: Literal["dog"]
    born: int


class Loose(BaseModel):
    """Its arms have tags, and no discriminator asks for them: pydantic names the arms by them all the same."""

    pet: Annotated[Cat, Tag("meows")] | Annotated[Dog, Tag("barks")]


def test_a_tag_without_a_discriminator_names_the_arm_in_which_a_422_is_told() -> None:
    app = FastAPI()

    @app.put("/loose")
    def put(body: Loose) -> None: ...

    changed = gated(app, on(Dog).renamed("birth", to="born"))
    response = exchange(changed, "PUT", "/loose", body={"pet": {"kind": "dog", "birth": "many"}})
    told = {tuple(one["loc"]): one.get("input") for one in response.json()["detail"]}
    assert response.status == 422
    assert told["body", "pet", "barks", "birth"] == "many"
    assert ("body", "pet", "barks", "born") not in told
    refused = exchange(changed, "PUT", "/loose", body={"pet": {"kind": "dog", "born": 3}})
    assert [one["loc"] for one in refused.json()["detail"]][-1] == ["body", "pet", "barks", "birth"]
