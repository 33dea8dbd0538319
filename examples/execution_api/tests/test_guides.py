"""What each SDK was recorded to do gives a guide: the changes whose gates fire on its way, and no other."""

from __future__ import annotations

import json

import pytest
from execution_api import create_app
from execution_api.versions import timeline
from execution_api.versions.serving import gates
from execution_api.worker import GENERATIONS, Generation
from starlette.testclient import TestClient

from examples.execution_api.tests.recordings import read_recordings
from examples.execution_api.tests.serving import SECRET
from timegate.changelog.touched import touched_operations
from timegate.observing.guide import NotSeen, guide
from timegate.observing.usage import Usage, usage
from timegate.observing.verdict import Keys

NEWEST = timeline.values[0]


@pytest.fixture(scope="module", params=GENERATIONS, ids=lambda generation: generation.sdk)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, list[Usage]]:
    """What the server counts when an SDK sends all that it was recorded to send."""
    generation: Generation = request.param
    file = tmp_path_factory.mktemp("usage") / "usage.sqlite"
    agent = {"user-agent": f"apache-airflow-task-sdk/{generation.sdk} (Python/3.12.1)"}
    with TestClient(create_app(database="sqlite://", secret=SECRET, usage=file)) as client:
        for recording in read_recordings(generation.api_version):
            for exchange in recording.exchanges:
                # Whether it has the right to is all the same to its version.
                headers = {name: value for name, value in exchange.headers.items() if not value.startswith("Bearer")}
                content = None if exchange.body is None else json.dumps(exchange.body).encode()
                client.request(exchange.method, exchange.path, headers={**headers, **agent}, content=content)
    return generation, [one for one in usage(file) if one.version == generation.api_version]


def test_the_guide_of_an_sdk_names_the_changes_whose_gates_fire(seen: tuple[Generation, list[Usage]]) -> None:
    generation, rows = seen
    client = f"task-sdk {generation.sdk}"
    assert {row.client for row in rows} == {client}
    if generation.api_version == NEWEST:
        with pytest.raises(NotSeen, match="needs no guide"):
            guide(rows, gates(), client=client, to=NEWEST)
        return
    found = guide(rows, gates(), client=client, to=NEWEST)
    keys = Keys(gates())
    used = {keys.key(row.operation) for row in rows}
    newer = timeline.versions[: timeline.index(generation.api_version)]
    # A gate fires where its programs differ from those that it would have without the change.
    fired = {
        change.__qualname__
        for change, operations in touched_operations(gates()).items()
        if any(change in version.changes for version in newer) and used & set(map(keys.key, operations))
    }
    assert {met.entry.name for met in found.met} == fired
    assert 0 < len(fired) < found.changes
