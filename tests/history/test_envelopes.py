"""A body that older clients know bare is one value of an object now: wrapped for head, taken out for old clients."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from tests.cells.refused import change_of
from tests.sentences import shows
from timegate import CompileError, Contract, DeclarationError, Timeline, Version, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"


class Hero(BaseModel):
    name: str


class Page(BaseModel):
    items: list[Hero]
    total: int


class Batch(BaseModel):
    items: list[Hero]
    dry: bool = False


class Lax(BaseModel):
    items: list[Hero] | None = None


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/heroes")
    def heroes() -> Page:
        return Page(items=[Hero(name="Ada")], total=1)

    @made.post("/heroes")
    def create(batch: Batch) -> Batch:
        return batch

    @made.get("/pages")
    def pages() -> Page:
        return Page(items=[], total=0)

    @made.post("/pages")
    def save(page: Page) -> int:
        return page.total

    return made


ENVELOPED = endpoint("/heroes").enveloped("items")


def client_of(timeline: Timeline, version: str) -> TestClient:
    served = app()
    served.add_middleware(TimegateMiddleware, timeline=timeline)
    return TestClient(served, headers={"API-Version": version})


def timeline_of(*facts: Fact) -> Timeline:
    return Timeline(Version(NEW, change_of("Changed", *facts)), Version(OLD))


def test_old_clients_read_and_send_what_the_envelope_holds() -> None:
    with client_of(timeline_of(ENVELOPED), OLD) as client:
        assert client.get("/heroes").json() == [{"name": "Ada"}]
        assert client.post("/heroes", json=[{"name": "Bo"}]).json() == [{"name": "Bo"}]
    with client_of(timeline_of(ENVELOPED), NEW) as client:
        assert client.get("/heroes").json() == {"items": [{"name": "Ada"}], "total": 1}


def test_other_endpoints_of_the_same_model_stay_as_they_are() -> None:
    with client_of(timeline_of(ENVELOPED), OLD) as client:
        assert client.get("/pages").json() == {"items": [], "total": 0}


def test_what_is_in_the_envelope_goes_on_through_older_and_newer_changes() -> None:
    timeline = Timeline(
        Version(
            "2025-07-01", change_of("Newer", on(Hero).renamed("title", to="name"), on(Page).added("total", default=0))
        ),
        Version(NEW, change_of("Enveloped", ENVELOPED)),
        Version("2025-05-01", change_of("Older", on(Hero).renamed("label", to="title"))),
        Version(OLD),
    )
    for version, key in ((OLD, "label"), ("2025-05-01", "title")):
        with client_of(timeline, version) as client:
            assert client.get("/heroes").json() == [{key: "Ada"}]
            assert client.post("/heroes", json=[{key: "Bo"}]).json() == [{key: "Bo"}]
    with client_of(timeline, NEW) as client:
        assert client.get("/heroes").json() == {"items": [{"title": "Ada"}]}


def test_a_validation_error_names_the_place_in_the_bare_body() -> None:
    with client_of(timeline_of(ENVELOPED), OLD) as client:
        (error,) = client.post("/heroes", json=[{"name": 5}]).json()["detail"]
        assert error["loc"] == ["body", 0, "name"]
        assert client.post("/heroes", json={"items": []}).status_code == 422


def test_old_documents_show_the_bare_body_and_the_newest_one_is_the_apps_own() -> None:
    contract = Contract.of(app())
    gates = timeline_of(ENVELOPED).compile(contract)

    def schema(document: Any) -> Any:
        return document["paths"]["/heroes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    assert schema(gates.contract(OLD)) == {
        "items": {"$ref": "#/components/schemas/Hero"}, "title": "Items", "type": "array",
    }  # fmt: skip
    assert gates.contract(NEW)["paths"] == app().openapi()["paths"]


@shows("and, in a request, requires nothing beside it.")
@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        (endpoint("/heroes").enveloped("rows"), "no body of it is an object with 'rows' right after this fact"),
        (
            endpoint("/pages", "POST").enveloped("items"),
            "head requires 'total' beside 'items' in the envelope, and nothing says what it gets",
        ),
    ],
    ids=["a key that is none", "another key that head requires"],
)
def test_an_envelope_that_data_cannot_follow_is_a_fault(fact: Fact, problem: str) -> None:
    with pytest.raises(CompileError) as refused:
        timeline_of(fact).compile(Contract.of(app()))
    assert {fault.problem for fault in refused.value.faults} == {problem}


@shows('`enveloped("items")` needs a body that always has `items`')
def test_an_envelope_that_head_may_leave_empty_is_a_fault() -> None:
    made = FastAPI()
    made.get("/lax", response_model=Lax, response_model_exclude_unset=True)(lambda: Lax())
    with pytest.raises(CompileError, match="head may leave 'items' out of the envelope"):
        timeline_of(endpoint("/lax").enveloped("items")).compile(Contract.of(made))


@shows('Where both bodies of an operation have such a key and one of them is as it was, `only="response"` or')
@shows('`only="request"` says which is meant.')
@pytest.mark.parametrize(
    ("only", "sent", "read"),
    [
        ("response", {"items": [{"name": "Bo"}], "dry": True}, [{"name": "Bo"}]),
        ("request", [{"name": "Bo"}], {"items": [{"name": "Bo"}], "dry": False}),
    ],
)
def test_one_of_both_bodies_can_be_meant(only: str, sent: Any, read: Any) -> None:
    fact = endpoint("/heroes", "POST").enveloped("items", only=only)
    assert str(fact) == f"endpoint('/heroes', 'POST').enveloped('items', only={only!r})"
    with client_of(timeline_of(fact), OLD) as client:
        assert client.post("/heroes", json=sent).json() == read


def test_a_body_that_is_none_of_both_is_refused() -> None:
    with pytest.raises(DeclarationError, match="only= is 'request' or 'response', the body that is meant"):
        endpoint("/heroes", "POST").enveloped("items", only="responses")
    with pytest.raises(CompileError, match="no body of it is an object with 'items' right after this fact"):
        timeline_of(endpoint("/pages", "POST").enveloped("items", only="response")).compile(Contract.of(app()))


def test_what_an_envelope_holds_besides_is_erased_by_clients_that_write_back() -> None:
    made = FastAPI()
    made.put("/batch")(replace_batch)
    gates = timeline_of(endpoint("/batch").enveloped("items")).compile(Contract.of(made))
    assert [str(hazard) for hazard in gates.hazards] == [
        "PUT /batch: clients older than 2025-06-01 erase Batch.dry (Changed: endpoint('/batch').enveloped('items'))"
    ]


def replace_batch(batch: Batch) -> Batch:
    return batch
