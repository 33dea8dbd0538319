"""With timegate, Airflow's own server gives workers of every version the recorded responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from airflow.utils.session import create_session
from sqlalchemy import text
from starlette.testclient import TestClient

from examples.airflow.tests.conftest import SECRET, World
from examples.execution_api.tests.corrections import MOMENTS, RECORDINGS, corrected
from examples.execution_api.tests.recordings import differences, play_to, world_of


def execute(statement: str) -> None:
    with create_session() as session:
        session.execute(text(statement))


def test_all_recordings_are_here() -> None:
    assert len(RECORDINGS) == 9 * 59


@pytest.mark.parametrize(("version", "name"), list(RECORDINGS), ids=str)
def test_a_worker_gets_the_recorded_responses(
    version: str, name: str, client: TestClient, load: Callable[[World], None]
) -> None:
    recording = RECORDINGS[version, name]
    load(world_of(recording))
    exchanges = tuple(corrected(recording, place) for place in range(len(recording.exchanges)))

    found = [
        difference
        for played in play_to(replace(recording, exchanges=exchanges), client, execute=execute, secret=SECRET)
        for difference in differences(played, moments=MOMENTS.get(name, frozenset()))
    ]

    assert found == []
