"""Parameters are read as the old server read them, converted, and written as a query or a header can carry them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sentences import shows
from tests.silence.parameters import ABSENT, Asked, Fields, Level, client
from timegate import enum, on

FLAG = on(Asked).retyped("n", was=bool, to_head=int, to_old=bool)


@pytest.mark.parametrize(
    ("written", "n"), [("false", 0), ("true", 1), ("0", 0), ("1", 1), ("off", 0), ("yes", 1), ("False", 0)]
)
def test_a_flag_of_an_old_query_model_becomes_what_the_fact_says(written: str, n: int) -> None:
    response = client(FLAG).get(f"/asked?n={written}")
    assert (response.status_code, response.json()) == (200, {**ABSENT, "n": n})


@shows(
    "A parameter is a text: where it changes, it is read by its type, and what its type does not read is refused.",
)
@pytest.mark.parametrize("written", ["2", "maybe", "", "null"])
def test_what_is_no_flag_is_refused_with_its_place(written: str) -> None:
    response = client(FLAG).get(f"/asked?n={written}")
    assert response.status_code == 422
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [(["query", "n"], written)]


@pytest.mark.parametrize(
    ("fact", "query", "seen"),
    [
        (lambda: on(Asked).retyped("n", was=int, to_head=lambda n: n * 10, to_old=lambda n: n), "n=5", {"n": 50}),
        (lambda: on(Asked).retyped("n", was=float, to_head=round, to_old=float), "n=2.6", {"n": 3}),
        (
            lambda: on(Asked).retyped("text", was=int, to_head=lambda n: f"#{n + 1}", to_old=len),
            "text=5",
            {"text": "#6"},
        ),
        (lambda: on(Asked).retyped("flag", was=int, to_head=lambda n: n > 3, to_old=int), "flag=5", {"flag": True}),
        (lambda: on(Asked).retyped("flag", was=int, to_head=lambda n: n > 3, to_old=int), "flag=2", {"flag": False}),
        (
            lambda: on(Asked).retyped("several", was=str, to_head=lambda text: text.split(","), to_old=",".join),
            "several=a,b%26c",
            {"several": ["a", "b&c"]},
        ),
        (
            lambda: on(Asked).retyped("text", was=str, to_head=lambda text: f"{text}&n=7?/#+ ", to_old=str),
            "text=%C3%A4",
            {"text": "ä&n=7?/#+ "},
        ),
        (
            lambda: on(Asked).retyped("maybe", was=int, to_head=lambda n: n or None, to_old=lambda n: n or 0),
            "maybe=0",
            {},
        ),
        (lambda: on(Asked).became_list("several", was=str, empty=""), "several=a", {"several": ["a"]}),
        (lambda: on(Asked).became_list("several", was=str, empty=""), "several=a&several=b", {"several": ["b"]}),
        (lambda: enum(Level).renamed(5, to=9), "level=5", {"level": 9}),
        (lambda: enum(Level).renamed(5, to=9), "level=1", {"level": 1}),
    ],
)
def test_a_parameter_of_an_old_client_is_converted(fact: Any, query: str, seen: Any) -> None:
    response = client(fact()).get(f"/asked?{query}")
    assert (response.status_code, response.json()) == (200, {**ABSENT, **seen})


@pytest.mark.parametrize("query", ["level=9", "level=9.0", "level=x"])
def test_a_member_that_only_head_has_is_refused_in_a_query(query: str) -> None:
    assert client(enum(Level).renamed(5, to=9)).get(f"/asked?{query}").status_code == 422


def test_a_header_is_converted() -> None:
    fact = on(Fields).retyped("x_size", was=int, to_head=lambda n: n * 10, to_old=lambda n: n)
    response = client(fact).get("/fields", headers={"x-size": "5"})
    assert (response.status_code, response.json()) == (200, {"x_size": 50})


@shows(
    "A parameter is a text: where it changes, it is read by its type, and what its type does not read is refused.",
)
def test_a_header_that_the_old_type_refuses_is_refused_with_its_place() -> None:
    fact = on(Fields).retyped("x_size", was=int, to_head=lambda n: n * 10, to_old=lambda n: n)
    response = client(fact).get("/fields", headers={"x-size": "many"})
    assert response.status_code == 422
    ((place, name),) = [one["loc"] for one in response.json()["detail"]]
    # Older FastAPI says the name of the field.
    assert (place, name.replace("_", "-")) == ("header", "x-size")


@pytest.mark.parametrize("given", [{"a": 1}, [[1]], [{"a": 1}]])
def test_a_function_that_gives_what_no_query_can_carry_is_the_apps_fault(given: Any) -> None:
    fact = on(Asked).retyped("text", was=str, to_head=lambda text: given, to_old=str)
    assert client(fact).get("/asked?text=a").status_code == 500
