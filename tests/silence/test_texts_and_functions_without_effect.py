"""A text that documents say anyway, and a function that tells what tags tell, are refused: they have no effect."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, Header
from pydantic import BaseModel, Field, create_model

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, Posted, exchange, faults_of, gated
from timegate import Contract, endpoint, on


def named() -> FastAPI:
    app = FastAPI()

    @app.get("/{key_of}")
    def get(key_of: str, q_one: int = 1, x_one: Annotated[int, Header()] = 1) -> int:
        return q_one + x_one + len(key_of)

    return app


@shows("`documented` must say something else than the newer documents, a title that only a name gives included,")
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (endpoint("/{key_of}").query("q_one"), {"title": "Q One"}),
        (endpoint("/{key_of}").header("x-one"), {"title": "X-One"}),
        (endpoint("/{key_of}").path("key_of"), {"title": "Key Of"}),
        (endpoint("/{key_of}").query("q_one"), {"deprecated": False}),
        (endpoint("/{key_of}").query("q_one"), {"title": "Q One", "description": ""}),
        (endpoint("/{key_of}"), {"summary": "Get", "tags": []}),
    ],
)
def test_a_text_that_documents_say_anyway_is_no_fact(subject: Any, text: Any) -> None:
    (fault,) = faults_of(Contract.of(named()), subject.documented(was=text))
    assert fault.problem == "documents say the same right after this fact"


def test_another_title_than_a_name_gives_is_a_fact() -> None:
    app = gated(named(), endpoint("/{key_of}").query("q_one").documented(was={"title": "The first"}))
    titles: list[list[str]] = []
    for version in (OLD, NEW):
        document = exchange(app, "GET", "/openapi.json", version=version).json()
        titles.append([one["schema"]["title"] for one in document["paths"]["/{key_of}"]["get"]["parameters"]][:3])
    assert titles == [["Key Of", "The first", "X-One"], ["Key Of", "Q One", "X-One"]]


class Other(BaseModel):
    o: int = 1


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    lives: int = 1


class Fox(BaseModel):
    tail: int


def by_kind(value: Any) -> type[BaseModel]:
    return Cat if value["kind"] == "cat" else Dog


TOLD = on(Cat, Dog).told_by(by_kind)
RENAMED = on(Cat).renamed("chances", to="lives")
ADDED = on(Cat).added("kind", default="cat"), on(Dog).added("kind", default="dog")


@pytest.mark.parametrize(
    ("union", "facts"),
    [
        (Cat | Dog, [TOLD, RENAMED]),
        (Annotated[Cat | Dog, Field(discriminator="kind")], [TOLD, RENAMED]),
        (list[Cat | Dog] | int, [RENAMED, TOLD]),
        # Nothing changes in it.
        (Cat | Dog, [TOLD, on(Other).renamed("q", to="o")]),
    ],
)
def test_a_function_that_tells_arms_apart_as_their_tags_do_is_refused(union: Any, facts: list[Any]) -> None:
    holder: Any = create_model("Held", pet=(union, ...), other=(Other, ...))
    (fault,) = faults_of(Contract.of(Posted(holder).bare), *facts)
    problem = "none of these arms changes in a version whose tags do not tell them apart, so that it is never asked"
    assert (fault.place, fault.problem, fault.remedy) == ("Cat | Dog", problem, f"take {TOLD} out")


@shows("`told_by` must be asked: in some version the arms of a union that changes have no tags.")
def test_a_function_is_a_fact_where_one_version_has_no_tags_or_an_arm_has_none() -> None:
    assert faults_of(Contract.of(Posted(Cat | Dog).bare), TOLD, RENAMED, *ADDED) == ()
    assert faults_of(Contract.of(Posted(Cat | Dog | Fox).bare), TOLD, RENAMED) == ()
