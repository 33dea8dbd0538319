"""A value that became a list: one that is never empty needs no stand-in, and `retyped` is told the better fact."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, on


class Person(BaseModel):
    homes: Annotated[list[str], Field(min_length=1)]


class Single(BaseModel):
    home: str


def people() -> FastAPI:
    app = FastAPI()

    @app.post("/people")
    def add(person: Person) -> Person:
        return person

    @app.get("/nobody", response_model=Person)
    def nobody() -> Any:
        return JSONResponse({"homes": []})

    return app


HOMES = (on(Person).renamed("home", to="homes"), on(Person).became_list("homes", was=str))


def test_a_list_that_is_never_empty_needs_no_value_for_an_empty_one() -> None:
    response = exchange(gated(people(), *HOMES), "POST", "/people", body={"home": "1 Main Street"})
    assert (response.status, response.json()) == (200, {"home": "1 Main Street"})


def test_a_list_that_is_empty_against_its_schema_is_no_response() -> None:
    assert exchange(gated(people(), *HOMES), "GET", "/nobody").status == 500


def test_an_empty_list_of_an_old_client_that_never_sent_one_is_refused() -> None:
    app = FastAPI()

    @app.post("/singles")
    def add(single: Single) -> Single:
        return single

    facts = (
        on(Single).renamed("homes", to="home"),
        on(Single).became_scalar("home", was=Annotated[list[str], Field(min_length=1)], loses="all but the first"),
    )
    fine = exchange(gated(app, *facts), "POST", "/singles", body={"homes": ["a", "b"]})
    assert (fine.status, fine.json()) == (200, {"homes": ["a"]})
    refused = exchange(gated(app, *facts), "POST", "/singles", body={"homes": []})
    assert refused.status == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "homes"]


@pytest.mark.parametrize(
    ("model", "field", "was", "better"),
    [
        (Person, "homes", str, "on(Person).became_list('homes', was=str), or on(Person).retyped('homes', was=str, to_"),
        (Single, "home", list[str], "on(Single).became_scalar('home', was=list[str]), or on(Single).retyped('home',"),
    ],
)
def test_a_retyped_list_is_told_the_fact_for_lists(model: type[BaseModel], field: str, was: Any, better: str) -> None:
    found = faults_of(Contract.of_types(model), on(model).retyped(field, was=was))
    assert any(better in fault.remedy for fault in found), found
