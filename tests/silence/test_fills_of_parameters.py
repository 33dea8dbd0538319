"""What a fact fills in for a parameter can be carried by a query or a header field, or the app does not start."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel

from tests.silence.old_client import Client, old_client, refusal
from timegate import Contract, endpoint, on


class Level(IntEnum):
    LOW = 1
    HIGH = 9


class Asked(BaseModel):
    n: int = 0
    text: str = ""
    several: list[str] = []
    flag: bool = False
    maybe: int | None = None
    level: Level = Level.LOW


class Must(BaseModel):
    page: int | None
    deep: int | None


class Fields(BaseModel):
    x_size: int = 1


def api() -> FastAPI:
    app = FastAPI()

    @app.get("/asked")
    async def asked(query: Annotated[Asked, Query()]) -> Any:
        return query.model_dump(mode="json")

    @app.get("/fields")
    async def fields(headers: Annotated[Fields, Header()]) -> Any:
        return headers.model_dump()

    @app.get("/must")
    async def must(query: Annotated[Must, Query()]) -> Any:
        return query.model_dump()

    @app.get("/single")
    async def single(
        n: int = 0,
        maybe: int | None = None,
        flag: bool = False,
        needed: Annotated[int | None, Query()] = 3,
        x_size: Annotated[int | None, Header()] = 1,
    ) -> Any:
        return {"n": n, "maybe": maybe, "flag": flag}

    return app


def client(*facts: Any) -> Client:
    return old_client(api(), *facts)


ABSENT = Asked().model_dump(mode="json")


FILLS: dict[str, Any] = {
    "added to a query model": lambda: on(Must).added("page", default=None),
    "required in a query model": lambda: on(Must).became_required("deep", default=None),
    "defaulted in a query model": lambda: on(Must).defaulted("page", was=None),
    "added to a query": lambda: endpoint("/single").query("maybe").added(default=None),
    "defaulted in a query": lambda: endpoint("/single").query("needed").defaulted(was=None),
    "added to a header": lambda: endpoint("/single").header("x-size").added(default=None),
    "an object": lambda: endpoint("/single").query("n").added(default={"a": 1}),
    "a list for one value": lambda: endpoint("/single").query("n").added(default=[1, 2]),
    "another type": lambda: endpoint("/single").query("n").added(default="many"),
    "another type in a header": lambda: endpoint("/single").header("x-size").added(default="many"),
    "a list of lists": lambda: on(Asked).added("several", default=[["a"]]),
    "a null among the values": lambda: on(Asked).added("several", default=["a", None]),
}


@pytest.mark.parametrize("name", FILLS)
def test_a_fill_that_a_parameter_cannot_carry_is_refused(name: str) -> None:
    said = refusal(Contract.of(api()), FILLS[name])
    assert "Must" in said or "Asked" in said or "/single" in said


@pytest.mark.parametrize(
    ("fact", "seen"),
    [
        (endpoint("/single").query("n").added(default=4), {"n": 4, "maybe": None, "flag": False}),
        (endpoint("/single").query("flag").added(default=True), {"n": 0, "maybe": None, "flag": True}),
        (endpoint("/single").query("maybe").defaulted(was=6), {"n": 0, "maybe": 6, "flag": False}),
    ],
)
def test_a_fill_that_a_parameter_can_carry_reaches_head(fact: Any, seen: Any) -> None:
    assert client(fact).get("/single").json() == seen


def test_a_fill_of_several_values_reaches_head() -> None:
    assert client(on(Asked).added("several", default=["a", "b&c"])).get("/asked").json()["several"] == ["a", "b&c"]
