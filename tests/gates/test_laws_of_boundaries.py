"""The laws that hold at every boundary between two versions, each shown by its smallest example."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from timegate import Contract, Gates, Internal, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact

OLDEST = "2001-01-01"


class Part(BaseModel):
    name: str = ""
    age: int = 0


class Whole(BaseModel):
    parts: list[Part] = []


class Strict(BaseModel):
    parts: list[Part]


class Keeper(BaseModel):
    name: str | None = None
    secret: Annotated[list[int], Internal()] = []


class Vault(BaseModel):
    bare: Keeper | None = None
    many: list[Keeper] = []
    named: dict[str, list[Keeper]] = {}
    pair: tuple[Keeper, int] | None = None


def gates_of(model: Any, *boundaries: Fact | tuple[Fact, ...]) -> Gates:
    """Compile the facts of each boundary, newest first."""
    versions: list[Version] = []
    for index, declared in enumerate(boundaries):
        facts = (declared,) if isinstance(declared, Fact) else declared
        change = type(f"Change{index}", (VersionChange,), {"__doc__": "A change.", "changes": facts})
        versions.append(Version(f"20{30 - index}-01-01", change))
    return Timeline(*versions, Version(OLDEST)).compile(Contract.of_types(model))


def same(value: Any) -> Any:
    return value


# The facts about the field that holds the parts, at older boundaries than the fact about their key `name`.
EARLIER: dict[str, tuple[Any, Fact]] = {
    "renamed": (Whole, on(Whole).renamed("pieces", to="parts")),
    "moved": (Whole, on(Whole).moved("box.parts", to="parts")),
    "retyped": (Whole, on(Whole).retyped("parts", to_head=same, to_old=same, loses="nothing")),
    "became_list": (Whole, on(Whole).became_list("parts")),
    "became_non_null": (Whole, on(Whole).became_non_null("parts", null_is=[])),
    "became_required": (Strict, on(Strict).became_required("parts", default=[])),
    "defaulted": (Whole, on(Whole).defaulted("parts", was=[{"age": 5}])),
}

LATER: dict[str, Fact] = {"renamed": on(Part).renamed("title", to="name"), "added": on(Part).added("name")}


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("earlier", EARLIER)
def test_a_key_of_head_alone_is_dropped_below_every_field(earlier: str, later: str) -> None:
    model, fact = EARLIER[earlier]
    part: Any = {"name": "smuggled", "age": 1}
    parts: Any = part if earlier == "became_list" else [part]
    old: Any = {"renamed": {"pieces": parts}, "moved": {"box": {"parts": parts}}}.get(earlier, {"parts": parts})
    gates = gates_of(model, LATER[later], fact)
    assert gates.upgrade(model, old, from_version=OLDEST) == {"parts": [{"age": 1}]}


@pytest.mark.parametrize("version", ["2030-01-01", OLDEST])
def test_an_internal_field_never_passes_a_gate_at_any_depth(version: str) -> None:
    gates = gates_of(Vault, on(Keeper).became_optional("name", missing_was=None))
    full: Any = {"name": "a", "secret": [1]}
    bare: Any = {"name": "a"}
    before = {"bare": full, "many": [full], "named": {"k": [full]}, "pair": [full, 1]}
    after = {"bare": bare, "many": [bare], "named": {"k": [bare]}, "pair": [bare, 1]}
    assert gates.downgrade(Vault, before, to_version=version) == after
    assert gates.upgrade(Vault, before, from_version=version) == after


def test_a_null_that_a_fact_puts_in_stays_null_in_older_versions() -> None:
    gates = gates_of(
        Whole,
        on(Whole).became_non_null("parts", null_is=[]),
        on(Whole).became_optional("parts", missing_was=None),
        on(Part).renamed("title", to="name"),
    )
    assert gates.downgrade(Whole, {}, to_version=OLDEST) == {"parts": None}


def test_an_empty_list_of_models_is_null_to_an_old_client_whose_type_has_it() -> None:
    gates = gates_of(Whole, on(Whole).became_list("parts", was=Part | None), on(Part).renamed("title", to="name"))
    assert gates.downgrade(Whole, {"parts": []}, to_version=OLDEST) == {"parts": None}


def test_a_field_moved_into_an_object_follows_when_the_object_is_renamed() -> None:
    gates = gates_of(
        Whole,
        (on(Whole).renamed("crate", to="box"), on(Whole).moved("box.parts", to="parts")),
        on(Part).renamed("title", to="name"),
    )
    old = {"crate": {"parts": [{"title": "a"}]}}
    assert gates.downgrade(Whole, {"parts": [{"name": "a"}]}, to_version=OLDEST) == old
    assert gates.upgrade(Whole, old, from_version=OLDEST) == {"parts": [{"name": "a"}]}


def test_an_object_that_a_move_empties_goes_with_the_fields_that_came_later() -> None:
    class Place(BaseModel):
        warehouse: str
        shelf: str | None = None

    class Stock(BaseModel):
        place: Place
        amount: int

    gates = gates_of(Stock, (on(Stock).moved("warehouse", to="place.warehouse"), on(Place).added("shelf")))
    head = {"place": {"warehouse": "north", "shelf": "7"}, "amount": 1}
    old = {"amount": 1, "warehouse": "north"}
    assert gates.downgrade(Stock, head, to_version=OLDEST) == old
    assert gates.upgrade(Stock, old, from_version=OLDEST) == {"amount": 1, "place": {"warehouse": "north"}}
    assert gates.idle == ()


def test_a_field_that_came_went_and_came_back_has_the_default_of_its_last_coming() -> None:
    class Order(BaseModel):
        item: str
        priority: int

    gates = gates_of(
        Order,
        on(Order).added("priority", default=3),
        on(Order).removed("priority", was=int, backfill=1, loses="it was never read"),
        on(Order).added("priority"),
    )
    assert gates.upgrade(Order, {"item": "a"}, from_version=OLDEST) == {"item": "a", "priority": 3}


class Crate(BaseModel):
    weight: int


class Shipped(BaseModel):
    note: str
    box: Crate


def test_an_object_that_a_move_empties_goes_where_a_field_of_its_name_was_renamed_again() -> None:
    gates = gates_of(
        Shipped,
        (on(Shipped).renamed("box", to="note"), on(Shipped).moved("weight", to="box.weight")),
        (on(Shipped).renamed("remark", to="box"),),
    )
    head, old = {"note": "late", "box": {"weight": 3}}, {"remark": "late", "weight": 3}
    assert gates.downgrade(Shipped, head, to_version=OLDEST) == old
    assert gates.upgrade(Shipped, old, from_version=OLDEST) == head


class Loaded(BaseModel):
    box: Crate


def test_an_object_that_a_move_empties_goes_where_a_field_of_its_name_came_and_went() -> None:
    gates = gates_of(
        Loaded,
        (
            on(Loaded).removed("box", was=int, required=True, backfill=1, loses="nobody counts boxes"),
            on(Loaded).moved("weight", to="box.weight"),
        ),
        (on(Loaded).added("box", default=1),),
    )
    assert gates.downgrade(Loaded, {"box": {"weight": 3}}, to_version=OLDEST) == {"weight": 3}
    assert gates.upgrade(Loaded, {"weight": 3}, from_version=OLDEST) == {"box": {"weight": 3}}
