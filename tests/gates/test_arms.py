"""A request that fits no union member of its client's version lets nothing newer through to head."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict

from timegate import Contract, Gates, Timeline, UpgradeError, Version, VersionChange, enum, on


class State(StrEnum):
    WAITING = "waiting"
    RETRYING = "retrying"
    ASKING = "asking"


class Plain(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: State


class Retry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Literal["retrying"]
    at: int
    why: str | None = None


class GiveReasons(VersionChange):
    """A retry says why, and a state was added."""

    changes = (on(Retry).added("why"), enum(State).grew(State.ASKING))


@pytest.fixture(scope="module")
def gates() -> Gates:
    timeline = Timeline(Version("2025-02-01", GiveReasons), Version("2025-01-01"))
    return timeline.compile(Contract.of_types(receives=[Plain | Retry]))


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({"state": "retrying", "at": 1, "why": "it may help"}, "/why"),
        ({"state": "retrying", "why": "it may help"}, "/why"),
        ({"state": "nowhere", "why": "it may help"}, "/why"),
        ({"state": "asking"}, "/state"),
    ],
)
def test_what_only_head_knows_is_refused_where_two_union_members_share_a_tag(
    gates: Gates, payload: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Plain | Retry, payload, from_version="2025-01-01")

    assert refused.value.pointer == pointer


@pytest.mark.parametrize("payload", [{"state": "retrying", "at": 1}, {"state": "waiting"}])
def test_a_request_that_fits_a_union_member_passes(gates: Gates, payload: dict[str, Any]) -> None:
    assert gates.upgrade(Plain | Retry, payload, from_version="2025-01-01") == payload


@pytest.mark.parametrize("payload", [{"state": "retrying", "at": 1, "who": "me"}, {"state": 3}, {}, "waiting", None])
def test_a_request_that_fits_no_union_member_is_refused(gates: Gates, payload: Any) -> None:
    with pytest.raises(UpgradeError):
        gates.upgrade(Plain | Retry, payload, from_version="2025-01-01")


def test_the_newest_client_may_send_all_of_it(gates: Gates) -> None:
    payload = {"state": "retrying", "at": 1, "why": "it may help"}

    assert gates.upgrade(Plain | Retry, payload, from_version="2025-02-01") == payload
