"""A key from which head reads two fields is gated for neither of them, so that neither may change."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from tests.sentences import shows
from tests.silence.exchanges import faults_of, timeline_of
from timegate import Contract, enum, on


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


class ByAChoice(BaseModel):
    state: State = Field(State.OPEN, validation_alias=AliasChoices("state", "note"))
    note: str = ""
    size: int = 0


class ByAnAlias(BaseModel):
    state: State = Field(State.OPEN, validation_alias="note")
    text: str = Field("", validation_alias="note")
    size: int = 0


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    note: State = Field(State.OPEN, validation_alias="state")
    text: str = Field("", validation_alias="note")
    size: int = 0


STATES = enum(State).renamed("closed", to="shut")


@shows(
    "two fields that are read from one key, the name of one of them on the wire, where one or a class in it changes;"
)
@pytest.mark.parametrize("kind", [ByAChoice, ByAnAlias, ByName])
def test_a_class_that_changes_in_a_field_whose_key_is_another_fields_too_is_refused(kind: type[BaseModel]) -> None:
    (fault,) = faults_of(Contract.of_types(receives=[kind]), STATES)
    assert fault.problem.startswith("State changes and is reached through an AliasPath, or a key of another field,")
    assert (
        fault.remedy
        == "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has"
    )


@pytest.mark.parametrize("field", ["state", "note"])
def test_a_fact_about_a_field_whose_key_is_another_fields_too_is_refused(field: str) -> None:
    problems = {
        fault.problem for fault in faults_of(Contract.of_types(receives=[ByAChoice]), on(ByAChoice).added(field))
    }
    assert any("a key of another field" in problem for problem in problems)


@pytest.mark.parametrize("kind", [ByAChoice, ByAnAlias, ByName])
def test_another_field_of_such_a_class_may_change(kind: Any) -> None:
    gates = timeline_of(on(kind).renamed("length", to="size")).compile(Contract.of_types(receives=[kind]))
    sent = {"note": "shut", "length": 2}
    assert gates.upgrade(kind, sent, from_version="2025-01-01") == {"note": "shut", "size": 2}
