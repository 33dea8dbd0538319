"""Wherever a fact takes a value, a function of the object may give it: one rule for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from tests.cells.refused import change_of, faults_of
from tests.sentences import shows
from timegate import Contract, DeclarationError, GateError, Gates, Timeline, UpgradeError, Version, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

OLD = "2025-01-01"


class Price(BaseModel):
    cents: int


class Order(BaseModel):
    item: str
    price: Price
    note: str | None = None
    label: str = "none"
    code: str


class Update(BaseModel):
    item: str | None = None
    label: str | None = None


def label_of(order: Any) -> str:
    return f"{order['item']} at {order['price']['cents']}"


def keys_of(order: Any) -> str:
    return " ".join(order)


def gates_of(*facts: Fact, model: Any = Order) -> Gates:
    return Timeline(Version("2025-06-01", change_of("Changed", *facts)), Version(OLD)).compile(Contract.of_types(model))


def up(gates: Gates, **sent: Any) -> Any:
    return gates.upgrade(Order, {"item": "tea", "price": {"cents": 5}, **sent}, from_version=OLD)


def down(gates: Gates, **sent: Any) -> Any:
    return gates.downgrade(Order, {"item": "tea", "price": {"cents": 5}, **sent}, to_version=OLD)


ORDER = on(Order)


def test_a_new_field_gets_what_a_function_of_the_object_gives() -> None:
    gates = gates_of(ORDER.added("code", default=label_of))
    assert up(gates, code="smuggled")["code"] == "tea at 5"
    assert "code" not in down(gates, code="x")


def test_a_removed_field_reads_what_a_function_of_the_object_gives() -> None:
    gates = gates_of(ORDER.removed("summary", was=str, backfill=label_of, loses="it is made of others"))
    assert down(gates, code="x")["summary"] == "tea at 5"


def test_null_is_replaced_by_a_function_for_old_clients_and_for_head() -> None:
    nullable = gates_of(ORDER.became_nullable("note", null_was=label_of))
    assert [down(nullable, code="x", note=note)["note"] for note in (None, "said")] == ["tea at 5", "said"]
    non_null = gates_of(ORDER.became_non_null("code", null_is=label_of))
    assert [up(non_null, code=code)["code"] for code in (None, "said")] == ["tea at 5", "said"]


def test_an_absent_field_is_filled_by_a_function_for_old_clients_and_for_head() -> None:
    required = gates_of(ORDER.became_required("code", default=label_of))
    assert [up(required, **sent)["code"] for sent in ({}, {"code": "said"})] == ["tea at 5", "said"]
    optional = gates_of(ORDER.became_optional("label", missing_was=label_of))
    assert [down(optional, **sent)["label"] for sent in ({}, {"label": "said"})] == ["tea at 5", "said"]


def test_an_old_default_may_be_a_function_and_no_document_shows_it() -> None:
    gates = gates_of(ORDER.defaulted("label", was=label_of))
    assert [up(gates, code="x", **sent)["label"] for sent in ({}, {"label": "said"})] == ["tea at 5", "said"]
    old = gates.contract(OLD)["components"]["schemas"]["Order"]["properties"]["label"]
    assert old["default"] == "none"


def test_a_function_sees_the_newer_shape_of_its_boundary() -> None:
    gates = gates_of(on(Price).renamed("euros", to="cents"), ORDER.became_required("code", default=label_of))
    sent = {"item": "tea", "price": {"euros": 5}}
    assert gates.upgrade(Order, sent, from_version=OLD)["code"] == "tea at 5"


def test_functions_of_several_facts_run_in_the_order_of_the_facts() -> None:
    gates = gates_of(ORDER.became_required("code", default=keys_of), ORDER.defaulted("label", was=keys_of))
    assert up(gates) == {
        "item": "tea", "price": {"cents": 5}, "code": "item price", "label": "item price code",
    }  # fmt: skip


def test_a_partial_update_fills_in_nothing_by_a_function_unless_the_fact_says_so() -> None:
    app = FastAPI()

    @app.patch("/orders")
    def patch(update: Update) -> dict[str, Any]:
        return update.model_dump(exclude_unset=True)

    def sent(*facts: Fact) -> Any:
        served = FastAPI()
        served.router.routes.extend(app.router.routes)
        timeline = Timeline(Version("2025-06-01", change_of("Changed", *facts)), Version(OLD))
        served.add_middleware(TimegateMiddleware, timeline=timeline)
        with TestClient(served, headers={"API-Version": OLD}) as client:
            return client.patch("/orders", json={"item": "tea"}).json()

    update = on(Update)
    assert sent(update.added("label", default=keys_of)) == {"item": "tea"}
    assert sent(update.added("label", default=keys_of, partial=False)) == {"item": "tea", "label": "item"}
    assert sent(update.defaulted("label", was=keys_of, partial=False)) == {"item": "tea", "label": "item"}


def refuses(order: Any) -> Any:
    raise ValueError("this one cannot be")


def wrong_type(order: Any) -> Any:
    return 7


def test_what_a_function_refuses_is_the_clients_fault_and_what_it_gives_wrongly_is_ours() -> None:
    with pytest.raises(UpgradeError, match="at /code: the value cannot be converted"):
        up(gates_of(ORDER.added("code", default=refuses)))
    with pytest.raises(GateError, match="at /code: the declared function gave another JSON type") as ours:
        up(gates_of(ORDER.added("code", default=wrong_type)))
    assert not isinstance(ours.value, UpgradeError)


class Tagged(BaseModel):
    item: str
    tags: list[str]
    one: str = "none"


class Place(BaseModel):
    town: str


class Parcel(BaseModel):
    item: str
    place: Place | None = None


TAGGED = on(Tagged)


def item_of(tagged: Any) -> Any:
    return tagged["item"]


def name_of(tagged: Any) -> Any:
    return tagged["name"]


def of_item(parcel: Any) -> str:
    return f"of {parcel['item']}"


@pytest.mark.parametrize(("tags", "read"), [([], "tea"), (["a"], "a"), (["a", "b"], "a")])
def test_an_empty_list_is_for_old_clients_what_a_function_of_the_object_gives(tags: list[str], read: str) -> None:
    gates = gates_of(TAGGED.became_list("tags", empty=item_of), model=Tagged)
    down = gates.downgrade(Tagged, {"item": "tea", "tags": tags, "one": "x"}, to_version=OLD)
    assert down == {"item": "tea", "tags": read, "one": "x"}


@pytest.mark.parametrize(("sent", "got"), [([], "tea"), (["a"], "a")])
def test_an_empty_list_is_for_head_what_a_function_of_the_object_gives(sent: list[str], got: str) -> None:
    fact = TAGGED.became_scalar("one", was=list[str], empty=item_of)
    gates = gates_of(fact, model=Tagged)
    up = gates.upgrade(Tagged, {"item": "tea", "tags": [], "one": sent}, from_version=OLD)
    assert up == {"item": "tea", "tags": [], "one": got}
    assert "one" not in gates.upgrade(Tagged, {"item": "tea", "tags": []}, from_version=OLD)


def test_where_the_parent_of_a_moved_value_is_absent_a_function_of_the_object_gives_what_old_clients_read() -> None:
    gates = gates_of(on(Parcel).moved("town", to="place.town", empty=of_item), model=Parcel)
    read = [
        gates.downgrade(Parcel, {"item": "tea", **place}, to_version=OLD)["town"]
        for place in ({}, {"place": None}, {"place": {"town": "Ur"}})
    ]
    assert read == ["of tea", "of tea", "Ur"]
    for town, head in (("of tea", {"item": "tea"}), ("Ur", {"item": "tea", "place": {"town": "Ur"}})):
        assert gates.upgrade(Parcel, {"item": "tea", "town": town}, from_version=OLD) == head
    assert gates.contract(OLD)["components"]["schemas"]["Parcel"]["required"] == ["item", "town"]


def test_functions_for_empty_lists_stay_in_the_order_of_older_and_newer_facts() -> None:
    newer = change_of("Newer", TAGGED.renamed("labels", to="tags"), TAGGED.renamed("name", to="item"))
    lists = change_of(
        "Lists",
        TAGGED.became_list("labels", empty=name_of),
        TAGGED.became_scalar("one", was=list[str], empty=name_of),
    )
    older = change_of("Older", TAGGED.retyped("labels", to_head=str.lower, to_old=str.upper))
    timeline = Timeline(
        Version("2025-08-01", newer), Version("2025-07-01", lists), Version("2025-06-01", older), Version(OLD)
    )
    gates = timeline.compile(Contract.of_types(Tagged))
    head: dict[str, Any] = {"item": "tea", "tags": [], "one": "x"}
    assert gates.downgrade(Tagged, head, to_version=OLD) == {"name": "tea", "labels": "TEA", "one": ["x"]}
    assert gates.downgrade(Tagged, head, to_version="2025-06-01") == {"name": "tea", "labels": "tea", "one": ["x"]}
    sent: dict[str, Any] = {"name": "tea", "labels": "A", "one": []}
    assert gates.upgrade(Tagged, sent, from_version=OLD) == {"item": "tea", "tags": ["a"], "one": "tea"}


def test_what_a_function_for_an_empty_list_gives_wrongly_is_ours() -> None:
    gates = gates_of(TAGGED.became_list("tags", empty=wrong_type), model=Tagged)
    with pytest.raises(GateError, match="at /tags: the declared function gave another JSON type"):
        gates.downgrade(Tagged, {"item": "tea", "tags": []}, to_version=OLD)
    moved = gates_of(on(Parcel).moved("town", to="place.town", empty=wrong_type), model=Parcel)
    with pytest.raises(GateError, match="at /town: the declared function gave another JSON type"):
        moved.downgrade(Parcel, {"item": "tea"}, to_version=OLD)


def two(one: Any, other: Any) -> Any:
    return one


def test_a_function_of_the_wrong_number_of_values_is_refused_when_it_is_declared() -> None:
    for declare in (
        lambda: ORDER.added("code", default=two),
        lambda: ORDER.became_nullable("note", null_was=two),
        lambda: ORDER.became_non_null("code", null_is=two),
        lambda: ORDER.became_required("code", default=two),
        lambda: ORDER.became_optional("label", missing_was=two),
        lambda: ORDER.defaulted("label", was=two),
        lambda: TAGGED.became_list("tags", empty=two),
        lambda: TAGGED.became_scalar("one", was=list[str], empty=two),
        lambda: ORDER.moved("cents", to="price.cents", empty=two),
    ):
        with pytest.raises(DeclarationError, match="cannot be called with one value"):
            declare()


class Tags(BaseModel):
    tags: list[str | None]


@shows("A function of the object has no place at an item of a list.")
def test_a_function_for_an_item_of_a_list_is_a_fault_since_no_object_holds_it() -> None:
    change = change_of("Changed", on(Tags).became_nullable("tags.*", null_was=keys_of))
    (fault,) = faults_of(Contract.of_types(Tags), change)
    assert (fault.place, fault.problem) == (
        "Tags.tags.*", "null_was=keys_of is a function, and a value is wanted here",
    )  # fmt: skip
