"""No older version of an enum, or of a type of lists, texts or unions, has a field: such a fact is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, RootModel, create_model

from tests.cells.refused import change_of, faults_of
from tests.sentences import shows
from timegate import Contract, Timeline, Version, on


class Colour(StrEnum):
    RED = "red"


class Cat(BaseModel):
    lives: int


class Dog(BaseModel):
    age: int


def rooted(kind: Any) -> Any:
    return type("Rooted", (RootModel[kind],), {})


OTHERS = [rooted(kind) for kind in (list[int], str, Cat | Dog, list[Cat], Cat | None, dict[str, int])]


def holder_of(kind: Any) -> type[BaseModel]:
    fields: Any = {"held": (kind, ...), "size": (int, 0)}
    return create_model("Holder", **fields)


@shows("A class whose values are no objects with fields has none in any version.")
@pytest.mark.parametrize("kind", [*OTHERS, Colour], ids=str)
@pytest.mark.parametrize("side", ["sends", "receives"])
@pytest.mark.parametrize("moved", ["into it", "into an object in it", ""])
def test_a_field_of_what_has_none_is_refused_at_the_start(kind: Any, side: str, moved: str) -> None:
    holder = holder_of(kind)
    fact: Any = on(kind).removed("old", was=int, backfill=1, loses="nobody misses it")
    if moved:
        fact = on(holder).moved("held.old" if moved == "into it" else "held.in.old", to="size")
    contract: Contract = Contract.of_types(**{side: [holder]})
    (fault,) = faults_of(contract, change_of("Changed", fact))
    assert "has no fields: it" in fault.problem


def test_an_object_whose_document_names_no_fields_may_have_had_one() -> None:
    schema = {"$ref": "#/components/schemas/Labels"}
    shown = {"200": {"description": "Labels.", "content": {"application/json": {"schema": schema}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Labels", "version": "1"},
        "paths": {"/labels": {"get": {"responses": shown}}},
        "components": {"schemas": {"Labels": {"type": "object"}}},
    }
    change = change_of("Changed", on("Labels").removed("old", was=int, backfill=1, loses="nobody misses it"))
    timeline = Timeline(Version("2025-06-01", change), Version("2025-01-01"))
    gates = timeline.compile(Contract.from_openapi(document))
    assert gates.downgrade("Labels", {"a": "b"}, to_version="2025-01-01") == {"a": "b", "old": 1}
