"""A stream or a form whose model changes is refused at start-up: it would pass ungated."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.sentences import shows
from timegate import CompileError, Contract, Timeline, Version, VersionChange, on


class Line(BaseModel):
    text: str


class Renamed(VersionChange):
    """A line's text is called so."""

    changes = (on(Line).renamed("words", to="text"),)


app = FastAPI()


@app.get("/lines")
async def lines() -> AsyncIterator[Line]:
    yield Line(text="a")


@shows("JSON lines,")
def test_json_lines_of_a_changed_model_are_refused_with_their_place() -> None:
    with pytest.raises(CompileError) as caught:
        Timeline(Version("2025-02-01", Renamed), Version("2025-01-01")).compile(Contract.of(app))
    (fault,) = caught.value.faults
    assert (fault.version, fault.change, fault.place) == ("2025-02-01", "Renamed", "200 of GET /lines")
    assert fault.problem == "it is application/jsonl, which gates do not convert, and Line in it changes"


def test_json_lines_of_a_model_that_stays_compile() -> None:
    timeline = Timeline(Version("2025-02-01"), Version("2025-01-01"))
    gate = timeline.compile(Contract.of(app)).operations("2025-01-01")[0]
    assert (gate.key, gate.gated) == ("GET /lines", False)
