"""A parameter that head lacks is required of those whose own version required it, and of nobody else."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form

from tests.asgi.calling import Caller
from tests.silence.old_client import changed
from timegate import Timeline, Version, endpoint
from timegate.asgi import TimegateMiddleware

NEWER, OLDEST = "2025-01-01", "2024-01-01"

SENT: dict[str, dict[str, Any]] = {
    "query": {"params": {"iota": "1"}},
    "header": {"headers": {"iota": "1"}},
    "cookie": {"headers": {"Cookie": "iota=1"}},
    "form": {"data": {"title": "t", "iota": "1"}},
}


@pytest.mark.parametrize("location", SENT)
def test_a_parameter_that_became_optional_and_went_is_required_of_the_oldest_clients_alone(location: str) -> None:
    app = FastAPI()

    @app.post("/things")
    async def post(title: Annotated[str, Form()] = "t") -> str:
        return title

    one = getattr(endpoint("/things", "POST"), location)("iota")
    timeline = Timeline(
        Version("2026-01-01", changed(one.removed(was=int, required=False, loses="nobody asks"), name="Gone")),
        Version(NEWER, changed(one.became_optional(), name="Optional")),
        Version(OLDEST),
    )
    app.add_middleware(TimegateMiddleware, timeline=timeline)
    without: dict[str, Any] = {"data": {"title": "t"}} if location == "form" else {}
    statuses = {
        version: [
            Caller(app, headers={"API-Version": version}).request("POST", "/things", **sent).status_code
            for sent in (without, SENT[location])
        ]
        for version in (OLDEST, NEWER)
    }
    assert statuses == {OLDEST: [422, 200], NEWER: [200, 200]}
