"""The oracle and the compiled programs convert each example as the design describes, fact by fact."""

from typing import Any

import pytest

from tests.oracle import Oracle
from tests.oracle.examples import DOWNGRADES, ITEM, UPGRADES, Colour, Dog, Example, Item, ref
from tests.oracle.refused import REFUSED_DOWNGRADES, REFUSED_UPGRADES
from timegate import Contract, DowngradeError, Timeline, UpgradeError, Version, VersionChange, enum, on
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
