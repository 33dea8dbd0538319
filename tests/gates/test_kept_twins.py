"""A model whose field is still as it was, while a new change is about its twin's, is pointed out; others are not."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.cells.refused import change_of
from timegate import Contract, Timeline, Version, on
from timegate.changes.base import Fact


class Hero(BaseModel):
    full_name: str
    powers: list[str]


class HeroCreate(BaseModel):
    name: str
    power: str
    nick: str


class HeroUpdate(BaseModel):
    name: str | None = None
    nick: str | None = None


class Town(BaseModel):
    name: str
    nick: int


class Street(BaseModel):
    name: str
    length: int


class Ship(BaseModel):
    crew: int


class Fleet(BaseModel):
    length: int


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/heroes")
    def create(hero: HeroCreate) -> Hero:
        raise NotImplementedError

    @made.patch("/heroes")
    def update(hero: HeroUpdate) -> Hero:
        raise NotImplementedError

    for path, kind in (("/towns", Town), ("/streets", Street), ("/ships", Ship), ("/fleets", Fleet)):
        made.add_api_route(path, lambda: None, response_model=kind)
    return made


def kept(*facts: Fact) -> dict[str, str]:
    timeline = Timeline(Version("2025-06-01", change_of("Changed", *facts)), Version("2025-01-01"))
    return {f"{one.model}.{one.field}": one.why for one in timeline.compile(Contract.of(app())).kept_twins}


AKIN = "whose name says it is a Hero too"

TOLD: list[Any] = [
    (on(Hero).renamed("name", to="full_name"), {"HeroCreate.name": AKIN, "HeroUpdate.name": AKIN}),
    (on(HeroCreate).removed("age", was=int, loses="nobody reads it"), {}),
    (on(Ship).renamed("length", to="crew"), {}),
    (on(Hero).became_list("powers", was=str, empty=""), {}),
    (on(Hero).added("powers"), {}),
]


@pytest.mark.parametrize(("fact", "twins"), TOLD, ids=lambda one: str(one) if isinstance(one, Fact) else "")
def test_a_twin_that_kept_the_field_is_told_with_how_it_is_akin(fact: Fact, twins: dict[str, str]) -> None:
    assert kept(fact) == twins


def test_the_only_other_model_with_a_name_is_told_and_one_of_several_is_not() -> None:
    assert kept(on(Ship).renamed("name", to="crew")) == {}
    assert kept(on(Ship).renamed("power", to="crew")) == {
        "HeroCreate.power": "which is the only other model that has it"
    }


def test_a_twin_that_has_the_type_that_was_converted_is_told() -> None:
    assert kept(on(HeroCreate).retyped("power", was=int, to_head=str)) == {}
    fact = on(HeroCreate).retyped("nick", was=str, to_head=str.strip)
    assert kept(fact) == {"HeroUpdate.nick": AKIN}
    assert kept(fact, on(HeroUpdate).retyped("nick", was=str | None, to_head=str.strip)) == {}


def test_a_twin_with_another_type_whose_values_nobody_converts_is_told() -> None:
    fact = on(HeroCreate).retyped("nick", was=Literal["a"], to_head=str.upper)
    assert kept(fact, on(HeroUpdate).retyped("nick", was=Literal["a"] | None)) == {"HeroUpdate.nick": AKIN}
    said = on(HeroUpdate).unchanged("an update always had a text")
    assert kept(fact, on(HeroUpdate).retyped("nick", was=Literal["a"] | None), said) == {}


def test_a_key_that_is_gone_is_told_of_what_clients_still_send_and_not_of_what_they_still_get() -> None:
    gone = on(HeroUpdate).removed("power", was=str, required=False, loses="it is set once")
    assert kept(gone) == {"HeroCreate.power": AKIN}
    assert kept(on(HeroCreate).removed("full_name", was=str, required=False, loses="it is computed")) == {}


def test_a_word_says_that_it_is_meant() -> None:
    fact = on(Hero).renamed("name", to="full_name")
    assert [*kept(fact, on(HeroCreate).unchanged("it is the name they chose"))] == ["HeroUpdate.name"]


def test_a_twin_that_changed_too_is_not_told() -> None:
    facts = (on(model).renamed("label", to="name") for model in (HeroCreate, HeroUpdate))
    assert kept(*facts) == {}
