"""What stands in a list or dict is read as the old server read it; what needs no reading stays as it was sent."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr

from tests.asgi.calling import Caller
from tests.silence.old_client import OLD, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact


class Parcel(BaseModel):
    marks: list[int | str] = []
    sizes: dict[str, list[int | str]] = {}
    keys: list[SecretStr | int] = []
    weight: int = 0
    rate: float = 0.0
    code: int | str = 0


def zero(_: Any) -> int:
    return 0


def none(_: Any) -> list[Any]:
    return []


def nothing(_: Any) -> dict[str, Any]:
    return {}


FIRST: dict[str, Any] = {"empty": 0, "loses": "one is enough"}


@pytest.mark.parametrize(
    ("fact", "sent", "heard"),
    [
        (on(Parcel).retyped("marks", was=list[int], to_old=none), {"marks": ["4", 5, True]}, {"marks": [4, 5, 1]}),
        (on(Parcel).retyped("marks.*", was=int, to_old=zero), {"marks": ["4", 5.0]}, {"marks": [4, 5]}),
        (
            on(Parcel).retyped("sizes", was=dict[str, list[int]], to_old=nothing),
            {"sizes": {"a": ["1", 2], "b": []}},
            {"sizes": {"a": [1, 2], "b": []}},
        ),
        (on(Parcel).became_scalar("weight", was=list[int], **FIRST), {"weight": ["4", 5]}, {"weight": 4}),
        (on(Parcel).became_scalar("weight", was=list[int], **FIRST), {"weight": [True]}, {"weight": 1}),
        (on(Parcel).became_scalar("rate", was=list[float], **FIRST), {"rate": ["1.5"]}, {"rate": 1.5}),
        (on(Parcel).became_scalar("code", was=list[int], **FIRST), {"code": ["7"]}, {"code": 7}),
    ],
)
def test_a_value_inside_is_read_by_the_old_type(fact: Fact, sent: dict[str, Any], heard: dict[str, Any]) -> None:
    assert served(fact, sent) == (200, Parcel(**heard))


def test_a_secret_inside_stays_as_it_was_sent() -> None:
    fact = on(Parcel).retyped("keys", was=list[SecretStr], to_old=none)
    assert served(fact, {"keys": ["s3cret"]}) == (200, Parcel(keys=[SecretStr("s3cret")]))


def served(fact: Fact, sent: dict[str, Any]) -> tuple[int, Any]:
    """The status that an old client gets, and what the handler is given."""
    app, heard = FastAPI(), list[Parcel]()

    @app.post("/parcels")
    def create(parcel: Parcel) -> None:
        heard.append(parcel)

    app.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    with Caller(app, headers={"API-Version": OLD}) as client:
        status = client.post("/parcels", json=sent).status_code
    return status, heard[0] if heard else None
