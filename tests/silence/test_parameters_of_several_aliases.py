"""A parameter of several aliases is read by those that the framework reads, and not by its name in Python."""

from enum import Enum
from typing import Annotated

import pytest
from fastapi import Cookie, FastAPI, Query
from pydantic import AliasChoices

from tests.silence.exchanges import exchange, gated
from timegate import enum


class Sort(Enum):
    A = "a"
    B = "b"


SEVERAL = AliasChoices("sortBy", "order")

app = FastAPI()


@app.get("/query")
def by_query(sort: Annotated[Sort, Query(validation_alias=SEVERAL)] = Sort.A) -> str:
    return sort.value


@app.get("/cookie")
def by_cookie(sort: Annotated[Sort, Cookie(validation_alias=SEVERAL)] = Sort.A) -> str:
    return sort.value


@pytest.mark.parametrize("name", ["sort", "sortBy", "order"])
@pytest.mark.parametrize("where", ["query", "cookie"])
def test_the_gate_reads_a_parameter_by_the_names_that_the_framework_reads(where: str, name: str) -> None:
    target, headers = (f"/query?{name}=b", {}) if where == "query" else ("/cookie", {"cookie": f"{name}=b"})
    alone = exchange(app, "GET", target, headers=headers, version=None)
    response = exchange(gated(app, enum(Sort).renamed("old", to="a")), "GET", target, headers=headers)
    assert (response.status, response.json()) == (alone.status, {"a": "a", "b": "b"}[alone.json()])
