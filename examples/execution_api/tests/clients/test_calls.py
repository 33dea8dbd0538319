"""Every method of every released client gives what it gave with the real server, where that one is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from execution_api.demo.server import running_server
from execution_api.worker import GENERATIONS
from pydantic import JsonValue

from examples.execution_api.tests.clients.calls import ENDS, calls_ending_with
from examples.execution_api.tests.clients.driving import Environments, drive
from examples.execution_api.tests.clients.recorded import RECORDED, Recorded, corrected, differences

# Making an environment takes its time, on the first run.
pytestmark = pytest.mark.timeout(1800)

_WORLD: Final[dict[str, JsonValue]] = json.loads((Path(__file__).parents[1] / "data" / "world.json").read_bytes())
_EVERY_METHOD: Final = frozenset(call.method for end in ENDS for call in calls_ending_with(end))


@pytest.mark.parametrize("recorded", RECORDED, ids=str)
def test_a_client_gets_what_the_real_server_gave_it(
    recorded: Recorded, environment_of: Environments, tmp_path: Path
) -> None:
    generation = recorded.generation
    with running_server(tmp_path, world=_WORLD) as server:
        driven = drive(environment_of(generation), calls_ending_with(recorded.end), server=server, folder=tmp_path)

    assert (driven.sdk, driven.api_version) == (generation.sdk, generation.api_version)
    assert driven.methods <= _EVERY_METHOD, "methods that no call is made of"
    found = differences(recorded, driven.rows)
    assert not found, "\n".join([f"Task SDK {generation.sdk}, {len(found)} of {len(driven.rows)} calls:", *found])


def test_every_client_was_recorded_and_two_of_them_in_every_end() -> None:
    ends = {generation.sdk: {one.end for one in RECORDED if one.generation == generation} for generation in GENERATIONS}

    assert ends == {sdk: set(ENDS) if sdk in ("1.0.6", "1.3.2") else {"succeed"} for sdk in ends}
    assert len(ends) == 9


def test_the_real_server_is_corrected_only_where_it_breaks_its_own_clients() -> None:
    found = {
        (str(recorded), name)
        for recorded in RECORDED
        for name, row in recorded.rows.items()
        if (wanted := corrected(recorded, name)) is not None and wanted != row
    }

    older = [recorded for recorded in RECORDED if recorded.generation.api_version <= "2025-11-05"]
    fails = ("asset_events.get:by-asset", "asset_events.get:by-asset-filtered")
    expected = {(str(recorded), name) for recorded in older for name in fails}
    # From the first version that says which runs an alias had a part in.
    since = [recorded for recorded in older if recorded.generation.api_version >= "2025-08-10"]
    expected |= {(str(recorded), "asset_events.get:by-alias") for recorded in since}
    unread = ("dag_runs.get_previous", "dag_runs.get_previous:state")
    expected |= {(str(recorded), name) for recorded in since for name in unread}
    expected.add(("1.0.6-retry", "task_instances.heartbeat:after-retry"))
    assert found == expected


@pytest.mark.parametrize(
    ("there", "here"), [('"value": "hello"', '"value": "goodbye"'), ('"status": 200', '"status": 203')]
)
def test_a_call_with_another_result_is_reported_with_both(there: str, here: str) -> None:
    newest = RECORDED[-1]
    recorded = json.dumps(newest.rows["variables.get"])
    assert recorded.count(there) == 1

    found = differences(newest, {**newest.rows, "variables.get": json.loads(recorded.replace(there, here))})

    (difference,) = found
    name, expected, got = difference.splitlines()
    assert (name, there in expected, here in got) == ("variables.get", True, True)


def test_a_call_that_is_not_made_any_more_is_reported() -> None:
    newest = RECORDED[-1]
    rows = {name: row for name, row in newest.rows.items() if name != "variables.get"}

    assert differences(newest, newest.rows) == []
    assert differences(newest, rows) == ["variables.get\n  was recorded and is not called"]
