"""Query parameters and header fields are converted by the same facts as bodies."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from timegate import Contract, Timeline, Version, VersionChange, endpoint, enum, on
from timegate.gates.operation import OperationGate
from timegate.starlette import operation


class Order(Enum):
    newest = "newest"
    oldest = "oldest"


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    states: list[Order] = []
    limit: int = 10
    order: Order = Order.newest


@operation(query=Filter, response=list[int])
async def list_runs(request: Request, *, query: Filter) -> list[int]:
    return [query.limit]


class Names(VersionChange):
    """Filters are called as in the documents."""

    changes = (
        enum(Order).renamed("latest", to="newest"),
        on(Filter).renamed("state", to="states"),
        endpoint("/runs").query("max").renamed(to="limit"),
    )


TIMELINE = Timeline(Version("2025-02-01", Names), Version("2025-01-01"))


def old_gate(app: Starlette | FastAPI, timeline: Timeline = TIMELINE) -> OperationGate:
    return timeline.compile(Contract.of(app)).operations("2025-01-01")[0]


def test_a_query_model_is_renamed_by_the_model_and_by_the_endpoint_and_its_enums_are_mapped() -> None:
    program = old_gate(Starlette(routes=[Route("/runs", list_runs)])).query
    assert program is not None
    old = {"state": ["latest", "oldest"], "max": "3", "order": "latest"}
    assert program(old) == {"states": ["newest", "oldest"], "limit": "3", "order": "newest"}


def test_a_list_parameter_that_occurs_once_is_still_a_list() -> None:
    program = old_gate(Starlette(routes=[Route("/runs", list_runs)])).query
    assert program is not None
    assert program({"state": "latest"}) == {"states": ["newest"]}


class Verbose(VersionChange):
    """Verbosity has another default, and a trace may be asked for."""

    changes = (
        endpoint("/jobs", "GET").query("verbose").defaulted(was=True),
        endpoint("/jobs", "GET").query("unused").removed(was=int, loses="nobody read it"),
        endpoint("/jobs", "GET").header("X-Trace").added(default="none"),
        endpoint("/jobs", "GET").header("X-Tenant").renamed(to="X-Team"),
    )


jobs = FastAPI()


@jobs.get("/jobs")
def list_jobs(
    verbose: Annotated[bool, Query()] = False,
    x_trace: Annotated[str, Header()] = "",
    x_team: Annotated[str, Header()] = "",
) -> str:
    return f"{verbose} {x_trace} {x_team}"


def test_defaults_removals_and_header_fields_are_gated() -> None:
    gate = old_gate(jobs, Timeline(Version("2025-02-01", Verbose), Version("2025-01-01")))
    assert gate.query is not None
    assert gate.headers is not None
    assert gate.query({"unused": "7", "foreign": "x"}) == {"foreign": "x", "verbose": True}
    headers = {"x-trace": "forged", "x-tenant": "t1", "x-team": "forged", "accept": "*/*"}
    assert gate.headers(headers) == {"x-team": "t1", "accept": "*/*", "x-trace": "none"}


def test_the_old_document_describes_the_old_parameters() -> None:
    gates = Timeline(Version("2025-02-01", Verbose), Version("2025-01-01")).compile(Contract.of(jobs))
    operation_object = gates.contract("2025-01-01")["paths"]["/jobs"]["get"]
    schemas = {(one["in"], one["name"]): one["schema"] for one in operation_object["parameters"]}
    assert set(schemas) == {("query", "verbose"), ("query", "unused"), ("header", "x-tenant")}
    assert schemas["query", "verbose"]["default"] is True
    assert schemas["query", "unused"]["type"] == "integer"
