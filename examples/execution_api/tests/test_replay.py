"""Our responses to older workers are those of the real server, except where it breaks its own workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from execution_api import create_app

from examples.execution_api.tests.corrections import (
    ASSET_EVENTS,
    BEFORE_PARTITIONS,
    MOMENTS,
    OLDER,
    RECORDINGS,
    TOO_NEW,
    UNTYPED,
    corrected,
)
from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.recordings import Played, Recording, differences, play, world_of

SECRET = "a secret to sign tokens of recordings with, long enough"


def played_again(recording: Recording, database: str) -> Iterator[Played]:
    app = create_app(database=database, world=world_of(recording), secret=SECRET)
    exchanges = tuple(corrected(recording, place) for place in range(len(recording.exchanges)))
    return play(replace(recording, exchanges=exchanges), app, secret=SECRET)


def test_every_version_was_recorded_in_the_same_situations() -> None:
    names = {version: {name for recorded, name in RECORDINGS if recorded == version} for version in OLDER}

    assert all(len(found) == 59 and found == names["2025-04-11"] for found in names.values())


@pytest.mark.parametrize(
    ("version", "name"), [place for place in RECORDINGS if place[0] in OLDER], ids=lambda part: str(part)
)
def test_an_older_worker_gets_the_responses_of_the_real_server(
    version: str, name: str, new_database: NewDatabase
) -> None:
    moments = MOMENTS.get(name, frozenset())

    found = [
        difference
        for played in played_again(RECORDINGS[version, name], new_database())
        for difference in differences(played, moments=moments)
    ]

    assert found == []


def test_the_real_server_is_corrected_only_where_it_breaks_its_own_workers() -> None:
    found = {
        (name, version)
        for (version, name), recording in RECORDINGS.items()
        for place, exchange in enumerate(recording.exchanges)
        if version in OLDER and corrected(recording, place) != exchange
    }

    expected = {(UNTYPED, version) for version in OLDER}
    expected |= {(name, version) for name, last in TOO_NEW.items() for version in OLDER if version <= last}
    expected |= {(name, version) for name in ASSET_EVENTS for version in BEFORE_PARTITIONS}
    expected |= {("state-retry", version) for version in BEFORE_PARTITIONS}
    expected |= {("dagrun-previous-old-path", version) for version in BEFORE_PARTITIONS if version >= "2025-08-10"}
    assert found == expected
