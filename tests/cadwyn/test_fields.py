"""Promises 15 to 30: fields."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Generic, TypeVar

import pytest
from pydantic import BaseModel, Field, computed_field

from tests.cadwyn import OLD, fault_of, gates_of
from timegate import on
from timegate.changes.base import Fact

T = TypeVar("T")


class Empty(BaseModel):
    """Has no fields."""


class Item(BaseModel):
    kinds: ClassVar[int] = 1

    sku: str = Field(max_length=8)
    size: int | None = Field(default=None, ge=1)
    tags: list[str] = Field(default_factory=list)

    @computed_field
    def label(self) -> str:
        return self.sku.upper()


class Child(Item):
    pass


class Grandchild(Child):
    note: str = ""


class Anew(Item):
    sku: str


class Page(BaseModel, Generic[T]):
    rows: list[T]
    first: T


def received(model: Any, *facts: Fact) -> dict[str, Any]:
    """The schema of a model in the old document of what is received."""
    schemas = gates_of(model, *facts).contract(OLD)["components"]["schemas"]
    found: dict[str, Any] = next(schemas[one] for one in (f"{model.__name__}-Input", model.__name__) if one in schemas)
    return found


def properties(model: Any, *facts: Fact) -> dict[str, Any]:
    found: dict[str, Any] = received(model, *facts).get("properties", {})
    return found


@pytest.mark.parametrize("model", [Empty, Item])
def test_15_a_field_that_older_versions_had_has_its_type_texts_and_default(model: Any) -> None:
    was = Annotated[int | None, Field(title="Weight!", description="in kg", le=5)]
    fact = on(model).removed("weight", was=was, required=False, backfill=None, loses="nobody reads it")
    weight = properties(model, fact)["weight"]
    assert (weight["title"], weight["description"]) == ("Weight!", "in kg")
    assert gates_of(model, fact).downgrade(model, {"sku": "a"}, to_version=OLD)["weight"] is None


def test_16_a_removed_field_that_is_still_there_is_refused() -> None:
    fault = fault_of(Item, on(Item).removed("sku", was=str, backfill="", loses="no"))
    assert fault.problem == "the newer version has this field too"


@pytest.mark.parametrize("model", [Item, Child, Grandchild])
def test_17_an_added_field_is_not_there_in_classes_that_inherit_it(model: Any) -> None:
    gates = gates_of(model, on(Item).added("size"))
    assert gates.downgrade(model, {"sku": "a", "size": 3}, to_version=OLD) == {"sku": "a"}


@pytest.mark.parametrize("fact", [on(Item).added("nothing"), on(Item).renamed("a", to="nothing")])
def test_18_and_21_a_fact_about_a_field_that_there_is_not_is_refused(fact: Fact) -> None:
    assert fault_of(Item, fact).problem == "there is no such field right after this fact"


@pytest.mark.parametrize(
    ("fact", "key", "value"),
    [
        (on(Item).retyped("sku", was=int, to_head=str, to_old=int), "type", "integer"),
        (on(Item).defaulted("size", was=7), "default", 7),
        (on(Item).constrained("sku", was=Annotated[str, Field(max_length=4)], to_old=lambda v: v[:4]), "maxLength", 4),
        (on(Item).constrained("sku", was=Annotated[str, Field(pattern="a")], tolerated="x"), "pattern", "a"),
        (on(Item).retyped("tags", was=list[int], to_head=lambda v: [*map(str, v)], to_old=list), "items", None),
    ],
)
def test_19_type_default_and_limits_of_older_versions_are_in_their_documents(fact: Fact, key: str, value: Any) -> None:
    sku = properties(Item, fact)[fact.argument_code().split("'")[1]]
    assert sku[key] == (value or {"type": "integer"})


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        (on(Item).renamed("sku", to="sku"), "the field is called 'sku' on the wire already"),
        (on(Item).retyped("tags", was=list[str]), "the type is the same and no value changes"),
        (on(Item).defaulted("size", was=None), "the default is the same right after this fact"),
        (on(Item).constrained("sku", was=Annotated[str, Field(max_length=8)]), "the limits are the same"),
    ],
)
def test_20_a_fact_that_changes_nothing_is_refused(fact: Fact, problem: str) -> None:
    assert fault_of(Item, fact).problem.startswith(problem)


def test_22_older_versions_may_lack_a_default_or_a_limit() -> None:
    without = (on(Item).became_optional("size", missing_was=1), on(Item).constrained("sku", was=str))
    assert "maxLength" not in properties(Item, *without)["sku"]
    assert received(Item, *without)["required"] == ["sku", "size"]


def test_23_what_is_not_there_cannot_have_been_taken_away() -> None:
    assert fault_of(Item, on(Item).became_optional("sku")).problem == "the field is required right after this fact"


def test_24_and_25_limits_within_annotations_and_unions_are_those_of_the_version() -> None:
    was = Annotated[int | None, Field(ge=5)]
    size = properties(Item, on(Item).constrained("size", was=was, tolerated="they can read it"))["size"]
    assert {"type": "integer", "minimum": 5} in size["anyOf"]


def test_26_texts_and_examples_of_older_documents() -> None:
    fact = on(Item).documented("sku", was={"title": "Article", "examples": ["a-7"]})
    sku = properties(Item, fact)["sku"]
    assert (sku["title"], sku["examples"]) == ("Article", ["a-7"])


class Both(BaseModel):
    item: Item
    anew: Anew


def test_27_a_class_that_declares_a_field_anew_has_to_be_named_too() -> None:
    assert fault_of(Both, on(Item).renamed("article", to="sku")).place == "Anew.sku"
    gates = gates_of(Both, on(Item, Anew).renamed("article", to="sku"))
    old = {"item": {"article": "a"}, "anew": {"article": "b"}}
    assert gates.upgrade(Both, old, from_version=OLD) == {"item": {"sku": "a"}, "anew": {"sku": "b"}}


def test_28_computed_fields_are_kept_and_can_be_new_and_class_variables_are_no_fields() -> None:
    assert "label" in gates_of(Item).downgrade(Item, Item(sku="a"), to_version=OLD)
    assert "label" not in gates_of(Item, on(Item).added("label")).downgrade(Item, Item(sku="a"), to_version=OLD)
    assert fault_of(Item, on(Item).added("kinds")).problem == "there is no such field right after this fact"


def test_29_a_renamed_field_is_renamed_in_data_at_every_depth() -> None:
    gates = gates_of(list[dict[str, Item]], on(Item).renamed("article", to="sku"))
    old = [{"one": {"article": "a"}}]
    assert gates.upgrade(list[dict[str, Item]], old, from_version=OLD) == [{"one": {"sku": "a"}}]


def test_30_a_generic_class_changes_for_all_its_parameters_or_for_one() -> None:
    page: dict[str, Any] = {"rows": [], "first": 1}
    every = gates_of(Page[int], on(Page).renamed("items", to="rows"))
    assert every.downgrade(Page[int], page, to_version=OLD) == {"items": [], "first": 1}
    one = gates_of(Page[int], on(Page[int]).renamed("head", to="first"))
    assert one.downgrade(Page[int], page, to_version=OLD) == {"rows": [], "head": 1}
