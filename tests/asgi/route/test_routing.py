"""Design: an operation is found as the app itself would find it; what an index leaves out cannot match."""

from __future__ import annotations

import re
from typing import Any

import hypothesis.strategies as st
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given, settings
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Mount, Route

from tests.asgi.api import HEAD, OLD, Client
from tests.sentences import shows
from timegate import Contract, Timeline, Version
from timegate.asgi.message.json import Codec, decode_json, encode_json
from timegate.asgi.message.problems import problem_json
from timegate.asgi.route.entries import Entry, entries_of, entries_of_contract, entry_of
from timegate.asgi.route.route_order import Overlaps, covers, in_order, may_overlap
from timegate.asgi.route.settings import Settings
from timegate.asgi.route.table import Table
from timegate.asgi.select.ceiling import top_of
from timegate.asgi.serve.versions import ApiVersions
from timegate.starlette import operation

SETTINGS = Settings(codec=Codec(decode_json, encode_json), max_body=1, render=problem_json, echo="version", vary={})

SEGMENTS = ["a", "b", "{x}", "{y:int}", "{z:path}", "a{x}", "{u:uuid}", "{x}.json", ""]
VALUES = ["a", "b", "7", "a7", "", "a\n", "x.json", "a.b", "..", "%2F", "é", "00000000-0000-0000-0000-000000000000"]


@st.composite
def templates(draw: st.DrawFn) -> str:
    segments = draw(st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4))
    out: list[str] = []
    for place, segment in enumerate(segments):
        # A name may stand in a path only once.
        out.append(segment.replace("{", f"{{p{place}"))
    return "/" + "/".join(out)


async def _endpoint(request: Request) -> PlainTextResponse:
    return PlainTextResponse("")


def _expected(routes: list[BaseRoute], scope: dict[str, Any]) -> tuple[BaseRoute, bool] | None:
    partial: BaseRoute | None = None
    for route in routes:
        match, _ = route.matches(dict(scope))
        if match is Match.FULL:
            return route, True
        if match is Match.PARTIAL and partial is None:
            partial = route
    return None if partial is None else (partial, False)


def _scope(path: str, method: str) -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}


@shows("timegate finds an operation as the app itself does: in the order of its routes, with their convertors,")
@given(
    table=st.lists(st.tuples(templates(), st.sets(st.sampled_from(["GET", "POST", "PUT"]), min_size=1)), max_size=7),
    paths=st.lists(st.lists(st.sampled_from(VALUES), min_size=0, max_size=5).map("/".join), min_size=1, max_size=6),
    slash=st.booleans(),
)
def test_a_path_leads_to_the_route_that_starlette_finds(
    table: list[tuple[str, set[str]]], paths: list[str], slash: bool
) -> None:
    routes: list[BaseRoute] = [Route(path, _endpoint, methods=sorted(methods)) for path, methods in table]
    keys = [f"{method} {path}" for path, methods in table for method in methods]
    found = Table(entries_of(routes, keys))
    for path in paths:
        whole = "/" * slash + path
        for method in ("GET", "HEAD", "POST", "DELETE"):
            expected = _expected(routes, _scope(whole, method))
            got = found.find(whole, method, _scope(whole, method))
            assert (got is None) == (expected is None)
            if expected is not None and got is not None:
                assert getattr(got.entry.route, "original_route", got.entry.route) is expected[0]
                assert got.full is expected[1]
            # What is asked of every request is told by segments where that is enough.
            matching = found.full_match(whole, method, _scope(whole, method))
            assert matching is (got.entry if got is not None and got.full else None)


class Body(BaseModel):
    """What an operation of the contract responds with."""

    name: str


@operation(response=Body)
async def _operation(request: Request) -> Body:
    return Body(name="")


NEAR = ["/a", "/a\uffff", "/{x}", "/{n:int}", "/{x}.json", "/{z:path}", "/a/{x}", "/a/{n:int}", "/a/b", "/{x}/{y}"]


