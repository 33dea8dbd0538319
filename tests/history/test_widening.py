"""A retyped field needs no function where the schemas show that one type admits every value of the other."""

from __future__ import annotations

import copy
from enum import Enum
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, JsonValue, RootModel, create_model

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


class Point(NamedTuple):
    x: int
    y: int


class Color(Enum):
    RED = "red"


class Part(BaseModel):
    sku: str


class Sizes(RootModel[list[int]]):
    pass


NAMED: list[tuple[Any, Any]] = [(Point, [1, 2]), (Color, "red"), (Part, {"sku": "a"}), (Sizes, [1])]


@pytest.mark.parametrize(("kind", "value"), NAMED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_named_type_is_admitted_beside_null_and_beside_others(kind: Any, value: Any) -> None:
    fields: Any = {"nullable": (kind | None, None), "either": (kind | int, 0)}
    holder = create_model("Holder", **fields)

    def instead(found: Any) -> Any:
        return value if found in (None, 0) else found

    class Change(VersionChange):
        """The type is a wider one."""

        changes = (
            on(holder).retyped("nullable", was=kind, to_old=instead),
            on(holder).retyped("either", was=kind, to_old=instead),
        )

    gates = Timeline(Version("2025-02-01", Change), Version("2025-01-01")).compile(Contract.of_types(holder))
    body = {"nullable": value, "either": value}
    assert gates.upgrade(holder, copy.deepcopy(body), from_version="2025-01-01") == body
    assert gates.downgrade(holder, {"nullable": None, "either": 0}, to_version="2025-01-01") == body
