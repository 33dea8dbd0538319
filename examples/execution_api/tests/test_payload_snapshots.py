"""What released clients send and receive is written down, and changes only on purpose: by `make snapshots`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from execution_api.versions import timeline
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.location import PyTestLocation
from syrupy.types import SerializedData, SnapshotIndex

from examples.execution_api.tests.databases import NewDatabase
from examples.execution_api.tests.payloads import ELSEWHERE, operations_at, payloads_at, recordings_at

SNAPSHOTS = Path(__file__).parent / "snapshots"
VERSIONS = list(timeline.values)


class OneFileEach(JSONSnapshotExtension):
    """A JSON file for each operation, in a folder for each version; a snapshot is called `version/operation`."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS)

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        return str(index)

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        return SNAPSHOTS in Path(snapshot_location).parents

    def serialize(self, data: Any, **_: Any) -> SerializedData:
        """Keep the order of keys, which is that of the wire."""
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.timeout(600)  # sixty applications, one after the other
@pytest.mark.parametrize("version", VERSIONS)
def test_a_released_version_sends_and_receives_what_is_written_down(
    version: str, new_database: NewDatabase, snapshot: SnapshotAssertion, subtests: pytest.Subtests
) -> None:
    written = snapshot.use_extension(OneFileEach)

    for operation, exchanges in payloads_at(version, new_database).items():
        with subtests.test(operation):
            assert exchanges == written(name=f"{version}/{operation}")


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
