"""What a function of several fields cannot convert is told at a field that the client has, never at head's."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form, Query
from pydantic import BaseModel

from tests.silence.old_client import Client, old_client
from timegate import on


class Named(BaseModel):
    name: str = "Ada Lovelace"
    born: int = 1815


def together(first: str, last: str) -> str:
    if not last:
        raise ValueError("a name has two parts")
    return f"{first} {last}"


MERGED = on(Named).merged(
    ("first", "last"), into="name", was=(str, str), together=together, apart=lambda name: tuple(name.split(" ", 1))
)


def client() -> Client:
    app = FastAPI()

    @app.post("/body")
    async def body(named: Named) -> str:
        return named.name

    @app.get("/query")
    async def query(named: Annotated[Named, Query()]) -> str:
        return named.name

    @app.post("/form")
    async def form(named: Annotated[Named, Form()]) -> str:
        return named.name

    return old_client(app, MERGED)


def told(response: Any) -> list[tuple[list[Any], Any]]:
    return [(one["loc"], one["input"]) for one in response.json()["detail"]]


@pytest.mark.parametrize(
    ("sent", "first"),
    [({"first": "Ada", "last": ""}, "Ada"), ({"first": "Ada"}, "Ada"), ({"last": "Byron"}, None)],
    ids=str,
)
def test_in_a_body_a_query_and_a_form(sent: dict[str, str], first: str | None) -> None:
    query = "&".join(f"{key}={value}" for key, value in sent.items())
    old = client()
    assert told(old.post("/body", sent)) == [(["body", "first"], first)]
    assert told(old.get(f"/query?{query}")) == [(["query", "first"], first)]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert told(old.request("POST", "/form", content=query.encode(), headers=form)) == [(["body", "first"], first)]


def test_what_stands_under_heads_name_is_not_repeated() -> None:
    response = client().post("/body", {"first": "Ada", "name": "secret"})
    assert told(response) == [(["body", "first"], "Ada")]
