"""In a `PATCH`, an absent key means that its value stays as it is: a fact fills in only what head requires."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import OLD, exchange, gated, timeline_of
from timegate import Contract, on, sibling
from timegate.changes.base import Fact


class Limits(BaseModel):
    cpu: int = 1
    gpu: int = 0


class Job(BaseModel):
    name: str = "job"
    retries: int = 3
    owner: str | None = None
    limits: Limits = Limits()


class Strict(BaseModel):
    reason: str
    name: str = "job"


class Note(BaseModel):
    reason: str | None = None


def app() -> FastAPI:
    """An app that responds with what a client has set."""
    served = FastAPI()

    @served.patch("/jobs")
    def patch(job: Job) -> dict[str, Any]:
        return job.model_dump(exclude_unset=True)

    @served.put("/jobs")
    def put(job: Job) -> dict[str, Any]:
        return job.model_dump(exclude_unset=True)

    @served.patch("/strict")
    def strict(job: Strict) -> dict[str, Any]:
        return job.model_dump(exclude_unset=True)

    return served


def sent(fact: Fact, method: str, body: Any, path: str = "/jobs") -> Any:
    """What head reads of an old client's body."""
    response = exchange(gated(app(), fact), method, path, body=body)
    assert response.status == 200, response.content
    return response.json()


FILLS: list[tuple[Fact, dict[str, Any]]] = [
    (on(Job).added("retries", default=5), {"name": "a", "retries": 5}),
    (on(Job).added("owner", default=sibling("name")), {"name": "a", "owner": "a"}),
    (on(Job).defaulted("retries", was=5), {"name": "a", "retries": 5}),
]


@pytest.mark.parametrize(("fact", "filled"), FILLS, ids=[str(fact) for fact, _ in FILLS])
def test_a_partial_update_leaves_an_absent_key_absent(fact: Fact, filled: dict[str, Any]) -> None:
    assert sent(fact, "PATCH", {"name": "a"}) == {"name": "a"}
    assert sent(fact, "PUT", {"name": "a"}) == filled


@pytest.mark.parametrize(
    "fact", [on(Job).added("retries", default=5, partial=False), on(Job).defaulted("retries", was=5, partial=False)]
)
def test_a_fact_that_says_so_fills_in_a_partial_update_too(fact: Fact) -> None:
    assert "partial=False" in str(fact)
    assert sent(fact, "PATCH", {"name": "a"}) == {"name": "a", "retries": 5}


def test_what_a_client_sends_is_kept() -> None:
    assert sent(on(Job).defaulted("retries", was=5), "PATCH", {"retries": 2}) == {"retries": 2}


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_nested_model_is_partial_with_its_body(method: str) -> None:
    filled = {"cpu": 2, "gpu": 7} if method == "PUT" else {"cpu": 2}
    fact = on(Limits).added("gpu", default=7)
    assert sent(fact, method, {"limits": {"cpu": 2}}) == {"limits": filled}


@pytest.mark.parametrize(
    "fact", [on(Strict).added("reason", default="old"), on(Strict).became_required("reason", default="old")]
)
def test_what_head_requires_is_filled_in_a_partial_update(fact: Fact) -> None:
    assert sent(fact, "PATCH", {"name": "a"}, "/strict") == {"reason": "old", "name": "a"}


def test_without_http_a_request_is_whole() -> None:
    gates = timeline_of(on(Job).added("retries", default=5)).compile(Contract.of_types(Job))
    assert gates.upgrade(Job, {"name": "a"}, from_version=OLD) == {"name": "a", "retries": 5}
