"""What released clients send and receive is written down, and changes only on purpose: by `make snapshots`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from execution_api.versions import timeline

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.payloads import (
    SHOWN_HEADERS,
    exchanges_of,
    operations_at,
    recordings_at,
    the_same_each_time,
)
from timegate.testing import ExchangeSnapshots, OldClients
from timegate.testing.snapshots import ELSEWHERE

SNAPSHOTS = Path(__file__).parent / "snapshots"
VERSIONS = list(timeline.values)


@pytest.mark.timeout(1800)  # sixty applications, one after the other
@pytest.mark.parametrize("version", VERSIONS)
def test_a_released_version_sends_and_receives_what_is_written_down(
    version: str, new_database: NewDatabase, old_client: OldClients, exchange_snapshots: ExchangeSnapshots
) -> None:
    replaced = the_same_each_time(datetime.now(UTC))
    exchanges = exchanges_of(version, old_client, new_database)

    exchange_snapshots.match(exchanges, headers=SHOWN_HEADERS, replaced=replaced)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_of_a_version_is_written_down_and_nothing_else(version: str) -> None:
    operations = [operation.name for operation in operations_at(version)]

    assert {file.stem for file in (SNAPSHOTS / version).iterdir()} == {*operations, ELSEWHERE}
    assert len(operations) == len(set(operations)), "two operations share a file"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_of_a_version_is_seen_to_succeed(version: str) -> None:
    for operation in operations_at(version):
        written = json.loads((SNAPSHOTS / version / f"{operation.name}.json").read_text())
        statuses = {exchange["receives"]["status"] for exchange in written["exchanges"]}
        assert any(200 <= status < 300 for status in statuses), f"{operation.name}: {sorted(statuses)}"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_situation_ends_in_an_error_of_the_server(version: str) -> None:
    written = [json.loads(file.read_text()) for file in sorted((SNAPSHOTS / version).iterdir())]
    exchanges = [exchange for one in written for exchange in one["exchanges"]]

    assert len(exchanges) == sum(len(recording.exchanges) for recording in recordings_at(version))
    assert [exchange["sends"] for exchange in exchanges if exchange["receives"]["status"] >= 500] == []
