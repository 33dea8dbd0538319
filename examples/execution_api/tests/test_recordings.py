"""Our responses to today's clients are those of the real server."""

from __future__ import annotations

import pytest
from execution_api import create_app

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.recordings import Recording, differences, play, read_recordings, world_of

SECRET = "a secret to sign tokens of recordings with, long enough"
RECORDINGS = read_recordings("2026-06-30")

# What the clock of the server decided.
MOMENTS = {
    "state-success-with-outlets": frozenset({"/asset_events/1/timestamp"}),
    "state-reschedule": frozenset({""}),
    "hitl": frozenset({"/responded_at"}),
}

# The real server refuses a body without a Content-Type, and so its own older workers; here it is JSON.
UNTYPED = "run-queued-no-content-type"


def test_there_are_recordings() -> None:
    assert len(RECORDINGS) == 59


@pytest.mark.parametrize(
    "recording", [one for one in RECORDINGS if one.name != UNTYPED], ids=lambda recording: recording.name
)
def test_responses_are_those_of_the_real_server(recording: Recording, new_database: NewDatabase) -> None:
    app = create_app(database=new_database(), world=world_of(recording), secret=SECRET)

    found = [
        difference
        for played in play(recording, app, secret=SECRET)
        for difference in differences(played, moments=MOMENTS.get(recording.name, frozenset()))
    ]

    assert found == []


def test_a_body_without_a_content_type_starts_a_task_as_well(new_database: NewDatabase) -> None:
    (recording,) = (one for one in RECORDINGS if one.name == UNTYPED)
    app = create_app(database=new_database(), world=world_of(recording), secret=SECRET)

    (played,) = play(recording, app, secret=SECRET)

    assert played.exchange.status == 422
    assert played.status == 200


def test_a_response_that_differs_is_reported(new_database: NewDatabase) -> None:
    (recording,) = (one for one in RECORDINGS if one.name == "dags-get")
    world = world_of(recording)
    world["dags"][0].update(owners="somebody", tags=["tg", "more"])
    app = create_app(database=new_database(), world=world, secret=SECRET)

    found, missing = play(recording, app, secret=SECRET)

    assert differences(found) == [
        "GET /dags/tg_demo: /owners is 'somebody', recorded 'airflow'",
        "GET /dags/tg_demo: /tags is ['tg', 'more'], recorded ['tg']",
    ]
    assert differences(missing) == []
