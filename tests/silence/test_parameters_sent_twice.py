"""Of a parameter that is sent twice, the value that head reads is the one that is judged and converted."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import AliasChoices, BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import annotate
from tests.silence.old_client import Client, old_client
from timegate import endpoint, enum, on
from timegate.starlette import operation


class Role(StrEnum):
    USER = "user"
    ADMIN = "admin"


class Asked(BaseModel):
    role: Role = Role.USER
    size: int = 0


class Fields(BaseModel):
    x_role: Role = Role.USER


GREW = enum(Role).grew("admin", seen_as="user")


def fastapi() -> FastAPI:
    app = FastAPI()

    @app.get("/single")
    async def single(role: Role, x_role: Annotated[Role, Header()] = Role.USER) -> list[Role]:
        return [role, x_role]

    @app.get("/model")
    async def model(query: Annotated[Asked, Query()]) -> Any:
        return [query.role, query.size]

    @app.get("/fields")
    async def fields(headers: Annotated[Fields, Header()]) -> list[Role]:
        return [headers.x_role]

    @app.get("/list")
    async def several(role: Annotated[list[Role], Query()]) -> list[Role]:
        return role

    @app.get("/lists")
    async def header_list(x_role: Annotated[list[Role], Header()]) -> list[Role]:
        return x_role

    return app


def starlette() -> Starlette:
    @operation(query=Asked, response=list[Any])
    async def model(request: Request, *, query: Asked) -> list[Any]:
        return [query.role.value, query.size]

    return Starlette(routes=[Route("/model", model)])


@pytest.mark.parametrize(
    ("url", "status", "seen"),
    [
        ("/single?role=user&role=user", 200, ["user", "user"]),
        ("/single?role=admin&role=user", 200, ["user", "user"]),
        ("/single?role=user&role=admin", 422, None),
        ("/single?role=admin", 422, None),
        ("/model?role=admin&role=user", 200, ["user", 0]),
        ("/model?role=user&role=admin", 422, None),
        ("/model?role=user&role=user&role=admin&size=3", 422, None),
        ("/list?role=user&role=user", 200, ["user", "user"]),
        ("/list?role=user&role=admin", 422, None),
        ("/list?role=admin&role=user", 422, None),
    ],
)
def test_of_a_query_the_last_value_is_judged(url: str, status: int, seen: Any) -> None:
    response = old_client(fastapi(), GREW).get(url)
    assert response.status_code == status
    if seen is not None:
        assert response.json() == seen


@pytest.mark.parametrize(
    ("url", "status", "seen"),
    [
        ("/model?role=admin&role=user", 200, ["user", 0]),
        ("/model?role=user&role=admin", 422, None),
        ("/model?size=1&size=2", 200, ["user", 2]),
    ],
)
def test_of_a_query_of_a_starlette_handler_the_last_value_is_judged(url: str, status: int, seen: Any) -> None:
    response = old_client(starlette(), GREW).get(url)
    assert response.status_code == status
    if seen is not None:
        assert response.json() == seen


@shows(
    "of a header the first.",
    "the header fields",
)
@pytest.mark.parametrize(
    ("url", "values", "status", "seen"),
    [
        ("/single?role=user", ["user", "admin"], 200, ["user", "user"]),
        ("/single?role=user", ["admin", "user"], 422, None),
        ("/single?role=user", ["admin"], 422, None),
        ("/fields", ["user", "admin"], 200, ["user"]),
        ("/fields", ["admin", "user"], 422, None),
        ("/lists", ["user", "user"], 200, ["user", "user"]),
        ("/lists", ["user", "admin"], 422, None),
    ],
)
def test_of_a_header_the_first_value_is_judged(url: str, values: list[str], status: int, seen: Any) -> None:
    response = old_client(fastapi(), GREW).get(url, headers=[("x-role", value) for value in values])
    assert response.status_code == status
    if seen is not None:
        assert response.json() == seen


def sizes(fact: Any) -> Client:
    return old_client(fastapi(), fact)


@shows(
    "Of a parameter that is no list and is sent twice, only the value that the handler reads is converted "
    "and passed on: of a query the last,",
    "their query",
)
@pytest.mark.parametrize(
    ("fact", "url", "seen"),
    [
        (on(Asked).renamed("count", to="size"), "/model?count=1&count=2", 2),
        (endpoint("/model").query("count").renamed(to="size"), "/model?count=1&count=2", 2),
        (on(Asked).defaulted("size", was=5), "/model?size=1&size=2", 2),
        (on(Asked).constrained("size", was=Annotated[int, Query(le=1)]), "/model?size=3&size=2", 2),
    ],
)
def test_the_last_value_of_a_query_is_converted(fact: Any, url: str, seen: int) -> None:
    response = sizes(fact).get(url)
    assert (response.status_code, response.json()) == (200, ["user", seen])


@pytest.mark.parametrize(
    "url", ["/model?size=1&count=2", "/model?count=2&size=1", "/model?size=1&count=2&size=3", "/model?size=9"]
)
def test_a_new_name_beside_the_old_one_never_reaches_head(url: str) -> None:
    response = sizes(on(Asked).renamed("count", to="size")).get(url)
    assert (response.status_code, response.json()) == (200, ["user", 0 if url.endswith("=9") else 2])


@pytest.mark.parametrize("spelling", ["role", "asRole", "as_role"])
def test_the_last_value_of_any_spelling_is_judged(spelling: str) -> None:
    class Spelled(BaseModel):
        role: Role = Field(default=Role.USER, validation_alias=AliasChoices("role", "asRole", "as_role"))

    app = FastAPI()

    async def model(query: Any) -> list[Role]:
        return [query.role]

    annotate(model, "query", Spelled, Query())
    app.add_api_route("/model", model)
    client = old_client(app, GREW)
    assert client.get(f"/model?{spelling}=admin&{spelling}=user").json() == ["user"]
    assert client.get(f"/model?{spelling}=user&{spelling}=admin").status_code == 422


def test_of_what_became_a_list_the_last_value_is_its_only_item() -> None:
    class Sized(BaseModel):
        sizes: list[str] = []

    app = FastAPI()

    async def model(query: Any) -> list[str]:
        return list(query.sizes)

    annotate(model, "query", Sized, Query())
    app.add_api_route("/model", model)
    client = old_client(app, on(Sized).became_list("sizes", was=str, empty=""))
    assert client.get("/model?sizes=1&sizes=2").json() == ["2"]
