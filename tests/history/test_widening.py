"""A retyped field needs no function where the schemas show that one type admits every value of the other."""

from __future__ import annotations

import copy
from enum import Enum
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import BaseModel, Field, JsonValue, RootModel, create_model

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


class Code(RootModel[str]):
    pass


SHORT = Field(max_length=2)


@pytest.mark.parametrize(
    ("new", "old"), [(int | str, Annotated[int | str, SHORT]), (Code, Annotated[Code, SHORT])], ids=str
)
def test_a_limit_beside_a_union_or_a_named_type_counts(new: Any, old: Any) -> None:
    fields: Any = {"value": (new, ...)}
    holder = create_model("Holder", **fields)
    for fact in (on(holder).constrained("value", was=old), on(holder).retyped("value", was=old | None, to_head=str)):

        class Change(VersionChange):
            """The value is longer."""

            changes = (fact,)

        with pytest.raises(CompileError, match="head sends values here that the old"):
            Timeline(Version("2025-02-01", Change), Version("2025-01-01")).compile(Contract.of_types(sends=[holder]))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (int | Annotated[str, SHORT], Annotated[int | str, SHORT]),
        (Annotated[int | str, Field(max_length=1)], Annotated[int | str, SHORT]),
        (Annotated[Code, Field(max_length=1)], Annotated[Code, SHORT]),
        (Annotated[Part | str, SHORT], Part | str),
    ],
    ids=str,
)
def test_a_limit_that_head_keeps_needs_no_function(new: Any, old: Any) -> None:
    fields: Any = {"value": (new, ...)}
    holder = create_model("Holder", **fields)

    class Change(VersionChange):
        """The value has other limits."""

        changes = (on(holder).constrained("value", was=old),)

    gates = Timeline(Version("2025-02-01", Change), Version("2025-01-01")).compile(Contract.of_types(sends=[holder]))
    assert gates.downgrade(holder, {"value": "a"}, to_version="2025-01-01") == {"value": "a"}


def test_a_tuple_or_an_object_without_other_parts_has_the_types_of_its_parts() -> None:
    parts: dict[str, Any] = {
        "list": {"type": "array", "prefixItems": [{"type": "string"}], "minItems": 1, "items": False},
        "object": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Parts"}}}
    operation = {"responses": {"200": {"description": "The parts.", "content": content}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Parts", "version": "1"},
        "paths": {"/parts": {"get": operation}},
        "components": {"schemas": {"Parts": {"type": "object", "properties": parts, "required": list(parts)}}},
    }

    class Change(VersionChange):
        """The parts are texts."""

        changes = (
            on("Parts").retyped("list", was=list[int], to_head=list),
            on("Parts").retyped("object", was=dict[str, int], to_head=dict),
        )

    with pytest.raises(CompileError) as caught:
        Timeline(Version("2025-02-01", Change), Version("2025-01-01")).compile(Contract.from_openapi(document))
    problem = "head sends values here that the old type does not admit"
    assert {fault.place: fault.problem for fault in caught.value.faults} == {
        "Parts.list": problem,
        "Parts.object": problem,
    }
