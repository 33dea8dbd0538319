"""A server with a change that data cannot follow does not start, for each reason that the design names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, Field, model_serializer
from starlette.testclient import TestClient

from tests.vocabulary.examples import NEW, OLD, timeline_of
from tests.vocabulary.test_rows_over_http import Cat, Fish, Hero, Home, Rank
from timegate import CompileError, DeclarationError, Timeline, Version, VersionChange, endpoint, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact


class Apart(BaseModel):
    x: int = 0


class Needy(BaseModel):
    size: int


class East(BaseModel):
    a: str = ""
    b: int = 0


class West(BaseModel):
    a: str = ""
    c: int = 0


class Way(BaseModel):
    to: East | West


def as_shown(self: Any) -> Any:
    return {"home": self.home}


# Nothing says what it gives.
del as_shown.__annotations__["return"]


class Shown(BaseModel):
    home: Home

    shown = model_serializer(mode="plain")(as_shown)


class Shared(BaseModel):
    one: Home
    other: Home


class Flat(BaseModel):
    street: str
    number: int


class Lives(BaseModel):
    flat: Flat | None = None


class Keyed(BaseModel):
    homes: dict[Annotated[str, Field(pattern="^x")], Home]


class Lists(BaseModel):
    powers: list[str]


def app_of(*models: Any) -> FastAPI:
    """An app that takes and gives each model, and has some more operations."""
    app = FastAPI()

    async def give() -> Any:
        return None

    for model in models:

        async def take(body: Any) -> None:
            return None

        take.__annotations__["body"] = model
        app.post(f"/{model.__name__.lower()}")(take)
        app.get(f"/{model.__name__.lower()}", response_model=model)(give)

    @app.get("/lists", responses={404: {"model": Home}, 410: {"model": Home}})
    async def lists(limit: int, page: Annotated[int, Query()] = 1, x_team: Annotated[str, Header()] = "") -> list[int]:
        return []

    @app.get("/others")
    async def others() -> list[int]:
        return []

    return app


def change(name: str, *facts: Fact) -> type[VersionChange]:
    return type(name, (VersionChange,), {"__doc__": "Something changed.", "changes": facts})


LIST = endpoint("/lists", "GET")
ON = on(Hero)

REFUSED: dict[str, tuple[tuple[Fact, ...], tuple[Any, ...], str]] = {
    "an unknown model": (
        (on(Apart).added("x"),), (Hero,), "the app does not reach this model, so the fact applies to nothing",
    ),
    "an unknown field": ((ON.added("nothing"),), (Hero,), "there is no such field right after this fact"),
    "an unknown endpoint": (
        (endpoint("/none", "GET").added(),), (Hero,), "there is no such endpoint right after this fact",
    ),
    "an unknown parameter": (
        (LIST.query("none").added(default=1),), (Hero,), "there is no such parameter right after this fact",
    ),
    "a fact that changes nothing": (
        (ON.defaulted("age", was=18),), (Hero,), "the default is the same right after this fact",
    ),
    "head requires a field with no default": (
        (on(Needy).added("size"),), (Needy,), "head requires this field and old clients do not send it",
    ),
    "a removed field without backfill in a response": (
        (ON.removed("nick", was=str, loses="x"),), (Hero,),
        "old clients require this field in responses, and nothing says what they read",
    ),
    "a loss towards head that nobody acknowledges": (
        (ON.removed("nick", was=str, backfill=""),), (Hero,), "what old clients send here is lost",
    ),
    "an enum grown without seen_as in a response": (
        (enum(Rank).grew("top"),), (Hero,),
        "it reaches responses, and nothing says what old clients read for the new members",
    ),
    "a union grown without seen_as in a response": (
        (on(Cat).introduced(),), (Hero,),
        "it is an arm of a union in a response, and nothing says what old clients read in its place",
    ),
    "an ambiguous union": (
        (on(East).renamed("z", to="a"),), (Way,),
        "head reads some values as the first that old clients mean as the second",
    ),
    "an opaque place on the way to a touched model": (
        (on(Home).renamed("town", to="city"),), (Shown,),
        "Home changes and is reached through a serializer that names no keys, which gates cannot convert",
    ),
    "to_old is missing where narrowing is possible": (
        (ON.retyped("name", was=Literal["a"]),), (Hero,), "head sends values here that the old type does not admit",
    ),
    "a shared component behind a path": (
        (on(Shared).renamed("one.town", to="one.city"),), (Shared,),
        "the path goes through Home, which other places share",
    ),
    "a constant that its type refuses": (
        (ON.added("age", default="much"),), (Hero,), "default='much' is not of its type: it is no integer",
    ),
    "a head route at the old path of a move": (
        (endpoint("/others", "GET").moved(to="/lists"),), (Hero,),
        "the endpoint was here in older versions, and another one is here right after this fact",
    ),
    "a status that two statuses become": (
        (LIST.status(404, was=410),), (Hero,),
        "its statuses 404 and 410 would both be the status 410 of older versions",
    ),
    "a component's name that is taken": (
        (ON.was_named("Home"),), (Hero,), "another component of this version's document is called 'Home'",
    ),
    "a null fill on a parameter": (
        (LIST.query("limit").became_required(default=None),), (Hero,), "default=None cannot be written as a parameter",
    ),
    "an empty list that the old document would refuse": (
        (on(Lists).became_list("powers", was=str),), (Lists,),
        "nothing says what old clients read where the list is empty",
    ),
    "a seen_as that the old document would refuse": (
        (on(Cat).introduced(seen_as={"kind": "cow"}),), (Hero,),
        "seen_as={'kind': 'cow'} is not of its type: at kind: it is none of 'dog' and it is no null",
    ),
    "a parent of a moved value that head would refuse": (
        (on(Lives).moved("street", to="flat.street"),), (Lives,),
        "where 'flat' is null or absent, the move makes one without 'number', which it must have",
    ),
    "a touched type in a place that no gate walks": (
        (on(Home).renamed("town", to="city"),), (Keyed,),
        "Home changes and is reached through patternProperties, which gates cannot convert",
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", REFUSED)
def test_the_server_does_not_start(reason: str) -> None:
    facts, models, problem = REFUSED[reason]
    app = app_of(*models)
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    with pytest.raises(CompileError) as caught, TestClient(app):
        pass
    assert problem in [fault.problem for fault in caught.value.faults]
    assert all(fault.change and fault.version == NEW and fault.remedy for fault in caught.value.faults)


def test_facts_of_two_changes_that_do_not_commute_do_not_start() -> None:
    app = app_of(Hero)
    one, other = change("One", ON.renamed("years", to="age")), change("Other", ON.defaulted("age", was=3))
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, one, other), Version(OLD)))
    with pytest.raises(CompileError, match=r"Hero\.age"), TestClient(app):
        pass


def of_two_values(value: Any, other: Any) -> Any:
    return value


two: Any = of_two_values
FLAG = change("Flag")


DECLARED: dict[str, tuple[Callable[[], Any], str]] = {
    "versions out of order": (lambda: Timeline(Version(OLD), Version(NEW)), "(?i)newest first"),
    "a version twice": (lambda: Timeline(Version(OLD), Version(OLD)), "version 2025-01-01 is listed twice"),
    "a change in two versions": (
        lambda: Timeline(*(Version(value, FLAG) for value in (NEW, "2025-03-01")), Version(OLD)),
        "is listed in 2025-06-01 and in 2025-03-01",
    ),
    "changes in the oldest version": (
        lambda: Timeline(Version(OLD, FLAG)), "2025-01-01 is the oldest version and has no older one: move Flag",
    ),
    "sunset before deprecation": (
        lambda: Version(OLD, deprecated=date(2025, 6, 1), sunset=date(2025, 5, 1)),
        "the sunset is before the deprecation",
    ),
    "a function of the wrong arity": (
        lambda: ON.retyped("age", was=str, to_head=two, to_old=str), "to_head cannot be called with one value",
    ),
    "a retired model's function of the wrong arity": (
        lambda: on(Cat).retired(was=Fish, read_as=two), "read_as cannot be called with one value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", DECLARED)
def test_it_is_refused_where_it_is_declared(reason: str) -> None:
    declare, problem = DECLARED[reason]
    with pytest.raises(DeclarationError, match=problem):
        declare()
