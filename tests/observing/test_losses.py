"""What conversions lose is told in the requests that are sampled, by change, and the responses are the usual ones."""

from __future__ import annotations

import random
from collections import Counter
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.testclient import TestClient

from timegate import DeclarationError, Timeline, Version, VersionChange, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.observing import Event, Loss, Sampling
from timegate.observing.counts import Counts
from timegate.observing.usage import losses

NEW, OLD = "2025-06-01", "2025-01-01"


class Size(Enum):
    SMALL = "small"
    HUGE = "huge"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Fish(BaseModel):
    kind: Literal["fish"] = "fish"
    fins: int = 2


class Item(BaseModel):
    sku: str
    size: Size = Size.SMALL
    note: str | None = None
    tags: list[str] = ["a"]
    price: int | None = 1
    pet: Annotated[Cat | Fish, Field(discriminator="kind")] = Cat()


class Sizes(VersionChange):
    """Items may be huge."""

    changes = (enum(Size).grew(Size.HUGE, seen_as=Size.SMALL),)


class Notes(VersionChange):
    """An item has a note."""

    changes = (on(Item).added("note"),)


class Tags(VersionChange):
    """An item has several tags."""

    changes = (on(Item).became_list("tags", was=str, empty=""),)


class Prices(VersionChange):
    """The price may be missing."""

    changes = (on(Item).became_nullable("price", null_was=0),)


class Codes(VersionChange):
    """The code is gone."""

    changes = (on(Item).removed("code", was=str, backfill="none", loses="nobody read it"),)


class Swims(VersionChange):
    """There are fish."""

    changes = (on(Fish).introduced(seen_as={"kind": "cat"}),)


