"""Each fact does over HTTP what the table of the vocabulary promises: what a handler gets, and what an old client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from tests.asgi.calling import Caller
from tests.vocabulary.examples import NEW, OLD, timeline_of
from timegate import Contract, enum, on, sibling
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact


class Rank(StrEnum):
    LOW = "low"
    TOP = "top"


class Home(BaseModel):
    city: str


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]


class Fish(BaseModel):
    kind: Literal["fish"]
    fins: int


class Hero(BaseModel):
    name: str
    age: int = 18
    note: str | None = None
    rank: Rank = Rank.LOW
    state: Literal["on", "off"] = "on"
    home: Home = Home(city="Rome")
    powers: list[str] = []
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    age: int = 18


class Full(BaseModel):
    first: str
    last: str


class WasFull(BaseModel):
    full: str


ADA: dict[str, Any] = {
    "name": "Ada", "age": 30, "note": None, "rank": "low", "state": "on", "home": {"city": "Rome"}, "powers": [],
    "pet": None,
}  # fmt: skip
ON, FULL = on(Hero), on(Full)


def ada(*without: str, **changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ADA, **changed}.items() if key not in without}


def apart(text: str) -> tuple[str, str]:
    first, _, last = text.partition(" ")
    return first, last


def together(first: str, last: str) -> str:
    return f"{first} {last}"


def to_full(old: dict[str, Any]) -> dict[str, Any]:
    first, last = apart(old["full"])
    return {"first": first, "last": last}


def to_was(new: dict[str, Any]) -> dict[str, Any]:
    return {"full": together(new["first"], new["last"])}


def as_cat(fish: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "cat", "lives": fish["fins"]}


def shouted(hero: dict[str, Any]) -> str:
    name: str = hero["name"]
    return name.upper()


def at_most_ten(age: int) -> int:
    return min(age, 10)


def in_years(months: str) -> int:
    if int(months) % 12:
        raise ValueError("whole years alone")
    return int(months) // 12


def in_months(years: int) -> str:
    return str(years * 12)


@dataclass(frozen=True)
class Row:
    """What one row of the table promises.

    Args:
        fact: the fact.
        sent: an old client's request.
        heard: the keys that are set in what the handler gets; None where the request is refused.
        sends: what the handler returns.
        got: what the old client reads of it.
        model: of both.
    """

    fact: Fact
    sent: dict[str, Any] | None = None
    heard: dict[str, Any] | None = None
    sends: dict[str, Any] | None = None
    got: dict[str, Any] | None = None
    model: Any = Hero


NAME = {"name": "Ada"}
ROWS: dict[str, Row] = {
    "added: a default is set where the key is absent, and the response lacks it": Row(
        ON.added("age", default=20), NAME, {"name": "Ada", "age": 20}, ADA, ada("age")
    ),
    "added: an open model drops the key that the client cannot know": Row(
        ON.added("age"), {"name": "Ada", "age": 5}, NAME
    ),
    "added: a closed model refuses it": Row(on(Closed).added("age"), {"name": "Ada", "age": 5}, model=Closed),
    "removed: dropped, and put back": Row(
        ON.removed("nick", was=str, backfill="?", loses="unread"), {**NAME, "nick": "A"}, NAME, ADA, ada(nick="?")
    ),
    "removed: put back from a sibling": Row(
        ON.removed("nick", was=str, backfill=sibling("name"), loses="unread"), sends=ADA, got=ada(nick="Ada")
    ),
    "removed: put back by a function of the object": Row(
        ON.removed("nick", was=str, backfill=shouted, loses="unread"), sends=ADA, got=ada(nick="ADA")
    ),
    "removed: a closed model drops it too, and an omitted backfill is none": Row(
        on(Closed).removed("nick", was=str, required=False, loses="unread"),
        {**NAME, "nick": "A"}, NAME, {"name": "Bo", "age": 2}, {"name": "Bo", "age": 2}, Closed,
    ),
    "removed: null is null": Row(
        ON.removed("nick", was=str | None, backfill=None, loses="unread"), sends=ADA, got=ada(nick=None)
    ),
    "renamed: the key moves and comes back": Row(
        ON.renamed("years", to="age"), {**NAME, "years": 3}, {**NAME, "age": 3}, ADA, ada("age", years=30)
    ),
    "moved: a value is plunged and hoisted": Row(
        ON.moved("city", to="home.city"),
        {**NAME, "city": "Oslo"}, {**NAME, "home": {"city": "Oslo"}}, ADA, ada("home", city="Rome"),
    ),
    "moved: an absent parent is absent": Row(ON.moved("city", to="home.city"), NAME, NAME),
    "split: by a function each way": Row(
        FULL.split("full", into=("first", "last"), was=str, apart=apart, together=together),
        {"full": "Ada L"}, {"first": "Ada", "last": "L"}, {"first": "Bo", "last": "M"}, {"full": "Bo M"}, Full,
    ),
    "merged: by a function each way": Row(
        ON.merged(("first", "last"), into="name", was=(str, str), together=together, apart=apart),
        {"first": "Ada", "last": "L"}, {"name": "Ada L"}, ada(name="Bo M"), ada("name", first="Bo", last="M"),
    ),
    "became_list: wrapped, and the first is read": Row(
        ON.became_list("powers", was=str, empty="none"),
        {**NAME, "powers": "logic"}, {**NAME, "powers": ["logic"]}, ada(powers=["a", "b"]), ada(powers="a"),
    ),
    "became_list: an empty list is what is declared": Row(
        ON.became_list("powers", was=str, empty="none"), sends=ADA, got=ada(powers="none")
    ),
    "became_scalar: the first, and wrapped": Row(
        ON.became_scalar("age", was=list[int], empty=0, loses="one counts"),
        {**NAME, "age": [3, 4]}, {**NAME, "age": 3}, ADA, ada(age=[30]),
    ),
    "became_scalar: the only item is read where no loss is acknowledged": Row(
        ON.became_scalar("age", was=list[int], empty=0), {**NAME, "age": [3]}, {**NAME, "age": 3}
    ),
    "became_scalar: several are refused": Row(
        ON.became_scalar("age", was=list[int], empty=0), {**NAME, "age": [3, 4]}
    ),
    "mapped: by a table and its inverse": Row(
        ON.mapped("state", {True: "on", False: "off"}, was=bool),
        {**NAME, "state": False}, {**NAME, "state": "off"}, ADA, ada(state=True),
    ),
    "retyped: by a function each way": Row(
        ON.retyped("age", was=str, to_head=in_years, to_old=in_months), {**NAME, "age": "36"}, {**NAME, "age": 3}, ADA,
        ada(age="360"),
    ),
    "retyped: a ValueError refuses": Row(
        ON.retyped("age", was=str, to_head=in_years, to_old=in_months), {**NAME, "age": "37"}
    ),
    "became_nullable: null is read as the value": Row(
        ON.became_nullable("note", null_was=""), {**NAME, "note": "n"}, {**NAME, "note": "n"}, ADA, ada(note="")
    ),
    "became_nullable: null is refused": Row(ON.became_nullable("note", null_was=""), {**NAME, "note": None}),
    "became_non_null: null is the value": Row(
        ON.became_non_null("age", null_is=0), {**NAME, "age": None}, {**NAME, "age": 0}, ADA, ADA
    ),
    "became_required: absent is the value": Row(ON.became_required("name", default="?"), {}, {"name": "?"}, ADA, ADA),
    "became_optional: absence is refused": Row(ON.became_optional("age", missing_was=1), NAME),
    "defaulted: absent is the old default": Row(
        ON.defaulted("age", was=40), NAME, {"name": "Ada", "age": 40}, ADA, ADA
    ),
    "constrained: limits hold for what old clients read": Row(
        ON.constrained("age", was=Annotated[int, Field(le=10)], to_old=at_most_ten),
        {**NAME, "age": 20}, {**NAME, "age": 20}, ADA, ada(age=10),
    ),
    "introduced: another arm is seen": Row(
        on(Cat).introduced(seen_as={"kind": "dog"}), sends=ada(pet={"kind": "cat", "lives": 1}),
        got=ada(pet={"kind": "dog"}),
    ),
    "introduced: it is refused": Row(on(Cat).introduced(seen_as={"kind": "dog"}), {**NAME, "pet": {"kind": "cat"}}),
    "retired: it is read as another arm": Row(
        on(Cat).retired(was=Fish, read_as=as_cat, loses="none left"),
        {**NAME, "pet": {"kind": "fish", "fins": 2}}, {**NAME, "pet": {"kind": "cat", "lives": 2}}, ADA, ADA,
    ),
    "reshaped: the whole object, each way": Row(
        FULL.reshaped(was=WasFull, to_head=to_full, to_old=to_was),
        {"full": "Ada L"}, {"first": "Ada", "last": "L"}, {"first": "Bo", "last": "M"}, {"full": "Bo M"}, Full,
    ),
    "enum grew: seen as another member": Row(
        enum(Rank).grew("top", seen_as="low"), {**NAME, "rank": "low"}, {**NAME, "rank": "low"}, ada(rank="top"), ADA
    ),
    "enum grew: refused": Row(enum(Rank).grew("top", seen_as="low"), {**NAME, "rank": "top"}),
    "enum shrank: read as another member": Row(
        enum(Rank).shrank("odd", read_as="low", loses="none"),
        {**NAME, "rank": "odd"}, {**NAME, "rank": "low"}, ADA, ADA,
    ),
    "enum renamed: each way": Row(
        enum(Rank).renamed("best", to="top"), {**NAME, "rank": "best"}, {**NAME, "rank": "top"}, ada(rank="top"),
        ada(rank="best"),
    ),
    "literal grew, seen as another": Row(
        ON.literal("state").grew("off", seen_as="on"), {**NAME, "state": "on"}, {**NAME, "state": "on"},
        ada(state="off"), ADA,
    ),
    "literal shrank": Row(
        ON.literal("state").shrank("lost", read_as="off", loses="none"), {**NAME, "state": "lost"},
        {**NAME, "state": "off"}, ADA, ADA,
    ),
    "literal renamed": Row(
        ON.literal("state").renamed("gone", to="off"), {**NAME, "state": "gone"}, {**NAME, "state": "off"},
        ada(state="off"), ada(state="gone"),
    ),
}  # fmt: skip
SHOWN: dict[str, Row] = {
    "retired: it is refused where nothing stands for it": Row(
        on(Cat).retired(was=Fish), {**NAME, "pet": {"kind": "fish", "fins": 2}}
    ),
    "documented: payloads stay": Row(ON.documented("age", was={"description": "old"}), NAME, NAME, ADA, ADA),
    "was_named: payloads stay": Row(ON.was_named("Person"), NAME, NAME, ADA, ADA),
}
"""What only documents show of a fact: see `DOCUMENTS`."""


def served(row: Row, *facts: Fact) -> tuple[FastAPI, list[Any]]:
    app, heard = FastAPI(), list[Any]()

    async def take(body: Any) -> None:
        heard.append(body.model_dump(mode="json", exclude_unset=True))

    async def give() -> Any:
        return row.sends

    take.__annotations__["body"] = row.model
    app.post("/")(take)
    app.get("/", response_model=row.model)(give)
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    return app, heard


def sent(row: Row, *facts: Fact) -> tuple[int, list[Any]]:
    """The status that an old client's request gets, and what the handler got."""
    app, heard = served(row, *facts)
    with Caller(app, headers={"API-Version": OLD}) as client:
        return client.post("/", json=row.sent).status_code, heard