@shows("a route that matches the method too comes before one that matches the path alone.")
@settings(max_examples=150)
@given(
    table=st.dictionaries(
        st.sampled_from(NEAR),
        st.tuples(st.sets(st.sampled_from(["GET", "POST", "PUT"]), min_size=1), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    paths=st.lists(st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map("/".join), min_size=1, max_size=12),
)
def test_what_is_done_for_a_request_is_the_plan_of_the_route_that_starlette_finds(
    table: dict[str, tuple[set[str], bool]], paths: list[str]
) -> None:
    routes: list[BaseRoute] = [
        # A route that is no operation stands in the way of those behind it all the same.
        Route(path, _operation if known else _endpoint, methods=sorted(methods))
        for path, (methods, known) in table.items()
    ]
    gates = Timeline(Version("2026-01-01")).compile(Contract.of(Starlette(routes=routes)))
    entries = entries_of(routes, [gate.key for gate in gates.operations("2026-01-01")])
    top, nowhere = top_of(None, gates.timeline), (frozenset[str](), frozenset[str]())
    serving = ApiVersions(
        gates, entries, settings=SETTINGS, unversioned=(), during_sunset=(), top=top, said_in=nowhere, by=None
    )
    for path in (f"/{path}" for path in paths):
        for method in ("GET", "HEAD", "POST", "DELETE"):
            scope = _scope(path, method)
            expected = _expected(routes, scope)
            plan = serving.by_value["2026-01-01"].plan_of(path, method, scope)
            if expected is not None and expected[1] and plan is not None:
                assert getattr(plan.entry.route, "original_route", plan.entry.route) is expected[0]
            known = expected is not None and expected[1] and getattr(expected[0], "endpoint", None) is _operation
            assert (plan is not None) == known


@given(one=templates(), other=templates(), paths=st.lists(st.lists(st.sampled_from(VALUES), max_size=4), max_size=8))
def test_paths_that_match_both_are_never_said_to_be_apart(one: str, other: str, paths: list[list[str]]) -> None:
    first, second = _entry(one), _entry(other)
    for parts in paths:
        path = "/" + "/".join(parts)
        if first.regex and second.regex and first.regex.match(path) and second.regex.match(path):
            assert may_overlap(first, second)
            assert Overlaps([first]).of(second) == [first]


@given(st.lists(templates(), max_size=6), st.lists(templates(), max_size=6))
def test_routes_that_may_overlap_are_found_in_order(known: list[str], asked: list[str]) -> None:
    entries = [entry_of(path, methods=None, operations={}, place=place) for place, path in enumerate(known)]
    for entry in map(_entry, asked):
        assert Overlaps(entries).of(entry) == [other for other in entries if may_overlap(other, entry)]


@given(st.lists(templates(), max_size=6), st.lists(st.tuples(templates(), st.integers(0, 6)), max_size=6))
def test_a_moved_path_stands_before_the_first_wider_one_or_keeps_its_place(
    known: list[str], moved: list[tuple[str, int]]
) -> None:
    entries = [entry_of(path, methods=None, operations={}, place=place) for place, path in enumerate(known)]
    added = [
        entry_of(path, methods=None, operations={}, place=place)
        for path, place in sorted(moved, key=lambda one: one[1])
    ]
    expected = list(entries)
    for entry in added:
        wider = (index for index, other in enumerate(expected) if covers(other, entry))
        later = (index for index, other in enumerate(expected) if other.place > entry.place)
        expected.insert(next(wider, next(later, len(expected))), entry)
    assert [id(entry) for entry in in_order(entries, added)] == [id(entry) for entry in expected]


def _entry(path: str) -> Entry:
    return entry_of(path, methods={"GET"}, operations={"GET": f"GET {path}"}, place=0)


def test_a_line_break_at_the_end_hides_no_operation() -> None:
    table = Table([_entry("/tasks")])
    assert table.find("/tasks\n", "GET", {}) == table.find("/tasks", "GET", {})
    assert table.full_match("/tasks\n", "GET", {}) is table.full_match("/tasks", "GET", {}) is not None


def test_an_overridden_convertor_is_not_trusted_to_stay_in_its_segment() -> None:
    from starlette.convertors import Convertor

    class Anything(Convertor[str]):
        regex = ".*"

        def convert(self, value: str) -> str:
            return value

        def to_string(self, value: str) -> str:
            return value

    entry = _entry("/files/{name}")
    wide = Entry(entry.path, re.compile("^/files/(?P<name>.*)$"), {"name": Anything()}, None, {}, 0)
    table = Table([wide, _entry("/a/b/c/d")])
    assert table.find("/files/x/y", "GET", {}) is not None
    assert table.full_match("/files/x/y", "GET", {}) is wide


def test_a_mount_takes_everything_below_it_and_its_operations_are_known() -> None:
    inner = [Route("/items/{item_id}", _endpoint), Route("/other", _endpoint)]
    routes: list[BaseRoute] = [
        Mount("/api/{tenant}", routes=inner),
        Mount("/static", app=Starlette()),
        Route("/static/late", _endpoint),
        Route("/{rest:path}", _endpoint),
    ]
    keys = ["GET /api/{tenant}/items/{item_id}", "GET /static/late", "GET /{rest:path}"]
    table = Table(entries_of(routes, keys))

    def key(path: str) -> str | None:
        found = table.find(path, "GET", _scope(path, "GET"))
        return None if found is None else found.entry.key("GET")

    assert key("/api/x/items/3") == "GET /api/{tenant}/items/{item_id}"
    assert [key("/api/x/unknown"), key("/api/x/other"), key("/static/late")] == [None, None, None]
    assert key("/api/x") == "GET /{rest:path}"


def test_an_operation_below_an_app_that_cannot_be_looked_into_is_gated_all_the_same() -> None:
    routes: list[BaseRoute] = [Mount("/sub", app=Starlette())]
    table = Table(entries_of(routes, ["GET /sub/items"]))
    found = table.find("/sub/items", "GET", _scope("/sub/items", "GET"))
    assert found is not None
    assert found.entry.key("GET") == "GET /sub/items"


def test_a_route_that_decides_by_more_than_its_path_is_asked() -> None:
    class ByHeader(Route):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            if (b"x-beta", b"1") not in scope["headers"]:
                return Match.NONE, {}
            return super().matches(scope)

    routes: list[BaseRoute] = [ByHeader("/items", _endpoint), Route("/{rest}", _endpoint)]
    table = Table(entries_of(routes, ["GET /items", "GET /{rest}"]))
    plain = table.find("/items", "GET", _scope("/items", "GET"))
    beta = table.find("/items", "GET", {**_scope("/items", "GET"), "headers": [(b"x-beta", b"1")]})
    assert plain is not None
    assert beta is not None
    assert [plain.entry.key("GET"), beta.entry.key("GET")] == ["GET /{rest}", "GET /items"]


@shows("included routers,")
def test_included_routers_and_hidden_routes_are_found_in_the_apps_order() -> None:
    router, deeper = APIRouter(prefix="/v"), APIRouter(prefix="/w")
    deeper.get("/x/{key}", include_in_schema=False)(_fastapi_endpoint)
    router.include_router(deeper)
    router.get("/w/{rest:path}")(_fastapi_endpoint)
    app = FastAPI(openapi_url=None)
    app.include_router(router, prefix="/p")
    keys = ["GET /p/v/w/x/{key}", "GET /p/v/w/{rest:path}"]
    table = Table(entries_of(app.routes, keys))
    found = [table.find(path, "GET", _scope(path, "GET")) for path in ("/p/v/w/x/1", "/p/v/w/x/1/2", "/v/w/x/1")]
    assert [None if match is None else match.entry.key("GET") for match in found] == [*keys, None]


async def _fastapi_endpoint() -> None:
    """Nothing."""


def test_an_app_whose_routes_cannot_be_seen_is_matched_by_its_contract() -> None:
    table = Table(entries_of_contract(["GET /a/{x}", "POST /a/{x}", "HEAD /b", "GET /b"]))
    assert _keys(table, "/a/1", ["GET", "HEAD", "POST", "PUT"]) == ["GET /a/{x}", "GET /a/{x}", "POST /a/{x}", None]
    assert _keys(table, "/b", ["GET", "HEAD"]) == ["GET /b", "HEAD /b"]


def _keys(table: Table, path: str, methods: list[str]) -> list[str | None]:
    found = [(method, table.find(path, method, {})) for method in methods]
    return [match.entry.key(method) if match is not None and match.full else None for method, match in found]


def test_a_moved_path_stands_before_the_wider_one_that_would_hide_it() -> None:
    wide, other, moved = _entry("/runs/{run_id}"), _entry("/other"), _entry("/runs/previous")
    assert covers(wide, moved)
    assert not covers(moved, wide)
    assert in_order([wide, other], [moved]) == [moved, wide, other]


pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "url",
    ["/tasks/3%0A", "/tasks%2F3", "/tasks//3", "//tasks/3", "/tasks/3/", "/tasks/./3", "/x/../tasks/3", "/tasks/3;a=b"],
)
async def test_an_odd_spelling_of_a_path_never_shows_heads_names(client: Client, url: str) -> None:
    response = await client.call("GET", url, OLD)
    assert "dag_version_id" not in response.text
    reached = await client.call("GET", url, HEAD)
    assert ("dag_version_id" in reached.text) == ("version_id" in response.text)


async def test_a_slash_in_a_parameter_stays_in_it(client: Client) -> None:
    response = await client.call("GET", "/variables/a%2Fb//c%0Ad", OLD)
    expected = await client.call("GET", "/variables/a%2Fb//c%0Ad", HEAD)
    assert (response.status_code, response.text) == (expected.status_code, expected.text)
