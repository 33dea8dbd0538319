"""A move makes a parent where the old contract has one; what stands in for a value without parent goes back as none."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.sentences import shows
from tests.silence.old_client import (
    OLD,
    gates_of,
    gates_of_requests,
    old_client,
    refusal,
)
from timegate import Contract, on


class Home(BaseModel):
    city: str
    zone: int = 0


class Person(BaseModel):
    number: int = 0
    home: Home | None = None


class Settled(BaseModel):
    home: Home


class Street(BaseModel):
    house: int = 0
    door: int = 0


class Place(BaseModel):
    street: Street


class Resident(BaseModel):
    place: Place


def city_of(person: Any) -> str:
    return f"city {person['number']}"


@pytest.mark.parametrize(("empty", "read"), [("", ""), (city_of, "city 1")])
@pytest.mark.parametrize("home", [None, {"city": "Ur", "zone": 1}, {"city": ""}, {"city": "city 1"}])
def test_what_stands_in_for_a_value_without_parent_is_sent_back_as_none(empty: Any, read: str, home: Any) -> None:
    gates = gates_of([Person], on(Person).moved("city", to="home.city", empty=empty))
    head = {"number": 1, "home": home}
    old = gates.downgrade(Person, head, to_version=OLD)
    assert old["city"] == (read if home is None else home["city"])
    assert gates.upgrade(Person, old, from_version=OLD) == head


def test_a_function_that_cannot_read_what_a_client_has_left_out_gives_nothing() -> None:
    gates = gates_of_requests([Person], on(Person).moved("city", to="home.city", empty=city_of))
    assert gates.upgrade(Person, {"city": "city 1"}, from_version=OLD) == {"home": {"city": "city 1"}}


def test_a_value_for_a_missing_parent_is_refused_where_the_new_place_has_no_parent() -> None:
    contract = Contract.of_types(Person)
    assert "take empty= out" in refusal(contract, lambda: on(Person).moved("was.number", to="number", empty=0))


def told(body: Any, model: Any, *facts: Any) -> Any:
    app = FastAPI()

    async def post(body: Any) -> Any:
        return body

    post.__annotations__ = {"body": model, "return": model}
    app.post("/")(post)
    response = old_client(app, *facts).post("/", body)
    return [one["loc"][1:] for one in response.json()["detail"]] if response.status_code == 422 else response.json()


def test_a_move_makes_no_parent_that_the_old_server_has_required() -> None:
    moved = on(Settled).moved("city", to="home.city")
    assert told({"city": "Ur"}, Settled, moved) == [["home"]]
    assert told({"city": "Ur", "home": None}, Settled, moved) == [["home"]]
    assert told({"city": "Ur", "home": {}}, Settled, moved) == {"city": "Ur", "home": {"zone": 0}}


def test_a_move_makes_no_parent_at_any_depth_that_the_old_server_has_required() -> None:
    moved = on(Resident).moved("door", to="place.street.door")
    assert told({"door": 1}, Resident, moved) == [["place"]]
    assert told({"door": 1, "place": {}}, Resident, moved) == [["place", "street"]]
    assert told({"door": 1, "place": {"street": {}}}, Resident, moved) == {"door": 1, "place": {"street": {"house": 0}}}


def test_a_move_makes_no_parent_that_is_renamed_beside_it() -> None:
    facts = on(Settled).moved("city", to="house.city"), on(Settled).renamed("house", to="home")
    assert told({"city": "Ur"}, Settled, *facts) == [["house"]]


def test_a_move_makes_the_parent_that_the_old_server_did_not_have() -> None:
    class Only(BaseModel):
        city: str

    class Owner(BaseModel):
        home: Only

    assert told({"city": "Ur"}, Owner, on(Owner).moved("city", to="home.city")) == {"city": "Ur"}


class Zoned(BaseModel):
    city: str = "none"
    zone: int = 0
    tags: list[str] = Field(default_factory=list)


class Elsewhere(BaseModel):
    home: Zoned = Zoned(zone=7)


class AsEver(BaseModel):
    home: Zoned = Zoned()


@shows(
    "A move makes the objects on its way where a client leaves them out:",
    "and their other fields the values that the default of the object has.",
    "Where they have others,",
    "`defaulted(…)` before the move says what is read there.",
)
def test_a_move_that_would_make_another_parent_than_the_default_is_refused_and_the_remedy_works() -> None:
    moved = on(Elsewhere).moved("city", to="home.city")
    reason = refusal(Contract.of_types(Elsewhere), lambda: moved)
    assert "where 'home' is absent, the move makes one whose 'zone' is not that of the default of 'home'" in reason
    assert "write on(Elsewhere).defaulted('home', was={'zone': 7, 'tags': []}) before the move" in reason
    remedy = on(Elsewhere).defaulted("home", was={"zone": 7, "tags": []}), moved
    assert told({"city": "Ur"}, Elsewhere, *remedy) == {"city": "Ur", "home": {"zone": 7, "tags": []}}
    assert told({}, Elsewhere, *remedy) == {"city": "none", "home": {"zone": 7, "tags": []}}
    assert told({"city": "Ur", "home": {}}, Elsewhere, *remedy) == {"city": "Ur", "home": {"zone": 0, "tags": []}}


class Numbered(BaseModel):
    city: str = "none"
    number: int


class Owner(BaseModel):
    home: Numbered | None = None


@shows("they must have no other fields that are required,")
def test_a_move_that_would_make_a_parent_without_a_field_that_is_required_is_refused() -> None:
    reason = refusal(Contract.of_types(Owner), lambda: on(Owner).moved("city", to="home.city", empty=""))
    assert "where 'home' is null or absent, the move makes one without 'number', which it must have" in reason


def test_a_move_makes_a_parent_that_is_as_its_default() -> None:
    moved = on(AsEver).moved("city", to="home.city")
    assert told({"city": "Ur"}, AsEver, moved) == {"city": "Ur", "home": {"zone": 0, "tags": []}}


class Made(BaseModel):
    home: Zoned = Field(default_factory=lambda: Zoned(zone=7))


class MadeByItsClass(BaseModel):
    home: Zoned = Field(default_factory=Zoned)


@shows("or a function of the app makes the default,")
def test_a_move_that_would_make_a_parent_whose_default_a_function_makes_is_refused_and_the_remedy_works() -> None:
    moved = on(Made).moved("city", to="home.city")
    reason = refusal(Contract.of_types(Made), lambda: moved)
    assert "a function of the app makes the default of 'home', so nobody knows what the move leaves out" in reason
    assert "write on(Made).defaulted('home', was={…}) before the move" in reason
    remedy = on(Made).defaulted("home", was={"zone": 7, "tags": []}), moved
    assert told({"city": "Ur"}, Made, *remedy) == {"city": "Ur", "home": {"zone": 7, "tags": []}}


def test_a_move_makes_a_parent_as_its_class_makes_the_default() -> None:
    moved = on(MadeByItsClass).moved("city", to="home.city")
    assert told({"city": "Ur"}, MadeByItsClass, moved) == {"city": "Ur", "home": {"zone": 0, "tags": []}}
