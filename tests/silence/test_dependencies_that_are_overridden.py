"""What an app puts in the place of a dependency is read like the dependency, and as little passes ungated."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import Body, Depends, FastAPI, Header
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import NEW, exchange, gated, timeline_of
from timegate import CompileError, Contract, enum, on


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


class Item(BaseModel):
    sku: str = ""


def state_of(state: State) -> str:
    return state


def state_by_way(state: Annotated[str, Depends(state_of)], mark: Annotated[State, Header()] = State.OPEN) -> str:
    return f"{state} {mark}"


def state_of_itself(state: Annotated[str, Depends(state_of)]) -> str:
    return state


def sku_of(item: Item) -> str:
    return item.sku


def nothing() -> str:
    return "nothing"


class Plain:
    """No type that pydantic knows."""


def unreadable(state: Plain) -> str:
    return ""


def app_with(instead: Callable[..., Any]) -> FastAPI:
    app = FastAPI()

    @app.get("/shops")
    def shops(found: Annotated[str, Depends(nothing)]) -> str:
        return found

    @app.post("/shops")
    def add(found: Annotated[str, Depends(nothing)], count: Annotated[int, Body(embed=True)]) -> str:
        return found

    @app.post("/elsewhere")
    def elsewhere(item: Item, state: State) -> None:
        return None

    app.dependency_overrides[nothing] = instead
    return app


STATES = enum(State).renamed("closed", to="shut")
SKUS = on(Item).renamed("article", to="sku")


@pytest.mark.parametrize(("instead", "found"), [(state_of, "shut"), (state_by_way, "shut shut"), (nothing, "nothing")])
def test_parameters_of_what_takes_the_place_of_a_dependency_are_gated(instead: Callable[..., Any], found: str) -> None:
    served = gated(app_with(instead), STATES)
    response = exchange(served, "GET", "/shops?state=closed", headers={"mark": "closed"})
    assert (response.status, response.json()) == (200, found)
    later = exchange(served, "GET", "/shops?state=shut", headers={"mark": "shut"})
    assert later.status == (200 if instead is nothing else 422)
    head = exchange(served, "GET", "/shops?state=shut", headers={"mark": "shut"}, version=NEW)
    assert (head.status, head.json()) == (200, found)


def test_what_depends_on_the_dependency_whose_place_it_takes_is_read_once() -> None:
    """FastAPI itself never ends then; the app is read all the same."""
    app = app_with(state_of_itself)
    app.dependency_overrides[state_of] = state_of_itself
    assert timeline_of(STATES).compile(Contract.of(app)).timeline.values == (NEW, "2025-01-01")


def test_no_document_shows_what_takes_the_place_of_a_dependency() -> None:
    gates = timeline_of(STATES).compile(Contract.of(app_with(state_of)))
    assert "parameters" not in gates.contract("2025-01-01")["paths"]["/shops"]["get"]


def test_a_body_that_changes_and_is_read_in_the_place_of_a_dependency_is_refused() -> None:
    with pytest.raises(CompileError) as error:
        timeline_of(SKUS).compile(Contract.of(app_with(sku_of)))
    (fault,) = error.value.faults
    assert fault.place == "request of POST /shops"
    assert fault.problem.startswith("Item changes and is reached through another type that is declared for the same")


def test_what_fastapi_cannot_read_in_the_place_of_a_dependency_is_a_fault() -> None:
    with pytest.raises(CompileError) as error:
        Contract.of(app_with(unreadable))
    (fault,) = error.value.faults
    assert (fault.place, fault.remedy) == (
        "unreadable in dependency_overrides",
        "give it parameters that FastAPI can read",
    )


@shows(
    "what `app.dependency_overrides` gets after the start, where that reads parameters or a body of its own | "
    "set it before the app starts"
)
def test_what_takes_the_place_of_a_dependency_after_the_start_is_not_gated() -> None:
    app = app_with(nothing)
    served = gated(app, STATES)
    assert exchange(served, "GET", "/shops?state=closed").json() == "nothing"
    app.dependency_overrides[nothing] = state_of
    assert exchange(served, "GET", "/shops?state=shut").json() == "shut"
    assert exchange(gated(app, STATES), "GET", "/shops?state=shut").status == 422
