"""The oracle and the compiled programs convert each example as the design describes, fact by fact."""

from typing import Any

import pytest
from pydantic import BaseModel

from tests.oracle import Oracle
from tests.oracle.examples import DOWNGRADES, ITEM, UPGRADES, Colour, Dog, Example, Item, ref
from tests.oracle.refused import REFUSED_DOWNGRADES, REFUSED_UPGRADES
from timegate import Contract, DowngradeError, GateError, Timeline, UpgradeError, Version, VersionChange, enum, on
from timegate.changes.base import Fact


def timeline_of(*boundaries: tuple[Fact, ...]) -> Timeline:
    """Make a timeline from the facts of each boundary, newest first."""
    versions: list[Version] = []
    for index, facts in enumerate(boundaries):
        change = type(f"Change{index}", (VersionChange,), {"__doc__": "A change.", "changes": facts})
        versions.append(Version(f"20{30 - index}-01-01", change))
    return Timeline(*versions, Version("2001-01-01"))


def oracle_of(model: Any, *boundaries: tuple[Fact, ...]) -> Oracle:
    return Oracle.of(Contract.of_types(model).wire, timeline_of(*boundaries))


@pytest.mark.parametrize("example", UPGRADES.values(), ids=UPGRADES.keys())
def test_the_oracle_upgrades_a_request_as_the_design_describes(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    assert oracle.upgrade(ref(example.model), example.before, 1) == example.after


@pytest.mark.parametrize("example", DOWNGRADES.values(), ids=DOWNGRADES.keys())
def test_the_oracle_downgrades_a_response_as_the_design_describes(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    assert oracle.downgrade(ref(example.model), example.before, 1) == example.after


@pytest.mark.parametrize("example", REFUSED_UPGRADES.values(), ids=REFUSED_UPGRADES.keys())
def test_the_oracle_refuses_a_request_where_the_design_does(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    with pytest.raises(UpgradeError):
        oracle.upgrade(ref(example.model), example.before, 1)


@pytest.mark.parametrize("example", REFUSED_DOWNGRADES.values(), ids=REFUSED_DOWNGRADES.keys())
def test_the_oracle_refuses_a_response_where_the_design_does(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    with pytest.raises(DowngradeError):
        oracle.downgrade(ref(example.model), example.before, 1)


TABLES = {"upgrade": UPGRADES, "downgrade": DOWNGRADES}
REFUSED = {"upgrade": REFUSED_UPGRADES, "downgrade": REFUSED_DOWNGRADES}


def compiled(example: Example, direction: str) -> Any:
    gates = timeline_of(example.facts).compile(Contract.of_types(example.model))
    if direction == "upgrade":
        return gates.upgrade(example.model, example.before, from_version="2001-01-01")
    return gates.downgrade(example.model, example.before, to_version="2001-01-01")


@pytest.mark.parametrize(("direction", "name"), [(way, name) for way, table in TABLES.items() for name in table])
def test_the_compiled_program_converts_as_the_design_describes(direction: str, name: str) -> None:
    example = TABLES[direction][name]
    assert compiled(example, direction) == example.after


@pytest.mark.parametrize(("direction", "name"), [(way, name) for way, table in REFUSED.items() for name in table])
def test_the_compiled_program_refuses_where_the_design_does(direction: str, name: str) -> None:
    with pytest.raises(UpgradeError if direction == "upgrade" else DowngradeError):
        compiled(REFUSED[direction][name], direction)


def test_renamed_keeps_the_position_of_the_key() -> None:
    oracle = oracle_of(Item, (ITEM.renamed("length", to="size"),))
    assert list(oracle.upgrade(ref(Item), {"name": "a", "length": 1, "note": "b"}, 1)) == ["name", "size", "note"]


def test_facts_of_one_boundary_apply_in_order_in_upgrades_and_reversed_in_downgrades() -> None:
    facts = (ITEM.renamed("first", to="middle"), ITEM.renamed("middle", to="name"))
    oracle = oracle_of(Item, facts)
    assert oracle.upgrade(ref(Item), {"first": "a"}, 1) == {"name": "a"}
    assert oracle.downgrade(ref(Item), {"name": "a"}, 1) == {"first": "a"}


def test_old_schemas_follow_from_the_facts() -> None:
    facts = (
        ITEM.added("limited"),
        ITEM.renamed("title", to="name"),
        ITEM.removed("gone", was=int, backfill=0, loses="it is gone"),
        ITEM.became_nullable("note", null_was=""),
        ITEM.became_optional("note", missing_was=""),
        ITEM.retyped("tags.*", was=int, to_head=str, to_old=int),
        ITEM.moved("y", to="spot.y"),
        on(Dog).introduced(seen_as={"kind": "cat"}),
        enum(Colour).grew("blue", seen_as="red"),
    )
    oracle = oracle_of(Item, facts)
    old = oracle.history.states[1]["responses"]
    properties = old["Item"].properties
    assert set(properties) == {
        "title", "size", "note", "tags", "spot", "colour", "pet", "again", "gone", "y",
    }  # fmt: skip
    assert set(old["Item"].required) == {"title", "gone", "note"}
    assert properties["note"]["type"] == "string"
    assert properties["tags"]["items"] == {"type": "integer"}
    assert list(old["Spot"].properties) == ["x"]
    assert old["Colour"].schema["enum"] == ["red"]
    union = properties["pet"]["anyOf"][0]
    assert union["oneOf"] == [{"$ref": "#/components/schemas/Cat"}]
    assert union["discriminator"]["mapping"] == {"cat": "#/components/schemas/Cat"}
    assert not old["Dog"].exists


class Page(BaseModel):
    items: list[int] = []
    total: int = 0


class Shelf(BaseModel):
    page: Page = Page()


def test_an_unknown_key_stays_where_a_field_of_a_version_in_between_moves_in() -> None:
    boundaries = (on(Page).renamed("lines", to="items"),), (on(Shelf).moved("lines", to="page.lines"),)
    request, expected = {"lines": [1], "page": {"lines": "x"}}, {"page": {"lines": "x", "items": [1]}}
    assert oracle_of(Shelf, *boundaries).upgrade(ref(Shelf), request, 2) == expected
    gates = timeline_of(*boundaries).compile(Contract.of_types(Shelf))
    assert gates.upgrade(Shelf, request, from_version="2001-01-01") == expected


class Sized(BaseModel):
    size: list[int]


def no_text(_: str) -> list[int]:
    raise TypeError


def a_letter(_: Any) -> str:
    return "x"


def test_what_the_client_may_not_send_is_its_fault_even_where_a_function_would_fail() -> None:
    boundaries = (
        (on(Sized).retyped("size", was=str, to_head=no_text, to_old=str, loses="bad text"),),
        (on(Sized).became_required("size", default=a_letter),),
    )
    oracle, gates = oracle_of(Sized, *boundaries), timeline_of(*boundaries).compile(Contract.of_types(Sized))
    with pytest.raises(UpgradeError):
        oracle.upgrade(ref(Sized), {"size": None}, 2)
    with pytest.raises(UpgradeError):
        gates.upgrade(Sized, {"size": None}, from_version="2001-01-01")
    for request in ({}, {"size": "y"}):
        with pytest.raises(GateError) as caught:
            gates.upgrade(Sized, request, from_version="2001-01-01")
        assert not isinstance(caught.value, UpgradeError)
