"""A sibling that head may leave out gives no value that old clients require: that is told at the start."""

from __future__ import annotations

from typing import Any, NotRequired

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_responses, old_client, timeline_of
from timegate import CompileError, Contract, on, sibling

PROBLEM = "old clients require it, and the sibling that gives its value may be absent in a response"


class Loose(TypedDict):
    given: int
    other: NotRequired[int]
    third: NotRequired[int]


class Model(BaseModel):
    new: int = 5
    kept: int = 1


class Holder(BaseModel):
    new: int = 5
    inner: Model = Model()


def faults_of(contract: Contract, *facts: Any) -> dict[str, str]:
    with pytest.raises(CompileError) as refused:
        timeline_of(*facts).compile(contract)
    return {fault.place: fault.problem for fault in refused.value.faults}


@shows("and where old clients require the field, the sibling must always be in the response.")
@pytest.mark.parametrize(
    ("fact", "place"),
    [
        (on(Loose).removed("old", was=int, backfill=sibling("other"), loses="old"), "Loose.old"),
        (on(Loose).became_optional("third", missing_was=sibling("other")), "Loose.third"),
    ],
)
def test_a_key_that_an_object_need_not_have_gives_no_required_value(fact: Any, place: str) -> None:
    assert faults_of(Contract.of_types(sends=[Loose]), fact) == {place: PROBLEM}


def test_a_key_that_is_always_there_gives_one() -> None:
    gates = gates_of_responses([Loose], on(Loose).became_optional("third", missing_was=sibling("given")))
    assert gates.downgrade(Loose, {"given": 1}, to_version=OLD) == {"given": 1, "third": 1}


def test_a_key_that_an_earlier_fact_gives_a_value_gives_one() -> None:
    gates = gates_of_responses(
        [Loose],
        on(Loose).became_optional("third", missing_was=sibling("other")),
        on(Loose).became_optional("other", missing_was=7),
    )
    assert gates.downgrade(Loose, {"given": 1}, to_version=OLD) == {"given": 1, "other": 7, "third": 7}


REMOVED = on(Model).removed("old", was=int, backfill=sibling("new"), loses="old")


def app_of(kind: Any, value: Any, **options: Any) -> FastAPI:
    app = FastAPI()

    async def get() -> Any:
        return value

    app.get("/", response_model=kind, **options)(get)
    return app


@pytest.mark.parametrize(
    "options",
    [
        {"response_model_exclude": {"new"}},
        {"response_model_exclude": {"new": True}},
        {"response_model_include": {"kept"}},
    ],
)
def test_a_key_that_a_route_always_leaves_out_gives_no_required_value(options: Any) -> None:
    app = app_of(Model, Model(), **options)
    assert faults_of(Contract.of(app), REMOVED) == {"Model.old": PROBLEM}


def test_a_key_of_that_name_of_an_inner_object_is_another_one() -> None:
    client = old_client(app_of(Holder, Holder(), response_model_exclude={"new"}), REMOVED)
    assert client.get("/").json() == {"inner": {"new": 5, "kept": 1, "old": 5}}


def test_a_list_is_left_alone_by_names_of_its_items() -> None:
    client = old_client(app_of(list[Model], [Model()], response_model_exclude={"new"}), REMOVED)
    assert client.get("/").json() == [{"new": 5, "kept": 1, "old": 5}]
