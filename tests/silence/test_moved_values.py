"""A moved value leaves no parent that the old document lacks, and makes none that is incomplete."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from tests.silence.old_client import (
    OLD,
    changed,
    gates_of,
    gates_of_requests,
    gates_of_responses,
    old_client,
    refusal,
    timeline_of,
)
from timegate import CompileError, Contract, Timeline, UpgradeError, Version, on


class Strict(BaseModel):
    """Its address is required."""

    url: str


class StrictProcessor(BaseModel):
    kind: str
    batch_size: int | None = None


class Easy(BaseModel):
    url: str = "x"


class EasyProcessor(BaseModel):
    kind: str = "p"
    batch_size: int | None = None


class BothStrict(BaseModel):
    source: Strict | None = None
    processor: StrictProcessor | None = None


class OldStrict(BaseModel):
    source: Strict | None = None
    processor: EasyProcessor | None = None


class HeadStrict(BaseModel):
    source: Easy | None = None
    processor: StrictProcessor | None = None


class BothThere(BaseModel):
    source: Strict
    processor: StrictProcessor


class BothEasy(BaseModel):
    source: Easy | None = None
    processor: EasyProcessor | None = None


def size_of(model: Any) -> Any:
    return on(model).moved("source.batch_size", to="processor.batch_size")


@pytest.mark.parametrize(
    ("contract", "model"),
    [
        (Contract.of_types(BothStrict), BothStrict),
        (Contract.of_types(sends=[BothStrict]), BothStrict),
        (Contract.of_types(receives=[BothStrict]), BothStrict),
        (Contract.of_types(sends=[OldStrict]), OldStrict),
        (Contract.of_types(receives=[HeadStrict]), HeadStrict),
    ],
)
def test_a_move_that_would_make_an_incomplete_parent_is_refused(contract: Contract, model: Any) -> None:
    assert "processor.batch_size" in refusal(contract, lambda: size_of(model))


def test_a_move_is_carried_out_where_only_the_other_direction_would_make_an_incomplete_parent() -> None:
    requests, responses = (
        gates_of_requests([OldStrict], size_of(OldStrict)),
        gates_of_responses([HeadStrict], size_of(HeadStrict)),
    )
    sent = {"source": {"url": "u", "batch_size": 3}}
    assert requests.upgrade(OldStrict, sent, from_version=OLD) == {
        "source": {"url": "u"},
        "processor": {"batch_size": 3},
    }
    head = {"processor": {"kind": "k", "batch_size": 3}}
    assert responses.downgrade(HeadStrict, head, to_version=OLD) == {
        "processor": {"kind": "k"},
        "source": {"batch_size": 3},
    }


def test_a_move_between_parents_that_are_always_there_is_carried_out_both_ways() -> None:
    gates = gates_of([BothThere], size_of(BothThere))
    old = {"source": {"url": "u", "batch_size": 3}, "processor": {"kind": "k"}}
    head = {"source": {"url": "u"}, "processor": {"kind": "k", "batch_size": 3}}
    assert gates.upgrade(BothThere, old, from_version=OLD) == head
    assert gates.downgrade(BothThere, head, to_version=OLD) == old


@pytest.mark.parametrize(
    ("old", "head"),
    [
        ({"source": {"url": "u", "batch_size": 3}}, {"source": {"url": "u"}, "processor": {"batch_size": 3}}),
        ({"source": {"batch_size": 3}, "processor": None}, {"source": {}, "processor": {"batch_size": 3}}),
        ({"source": {"batch_size": 3}, "processor": {}}, {"source": {}, "processor": {"batch_size": 3}}),
        ({"processor": {"kind": "k"}}, {"processor": {"kind": "k"}}),
        ({"source": None, "processor": None}, {"source": None, "processor": None}),
        ({}, {}),
    ],
)
def test_an_old_request_keeps_all_it_says_where_both_parents_are_complete_by_themselves(old: Any, head: Any) -> None:
    assert gates_of([BothEasy], size_of(BothEasy)).upgrade(BothEasy, old, from_version=OLD) == head


@pytest.mark.parametrize(
    ("head", "old"),
    [
        ({"processor": {"kind": "k", "batch_size": 3}}, {"processor": {"kind": "k"}, "source": {"batch_size": 3}}),
        ({"source": {"url": "u"}, "processor": None}, {"source": {"url": "u"}, "processor": None}),
        ({"source": None, "processor": {"kind": "k"}}, {"source": None, "processor": {"kind": "k"}}),
        ({}, {}),
    ],
)
def test_a_response_keeps_all_it_says_where_both_parents_are_complete_by_themselves(head: Any, old: Any) -> None:
    assert gates_of([BothEasy], size_of(BothEasy)).downgrade(BothEasy, head, to_version=OLD) == old


class Service(BaseModel):
    name: str


class ClosedPart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    service: Service | None = None
    resource: str | None = None


class OpenPart(BaseModel):
    service: Service | None = None
    resource: str | None = None


class FullPart(BaseModel):
    service: Service


class Port(BaseModel):
    name: str
    port: int


class PortPart(BaseModel):
    service: Port | None = None


class SurePortPart(BaseModel):
    service: Port


def name_of_service(model: Any) -> Any:
    return on(model).moved("service_name", to="service.name")


@pytest.mark.parametrize("model", [ClosedPart, OpenPart])
class TestAParentThatOldClientsDoNotKnow:
    """The name stood beside the rest, and is in a service of its own now."""

    @pytest.mark.parametrize("head", [{"service": None, "resource": "r"}, {"resource": "r"}])
    def test_leaves_nothing_where_it_is_null(self, model: Any, head: dict[str, Any]) -> None:
        gates = gates_of([model], name_of_service(model))
        assert gates.downgrade(model, head, to_version=OLD) == {"resource": "r"}

    def test_leaves_nothing_where_the_app_sends_null(self, model: Any) -> None:
        app = FastAPI()

        async def get() -> Any:
            return model(resource="r")

        app.get("/", response_model=model)(get)
        response = old_client(app, name_of_service(model)).get("/")
        assert (response.status_code, response.json()) == (200, {"resource": "r"})

    def test_gives_its_value_to_the_old_place(self, model: Any) -> None:
        gates = gates_of([model], name_of_service(model))
        assert gates.downgrade(model, {"service": {"name": "n"}}, to_version=OLD) == {"service_name": "n"}
        assert gates.upgrade(model, {"service_name": "n"}, from_version=OLD) == {"service": {"name": "n"}}

    @pytest.mark.parametrize("sent", [None, {"name": "evil"}, {}, "evil"])
    def test_never_comes_from_an_old_client(self, model: Any, sent: Any) -> None:
        gates = gates_of([model], name_of_service(model))
        body = {"service": sent, "service_name": "n"}
        if model is ClosedPart:
            with pytest.raises(UpgradeError) as refused:
                gates.upgrade(model, body, from_version=OLD)
            assert refused.value.pointer == "/service"
        else:
            assert gates.upgrade(model, body, from_version=OLD) == {"service": {"name": "n"}}

    def test_is_no_way_for_a_null_that_neither_version_knows(self, model: Any) -> None:
        app = FastAPI()

        async def post(body: Any) -> int:
            raise AssertionError(body)

        post.__annotations__["body"] = model
        app.post("/")(post)
        response = old_client(app, name_of_service(model)).post("/", {"service_name": None})
        assert response.status_code == 422
        assert [one["loc"] for one in response.json()["detail"]] == [["body", "service_name"]]


def test_a_hoisted_value_is_carried_where_its_parent_is_always_there() -> None:
    gates = gates_of([FullPart], name_of_service(FullPart))
    assert gates.upgrade(FullPart, {"service_name": "x"}, from_version=OLD) == {"service": {"name": "x"}}
    assert gates.downgrade(FullPart, {"service": {"name": "n"}}, to_version=OLD) == {"service_name": "n"}
    assert gates.contract(OLD)["components"]["schemas"]["FullPart"]["required"] == ["service_name"]


def test_a_value_that_moves_into_a_parent_with_more_required_fields_is_refused_in_a_request() -> None:
    said = refusal(Contract.of_types(receives=[PortPart]), lambda: name_of_service(PortPart))
    assert "service.name" in said


def test_a_value_that_moves_into_a_parent_that_is_always_there_is_carried() -> None:
    gates = gates_of([SurePortPart], name_of_service(SurePortPart))
    old, head = {"service": {"port": 1}, "service_name": "n"}, {"service": {"port": 1, "name": "n"}}
    assert gates.upgrade(SurePortPart, old, from_version=OLD) == head
    assert gates.downgrade(SurePortPart, head, to_version=OLD) == {"service": {"port": 1}, "service_name": "n"}


class Flat(BaseModel):
    name: str | None = None
    size: int = 0


def test_a_parent_that_only_old_clients_know_is_made_for_them() -> None:
    gates = gates_of([Flat], on(Flat).moved("meta.name", to="name"), on(Flat).moved("meta.size", to="size"))
    assert gates.downgrade(Flat, {"name": None, "size": 3}, to_version=OLD) == {"meta": {"name": None, "size": 3}}
    assert gates.upgrade(Flat, {"meta": {"size": 3}}, from_version=OLD) == {"size": 3}
    assert gates.upgrade(Flat, {}, from_version=OLD) == {}


class Renaming(BaseModel):
    holder: Strict | None = None
    batch_size: int | None = None


def test_a_parent_that_another_fact_of_the_version_renamed_is_judged_too() -> None:
    facts = (on(Renaming).renamed("source", to="holder"), on(Renaming).moved("holder.size", to="batch_size"))
    with pytest.raises(CompileError, match="batch_size"):
        timeline_of(*facts).compile(Contract.of_types(sends=[Renaming]))


class Shared(BaseModel):
    url: str = "x"


class Sharing(BaseModel):
    left: Shared = Shared()
    right: Shared = Shared()
    size: int | None = None


def test_a_move_out_of_a_model_that_other_places_share_is_refused() -> None:
    said = refusal(Contract.of_types(Sharing), lambda: on(Sharing).moved("left.size", to="size"))
    assert "Shared" in said


class Twice(BaseModel):
    first: str
    second: str


class Holding(BaseModel):
    both: Twice


def test_two_moves_make_one_complete_parent() -> None:
    gates = gates_of([Holding], on(Holding).moved("one", to="both.first"), on(Holding).moved("two", to="both.second"))
    old, head = {"one": "a", "two": "b"}, {"both": {"first": "a", "second": "b"}}
    assert gates.upgrade(Holding, old, from_version=OLD) == head
    assert gates.downgrade(Holding, head, to_version=OLD) == old


def test_a_constant_for_an_empty_place_must_fit_it() -> None:
    said = refusal(
        Contract.of_types(BothEasy),
        lambda: on(BothEasy).moved("source.batch_size", to="processor.batch_size", empty="many"),
    )
    assert "batch_size" in said


class Innermost(BaseModel):
    level: int


class Outer(BaseModel):
    middle: Innermost


class Outermost(BaseModel):
    outer: Outer


@pytest.mark.parametrize("sent", [5, "5", 5.0])
def test_a_value_that_moves_deeper_twice_at_once_is_read_as_the_old_server_read_it(sent: Any) -> None:
    moves = on(Outermost).moved("level", to="middle.level"), on(Outermost).moved("middle", to="outer.middle")
    upgraded = gates_of([Outermost], *moves).upgrade(Outermost, {"level": sent}, from_version=OLD)
    assert Outermost.model_validate(upgraded).outer.middle.level == 5


class WithLevel(BaseModel):
    model_config = ConfigDict(extra="allow")

    level: int = 0


def test_a_key_that_only_versions_in_between_have_stays_unknown_where_a_move_empties_its_object() -> None:
    hoisted, renamed = on(WithLevel).moved("between.level", to="level"), on(WithLevel).renamed("box", to="between")
    timeline = Timeline(Version("3", changed(hoisted)), Version("2", changed(renamed)), Version("1"), scheme=int)
    gates = timeline.compile(Contract.of_types(receives=[WithLevel]))
    assert gates.upgrade(WithLevel, {"between": 7}, from_version="1") == {"between": 7}
    sent = {"between": 7, "box": {"level": 5}}
    assert gates.upgrade(WithLevel, sent, from_version="1") == {"level": 5, "between": 7}
