"""Parameters of every kind change by the facts that fields have: what reaches the handler, what old documents say."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Path, Query
from starlette.testclient import TestClient

from timegate import CompileError, Contract, Timeline, Version, VersionChange, endpoint
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"

app = FastAPI()


@app.get("/runs/{run_id}")
def read(
    run_id: Annotated[str, Path()],
    limit: Annotated[int, Query()] = 10,
    tag: Annotated[list[str] | None, Query()] = None,
    x_team: Annotated[list[int] | None, Header()] = None,
) -> dict[str, Any]:
    return {"run_id": run_id, "limit": limit, "tag": tag, "x_team": x_team}


@app.get("/strict")
def strict(page: int, x_trace: Annotated[str, Header()]) -> dict[str, Any]:
    return {"page": page, "x_trace": x_trace}


@app.get("/numbers/{number}/parts/{part}")
def number_of(number: int, part: int) -> list[int]:
    return [number, part]


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


def sent(url: str, *facts: Fact, version: str = OLD, headers: list[tuple[str, str]] | None = None) -> Any:
    """What the handler, or else timegate, responds with to a GET of an old client."""
    gated = FastAPI()
    gated.router.routes = app.router.routes.copy()
    gated.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    with TestClient(gated) as client:
        return client.get(url, headers=[("API-Version", version), *(headers or [])]).json()


def parameters_of(path: str, *facts: Fact) -> dict[tuple[str, str], Any]:
    """The parameters of the GET of a path in the old document."""
    document = timeline_of(*facts).compile(Contract.of(app)).contract(OLD)
    return {(one["in"], one["name"]): one for one in document["paths"][path]["get"]["parameters"]}


RUN = endpoint("/runs/{run_id}", "GET")


def test_a_retyped_query_parameter_is_read_by_its_old_type_and_converted() -> None:
    fact = RUN.query("limit").retyped(was=str, to_head=len)
    assert sent("/runs/a?limit=xyz", fact)["limit"] == 3
    assert sent("/runs/a?limit=7", fact, version=NEW)["limit"] == 7
    assert parameters_of("/runs/{run_id}", fact)["query", "limit"]["schema"]["type"] == "string"


def test_a_query_parameter_that_became_a_list_is_one_item() -> None:
    fact = RUN.query("tag").became_list()
    assert sent("/runs/a?tag=x", fact)["tag"] == ["x"]
    # Of a single value that is sent twice the old server reads the last one.
    assert sent("/runs/a?tag=x&tag=y", fact)["tag"] == ["y"]
    assert sent("/runs/a?tag=x&tag=y", fact, version=NEW)["tag"] == ["x", "y"]
    assert sent("/runs/a", fact)["tag"] is None
    assert parameters_of("/runs/{run_id}", fact)["query", "tag"]["schema"]["type"] == "string"


def test_a_header_field_that_became_a_list_is_one_item() -> None:
    fact = RUN.header("X-Team").became_list(was=int)
    assert sent("/runs/a", fact, headers=[("X-Team", "3")])["x_team"] == [3]
    assert sent("/runs/a", fact, headers=[("X-Team", "q")])["detail"][0]["loc"] == ["header", "x-team"]
    assert parameters_of("/runs/{run_id}", fact)["header", "x-team"]["schema"]["type"] == "integer"


def test_repeats_and_their_order_are_kept() -> None:
    fact = RUN.query("label").renamed(to="tag")
    assert sent("/runs/a?label=b&limit=2&label=a", fact) == {
        "run_id": "a",
        "limit": 2,
        "tag": ["b", "a"],
        "x_team": None,
    }


def test_a_parameter_that_became_required_gets_what_it_meant() -> None:
    facts = (
        endpoint("/strict").query("page").became_required(default=1),
        endpoint("/strict").header("x-trace").became_required(default="none"),
    )
    assert sent("/strict", *facts) == {"page": 1, "x_trace": "none"}
    assert sent("/strict?page=2", *facts, headers=[("X-Trace", "t")]) == {"page": 2, "x_trace": "t"}
    assert {one["loc"][1] for one in sent("/strict", *facts, version=NEW)["detail"]} == {"page", "x-trace"}
    found = parameters_of("/strict", *facts)
    assert [found[place]["required"] for place in (("query", "page"), ("header", "x-trace"))] == [False, False]


def test_a_path_parameter_that_was_a_number_is_a_text() -> None:
    fact = RUN.path("run_id").retyped(was=int, to_head=lambda number: f"run-{number}")
    assert sent("/runs/7", fact)["run_id"] == "run-7"
    assert sent("/runs/7", fact, version=NEW)["run_id"] == "7"
    (error,) = sent("/runs/seven", fact)["detail"]
    assert (error["type"], error["loc"], error["input"]) == ("int_parsing", ["path", "run_id"], "seven")
    assert parameters_of("/runs/{run_id}", fact)["path", "run_id"]["schema"]["type"] == "integer"


def test_a_path_parameter_that_was_a_text_is_a_number() -> None:
    fact = endpoint("/numbers/{number}/parts/{part}").path("number").retyped(was=str, to_head=len)
    assert sent("/numbers/abc/parts/5", fact) == [3, 5]


def test_a_path_parameter_keeps_its_old_name_in_documents_and_validation_errors() -> None:
    fact = endpoint("/numbers/{number}/parts/{part}").path("id").renamed(to="number")
    assert sent("/numbers/7/parts/5", fact) == [7, 5]
    assert [one["loc"] for one in sent("/numbers/x/parts/y", fact)["detail"]] == [["path", "id"], ["path", "part"]]
    assert [one["loc"][1] for one in sent("/numbers/x/parts/y", fact, version=NEW)["detail"]] == ["number", "part"]
    assert parameters_of("/numbers/{id}/parts/{part}", fact).keys() == {("path", "id"), ("path", "part")}


def test_a_path_parameter_that_was_renamed_and_retyped() -> None:
    facts = (
        RUN.path("id").renamed(to="run_id"),
        RUN.path("run_id").retyped(was=int, to_head=lambda number: f"r{number}"),
    )
    assert sent("/runs/7", *facts)["run_id"] == "r7"
    assert sent("/runs/x", *facts)["detail"][0]["loc"] == ["path", "id"]
    assert parameters_of("/runs/{id}", *facts)["path", "id"]["schema"]["type"] == "integer"


def test_a_parameter_of_an_older_path_is_named_by_its_older_fact() -> None:
    """The oldest path calls the parameter `key`; then it was `name`, and now it is in the query."""
    moved = endpoint("/sized/{name}").moved(to="/strict?page={name}")
    older = endpoint("/sized/{name}").path("key").renamed(to="name")
    retyped = endpoint("/sized/{name}").path("name").retyped(was=str, to_head=len)
    header = [("X-Trace", "t")]
    assert sent("/sized/abc", older, retyped, moved, headers=header) == {"page": 3, "x_trace": "t"}
    assert sent("/sized/5", older, moved, headers=header) == {"page": 5, "x_trace": "t"}
    assert sent("/sized/q", older, moved, headers=header)["detail"][0]["loc"] == ["path", "key"]
    assert ("path", "key") in parameters_of("/sized/{key}", older, moved)


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (
            RUN.path("id").renamed(to="run"),
            "GET /runs/{run_id} path run: there is no such parameter right after this fact\n    name one of run_id",
        ),
        (
            RUN.path("run_id").renamed(to="run_id"),
            "GET /runs/{run_id} path run_id: the name is the same\n"
            "    take endpoint('/runs/{run_id}', 'GET').path('run_id').renamed(to='run_id') out",
        ),
        (
            endpoint("/numbers/{number}/parts/{part}").path("part").renamed(to="number"),
            "GET /numbers/{number}/parts/{part} path number: 'part' is another parameter of the newer path\n"
            "    name the parameter that older paths have",
        ),
        (
            RUN.path("limit").retyped(was=int, to_head=str),
            "GET /runs/{run_id} path limit: there is no such parameter right after this fact\n    name one of run_id",
        ),
        (
            RUN.query("limit").retyped(was=str),
            "GET /runs/{run_id} query.limit: old clients send values here that head's type does not admit\n"
            "    endpoint('/runs/{run_id}', 'GET').query('limit').retyped(was=str, to_head=…) "
            "with a function from the old value to head's",
        ),
        (
            RUN.query("limit").became_list(),
            "GET /runs/{run_id} query.limit: the field is no list right after this fact\n"
            "    take endpoint('/runs/{run_id}', 'GET').query('limit').became_list() out",
        ),
        (
            RUN.query("limit").became_required(default=1),
            "GET /runs/{run_id} query.limit: the field is not required right after this fact\n"
            "    take endpoint('/runs/{run_id}', 'GET').query('limit').became_required(default=1) out",
        ),
    ],
)
def test_a_fact_that_cannot_be_carried_out_is_refused(fact: Fact, fault: str) -> None:
    with pytest.raises(CompileError) as caught:
        timeline_of(fact).compile(Contract.of(app))
    (found,) = caught.value.faults
    assert f"{found.place}: {found.problem}\n    {found.remedy}" == fault
