"""A key may hold dots and stars: its plain name finds it, and a backslash makes a name of what is a path else."""

from typing import Any

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.silence.exchanges import OLD, exchange, faults_of, gated, timeline_of
from timegate import Contract, endpoint, on


class Search(BaseModel):
    name: str = "x"
    from_year: int | None = Field(None, alias="year.gte")
    star: int | None = Field(None, alias="*")
    nested: dict[str, int] = Field(default_factory=dict, alias="by.year")


Span = TypedDict("Span", {"http.method": str, "n": int})


class Inner(BaseModel):
    city: str = "here"
    zip_code: str = Field(default="1", alias="zip.code")


class Outer(BaseModel):
    home: Inner = Inner()
    direct: str = Field("d", alias="home.city")


FACTS: dict[str, tuple[Any, Any, Any, Any]] = {
    "a new name": (Search, on(Search).renamed("year_from", to="year.gte"), {"year.gte": 3}, {"year_from": 3}),
    "a name in Python": (Search, on(Search).renamed("year_from", to="from_year"), {"year.gte": 3}, {"year_from": 3}),
    "an old name": (Search, on(Search).renamed(r"n\.a", to="name"), {"name": "a"}, {"n.a": "a"}),
    "an old star": (Search, on(Search).renamed(r"\*\.\*", to="name"), {"name": "a"}, {"*.*": "a"}),
    "a star": (Search, on(Search).renamed("any", to="*"), {"*": 3}, {"any": 3}),
    "both": (Search, on(Search).renamed(r"year\.from", to=r"year\.gte"), {"year.gte": 3}, {"year.from": 3}),
    "a value": (
        Search,
        on(Search).retyped("year.gte", was=str, to_head=int, to_old=str),
        {"year.gte": 3},
        {"year.gte": "3"},
    ),
    "each value of one": (
        Search,
        on(Search).retyped("by.year.*", was=str, to_head=int, to_old=str),
        {"by.year": {"a": 3}},
        {"by.year": {"a": "3"}},
    ),
    "a typed dict": (
        Span,
        on(Span).renamed("method", to="http.method"),
        {"http.method": "GET", "n": 1},
        {"method": "GET", "n": 1},
    ),
    "of an inner model": (
        Outer,
        on(Outer).renamed("home.zip", to="home.zip.code"),
        {"home": {"zip.code": "8"}},
        {"home": {"zip": "8"}},
    ),
    "a name that is a path too is the name": (
        Outer,
        on(Outer).renamed("town", to="home.city"),
        {"home.city": "x", "home": {"city": "y"}},
        {"town": "x", "home": {"city": "y"}},
    ),
    "a move from such a name": (
        Outer,
        on(Outer).moved(r"home\.zip", to="home.zip.code"),
        {"home": {"zip.code": "8"}},
        {"home": {}, "home.zip": "8"},
    ),
}


@pytest.mark.parametrize("named", FACTS)
def test_a_key_with_dots_or_stars_can_change(named: str) -> None:
    kind, fact, head, old = FACTS[named]
    gates = timeline_of(fact).compile(Contract.of_types(kind))
    assert gates.downgrade(kind, head, to_version=OLD) == old
    assert gates.upgrade(kind, old, from_version=OLD) == {key: value for key, value in head.items() if value != {}}


@pytest.mark.parametrize("name", ["year.gte", "*", "by.year"])
def test_a_key_with_dots_or_stars_can_be_new(name: str) -> None:
    gates = timeline_of(on(Search).added(name)).compile(Contract.of_types(Search))
    assert gates.downgrade(Search, {name: 3, "name": "a"}, to_version=OLD) == {"name": "a"}
    assert gates.upgrade(Search, {name: 3, "name": "a"}, from_version=OLD) == {"name": "a"}


def test_a_key_with_dots_can_be_removed() -> None:
    fact = on(Search).removed(r"old\.key", was=int, backfill=7, loses="nobody reads it")
    gates = timeline_of(fact).compile(Contract.of_types(Search))
    assert gates.downgrade(Search, {"name": "a"}, to_version=OLD) == {"name": "a", "old.key": 7}


def test_a_rename_that_leaves_its_object_says_how_a_name_with_dots_is_written() -> None:
    (fault,) = faults_of(Contract.of_types(Search), on(Search).renamed("n.a", to="name"))
    assert fault.problem == "a rename stays in its object"
    assert fault.remedy == r"on(…).moved('n.a', to='name') moves a field; 'n\\.a' is one name"


def test_the_names_that_a_fault_offers_are_found() -> None:
    (fault,) = faults_of(Contract.of_types(Search), on(Search).renamed("old", to="missing"))
    offered = fault.remedy.removeprefix("name one of ").split(", ")
    assert offered == [r"\*", r"by\.year", "name", r"year\.gte"]
    for name in offered:
        assert faults_of(Contract.of_types(Search), on(Search).renamed("old", to=name)) == ()


def test_a_query_parameter_with_dots_can_change() -> None:
    app = FastAPI()

    @app.get("/found")
    async def found(year: int = Query(0, alias="year.gte")) -> int:
        return year

    changed = gated(app, endpoint("/found").query("from.year").renamed(to="year.gte"))
    assert exchange(changed, "GET", "/found?from.year=3").json() == 3
