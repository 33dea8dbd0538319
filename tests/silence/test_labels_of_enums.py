"""An enum in a union is called in a 422 as the old server called it, and lists the members of its version alone."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest
from pydantic import create_model

from tests.sentences import shows
from tests.silence.exchanges import Posted, exchange
from timegate import enum


def of(kind: Any, *members: Any) -> Any:
    return kind("E", {f"M{index}": member for index, member in enumerate(members)})


def entries(app: Any, value: Any) -> Any:
    response = exchange(app, "POST", "/", body={"value": value})
    assert response.status == 422
    return response.json()["detail"]


@shows("a text or number that no arm of a union of scalars reads, where an enum in it changed | the enum's entry alone")
@pytest.mark.parametrize(("kind", "first", "second"), [(StrEnum, "a", "b"), (IntEnum, 1, 2), (Enum, "a", "b")])
def test_a_union_of_an_enum_reads_like_the_old_servers(kind: Any, first: Any, second: Any) -> None:
    then, now = of(kind, first), of(kind, first, second)
    held: list[Any] = [then | float, now | float]
    old = Posted(create_model("Held", value=(held[0], ...)))
    new = Posted(create_model("Held", value=(held[1], ...)), enum(now).grew(second, seen_as=first))
    values: list[Any] = [None, [], {}, {"a": 1}]
    for value in values:
        assert entries(new.app, value) == entries(old.bare, value)
    refused = entries(new.app, "x")
    assert refused == entries(old.bare, "x")[:1]
