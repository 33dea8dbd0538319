"""The arm that a validation error is about has the label that a server of the client's version gave it."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Discriminator, Field, Tag

from tests.silence.exchanges import OLD, exchange, faults_of, gated
from timegate import Contract, on
from timegate.typing import is_object


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    teeth: int


class Visit(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Called(BaseModel):
    pet: Annotated[
        Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")],
        Discriminator(lambda pet: pet.get("kind", "cat") if is_object(pet) else pet.kind),
    ]


def places(kind: Any, body: Any, *facts: Any) -> list[list[Any]]:
    """Where the validation errors of an old client's body are."""
    app = FastAPI()

    async def post(body: Any) -> None: ...

    post.__annotations__["body"] = kind
    app.post("/")(post)
    response = exchange(gated(app, *facts), "POST", "/", body=body, version=OLD)
    assert response.status == 422
    return [one["loc"] for one in response.json()["detail"]]


LIVES = on(Cat).renamed("health", to="lives")


def test_no_label_where_the_clients_version_had_one_arm() -> None:
    for kind in (Visit, Called):
        sent = {"pet": {"kind": "cat", "health": "many"}}
        assert places(kind, sent, on(Dog).introduced(), LIVES) == [["body", "pet", "health"]]


def test_its_tag_where_there_were_several() -> None:
    for kind in (Visit, Called):
        assert places(kind, {"pet": {"kind": "cat", "health": "many"}}, LIVES) == [["body", "pet", "cat", "health"]]


Of = TypeVar("Of")


class Page(BaseModel, Generic[Of]):
    items: dict[str, Of]


WRONG: Any = {"items": 1}


@pytest.mark.parametrize(
    ("kind", "sent", "label"),
    [
        (Page[Cat] | int, WRONG, "Page[Feline]"),
        (Page[list[Cat]] | int, WRONG, "Page[list[Feline]]"),
        (Page[Page[Cat]] | int, {"items": {"a": WRONG}}, "Page[Page[Feline]]"),
        (Page[Dog] | int, WRONG, "Page[Dog]"),
    ],
    ids=str,
)
def test_a_generic_class_with_the_name_that_its_argument_had(kind: Any, sent: Any, label: str) -> None:
    class Keeper(BaseModel):
        cat: Cat

    holder = Keeper | kind
    assert ["body", label, "items"] in [one[:3] for one in places(holder, sent, on(Cat).was_named("Feline"))]


def test_a_generic_class_with_the_name_that_its_argument_had_last() -> None:
    facts = (on(Cat).was_named("Mog"), on(Cat).was_named("Feline"))
    assert ["body", "Page[Mog]", "items"] in places(Page[Cat] | int, WRONG, *facts)


def test_a_generic_class_of_another_name_with_the_name_that_its_argument_had() -> None:
    named = on(Cat).was_named("Feline")
    for renamed in ((named, on(Page[Cat]).was_named("Sheet")), (on(Page[Cat]).was_named("Sheet"), named)):
        assert ["body", "Sheet", "items"] in places(Page[Cat] | int, WRONG, *renamed)


def test_documents_call_a_generic_class_by_the_name_that_its_argument_had() -> None:
    class Shelf(BaseModel):
        cats: Page[Cat]
        lists: Page[list[Cat]]
        dogs: Page[Dog]

    app = FastAPI()
    app.get("/", response_model=Shelf)(lambda: None)

    def shown(*facts: Any) -> set[str]:
        document = exchange(gated(app, *facts), "GET", "/openapi.json", version=OLD).json()
        return {name for name in document["components"]["schemas"] if name.startswith(("Page", "Sheet"))}

    named = on(Cat).was_named("Feline")
    assert shown(named) == {"Page_Feline_", "Page_list_Feline__", "Page_Dog_"}
    assert shown(named, on(Page[Cat]).was_named("Sheet")) == {"Sheet", "Page_list_Feline__", "Page_Dog_"}
    assert shown(on(Page[Cat]).was_named("Sheet"), named) == {"Sheet", "Page_list_Feline__", "Page_Dog_"}
    (fault,) = faults_of(Contract.of(app), on(Page[Cat]).was_named("Page_Feline_"), named)
    assert fault.problem == "it is called 'Page_Feline_' already"
