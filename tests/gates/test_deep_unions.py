"""A union whose arms a tag tells apart is read level by level, also below a union without a tag."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, timeline_of
from timegate import Contract, on


class Both(BaseModel):
    op: Literal["and"] = "and"
    args: list[Expression] = []


class Either(BaseModel):
    op: Literal["or"] = "or"
    args: list[Expression] = []


Expression = Annotated[Both | Either, Field(discriminator="op")]


class ByExpression(BaseModel):
    where: Expression


class ByName(BaseModel):
    name: str
    size: int = 0
    where: Expression | None = None


class Query(BaseModel):
    by: ByExpression | ByName


@pytest.mark.timeout(200)
def test_what_is_nested_deeply_takes_no_time_per_path_through_the_arms() -> None:
    gates = timeline_of(on(ByName).renamed("limit", to="size")).compile(Contract.of_types(Query))
    nested: dict[str, Any] = {"op": "and"}
    for level in range(60):
        nested = {"op": ("and", "or")[level % 2], "args": [nested]}
    sent = {"by": {"name": "x", "limit": 3, "where": nested}}
    assert gates.upgrade(Query, sent, from_version=OLD) == {"by": {"name": "x", "size": 3, "where": nested}}
