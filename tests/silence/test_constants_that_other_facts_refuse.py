"""A value that a fact declares goes through every later fact on its way: one that refuses it is told at the start."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.cells.refused import change_of
from tests.growth.crafted_unions import arms_of, union_of
from tests.sentences import shows
from tests.silence.old_client import changed
from timegate import CompileError, Contract, Fault, Gates, Timeline, Version, on
from timegate.changes.base import Fact

OLDEST = "2001-01-01"


class Inner(BaseModel):
    size: int = 0


class Shop(BaseModel):
    name: str
    number: int
    note: str | None = None
    extent: int = 0
    inner: Inner = Inner()


SHOP = on(Shop)


def read_number(text: str) -> int:
    return int(text)


def first_word(text: str) -> str:
    if not text:
        raise ValueError("no word")
    return text.split()[0]


def halves(text: str) -> list[int]:
    first, second = text.split("x")
    return [int(first), int(second)]


def product(first: int, second: int) -> str:
    return f"{first}x{second}"


def counted(shop: dict[str, Any]) -> dict[str, Any]:
    return {**shop, "number": int(shop["number"])}


NUMBER = SHOP.retyped("number", was=str, to_head=read_number, to_old=str, loses="only numbers")
NOTE = SHOP.retyped("note", to_head=lambda text: text, to_old=first_word)


def compiled(*boundaries: tuple[Fact, ...], model: type[BaseModel] = Shop) -> Gates:
    """The gates of a model, with the facts of each version, the newest first."""
    versions = [Version(f"{2030 - index}-01-01", changed(*facts)) for index, facts in enumerate(boundaries)]
    return Timeline(*versions, Version(OLDEST)).compile(Contract.of_types(model))


def faults(*boundaries: tuple[Fact, ...], model: type[BaseModel] = Shop) -> list[Fault]:
    with pytest.raises(CompileError) as refused:
        compiled(*boundaries, model=model)
    return list(refused.value.faults)


NUMBERS: dict[str, tuple[tuple[Fact, ...], str]] = {
    "added": ((SHOP.added("number", default="many"),), "Shop.number"),
    "required": ((SHOP.became_required("number", default="many"),), "Shop.number"),
    "no null": ((SHOP.became_non_null("number", null_is="many"),), "Shop.number"),
    "another default": (
        (SHOP.defaulted("number", was="many"), SHOP.became_required("number", default="7")), "Shop.number",
    ),
    "the only item": (
        (SHOP.became_scalar("number", was=list[str], empty="many", loses="one is meant"),), "Shop.number",
    ),
}  # fmt: skip


@shows(
    "It then goes through the functions of all later facts on its way, to head",
    "where one of them refuses it, the fault names both facts.",
)
@pytest.mark.parametrize(("facts", "place"), NUMBERS.values(), ids=NUMBERS)
def test_a_constant_that_the_function_of_a_newer_fact_refuses_is_told_at_the_start(
    facts: tuple[Fact, ...], place: str
) -> None:
    (fault,) = faults((NUMBER,), facts)
    assert (fault.version, fault.change, fault.place) == ("2029-01-01", "Changed", place)
    assert fault.problem == (
        "the declared value cannot be converted to head: on(Shop).retyped('number', was=str, "
        "to_head=read_number, to_old=str, loses='only numbers') of 2030-01-01: the declared function failed: ValueError"
    )
    assert fault.remedy.startswith(f"give {facts[0]} a value that on(Shop).retyped('number'")
    assert "old_client.py:" in fault.at


def test_a_constant_that_the_newer_function_reads_is_what_head_gets() -> None:
    gates = compiled((NUMBER,), (SHOP.added("number", default="7"),))
    assert gates.upgrade(Shop, {"name": "a"}, from_version=OLDEST) == {"name": "a", "number": 7}


def test_a_constant_is_followed_through_new_names_and_versions_between() -> None:
    renamed = SHOP.renamed("count", to="number")
    found = faults((NUMBER,), (renamed,), (SHOP.renamed("items", to="count"),), (SHOP.added("items", default="many"),))
    assert [(fault.version, fault.place) for fault in found] == [("2027-01-01", "Shop.items")]


def test_facts_of_one_version_refuse_the_constants_of_those_before_them() -> None:
    (fault,) = faults((SHOP.added("number", default="many"), NUMBER))
    assert (fault.version, fault.place) == ("2030-01-01", "Shop.number")


def test_facts_of_several_versions_that_declare_one_value_are_all_told_where_it_is_refused() -> None:
    required, many, seven = SHOP.became_required("number", default="7"), "many", "7"
    plain = SHOP.retyped("number", to_head=str.strip, to_old=str.strip)
    defaulted = [(SHOP.defaulted("number", was=value),) for value in (many, seven, many)]
    boundaries = [(NUMBER,), (plain,), (required,), *[one for both in defaulted for one in (both, (plain,))]]
    versions = [
        Version(f"{2030 - index}-01-01", change_of(f"Changed{index}", *facts)) for index, facts in enumerate(boundaries)
    ]
    with pytest.raises(CompileError) as refused:
        Timeline(*versions, Version(OLDEST)).compile(Contract.of_types(Shop))
    told = [(fault.version, fault.remedy.partition(" a value")[0]) for fault in refused.value.faults]
    fact = "give on(Shop).defaulted('number', was='many')"
    assert sorted(told) == [("2023-01-01", fact), ("2027-01-01", fact)]


def test_a_constant_that_is_moved_is_followed_into_its_object_and_out_of_it() -> None:
    size = on(Inner).retyped("size", was=str, to_head=read_number, to_old=str, loses="only numbers")
    into = SHOP.moved("length", to="inner.size")
    (fault,) = faults((size,), (into,), (SHOP.added("length", default="long"),))
    assert (fault.version, fault.place) == ("2028-01-01", "Shop.length")
    extent = SHOP.retyped("extent", was=str, to_head=read_number, to_old=str, loses="only numbers")
    out = SHOP.moved("measures.extent", to="extent")
    (fault,) = faults((extent,), (out,), (SHOP.added("measures", default={"extent": "long"}),))
    assert (fault.version, fault.place) == ("2028-01-01", "Shop.measures")


def test_a_text_that_a_newer_version_cannot_split_is_told_at_the_start() -> None:
    split = SHOP.split("area", into=("number", "extent"), was=str, apart=halves, together=product, loses="other texts")
    (fault,) = faults((split,), (SHOP.added("area", default="wide"),))
    assert (fault.version, fault.place) == ("2029-01-01", "Shop.area")
    gates = compiled((split,), (SHOP.added("area", default="2x3"),))
    assert gates.upgrade(Shop, {"name": "a"}, from_version=OLDEST) == {"name": "a", "number": 2, "extent": 3}


RESPONSES: dict[str, tuple[Fact, ...]] = {
    "null": (SHOP.became_nullable("note", null_was=""),),
    "absent": (SHOP.became_nullable("note", null_was="b c"), SHOP.became_optional("note", missing_was="")),
}


@shows("It then goes through the functions of all later facts on its way,", "or to older versions:")
@pytest.mark.parametrize("facts", RESPONSES.values(), ids=RESPONSES)
def test_a_constant_that_the_function_of_an_older_fact_refuses_is_told_at_the_start(facts: tuple[Fact, ...]) -> None:
    (fault,) = faults(facts, (NOTE,))
    assert (fault.version, fault.place) == ("2030-01-01", "Shop.note")
    assert fault.problem.startswith("the declared value cannot be converted to an older version: on(Shop).retyped(")
    assert fault.problem.endswith("of 2029-01-01: the declared function failed: ValueError")


class Circle(BaseModel):
    kind: Literal["circle"]
    size: int


class Blob(BaseModel):
    kind: Literal["blob"]


class Drawing(BaseModel):
    shapes: list[Annotated[Circle | Blob, Field(discriminator="kind")]]


def half(size: int) -> int:
    if size % 2:
        raise ValueError("odd")
    return size // 2


HALVED = on(Circle).retyped("size", to_head=lambda size: size * 2, to_old=half)


@pytest.mark.parametrize("same_version", [True, False])
def test_what_stands_in_for_an_arm_is_told_at_the_start_where_an_older_fact_refuses_it(same_version: bool) -> None:
    def boundaries(size: int) -> list[tuple[Fact, ...]]:
        introduced = on(Blob).introduced(seen_as={"kind": "circle", "size": size})
        return [(HALVED, introduced)] if same_version else [(introduced,), (HALVED,)]

    (fault,) = faults(*boundaries(3), model=Drawing)
    assert (fault.version, fault.place) == ("2030-01-01", "Blob")
    assert fault.problem == (
        "the declared value cannot be converted to an older version: the declared function failed: ValueError"
    )
    assert fault.remedy.startswith("give on(Blob).introduced(seen_as=")
    found = compiled(*boundaries(4), model=Drawing).downgrade(
        Drawing, {"shapes": [{"kind": "blob"}]}, to_version=OLDEST
    )
    assert found == {"shapes": [{"kind": "circle", "size": 2}]}


def test_hundreds_of_arms_may_stand_in_for_each_other_one_after_the_other() -> None:
    first, *others = arms_of(300)
    holder = union_of([first, *others])
    introduced = tuple(on(arm).introduced(seen_as={"kind": f"a{index}", "x": 7}) for index, arm in enumerate(others))
    gates = compiled(introduced, (on(first).renamed("y", to="x"),), model=holder)
    for kind, seen in (("a0", 1), ("a1", 7), ("a299", 7)):
        found = gates.downgrade(holder, {"held": {"kind": kind, "x": 1}}, to_version=OLDEST)
        assert found == {"held": {"kind": "a0", "y": seen}}


def test_a_constant_that_a_newer_version_drops_may_be_any() -> None:
    removed = SHOP.removed("gone", was=int, backfill=7, loses="nobody reads it")
    read = SHOP.retyped("gone", was=str, to_head=read_number, to_old=str, loses="only numbers")
    between = SHOP.removed("gone", was=str, backfill="7", loses="nobody reads it")
    added = SHOP.added("gone", default="many")
    with pytest.raises(CompileError, match="'gone'"):
        compiled((removed,), (read,), (added,))
    gates = compiled((between,), (added,))
    assert gates.upgrade(Shop, {"name": "a", "number": 1}, from_version=OLDEST) == {"name": "a", "number": 1}


def test_a_whole_object_is_not_known_at_the_start_and_its_function_says_what_it_refuses() -> None:
    class Old(BaseModel):
        name: str
        number: str

    shaped = SHOP.reshaped(was=Old, to_head=counted, to_old=lambda shop: {**shop, "number": str(shop["number"])})
    gates = compiled((shaped,), (SHOP.added("number", default="7"),))
    assert json.dumps(gates.upgrade(Shop, {"name": "a"}, from_version=OLDEST)) == '{"name": "a", "number": 7}'
