"""A ``Literal`` that is one of several types of a value changes alone: what old servers read as the others passes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.cells.refused import change_of
from timegate import CompileError, Contract, Gates, Timeline, UpgradeError, Version, on
from timegate.changes.base import Fact


class Lamp(BaseModel):
    level: Literal["off", "on"] | int
    steps: list[Literal["off", "on"] | int] = []
    modes: dict[str, Annotated[Literal["off", "on"] | None, Field(title="Mode")]] = {}
    glow: Literal["off", "on"] | Literal[0, 1] = 0
    nested: Literal["off", "on"] | list[Literal["off", "on"]] = "off"


TWO = {"type": "string", "enum": ["off", "on"]}
OR_A_NUMBER = {"anyOf": [TWO, {"type": "integer"}]}
OR_NULL = {"anyOf": [TWO, {"type": "null"}]}
PROPERTIES = {
    "level": OR_A_NUMBER,
    "steps": {"type": "array", "items": OR_A_NUMBER},
    "modes": {"type": "object", "additionalProperties": OR_NULL},
    "glow": {"anyOf": [TWO, {"type": "integer", "enum": [0, 1]}]},
    "nested": {"anyOf": [TWO, {"type": "array", "items": TWO}]},
}
OF_LAMP = {"application/json": {"schema": {"$ref": "#/components/schemas/Lamp"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Lamps", "version": "1"},
    "paths": {
        "/lamps": {
            "post": {
                "requestBody": {"required": True, "content": OF_LAMP},
                "responses": {"200": {"description": "It is lit.", "content": OF_LAMP}},
            }
        }
    },
    "components": {"schemas": {"Lamp": {"type": "object", "required": ["level"], "properties": PROPERTIES}}},
}
OLD = "2025-01-01"


def gates_of(model: Any, contract: Contract, *paths: str) -> Gates:
    facts = [on(model).literal(path).grew("on", seen_as="off") for path in paths]
    return compiled(contract, *facts)


def compiled(contract: Contract, *facts: Fact) -> Gates:
    return Timeline(Version("2025-02-01", change_of("Changed", *facts)), Version(OLD)).compile(contract)


def contracts() -> list[Any]:
    types = Contract.of_types(sends=[Lamp], receives=[Lamp])
    return [pytest.param(Lamp, types, id="types"), pytest.param("Lamp", Contract.from_openapi(DOCUMENT), id="document")]


@pytest.mark.parametrize(("model", "contract"), contracts())
@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("level", {"level": 5}),
        ("level", {"level": "off"}),
        ("steps.*", {"level": 1, "steps": [5, "off"]}),
        ("modes.*", {"level": 1, "modes": {"night": None, "day": "off"}}),
        ("glow", {"level": 1, "glow": 1}),
        ("nested", {"level": 1, "nested": ["on"]}),
    ],
)
def test_a_value_of_another_type_passes_as_it_was_sent(model: Any, contract: Contract, path: str, sent: Any) -> None:
    gates = gates_of(model, contract, path)
    assert gates.upgrade(model, sent, from_version=OLD) == sent
    assert gates.downgrade(model, sent, to_version=OLD) == sent


@pytest.mark.parametrize(("model", "contract"), contracts())
@pytest.mark.parametrize(
    ("path", "newer", "older"),
    [
        ("level", {"level": "on"}, {"level": "off"}),
        ("steps.*", {"level": 1, "steps": [5, "on"]}, {"level": 1, "steps": [5, "off"]}),
        ("modes.*", {"level": 1, "modes": {"day": "on"}}, {"level": 1, "modes": {"day": "off"}}),
        ("glow", {"level": 1, "glow": "on"}, {"level": 1, "glow": "off"}),
        ("nested", {"level": 1, "nested": "on"}, {"level": 1, "nested": "off"}),
    ],
)
def test_a_member_that_old_clients_lack_is_refused_and_seen_as_another(
    model: Any, contract: Contract, path: str, newer: Any, older: Any
) -> None:
    gates = gates_of(model, contract, path)
    assert gates.downgrade(model, newer, to_version=OLD) == older
    with pytest.raises(UpgradeError, match="not of its type"):
        gates.upgrade(model, newer, from_version=OLD)


def test_the_old_document_has_other_members_where_the_values_are_and_nowhere_else() -> None:
    gates = gates_of(Lamp, Contract.of_types(sends=[Lamp]), "level", "glow", "nested")
    held = gates.contract(OLD)["components"]["schemas"]["Lamp"]["properties"]
    assert held["level"]["anyOf"] == [{"type": "string", "enum": ["off"]}, {"type": "integer"}]
    assert held["glow"]["anyOf"] == [{"type": "string", "enum": ["off"]}, {"type": "integer", "enum": [0, 1]}]
    assert held["nested"]["anyOf"][1]["items"] == {"type": "string", "enum": ["off", "on"]}


def test_members_that_came_one_by_one_are_all_refused() -> None:
    class Dial(BaseModel):
        at: Literal["a", "b", "c", "d"] | int

    facts = [on(Dial).literal("at").grew(name, seen_as="a") for name in "bcd"]
    gates = compiled(Contract.of_types(sends=[Dial], receives=[Dial]), *facts)
    for sent in ({"at": "a"}, {"at": 7}):
        assert gates.upgrade(Dial, sent, from_version=OLD) == sent
    for name in "bcd":
        with pytest.raises(UpgradeError):
            gates.upgrade(Dial, {"at": name}, from_version=OLD)
        assert gates.downgrade(Dial, {"at": name}, to_version=OLD) == {"at": "a"}


def test_a_fact_about_a_list_of_literals_names_what_the_list_holds() -> None:
    class Row(BaseModel):
        cells: list[list[Literal["x", "y"]]]

    with pytest.raises(CompileError) as refused:
        compiled(Contract.of_types(sends=[Row]), on(Row).literal("cells").grew("y", seen_as="x"))
    (fault,) = refused.value.faults
    assert fault.problem == "the field is no Literal, and what it holds is one"
    assert fault.remedy == "on(Row).literal('cells.*.*').grew('y', seen_as='x')"
