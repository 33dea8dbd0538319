"""Only what a change cannot carry out for some old client is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.exceptions import FastAPIError
from pydantic import BaseModel, Field, SerializeAsAny, computed_field, model_serializer
from pydantic.json_schema import SkipJsonSchema

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, changed, old_client, refusal, timeline_of
from timegate import CompileError, Contract, DeclarationError, Timeline, Version, endpoint, enum, on, sibling


class Order(BaseModel):
    price: int = 1
    note: int | None = 0
    secret: int = Field(default=7, exclude=True)

    @computed_field
    def total(self) -> int:
        return 2 * self.price


class TestASiblingThatIsOnOneSideAlone:
    @staticmethod
    def served(*facts: Any) -> Client:
        app = FastAPI()

        @app.post("/orders")
        def post(order: Order) -> Order:
            return order

        @app.put("/orders")
        def put(order: Order) -> list[int | None]:
            return [order.price, order.note, order.secret]

        return old_client(app, *facts)

    @shows("It may be a computed field,")
    def test_a_computed_field_is_what_old_clients_read_of_a_field_that_is_gone(self) -> None:
        client = self.served(on(Order).removed("sum", was=int, backfill=sibling("total"), loses="it is computed"))
        assert client.post("/orders", {"price": 3, "sum": 9}).json() == {"price": 3, "note": 0, "total": 6, "sum": 6}

    def test_a_computed_field_is_what_old_clients_read_for_null(self) -> None:
        client = self.served(on(Order).became_nullable("note", null_was=sibling("total")))
        assert client.post("/orders", {"price": 3}).json() == {"price": 3, "note": 0, "total": 6}
        assert client.request("PUT", "/orders", json={"note": None}).status_code == 422

    def test_a_field_that_no_response_has_is_what_head_reads_for_null(self) -> None:
        client = self.served(on(Order).became_non_null("price", null_is=sibling("secret")))
        sent = {"price": None, "secret": 5}
        assert client.request("PUT", "/orders", json=sent).json() == [5, 0, 5]

    def test_one_that_is_on_neither_side_is_refused(self) -> None:
        contract = Contract.of_types(Order)
        told = refusal(contract, lambda: on(Order).became_nullable("note", null_was=sibling("totl")))
        assert "Order.note: sibling('totl') is no field right after this fact" in told

    @shows("which requests lack.")
    def test_one_that_the_side_lacks_on_which_it_is_read_is_refused(self) -> None:
        contract = Contract.of_types(Order)
        told = refusal(contract, lambda: on(Order).became_nullable("note", null_was=sibling("secret")))
        assert "Order.note: sibling('secret') is no field right after this fact" in told


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Cat(BaseModel):
    name: str
    paws: int | None = None


class Dog(BaseModel):
    name: str
    paws: int | None = None


class Counted(BaseModel):
    by_size: dict[Size, int]


class Both(BaseModel):
    pet: Cat | Dog


class Hidden(BaseModel):
    pet: SkipJsonSchema[Cat | None] = None


class Persian(Cat):
    fur: int = 0


class Leaving(BaseModel):
    pet: SerializeAsAny[Cat]


class Written(BaseModel):
    pet: Cat

    @model_serializer
    def written(self) -> Any:
        return dict[str, Any]()


async def streamed() -> AsyncIterator[Cat]:
    yield Cat(name="Tom")


def keyed() -> dict[Size, int]:
    return {Size.SMALL: 1, Size.LARGE: 2}


def held() -> Counted:
    return Counted(by_size=keyed())


def either(pet: Cat | Dog) -> Both:
    return Both(pet=pet)


def hidden() -> Hidden:
    return Hidden()


def leaving() -> Leaving:
    return Leaving(pet=Cat(name="Tom"))


def written() -> Written:
    return Written(pet=Cat(name="Tom"))


def persian() -> Persian:
    return Persian(name="Tom")


NAMED = on(Cat).renamed("legs", to="paws")
GREW = enum(Size).grew("large", seen_as="small")
PLACES: dict[str, tuple[Callable[..., Any], Any, str]] = {
    "the keys of a dict, of which two are one": (keyed, GREW, "its keys are members of Size, of which two are one"),
    "such keys in a model": (held, GREW, "Counted.by_size: its keys are members of Size"),
    "arms that look alike": (either, NAMED, "by their schemas a value may be of both"),
    "a field without a schema": (hidden, NAMED, "a schema that does not describe it"),
    "subclasses that may leave": (leaving, NAMED, "Leaving.pet: Persian changes"),
    "a serializer that says nothing": (written, NAMED, "a serializer that names no keys"),
}


def reads_streams() -> bool:
    """Whether this release of FastAPI serves what an asynchronous generator gives."""
    app = FastAPI()
    try:
        app.get("/")(streamed)
    except FastAPIError:
        return False
    return "application/jsonl" in str(app.openapi()["paths"])


if reads_streams():
    PLACES["lines of JSON"] = (streamed, NAMED, "it is application/jsonl, which gates do not convert")


class TestAnEndpointThatOldClientsLack:
    @staticmethod
    def app(place: str) -> FastAPI:
        app = FastAPI()

        @app.get("/cats")
        def cats() -> tuple[Cat, Size]:
            return Cat(name="Tom", paws=4), Size.LARGE

        app.add_api_route("/persians", persian)
        app.add_api_route("/new", PLACES[place][0], methods=["POST"])
        return app

    @shows(
        "A model that changes may stand in an event stream, or in a union whose arms nothing tells apart, "
        "at an endpoint that came in the same version (`endpoint(…).added()`).",
    )
    @pytest.mark.parametrize("place", PLACES)
    def test_has_no_place_that_a_change_must_convert(self, place: str) -> None:
        _, fact, _ = PLACES[place]
        client = old_client(self.app(place), fact, endpoint("/new").added())
        shown = {"name": "Tom", "legs": 4} if fact is NAMED else {"name": "Tom", "paws": 4}
        assert client.get("/cats").json() == [shown, "small" if fact is GREW else "large"]
        assert client.post("/new", {}).status_code == 404

    @shows("at an endpoint that came in the same version (`endpoint(…).added()`).")
    @pytest.mark.parametrize("place", PLACES)
    def test_is_refused_where_some_older_clients_have_it(self, place: str) -> None:
        _, fact, problem = PLACES[place]
        contract = Contract.of(self.app(place))
        assert problem in refusal(contract, lambda: fact)
        newer, older = changed(fact), changed(endpoint("/new").added())
        timeline = Timeline(Version("2025-12-01", newer), Version(HEAD, older), Version(OLD))
        with pytest.raises(CompileError, match=re.escape(problem)):
            timeline.compile(contract)

    @shows("Only what some older client sends or gets is refused.")
    @pytest.mark.parametrize("place", PLACES)
    def test_is_served_to_clients_that_have_it_since_the_change(self, place: str) -> None:
        _, fact, _ = PLACES[place]
        newer, older = changed(endpoint("/new").added()), changed(fact)
        timeline = Timeline(Version("2025-12-01", newer), Version(HEAD, older), Version(OLD))
        gates = timeline.compile(Contract.of(self.app(place)))
        assert [gate.exists for gate in gates.operations(OLD)] == [True, True, False]

    def test_is_explained_in_whatever_order_its_changes_are(self) -> None:
        added, named = changed(endpoint("/new").added(), name="Added"), changed(NAMED, name="Named")
        for changes in ((added, named), (named, added)):
            gates = Timeline(Version(HEAD, *changes), Version(OLD)).compile(
                Contract.of(self.app("a field without a schema"))
            )
            (step,) = gates.explain(Cat, {"name": "Tom", "paws": 4}, to_version=OLD).steps
            assert (step.change, step.after) == ("Named", {"name": "Tom", "legs": 4})

    @shows("`gates.downgrade` of such a payload for a version without the endpoint is a `DeclarationError`.")
    @pytest.mark.parametrize(
        ("place", "kind", "payload", "problem"),
        [
            (
                "a serializer that says nothing",
                Written,
                {},
                "Written is behind a serializer that names no keys",
            ),
            (
                "arms that look alike",
                Both,
                {"pet": {"name": "Tom", "paws": 4}},
                "by their schemas a value may be of both",
            ),
            ("such keys in a model", Counted, {"by_size": {}}, "an entry could be lost"),
        ],
    )
    def test_has_payloads_that_are_not_converted_without_http_either(
        self, place: str, kind: Any, payload: Any, problem: str
    ) -> None:
        _, fact, _ = PLACES[place]
        gates = timeline_of(fact, endpoint("/new").added()).compile(Contract.of(self.app(place)))
        with pytest.raises(DeclarationError) as refused:
            gates.downgrade(kind, payload, to_version=OLD)
        assert str(refused.value).startswith(f"no client of {OLD} sends or gets {kind.__name__}")
        assert problem in str(refused.value)