def read(row: Row, *facts: Fact, version: str = OLD) -> tuple[int, Any]:
    """The status and the body of a response to a client."""
    app, _ = served(row, *facts)
    with Caller(app, headers={"API-Version": version}) as client:
        response = client.get("/")
    return response.status_code, response.json()


EVERY = {**ROWS, **SHOWN}


@pytest.mark.parametrize("promise", [promise for promise, row in EVERY.items() if row.sent is not None])
def test_an_old_request(promise: str) -> None:
    row = EVERY[promise]
    assert sent(row, row.fact) == ((422, []) if row.heard is None else (200, [row.heard]))


@pytest.mark.parametrize("promise", [promise for promise, row in EVERY.items() if row.sends is not None])
def test_a_response_to_an_old_client(promise: str) -> None:
    row = EVERY[promise]
    assert read(row, row.fact) == (200, row.got)
    assert read(row, row.fact, version=NEW) == (200, row.sends)


@pytest.mark.parametrize("promise", ROWS)
def test_without_the_fact_of_a_row_one_of_its_exchanges_is_another(promise: str) -> None:
    rows = [row for row in ROWS.values() if str(row.fact) == str(ROWS[promise].fact)]
    requests = [sent(row) != sent(row, row.fact) for row in rows if row.sent is not None]
    responses = [read(row) != read(row, row.fact) for row in rows if row.sends is not None]
    assert any(requests + responses)


