"""A move calls a parameter what it is called right before the facts that come after it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.silence.old_client import changed, old_client, timeline_of
from timegate import CompileError, Contract, Timeline, Version, endpoint


def publishing() -> FastAPI:
    app = FastAPI()

    @app.post("/items/{item_id}/publish")
    async def publish(item_id: int) -> int:
        return item_id

    return app


CALLED_OTHERWISE = endpoint("/items/{item_id}/publish").path("id").renamed(to="item_id")


def test_a_move_calls_a_parameter_what_it_is_called_before_a_later_fact_renames_it() -> None:
    client = old_client(publishing(), endpoint("/publish/{id}").moved(to="/items/{id}/publish"), CALLED_OTHERWISE)
    assert client.post("/publish/5", {}).json() == 5
    assert client.post("/publish/x", {}).json()["detail"][0]["loc"] == ["path", "id"]
    assert list(client.document()["paths"]) == ["/publish/{id}"]


@pytest.mark.parametrize("name", ["item_id", "number"])
def test_a_move_that_calls_it_otherwise_is_told_what_to_write(name: str) -> None:
    moved = endpoint(f"/publish/{{{name}}}").moved(to=f"/items/{{{name}}}/publish")
    with pytest.raises(CompileError) as refused:
        timeline_of(moved, CALLED_OTHERWISE).compile(Contract.of(publishing()))
    told = str(refused.value)
    assert f"{{{name}}} is called {{id}}: a later fact renames it" in told
    assert "endpoint('/publish/{id}').moved(to='/items/{id}/publish')" in told


def test_the_move_of_an_older_version_calls_it_so_too() -> None:
    older = changed(endpoint("/publish/{item_id}").moved(to="/items/{item_id}/publish"), name="B")
    newer = changed(CALLED_OTHERWISE, name="A")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    with pytest.raises(CompileError, match=r"is called \{id\}"):
        timeline.compile(Contract.of(publishing()))
