"""The location of a validation error is converted to the names of the client's version."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from timegate import Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.starlette import operation


class Engine(BaseModel):
    horse_power: int


class Car(BaseModel):
    kind: Literal["car"]
    engine: Engine
    doors: int


class Bike(BaseModel):
    kind: Literal["bike"]
    gears: int


class Owner(BaseModel):
    town: str


class Garage(BaseModel):
    vehicles: list[Car | Bike] = Field(min_length=1)
    by_name: dict[str, Engine]
    owner: Owner
    insured: bool


class Filter(BaseModel):
    limit: int


@operation(request=Garage, query=Filter, response=Garage)
async def put_garage(request: Request, *, body: Garage, query: Filter) -> Garage:
    return body


class Renamings(VersionChange):
    """Things got better names."""

    changes = (
        on(Engine).renamed("ps", to="horse_power"),
        on(Garage).moved("town", to="owner.town"),
        on(Garage).added("insured", default=False),
        endpoint("/garage").query("max").renamed(to="limit"),
    )


TIMELINE = Timeline(Version("2025-02-01", Renamings), Version("2025-01-01"))
APP = Starlette(routes=[Route("/garage", put_garage, methods=["PUT"])])

CELLS = [
    (("body", "vehicles", 0, "Car", "engine", "horse_power"), ("body", "vehicles", 0, "Car", "engine", "ps"), True),
    (("body", "by_name", "x", "horse_power"), ("body", "by_name", "x", "ps"), True),
    (("body", "owner", "town"), ("body", "town"), True),
    (("body", "owner"), ("body", "town"), True),
    (("body", "insured"), ("body",), False),
    (("body", "vehicles", 3, "Bike", "gears"), ("body", "vehicles", 3, "Bike", "gears"), True),
    (("body", "unheard_of"), ("body", "unheard_of"), True),
    (("query", "limit"), ("query", "max"), True),
    (("path", "id"), ("path", "id"), True),
]


@pytest.mark.parametrize(("head", "client", "exact"), CELLS)
def test_a_location_of_head_is_converted_to_the_names_of_the_client(
    head: tuple[str | int, ...], client: tuple[str | int, ...], exact: bool
) -> None:
    gate = TIMELINE.compile(Contract.of(APP)).operations("2025-01-01")[0]
    place = gate.locate(head)
    assert (place.location, place.exact) == (client, exact)


def test_a_location_is_unchanged_for_the_newest_client() -> None:
    gate = TIMELINE.compile(Contract.of(APP)).operations("2025-02-01")[0]
    for head, _, _ in CELLS:
        assert gate.locate(head).location == head


class Plain(BaseModel):
    value: int


class Plunged(VersionChange):
    """`n` is in an object."""

    changes = (on(Plain).moved("n", to="inner.n"),)


class Hoisted(VersionChange):
    """It is out of it again."""

    changes = (on(Plain).moved("inner.n", to="value"),)


@operation(request=Plain, response=Plain)
async def post_plain(request: Request, *, body: Plain) -> Plain:
    return body


@pytest.mark.parametrize(("version", "client"), [("2025-01-01", ("n",)), ("2025-02-01", ("inner", "n"))])
def test_a_value_that_moved_in_and_out_again_is_found_where_it_was(version: str, client: tuple[str, ...]) -> None:
    timeline = Timeline(Version("2025-03-01", Hoisted), Version("2025-02-01", Plunged), Version("2025-01-01"))
    app = Starlette(routes=[Route("/", post_plain, methods=["POST"])])
    place = timeline.compile(Contract.of(app)).operations(version)[0].locate(("body", "value"))
    assert (place.location, place.exact) == (("body", *client), True)


class Deep(BaseModel):
    number: int = 0
    other: int = 0


class Holder(BaseModel):
    deep: Deep


class Flat(BaseModel):
    deep: Deep
    hoisted: int


class IntoDeep(VersionChange):
    """`n` is in `deep`."""

    changes = (on(Holder).moved("n", to="deep.value"),)


class Renamed(VersionChange):
    """It is called `number` there."""

    changes = (on(Deep).renamed("value", to="number"),)


class Called(VersionChange):
    """In `deep`, `n` is called `value`."""

    changes = (on(Deep).renamed("n", to="value"),)


class Nothing(VersionChange):
    """Nothing changed."""


class OutOfDeep(VersionChange):
    """It is out of it."""

    changes = (on(Flat).moved("deep.value", to="hoisted"),)


class Inside(BaseModel):
    inside: Deep


class Box(BaseModel):
    box: Inside


class TwiceInto(VersionChange):
    """`n` is in an object that is in an object."""

    changes = (on(Box).moved("n", to="deep.number"), on(Box).moved("deep", to="box.inside"))


@operation(request=Box, response=Box)
async def post_box(request: Request, *, body: Box) -> Box:
    return body


@operation(request=Holder, response=Holder)
async def post_holder(request: Request, *, body: Holder) -> Holder:
    return body


@operation(request=Flat, response=Flat)
async def post_flat(request: Request, *, body: Flat) -> Flat:
    return body


@pytest.mark.parametrize(
    ("handler", "changes", "head", "clients"),
    [
        (post_holder, (Renamed, IntoDeep), ("deep", "number"), [("n",), ("deep", "value")]),
        (post_box, (Nothing, TwiceInto), ("box", "inside", "number"), [("n",), ("box", "inside", "number")]),
        (post_flat, (OutOfDeep, Called), ("hoisted",), [("deep", "n"), ("deep", "value")]),
    ],
    ids=["in, and renamed", "twice in", "renamed, and out"],
)
def test_a_moved_value_is_found_by_the_name_that_its_key_had_at_each_version(
    handler: Any, changes: tuple[type[VersionChange], ...], head: tuple[str, ...], clients: list[tuple[str, ...]]
) -> None:
    newest, older = changes
    timeline = Timeline(Version("3", newest), Version("2", older), Version("1"), scheme=int)
    app = Starlette(routes=[Route("/", handler, methods=["POST"])])
    gates = timeline.compile(Contract.of(app))
    places = [gates.operations(version)[0].locate(("body", *head)) for version in ("1", "2")]
    assert [(place.location, place.exact) for place in places] == [(("body", *client), True) for client in clients]