DOCUMENTS: dict[str, tuple[Fact, Callable[[Any], Any], Any]] = {
    "added: the property is gone": (ON.added("age"), lambda found: "age" in found["Hero"]["properties"], False),
    "removed: the property is there": (
        ON.removed("nick", was=str, backfill="", loses="x"),
        lambda found: (found["Hero"]["properties"]["nick"]["type"], "nick" in found["Hero"]["required"]),
        ("string", True),
    ),
    "renamed: in properties and in what is required": (
        ON.renamed("title", to="name"),
        lambda found: ("title" in found["Hero"]["properties"], found["Hero"]["required"]),
        (True, ["title"]),
    ),
    "defaulted: the old default": (
        ON.defaulted("age", was=40), lambda found: found["Hero"]["properties"]["age"]["default"], 40
    ),
    "constrained: the old keywords": (
        ON.constrained("age", was=Annotated[int, Field(le=10)], to_old=at_most_ten),
        lambda found: found["Hero"]["properties"]["age"]["maximum"], 10,
    ),
    "became_nullable: no null": (
        ON.became_nullable("note", null_was=""), lambda found: found["Hero"]["properties"]["note"]["type"], "string"
    ),
    "documented: the old text": (
        ON.documented("age", was={"description": "old"}),
        lambda found: found["Hero"]["properties"]["age"]["description"], "old",
    ),
    "was_named: the old name": (ON.was_named("Person"), lambda found: "Person" in found and "Hero" not in found, True),
    "introduced: gone from every union": (
        on(Cat).introduced(seen_as={"kind": "dog"}), lambda found: "Cat" in found, False
    ),
    "retired: the arm is back": (
        on(Cat).retired(was=Fish, read_as=as_cat, loses="x"), lambda found: "Fish" in found, True
    ),
    "retired: the arm is back where it is refused, too": (
        on(Cat).retired(was=Fish), lambda found: "Fish" in found, True
    ),
    "enum: the old members": (
        enum(Rank).renamed("best", to="top"), lambda found: found["Rank"]["enum"], ["low", "best"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("promise", DOCUMENTS)
def test_the_old_document_says_so(promise: str) -> None:
    fact, shown, expected = DOCUMENTS[promise]
    app, _ = served(Row(fact, sends=ADA), fact)
    with Caller(app, headers={"API-Version": OLD}) as client:
        document = client.get("/openapi.json").json()
    # Where both sides differ, that of responses comes last.
    found = {name.partition("-")[0]: one for name, one in sorted(document["components"]["schemas"].items())}
    assert shown(found) == expected
    newest = timeline_of(fact).compile(Contract.of(app)).contract(NEW)["components"]["schemas"]
    assert newest != document["components"]["schemas"]
