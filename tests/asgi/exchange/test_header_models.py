"""Header fields that some releases of FastAPI also read as fields of a class, by their names in Python."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import FastAPI, Header
from pydantic import BaseModel

from tests.asgi.calling import Caller
from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2025-06-01", "2025-01-01"


class Who(BaseModel):
    x_name: str = "nobody"
    x_role: str = "user"
    x_size: int = 0
    x_same: str = ""


class Roles(VersionChange):
    """Callers have a role, their user is called name, and sizes are counted from one."""

    changes = (
        on(Who).renamed("x-user", to="x_name"),
        on(Who).added("x_role"),
        on(Who).retyped("x_size", was=int, to_head=lambda size: size + 1, to_old=lambda size: size - 1),
    )


app = FastAPI()


@app.get("/callers")
def callers(caller: Annotated[Who, Header()]) -> dict[str, object]:
    return caller.model_dump()


app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Roles), Version(OLD)))
EMPTY = {"x_name": "nobody", "x_role": "user", "x_size": 0, "x_same": ""}


def read(version: str, fields: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = Caller(app, headers={"API-Version": version}).get("/callers", headers=fields).json()
    return found


@pytest.mark.parametrize("name", ["x_name", "x-name", "x_role", "x-role", "X_Role", "X_NAME"])
def test_no_spelling_of_a_name_that_the_version_lacks_reaches_head(name: str) -> None:
    assert read(OLD, {name: "admin"}) == EMPTY


def test_a_name_with_underscores_is_converted_where_the_framework_reads_it() -> None:
    by_name = read(NEW, {"x_size": "7"})["x_size"] == 7
    assert read(OLD, {"x-size": "7"}) == {**EMPTY, "x_size": 8}
    assert read(OLD, {"x_size": "7"}) == {**EMPTY, "x_size": 8 if by_name else 0}


def test_what_does_not_change_is_read_as_by_the_framework_alone() -> None:
    for name in ("x_same", "x-same"):
        assert read(OLD, {name: "a"}) == read(NEW, {name: "a"})
