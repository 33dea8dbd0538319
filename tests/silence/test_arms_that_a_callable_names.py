"""A callable discriminator names the arm of a payload: what does not fit it is told at that arm, in old words."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from tests.silence.old_client import old_client
from timegate import enum, on
from timegate.typing import is_object


class Ended(Enum):
    DONE = "done"
    FAILED = "failed"


class Other(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    ASLEEP = "asleep"


class End(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Ended
    at: int


class Progress(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Other
    percent: int = 0


def _arm_of(payload: Any) -> str:
    state = payload.get("state") if is_object(payload) else payload.state.value
    return "_end_" if state in ("done", "failed") else "_other_"


Report = Annotated[Annotated[End, Tag("_end_")] | Annotated[Progress, Tag("_other_")], Discriminator(_arm_of)]


def reports() -> FastAPI:
    app = FastAPI()

    @app.post("/reports")
    async def post(body: Annotated[Report, Body()]) -> str:
        return type(body).__name__

    return app


FACTS = {
    "a member": (enum(Other).grew("asleep"),),
    "a key": (on(Progress).renamed("done_of_100", to="percent"),),
    "both": (enum(Other).grew("asleep"), on(Progress).renamed("done_of_100", to="percent")),
}


def failures_of(facts: str, body: Any) -> list[tuple[str, list[Any]]]:
    response = old_client(reports(), *FACTS[facts]).post("/reports", body)
    assert response.status_code == 422
    return [(failure["type"], failure["loc"]) for failure in response.json()["detail"]]


@pytest.mark.parametrize("facts", FACTS)
def test_what_is_no_member_is_told_at_the_arm_that_is_named(facts: str) -> None:
    assert failures_of(facts, {"state": "nonsense", "at": 1}) == [
        ("enum", ["body", "_other_", "state"]),
        ("extra_forbidden", ["body", "_other_", "at"]),
    ]


@pytest.mark.parametrize("facts", FACTS)
def test_the_members_of_another_arm_are_not_told(facts: str) -> None:
    response = old_client(reports(), *FACTS[facts]).post("/reports", {"state": "nonsense"})
    assert "'done'" not in response.text


@pytest.mark.parametrize("facts", FACTS)
def test_heads_own_failure_is_told_at_the_arm_that_is_named(facts: str) -> None:
    assert failures_of(facts, {"state": "failed", "at": "soon"}) == [("int_parsing", ["body", "_end_", "at"])]


def test_the_members_of_an_arm_that_did_not_change_are_told_as_they_are() -> None:
    response = old_client(reports(), on(End).renamed("when", to="at")).post("/reports", {"state": "nonsense"})
    (failure,) = response.json()["detail"]
    assert failure["loc"] == ["body", "_other_", "state"]
