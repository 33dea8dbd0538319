"""The recorded responses of the real server as they should have been, where it breaks its own older workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from examples.execution_api.tests.recordings import Exchange, Recording, read_recordings
from timegate.typing import is_array, is_object

__all__ = ["ASSET_EVENTS", "BEFORE_PARTITIONS", "MOMENTS", "OLDER", "RECORDINGS", "TOO_NEW", "UNTYPED", "corrected"]

OLDER = (
    "2025-04-11",
    "2025-04-28",
    "2025-05-20",
    "2025-08-10",
    "2025-09-23",
    "2025-10-27",
    "2025-11-05",
    "2026-04-06",
)
BEFORE_PARTITIONS = OLDER[:-1]
RECORDINGS = {
    (version, recording.name): recording for version in (*OLDER, "2026-06-30") for recording in read_recordings(version)
}

# What the clock of the server decided.
MOMENTS = {
    "state-success-with-outlets": frozenset({"/asset_events/1/timestamp"}),
    "state-reschedule": frozenset({""}),
    "hitl": frozenset({"/responded_at"}),
}

UNTYPED = "run-queued-no-content-type"

# The real server takes what is newer than the worker's version; the version of each is the last that must not say it.
TOO_NEW = {
    "state-success-rendered-map-index": "2025-04-11",
    "state-failed-rendered-map-index": "2025-04-11",
    "state-awaiting-input": "2026-04-06",
    "dagrun-trigger-note": "2025-11-05",
    "dagrun-trigger-run-after": "2025-11-05",
}

ASSET_EVENTS = ("asset-events", "asset-events-created-dagrun", "state-success-with-outlets")


def corrected(recording: Recording, place: int) -> Exchange:
    """The exchange as it should have been: each of these responses stops a worker or accepts too much from it."""
    exchange, version = recording.exchanges[place], recording.version
    if recording.name == UNTYPED:
        return replace(exchange, status=200, response=RECORDINGS[version, "run-queued"].exchanges[0].response)
    if exchange.status < 300 and exchange.method in ("PATCH", "POST") and version <= TOO_NEW.get(recording.name, ""):
        return replace(exchange, status=422, response={"detail": ["what its version does not know"]})
    if version not in BEFORE_PARTITIONS:
        return exchange
    if exchange.status == 500:
        newest = RECORDINGS["2026-06-30", recording.name].exchanges[place]
        return replace(exchange, status=newest.status, response=without(newest.response, "partition_key"))
    if exchange.status == 410:
        return replace(exchange, status=404)
    if exchange.path.startswith("/dag-runs/tg_demo/previous?") and isinstance(exchange.response, dict):
        return replace(exchange, response=previous_run(exchange.response, version))
    return exchange


def previous_run(response: Mapping[str, Any], version: str) -> dict[str, Any]:
    newer = {"partition_key", "partition_date", "note", "team_name"}
    if version < "2025-11-05":
        newer.add("triggering_user_name")
    run = {key: value for key, value in response.items() if key not in newer}
    if "run_id" in run:
        run["start_date"] = run["start_date"] or run["run_after"]
        if version < "2025-10-27":
            run["conf"] = run["conf"] or {}
    return run


def without(value: Any, key: str) -> Any:
    if is_object(value):
        return {name: without(inner, key) for name, inner in value.items() if name != key}
    return [without(inner, key) for inner in value] if is_array(value) else value