class Names(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


def item(wanted: Annotated[dict[str, Any], Body()]) -> Item:
    return Item.model_validate(wanted)


def echo(given: Item) -> Item:
    return given


def client_of(lost: list[Loss], *, rate: float = 1, **options: Any) -> TestClient:
    app = FastAPI()
    app.add_api_route("/made", item, methods=["POST"], response_model=Item)
    app.add_api_route("/items", echo, methods=["POST"])
    changes = (Sizes, Notes, Tags, Prices, Codes, Swims, Names)
    timeline = Timeline(Version(NEW, *changes), Version(OLD))
    app.add_middleware(TimegateMiddleware, timeline=timeline, losses=Sampling(lost.append, rate=rate), **options)
    return TestClient(app)


ALWAYS = ("Codes", "made up")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({}, []),
        ({"size": "huge"}, [("Sizes", "seen as")]),
        ({"note": "hello"}, [("Notes", "dropped")]),
        ({"tags": []}, [("Tags", "made up")]),
        ({"tags": ["a", "b"]}, [("Tags", "cut")]),
        ({"price": None}, [("Prices", "made up")]),
        ({"pet": {"kind": "fish"}}, [("Swims", "seen as")]),
        (
            {"size": "huge", "note": "x", "tags": ["a", "b"]},
            [("Sizes", "seen as"), ("Notes", "dropped"), ("Tags", "cut")],
        ),
    ],
)
def test_what_an_old_client_does_not_see_is_told(head: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    lost: list[Loss] = []
    client = client_of(lost)
    response = client.post("/made", json={"sku": "s", **head}, headers={"API-Version": OLD})
    assert (response.status_code, response.json()["article"]) == (200, "s")
    assert Counter((one.change, one.kind) for one in lost) == Counter([ALWAYS, *expected])
    assert {(one.version, one.operation, one.rate) for one in lost} == {(OLD, "POST /made", 1)}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [({}, []), ({"code": "c"}, [("Codes", "dropped")]), ({"note": "early"}, [("Notes", "dropped")])],
)
def test_what_an_old_client_sends_in_vain_is_told(sent: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    lost: list[Loss] = []
    body = {"article": "s", "tags": "a", "price": 1, "pet": {"kind": "cat"}, **sent}
    response = client_of(lost).post("/items", json=body, headers={"API-Version": OLD})
    assert response.status_code == 200
    assert [(one.change, one.kind) for one in lost if (one.change, one.kind) != ALWAYS] == expected


def test_a_request_that_is_sampled_gets_the_usual_response() -> None:
    seed = 3
    chance = random.Random(seed)
    sampled, usual = client_of([]), client_of([], rate=1e-12)
    for _ in range(60):
        head: dict[str, Any] = {"sku": chance.choice("ab"), "tags": chance.choice([[], ["a"], ["a", "b"]])}
        head["size"] = chance.choice(["small", "huge"])
        head["pet"] = {"kind": chance.choice(["cat", "fish"])}
        head["price"] = chance.choice([None, 3])
        for version in (OLD, NEW):
            one, other = (
                client.post("/made", json=head, headers={"API-Version": version}) for client in (sampled, usual)
            )
            assert (one.status_code, one.content, one.headers) == (other.status_code, other.content, other.headers), (
                seed
            )


@pytest.mark.parametrize("value", [[], ["small"], {"a": 1}, [{"a": []}], None, 7, "other", "huge"])
def test_what_is_no_member_is_refused_alike_where_it_is_sampled(value: object) -> None:
    sent = {"article": "s", "tags": "a", "price": 1, "pet": {"kind": "cat"}, "size": value}
    one, other = (
        client_of([], rate=rate).post("/items", json=sent, headers={"API-Version": OLD}) for rate in (1, 1e-12)
    )
    assert (one.status_code, one.content) == (422, other.content)


def test_only_a_share_is_sampled_and_todays_clients_lose_nothing() -> None:
    random.seed(11)
    lost: list[Loss] = []
    events: list[Event] = []
    client = client_of(lost, rate=0.2, observer=events.append)
    for _ in range(200):
        client.post("/made", json={"sku": "s"}, headers={"API-Version": OLD})
        client.post("/made", json={"sku": "s", "note": "n"}, headers={"API-Version": NEW})
    assert len(events) == 400
    assert 20 < len(lost) < 60
    assert {(one.version, one.change, one.rate) for one in lost} == {(OLD, "Codes", 0.2)}


def test_counts_keep_losses_with_an_estimate_of_all(tmp_path: Path) -> None:
    database = tmp_path / "usage.sqlite"
    counts = Counts(database)
    for rate in (0.5, 0.5, 1.0):
        counts.lost(Loss(OLD, "GET /a", "Notes", "dropped", rate))
    counts(Event(OLD, OLD, "GET /a", True, 200, "", "me", 0.1))
    (found,) = losses(database)
    assert (found.version, found.operation, found.change, found.kind) == (OLD, "GET /a", "Notes", "dropped")
    assert (found.number, found.estimated) == (3, 5)
    del counts
    assert losses(database) == (found,) == losses(database, days=2)


class Weighed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grams: int = 0
    cents: int = 0
    label: str = ""
    level: int = 0
    sizes: list[int] = []
    nick: str | None = None


class Grams(VersionChange):
    """A weight is in grams, where it was in whole kilograms."""

    changes = (
        on(Weighed).retyped("grams", was=int, to_head=lambda kilos: kilos * 1000, to_old=lambda grams: grams // 1000),
    )


class Cents(VersionChange):
    """A price is in cents, where it was in units."""

    changes = (
        on(Weighed).retyped("cents", was=float, to_head=lambda units: round(units * 100), to_old=lambda one: one / 100),
    )


class Labels(VersionChange):
    """A label may have small letters."""

    changes = (on(Weighed).retyped("label", was=str, to_old=str.upper),)


class Levels(VersionChange):
    """A level is a whole number, where it was a text."""

    changes = (on(Weighed).retyped("level", was=str, to_head=int, to_old=str),)


class Sizes2(VersionChange):
    """Sizes are in millimetres, where they were in centimetres."""

    changes = (
        on(Weighed).retyped("sizes.*", was=int, to_head=lambda one: one * 10, to_old=lambda one: round(one / 10)),
    )


class Nicks(VersionChange):
    """There are nicknames."""

    changes = (on(Weighed).added("nick"),)


def weighing(lost: list[Loss]) -> TestClient:
    app = FastAPI()

    @app.post("/weighed")
    def weigh(wanted: Annotated[dict[str, Any], Body()]) -> Weighed:
        return Weighed.model_validate(wanted)

    @app.put("/weighed")
    def keep(given: Weighed) -> Weighed:
        return given

    changes = (Grams, Cents, Labels, Levels, Sizes2, Nicks)
    timeline = Timeline(Version(NEW, *changes), Version(OLD))
    app.add_middleware(TimegateMiddleware, timeline=timeline, losses=Sampling(lost.append, rate=1))
    return TestClient(app, headers={"API-Version": OLD})


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({"grams": 2000, "cents": 199, "label": "A", "level": 7, "sizes": [10, 20]}, []),
        ({"grams": 2300}, [("Grams", "seen as")]),
        ({"label": "a"}, [("Labels", "seen as")]),
        ({"sizes": [10, 11, 12]}, [("Sizes2", "seen as"), ("Sizes2", "seen as")]),
        ({"nick": "x"}, [("Nicks", "dropped")]),
    ],
)
def test_a_function_loses_what_the_other_direction_does_not_give_back(
    head: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    lost: list[Loss] = []
    response = weighing(lost).post("/weighed", json=head)
    assert response.status_code == 200
    assert [(one.change, one.kind) for one in lost] == expected


def test_a_key_that_the_old_contract_refuses_is_told_with_its_change() -> None:
    lost: list[Loss] = []
    response = weighing(lost).put("/weighed", json={"grams": 1, "nick": "early"})
    assert response.status_code == 422
    assert [(one.change, one.kind, one.operation) for one in lost] == [("Nicks", "refused", "PUT /weighed")]


@pytest.mark.parametrize("rate", [0, -1, 1.5])
def test_a_rate_that_is_no_share_is_refused(rate: float) -> None:
    with pytest.raises(DeclarationError, match=r"a share of all requests: rate=0\.01"):
        Sampling(print, rate=rate)
