"""An operation that refuses undeclared parameters serves clients that name a version in the query."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict

from tests.silence.exchanges import NEW, OLD, App, exchange, gated
from timegate import endpoint
from timegate.asgi import first_of, header, query


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = 10
    text: str = ""


class Versioned(Closed):
    version: str = "none"


def app() -> FastAPI:
    api = FastAPI()

    @api.get("/closed")
    def closed(asked: Annotated[Closed, Query()], request: Request) -> Any:
        return [asked.limit, asked.text, request.url.query]

    @api.get("/same")
    def same(asked: Annotated[Closed, Query()], request: Request) -> Any:
        return [asked.limit, asked.text, request.url.query]

    @api.get("/declared")
    def declared(asked: Annotated[Versioned, Query()]) -> Any:
        return asked.version

    @api.get("/open")
    def open_(request: Request, limit: int = 10) -> Any:
        return request.url.query

    return api


RENAMED = endpoint("/closed").query("size").renamed(to="limit")


@pytest.fixture(params=[query("version"), first_of(header("API-Version"), query("version"))], ids=["query", "first"])
def served(request: pytest.FixtureRequest) -> App:
    return gated(app(), RENAMED, select=request.param)


def got(served: App, target: str, version: str | None = None) -> Any:
    response = exchange(served, "GET", target, version=version)
    return response.json() if response.status == 200 else response.status


@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_selecting_parameter_does_not_reach_a_closed_query(served: App, version: str) -> None:
    assert got(served, f"/same?limit=3&version={version}&text=a+%2fb") == [3, "a /b", "limit=3&text=a+%2fb"]
    assert got(served, f"/same?%76ersion={version}") == [10, "", ""]


def test_a_closed_query_that_changes_is_converted(served: App) -> None:
    assert got(served, f"/closed?version={OLD}&size=3")[:2] == [3, ""]
    assert got(served, f"/closed?version={NEW}&limit=3")[:2] == [3, ""]


def test_another_undeclared_parameter_is_still_refused(served: App) -> None:
    assert got(served, f"/same?version={OLD}&other=1") == 422


def test_a_parameter_that_the_operation_declares_reaches_it(served: App) -> None:
    assert got(served, f"/declared?version={OLD}") == OLD


def test_an_open_query_keeps_it_for_the_links_that_the_app_builds(served: App) -> None:
    assert got(served, f"/open?version={OLD}&limit=3") == f"version={OLD}&limit=3"


def test_it_is_no_parameter_either_where_a_header_field_decides() -> None:
    either = gated(app(), RENAMED, select=first_of(header("API-Version"), query("version")))
    assert got(either, f"/same?version={NEW}", version=OLD) == [10, "", ""]
