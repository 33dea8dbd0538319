"""A change that names one model and forgets its twin is pointed out at the start, unless a word says otherwise."""

from __future__ import annotations

import logging

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from tests.cells.refused import change_of
from tests.sentences import shows
from timegate import CompileError, Contract, Gates, Timeline, Version, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"


class Hero(BaseModel):
    name: str
    age: int = 0


class HeroCreate(BaseModel):
    name: str


class HeroUpdate(BaseModel):
    name: str | None = None


class Named(BaseModel):
    label: str


class Villain(Named):
    name: str = ""


class Sidekick(Named):
    name: str = ""


class Town(BaseModel):
    name: str


class Street(BaseModel):
    name: int


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/heroes")
    def create(hero: HeroCreate) -> Hero:
        return Hero(name=hero.name)

    @made.patch("/heroes")
    def update(hero: HeroUpdate) -> Hero:
        return Hero(name=hero.name or "")

    @made.get("/villains")
    def villains() -> list[Villain]:
        return []

    @made.get("/sidekicks")
    def sidekicks() -> list[Sidekick]:
        return []

    @made.get("/towns")
    def towns() -> list[Town]:
        return []

    @made.get("/streets")
    def streets() -> list[Street]:
        return []

    return made


def timeline_of(*facts: Fact) -> Timeline:
    return Timeline(Version(NEW, change_of("Renamed", *facts)), Version(OLD))


def gates_of(*facts: Fact) -> Gates:
    return timeline_of(*facts).compile(Contract.of(app()))


def forgotten(*facts: Fact) -> dict[str, str]:
    return {twin.model: twin.why for twin in gates_of(*facts).twins}


def test_a_model_with_the_field_and_the_stem_of_the_name_is_pointed_out() -> None:
    assert forgotten(on(Hero).renamed("title", to="name")) == {
        "HeroCreate": "whose name says it is a Hero too",
        "HeroUpdate": "whose name says it is a Hero too",
    }


def test_a_model_with_the_field_and_a_base_of_the_app_is_pointed_out() -> None:
    assert forgotten(on(Villain).renamed("title", to="name")) == {"Sidekick": "which derives from Named too"}


def test_a_model_with_the_field_at_the_same_endpoint_is_pointed_out() -> None:
    made = FastAPI()
    made.post("/towns", response_model=Town)(create_town)
    gates = timeline_of(on(Town).renamed("title", to="name")).compile(Contract.of(made))
    assert {twin.model: twin.why for twin in gates.twins} == {"HeroCreate": "which is at an endpoint with Town"}


def create_town(town: HeroCreate) -> Town:
    return Town(name=town.name)


def test_one_line_names_all_twins_and_nothing_is_forgotten() -> None:
    fact = on(Hero, HeroCreate, HeroUpdate).renamed("title", to="name")
    gates = gates_of(fact)
    assert gates.twins == ()
    assert gates.upgrade(HeroUpdate, {}, from_version=OLD) == {}
    assert gates.upgrade(HeroUpdate, {"title": "Ada"}, from_version=OLD) == {"name": "Ada"}


def test_what_several_facts_of_a_version_forget_is_told_once() -> None:
    twins = gates_of(on(Hero).renamed("title", to="name"), on(HeroCreate).renamed("title", to="name")).twins
    assert [(twin.model, twin.field) for twin in twins] == [("HeroUpdate", "name")]


def test_what_two_versions_forget_is_told_of_each() -> None:
    newer = change_of("Renamed", on(Hero).renamed("title", to="name"))
    older = change_of("Called", on(HeroCreate).renamed("called", to="name"))
    gates = Timeline(Version(NEW, newer), Version("2025-03-01", older), Version(OLD)).compile(Contract.of(app()))
    assert [(twin.version, twin.model) for twin in gates.twins] == [
        (NEW, "HeroCreate"),
        (NEW, "HeroUpdate"),
        ("2025-03-01", "HeroUpdate"),
    ]


def test_a_field_of_another_type_or_of_nothing_akin_is_not_pointed_out() -> None:
    assert forgotten(on(Town).renamed("title", to="name")) == {}
    assert forgotten(on(Hero).added("age")) == {}


def test_a_word_says_that_a_twin_is_unchanged() -> None:
    fact = on(Hero).renamed("title", to="name")
    assert [*forgotten(fact, on(HeroCreate).unchanged("it always was a name"))] == ["HeroUpdate"]


@shows("and `unchanged` must be about a twin of a model that changed.")
def test_a_word_about_no_twin_is_a_fault() -> None:
    with pytest.raises(CompileError) as refused:
        gates_of(on(Hero).renamed("title", to="name"), on(Town).unchanged("why not"))
    (fault,) = refused.value.faults
    assert (fault.place, fault.remedy) == ("Town", "take on(Town).unchanged('why not') out")


def test_the_log_of_the_start_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    served = app()
    timeline = timeline_of(on(Hero, HeroUpdate).renamed("title", to="name"))
    served.add_middleware(TimegateMiddleware, timeline=timeline)
    with caplog.at_level(logging.WARNING, "timegate"), TestClient(served):
        pass
    assert [record.getMessage() for record in caplog.records] == [
        "2025-06-01 Renamed: on(Hero, HeroUpdate).renamed('title', to='name') is not about HeroCreate.name, whose name "
        "says it is a Hero too: name it too, or write on(HeroCreate).unchanged('why')"
    ]
