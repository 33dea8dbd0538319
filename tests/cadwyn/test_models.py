"""Promises 31 to 37: validators, enums, models."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from tests.cadwyn import OLD, fault_of, gates_of
from timegate import UpgradeError, enum, on
from timegate.changes.base import Fact


class State(Enum):
    """What a run is at."""

    running = "running"
    done = "done"
    waiting = "waiting"

    def is_over(self) -> bool:
        return self is State.done


class Level(IntEnum):
    low = 1
    high = 2


class Run(BaseModel):
    state: State = State.running
    level: Level = Level.low
    states: list[State] = []
    name: str = ""

    @field_validator("name")
    @classmethod
    def stripped(cls, value: str) -> str:
        return value.strip()


class Held(BaseModel):
    run: Run


def short(name: str) -> str:
    """Refuse what older versions refused."""
    if len(name) > 4:
        raise ValueError(name)
    return name


def test_31_a_validator_that_only_older_versions_had_is_a_function_that_refuses() -> None:
    gates = gates_of(Run, on(Run).retyped("name", to_head=short, to_old=lambda name: name))
    assert gates.upgrade(Run, {"name": "ada"}, from_version=OLD) == {"name": "ada"}
    with pytest.raises(UpgradeError):
        gates.upgrade(Run, {"name": "ada lovelace"}, from_version=OLD)


def test_33_a_field_that_is_new_takes_no_validator_along() -> None:
    gates = gates_of(Run, on(Run).added("name"))
    assert gates.downgrade(Run, {"name": "ada"}, to_version=OLD) == {}
    assert Run.model_validate(gates.upgrade(Run, {}, from_version=OLD)).name == ""


def test_34_and_37_members_change_in_documents_and_in_data_and_the_class_keeps_its_methods() -> None:
    facts = (
        enum(State).grew("waiting", seen_as="running"),
        enum(State).renamed("finished", to="done"),
        enum(Level).renamed(5, to=2),
    )
    gates = gates_of(Run, *facts)
    run = {"state": "waiting", "level": 2, "states": ["done", "waiting"]}
    assert gates.downgrade(Run, run, to_version=OLD) == {
        "state": "running",
        "level": 5,
        "states": ["finished", "running"],
    }
    assert gates.upgrade(Run, {"state": "finished", "level": 5}, from_version=OLD) == {"state": "done", "level": 2}
    shown = gates.contract(OLD)["components"]["schemas"]["State"]
    assert (shown["enum"], shown["description"]) == (["running", "finished"], "What a run is at.")
    assert State.done.is_over()


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        (enum(State).grew("lost", seen_as="done"), "is no member right after this fact"),
        (enum(State).renamed("done", to="done"), ""),
        (enum(State).shrank("done", read_as="running", loses="x"), ""),
        (enum(State).grew("waiting", seen_as="lost"), ""),
    ],
)
def test_35_a_fact_about_unknown_members_or_without_an_effect_is_refused(fact: Fact, problem: str) -> None:
    assert problem in fault_of(Run, fact).problem


def test_36_a_model_has_another_name_in_older_documents_and_never_the_same() -> None:
    schemas: Any = gates_of(Held, on(Run).was_named("Job")).contract(OLD)["components"]["schemas"]
    assert "Job" in schemas
    assert "Run" not in schemas
    for name in ("Run", "Held"):
        assert fault_of(Held, on(Run).was_named(name)).change == "Change"
