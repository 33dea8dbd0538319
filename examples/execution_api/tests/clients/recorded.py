"""The result of each call against the real server, corrected where that server breaks its own clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from execution_api.worker import GENERATIONS, Generation, generation_of
from pydantic import JsonValue, TypeAdapter

from examples.execution_api.tests.clients.calls import ENDS, End
from timegate.typing import is_array, is_object

__all__ = ["RECORDED", "Recorded", "Row", "corrected", "differences"]

Row: TypeAlias = dict[str, JsonValue]
"""What became of one call."""

_RESULTS: Final = Path(__file__).parents[1] / "data" / "clients" / "results"
_ROW: Final = TypeAdapter(Row)

# The versions at which the real server fails, or says too much, where runs of a Dag have partitions.
_LAST_WITHOUT_PARTITIONS: Final = "2025-11-05"
_NEWER_IN_DAG_RUNS: Final = {
    "partition_key": "2026-04-06",
    "note": "2026-04-06",
    "partition_date": "2026-06-30",
    "team_name": "2026-06-30",
    "triggering_user_name": "2025-11-05",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded round of calls.

    Attributes:
        generation: Whose client made them.
        end: What was said of the task instance last.
        rows: What became of each call, by the call's name.
    """

    generation: Generation
    end: End
    rows: Mapping[str, Row]

    def __str__(self) -> str:
        return f"{self.generation.sdk}-{self.end}"


def _read(generation: Generation, end: End) -> Iterator[Recorded]:
    stem = "drive" if end == "succeed" else f"final-{end}"
    file = _RESULTS / f"{stem}-{generation.sdk}.jsonl"
    if file.exists():
        rows = [_ROW.validate_json(line) for line in file.read_bytes().splitlines()]
        # Rows about the round itself are not calls.
        calls = {str(row["call"]): row for row in rows if not str(row["call"]).startswith("__")}
        yield Recorded(generation, end, calls)


RECORDED: Final = tuple(one for generation in GENERATIONS for end in ENDS for one in _read(generation, end))
"""Oldest SDK first."""

_NEWEST: Final = next(one for one in RECORDED if one.generation == generation_of("1.3.2") and one.end == "succeed")


def corrected(recorded: Recorded, name: str) -> Row | None:
    """The row of a call as it should have been; None where the SDK has no such method.

    Args:
        recorded: The round.
        name: The name of the call.
    """
    # A client without any of the methods of a group was not asked for each of them.
    row = recorded.rows.get(name, {"skipped": True})
    if "skipped" in row:
        return None
    version = recorded.generation.api_version
    if version > _LAST_WITHOUT_PARTITIONS:
        return row
    match row.get("error"):
        case {"status": 500}:
            return _with_result(row, without(_NEWEST.rows[name]["result"], lambda key: key == "partition_key"))
        case {"type": "ValidationError"}:
            return _with_result(
                row, without(_NEWEST.rows[name]["result"], lambda key: _is_newer_in_dag_runs(key, version))
            )
        case {"status": 410}:
            return _as_missing(row)
        case _:
            return row


def _is_newer_in_dag_runs(key: str, version: str) -> bool:
    return version < _NEWER_IN_DAG_RUNS.get(key, "")


def _with_result(row: Row, result: JsonValue) -> Row:
    """The call with one response that the client could read; it may have asked a failing server twice."""
    kept = {key: value for key, value in row.items() if key != "error"}
    return {**kept, "ok": True, "result": result, "http": [{**_exchanges(row)[0], "status": 200}]}


def _as_missing(row: Row) -> Row:
    error = row["error"]
    assert is_object(error)
    return {**row, "error": {**error, "status": 404}, "http": [{**one, "status": 404} for one in _exchanges(row)]}


def _exchanges(row: Row) -> list[dict[str, JsonValue]]:
    http = row["http"]
    assert is_array(http)
    return [one for one in http if is_object(one)]


def without(value: JsonValue, is_unwanted: Callable[[str], bool]) -> JsonValue:
    """A JSON value without some keys, at every depth."""
    if is_object(value):
        return {key: without(inner, is_unwanted) for key, inner in value.items() if not is_unwanted(key)}
    return [without(inner, is_unwanted) for inner in value] if is_array(value) else value


def differences(recorded: Recorded, rows: Mapping[str, Row]) -> list[str]:
    """List each call with another result than it should have, with both results.

    Args:
        recorded: What was recorded.
        rows: What became of each call this time.
    """
    there, here = _machine(recorded.rows), _machine(rows)
    found: list[str] = []
    for name, row in rows.items():
        want = corrected(recorded, name)
        expected = _NOT_CALLED if want is None else _comparable(name, want, there)
        got = _NOT_CALLED if "skipped" in row else _comparable(name, row, here)
        if expected != got:
            found.append(f"{name}\n  expected {json.dumps(expected)}\n  got      {json.dumps(got)}")
    missing = [name for name in recorded.rows if name not in rows]
    return found + [f"{name}\n  was recorded and is not called" for name in missing]


_NOT_CALLED: Final[Row] = {"skipped": True}
_COMPARED: Final = ("ok", "result", "error", "dropped_kwargs")
_MACHINE: Final = ("hostname", "current_hostname", "unixname")

# What the clock of the server decides.
_MOMENTS: Final = {
    "hitl.update_response": "responded_at",
    "hitl.get_detail_response:after-update": "responded_at",
    "task_instances.get_reschedule_start_date:after": "start_date",
}


def _comparable(name: str, row: Row, machine: Mapping[str, str]) -> Row:
    """A row without what differs from one machine and one moment to the next."""
    compared: Row = {key: row[key] for key in _COMPARED if key in row}
    compared["http"] = [{**one, "body": _body(one["body"])} for one in _exchanges(row)]
    compared = {key: _anonymous(value, machine) for key, value in compared.items()}
    result, moment = compared.get("result"), _MOMENTS.get(name)
    if moment is not None and is_object(result) and _is_moment(result.get(moment)):
        compared["result"] = {**result, moment: "<moment>"}
    return compared


def _body(text: JsonValue) -> JsonValue:
    body: JsonValue = json.loads(text) if isinstance(text, str) else text
    return body


def _machine(rows: Mapping[str, Row]) -> dict[str, str]:
    """How the worker names its machine and its user: so it says when it starts."""
    body = _body(_exchanges(rows["task_instances.start"])[0]["body"])
    assert is_object(body)
    return {str(body["hostname"]): "<hostname>", str(body["unixname"]): "<user>"}


def _anonymous(value: JsonValue, machine: Mapping[str, str]) -> JsonValue:
    if is_object(value):
        return {
            key: machine.get(inner, inner) if key in _MACHINE and isinstance(inner, str) else _anonymous(inner, machine)
            for key, inner in value.items()
        }
    return [_anonymous(inner, machine) for inner in value] if is_array(value) else value


def _is_moment(value: JsonValue) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
