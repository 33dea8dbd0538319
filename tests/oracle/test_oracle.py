"""The measure measured: the step-by-step oracle gives what the design says, fact by fact, and so does the program."""

from typing import Any

import pytest

from tests.oracle import Oracle
from tests.oracle.examples import (
    DOWNGRADES,
    ITEM,
    REFUSED_DOWNGRADES,
    REFUSED_UPGRADES,
    UPGRADES,
    Colour,
    Dog,
    Example,
    Item,
    ref,
)
from timegate import Contract, DowngradeError, Timeline, UpgradeError, Version, VersionChange, enum, on
from timegate.changes.base import Fact


def timeline_of(*boundaries: tuple[Fact, ...]) -> Timeline:
    """Make a timeline of the facts of each boundary, newest first."""
    versions: list[Version] = []
    for index, facts in enumerate(boundaries):
        change = type(f"Change{index}", (VersionChange,), {"__doc__": "A change.", "changes": facts})
        versions.append(Version(f"20{30 - index}-01-01", change))
    return Timeline(*versions, Version("2001-01-01"))


def oracle_of(model: Any, *boundaries: tuple[Fact, ...]) -> Oracle:
    return Oracle.of(Contract.of_types(model).wire, timeline_of(*boundaries))


@pytest.mark.parametrize("example", UPGRADES.values(), ids=UPGRADES.keys())
def test_an_old_request_becomes_what_the_design_says(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    assert oracle.upgrade(ref(example.model), example.before, 1) == example.after


@pytest.mark.parametrize("example", DOWNGRADES.values(), ids=DOWNGRADES.keys())
def test_an_answer_becomes_what_the_design_says(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    assert oracle.downgrade(ref(example.model), example.before, 1) == example.after


@pytest.mark.parametrize("example", REFUSED_UPGRADES.values(), ids=REFUSED_UPGRADES.keys())
def test_a_request_is_refused_where_the_design_says(example: Example) -> None:
    oracle = oracle_of(example.model, example.facts)
    with pytest.raises(UpgradeError):
        oracle.upgrade(ref(example.model), example.before, 1)


@pytest.mark.parametrize("example", REFUSED_DOWNGRADES.values(), ids=REFUSED_DOWNGRADES.keys())
def test_an_answer_is_refused_where_the_design_says(example: Example) -> None:
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
def test_the_compiled_program_gives_what_the_design_says(direction: str, name: str) -> None:
    example = TABLES[direction][name]
    assert compiled(example, direction) == example.after


@pytest.mark.parametrize(("direction", "name"), [(way, name) for way, table in REFUSED.items() for name in table])
def test_the_compiled_program_refuses_where_the_design_says(direction: str, name: str) -> None:
    with pytest.raises(UpgradeError if direction == "upgrade" else DowngradeError):
        compiled(REFUSED[direction][name], direction)


def test_renamed_keeps_the_place_of_the_key() -> None:
    oracle = oracle_of(Item, (ITEM.renamed("length", to="size"),))
    assert list(oracle.upgrade(ref(Item), {"name": "a", "length": 1, "note": "b"}, 1)) == ["name", "size", "note"]


def test_facts_of_one_boundary_go_forward_in_order_and_backward_reversed() -> None:
    facts = (ITEM.renamed("first", to="middle"), ITEM.renamed("middle", to="name"))
    oracle = oracle_of(Item, facts)
    assert oracle.upgrade(ref(Item), {"first": "a"}, 1) == {"name": "a"}
    assert oracle.downgrade(ref(Item), {"name": "a"}, 1) == {"first": "a"}


def test_old_schemas_are_what_the_facts_say() -> None:
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
    old = oracle.past.states[1]["responses"]
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
