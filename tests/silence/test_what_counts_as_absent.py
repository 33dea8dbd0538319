"""What counts as absent: objects with a default, empty fields of forms, lists in cookies."""

from __future__ import annotations

from typing import Annotated, Any

import fastapi
import pytest
from fastapi import Body, Cookie, FastAPI, Form
from pydantic import BaseModel, Field

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_requests, old_client, refusal
from timegate import Contract, endpoint, on

RELEASE = tuple(map(int, fastapi.__version__.split(".")[:2]))


class Customer(BaseModel):
    discount: int = 0
    label: str = ""


class Order(BaseModel):
    customer: Customer = Customer()


class MadeOrder(BaseModel):
    customer: Customer = Field(default_factory=Customer)


class Holder(BaseModel):
    order: Order = Order()


class OptionalOrder(BaseModel):
    customer: Customer | None = Customer()


DISCOUNT = on(Customer).defaulted("discount", was=9)


@pytest.mark.parametrize("model", [Order, MadeOrder, OptionalOrder])
def test_an_object_that_is_left_out_has_the_old_defaults_of_its_class(model: Any) -> None:
    gates = gates_of_requests([model], DISCOUNT)
    assert gates.upgrade(model, {}, from_version=OLD) == {"customer": {"discount": 9}}
    assert gates.upgrade(model, {"customer": {}}, from_version=OLD) == {"customer": {"discount": 9}}
    assert gates.upgrade(model, {"customer": {"discount": 1}}, from_version=OLD) == {"customer": {"discount": 1}}
    said = on(model).defaulted("customer", was={"discount": 8})
    assert gates_of_requests([model], DISCOUNT, said).upgrade(model, {}, from_version=OLD) == {
        "customer": {"discount": 8}
    }


def test_so_has_one_in_an_object_that_is_left_out_and_what_is_added_is_filled_in_there() -> None:
    gates = gates_of_requests([Holder], DISCOUNT)
    assert gates.upgrade(Holder, {}, from_version=OLD) == {"order": {"customer": {"discount": 9}}}
    gates = gates_of_requests([Holder], on(Customer).added("label", default="old"))
    assert gates.upgrade(Holder, {}, from_version=OLD) == {"order": {"customer": {"label": "old"}}}


@pytest.mark.parametrize(
    "fact",
    [on(Customer).renamed("name", to="label"), on(Customer).added("label", default="")],
    ids=["renamed", "as head"],
)
def test_where_no_fact_makes_a_difference_it_stays_left_out(fact: Any) -> None:
    assert gates_of_requests([Order], fact).upgrade(Order, {}, from_version=OLD) == {}


class Spelled(BaseModel):
    discount: int = Field(default=0, alias="disCount")
    label: str = Field(default="", serialization_alias="shown")


class SpelledOrder(BaseModel):
    customer: Spelled = Spelled()


class Orders(BaseModel):
    customers: list[Customer] = []
    other: Customer | int = 0
    by_name: dict[str, Customer] = {}


def test_its_default_may_be_written_by_other_names() -> None:
    gates = gates_of_requests([SpelledOrder], on(Spelled).defaulted("discount", was=9))
    assert gates.upgrade(SpelledOrder, {}, from_version=OLD) == {"customer": {"disCount": 9}}


def test_a_default_that_is_no_such_object_stays() -> None:
    assert gates_of_requests([Orders], DISCOUNT).upgrade(Orders, {}, from_version=OLD) == {}


def test_a_partial_update_leaves_it_as_it_is() -> None:
    made = FastAPI()

    @made.patch("/")
    def patch(order: Order) -> list[str]:
        return sorted(order.model_fields_set)

    assert old_client(made, DISCOUNT).request("PATCH", "/", json={}).json() == []


class Special(BaseModel):
    customer: Customer = Customer(label="of its own")


class BesideAnother(BaseModel):
    customer: Customer | int = Customer()


class InAList(BaseModel):
    customer: list[Customer] = [Customer()]


class MadeByAFunction(BaseModel):
    customer: Customer = Field(default_factory=lambda: Customer(label="made"))


@shows(
    "Where a fact fills something into an object that a client may leave out, the object's default must be its class "
    "without arguments."
)
@shows(
    "Where it has values of its own, is in a list or a union, or is made by a function of the app, `defaulted(…)` of "
    "the field says what it was."
)
@pytest.mark.parametrize("model", [Special, MadeByAFunction, BesideAnother, InAList])
def test_what_a_default_of_its_own_was_has_to_be_said(model: Any) -> None:
    assert refusal(Contract.of_types(receives=[model]), lambda: DISCOUNT).endswith(
        f"write on({model.__name__}).defaulted('customer', was={{…}}) besides, with what head is to read there"
    )
    was: Any = {"label": "was", "discount": 9}
    was = [was] if model is InAList else was
    gates = gates_of_requests([model], DISCOUNT, on(model).defaulted("customer", was=was))
    assert gates.upgrade(model, {}, from_version=OLD) == {"customer": was}
    gates = gates_of_requests([model], on(Customer).renamed("name", to="label"))
    assert gates.upgrade(model, {}, from_version=OLD) == {}


@shows(
    "a body that a client leaves out as a whole: head's default counts, also where a fact is about a field in it | "
    "require the body"
)
def test_a_body_that_is_left_out_is_heads_default() -> None:
    made = FastAPI()

    @made.post("/")
    def post(customer: Annotated[Customer, Body(default_factory=Customer)]) -> int:
        return customer.discount

    client = old_client(made, DISCOUNT)
    assert (client.request("POST", "/").json(), client.post("/", {}).json()) == (0, 9)


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
