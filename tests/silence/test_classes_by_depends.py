"""A class by `Depends` takes its fields from single parameters: facts about the class hold for them."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, Query
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, accounted, exchange, faults_of, gated, timeline_of
from tests.silence.states import STATE, State
from timegate import Contract, on


class Paging(BaseModel):
    page: int = 1
    size: int = 10


@dataclass
class Window:
    start: int = 0
    size: int = 10


class Picked(BaseModel):
    state: State = State.RUNNING


@pytest.mark.parametrize("kind", [Paging, Window])
@pytest.mark.parametrize("also_a_query_model", [True, False])
def test_a_class_by_depends_takes_the_old_names_or_is_accounted_for(kind: Any, also_a_query_model: bool) -> None:
    app = FastAPI()

    @app.get("/dep")
    async def spread(paging: Annotated[Any, Depends(kind)]) -> int:
        return int(paging.size)

    if also_a_query_model:

        @app.get("/query")
        async def whole(paging: Annotated[Paging, Query()]) -> int:
            return paging.size

    facts = [on(kind).renamed("per_page", to="size")]
    if also_a_query_model and kind is Window:
        facts.append(on(Paging).renamed("per_page", to="size"))
    if accounted(app, "/dep", facts=facts) is None:
        changed = gated(app, *facts)
        assert exchange(changed, "GET", "/dep?per_page=5").json() == 5
        assert exchange(changed, "GET", "/dep?size=5").json() == 10


def test_an_enum_in_a_class_by_depends_is_judged_as_any_parameter() -> None:
    app = FastAPI()

    @app.get("/dep")
    async def spread(picked: Annotated[Picked, Depends()]) -> str:
        return picked.state.name

    changed = gated(app, *STATE)
    found = [exchange(changed, "GET", f"/dep?state={sent}").status for sent in ("running", "finished", "done")]
    assert found == [200, 200, 422]


class Sized:
    def __init__(self, size: int = 10, x_size: Annotated[int, Header()] = 1) -> None:
        self.sizes = [size, x_size]


class Aliased(BaseModel):
    page_size: int = Field(default=10, alias="pageSize")


class More(Paging):
    order: str = "asc"


def listing(kind: Any) -> FastAPI:
    app = FastAPI()

    async def get(chosen: Any, q: str = "") -> list[Any]:
        return [*(chosen.sizes if isinstance(chosen, Sized) else dict(chosen).values()), q]

    get.__annotations__["chosen"] = Annotated[kind, Depends()]
    app.add_api_route("/place", get)
    return app


def test_a_plain_class_is_known_in_the_query_and_in_header_fields() -> None:
    changed = gated(listing(Sized), on(Sized).renamed("per_page", to="size"), on(Sized).renamed("x-len", to="x-size"))
    response = exchange(changed, "GET", "/place?per_page=5&q=a", headers={"x-len": "7"})
    assert response.json() == [5, 7, "a"]


def test_a_field_is_named_as_in_python_too() -> None:
    changed = gated(listing(Aliased), on(Aliased).renamed("per_page", to="page_size"))
    assert exchange(changed, "GET", "/place?per_page=5").json() == [5, ""]
    assert exchange(changed, "GET", "/place?pageSize=5").json() == [10, ""]


def test_a_partial_of_a_class_takes_the_old_names_too() -> None:
    app = FastAPI()

    @app.get("/dep")
    async def spread(window: Annotated[Window, Depends(partial(Window, start=3))]) -> list[int]:
        return [window.start, window.size]

    changed = gated(app, on(Window).renamed("per_page", to="size"))
    assert exchange(changed, "GET", "/dep?per_page=5").json() == [3, 5]
    assert exchange(changed, "GET", "/dep?size=5").json() == [3, 10]


def test_a_fact_about_a_base_class_holds_for_the_fields_that_it_gives() -> None:
    facts = on(Paging).renamed("per_page", to="size"), on(More).added("order")
    changed = gated(listing(More), *facts)
    assert exchange(changed, "GET", "/place?per_page=5&order=desc").json() == [1, 5, "asc", ""]
    document = timeline_of(*facts).compile(Contract.of(listing(More))).contract(OLD)
    assert [one["name"] for one in document["paths"]["/place"]["get"]["parameters"]] == ["q", "page", "per_page"]


def test_another_parameter_is_no_field_of_the_class() -> None:
    (fault,) = faults_of(Contract.of(listing(Paging)), on(Paging).renamed("query", to="q"))
    assert fault.place == "Paging"
