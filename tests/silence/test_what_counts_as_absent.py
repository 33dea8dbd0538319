"""What counts as absent is head's to fill in: objects with a default, empty fields of forms, lists in cookies."""

from __future__ import annotations

from typing import Annotated, Any

import fastapi
import pytest
from fastapi import Cookie, FastAPI, Form
from pydantic import BaseModel, Field

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_requests, old_client
from timegate import UpgradeError, endpoint, on

RELEASE = tuple(map(int, fastapi.__version__.split(".")[:2]))


class Customer(BaseModel):
    discount: int = 0
    label: str = ""


class Order(BaseModel):
    customer: Customer = Customer()


class MadeOrder(BaseModel):
    customer: Customer = Field(default_factory=Customer)


@shows(
    "an object that a client leaves out: head's default counts, also where a fact is about a field in it | "
    '`on(Order).defaulted("customer", was={…})`',
)
@pytest.mark.parametrize("model", [Order, MadeOrder])
def test_an_object_that_is_left_out_is_heads_default_unless_a_fact_is_about_it(model: Any) -> None:
    inside = on(Customer).defaulted("discount", was=9)
    gates = gates_of_requests([model], inside)
    assert gates.upgrade(model, {}, from_version=OLD) == {}
    assert gates.upgrade(model, {"customer": {}}, from_version=OLD) == {"customer": {"discount": 9}}
    gates = gates_of_requests([model], inside, on(model).defaulted("customer", was={"discount": 9}))
    assert gates.upgrade(model, {}, from_version=OLD) == {"customer": {"discount": 9}}


class Counted(BaseModel):
    count: int


class Shelf(BaseModel):
    label: str = ""


@shows(
    "in what a function gets, a dict in a union with a model (`Item \\| dict[str, int]`): what is in it is not read as "
    "its type | check it in the function",
)
def test_a_dict_beside_a_model_reaches_a_function_as_it_was_sent() -> None:
    seen: list[Any] = []

    def to_head(value: Any) -> str:
        seen.append(value)
        return "label"

    was: Any = Counted | dict[str, int]
    gates = gates_of_requests([Shelf], on(Shelf).retyped("label", was=was, to_head=to_head, loses="all"))
    for sent in ({"count": "1"}, {"z": "1"}, {"z": "q"}):
        assert gates.upgrade(Shelf, {"label": sent}, from_version=OLD) == {"label": "label"}
    assert seen == [{"count": 1}, {"z": "1"}, {"z": "q"}]
    with pytest.raises(UpgradeError):
        gates.upgrade(Shelf, {"label": 7}, from_version=OLD)


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/notes")
    def note(text: Annotated[str, Form()] = "none") -> str:
        return text

    @made.get("/pages")
    def pages(pages: Annotated[list[int] | None, Cookie()] = None) -> list[int] | None:
        return pages

    return made


@shows("So does an empty text that a function gives.")
@pytest.mark.skipif(RELEASE < (0, 124), reason="to this release of FastAPI an empty field is a text")
@pytest.mark.parametrize(("sent", "read"), [("old", "new"), ("gone", "none"), ("", "none")])
def test_an_empty_text_that_a_function_gives_to_a_form_counts_as_absent(sent: str, read: str) -> None:
    became = {"old": "new", "gone": ""}
    client = old_client(app(), endpoint("/notes").form("text").retyped(to_head=lambda text: became[text], loses="gone"))
    fields = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.request("POST", "/notes", content=f"text={sent}".encode(), headers=fields)
    assert response.json() == read


@shows(
    "A cookie has one value: FastAPI refuses (422) each that its handler takes as a list, of any version.",
)
def test_a_cookie_that_a_handler_takes_as_a_list_is_refused_by_it_in_any_version() -> None:
    fact = endpoint("/pages").cookie("pages").retyped(was=str, to_head=lambda text: [int(text)], loses="order")
    for client in (old_client(app()), old_client(app(), fact)):
        response = client.get("/pages", headers={"Cookie": "pages=1"})
        assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["cookie", "pages"])
    assert old_client(app(), fact).get("/pages").json() is None
