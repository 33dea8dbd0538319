"""A retyped field needs no function where the schemas show that one type admits every value of the other."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import BaseModel, JsonValue

from timegate import CompileError, Contract, Gates, Timeline, Version, VersionChange, on


class Kwargs(BaseModel):
    values: dict[str, JsonValue]
    count: int
    tree: list[list[int]]


def compiled(old: Any, field: str) -> Gates:
    class Change(VersionChange):
        """The type is another one."""

        changes = (on(Kwargs).retyped(field, was=old),)

    return Timeline(Version("2025-02-01", Change), Version("2025-01-01")).compile(Contract.of_types(receives=[Kwargs]))


@pytest.mark.parametrize(
    ("old", "values"),
    [(dict[str, Any], {"a": {"b": 1}}), (dict[str, int], {"a": 1}), (dict[str, list[str | None]], {"a": ["b", None]})],
)
def test_values_of_any_type_are_admitted_where_head_takes_any_json(old: Any, values: Any) -> None:
    body: dict[str, Any] = {"values": values, "count": 1, "tree": []}
    assert compiled(old, "values").upgrade(Kwargs, copy.deepcopy(body), from_version="2025-01-01") == body


@pytest.mark.parametrize(("field", "old"), [("tree", list[list[int]] | list[list[bool]]), ("count", float)])
def test_a_narrower_head_requires_a_function(field: str, old: Any) -> None:
    with pytest.raises(CompileError, match="old clients send values here that head's type does not admit"):
        compiled(old, field)
