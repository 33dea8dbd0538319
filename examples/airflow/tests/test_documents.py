"""The document of each version has the operations and fields of the real server's, but for what is too new in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from airflow.api_fastapi.execution_api.datamodels.taskinstance import TaskInstance

from examples.airflow.app import create_app
from examples.airflow.versions import timeline
from timegate import Contract, Gates

REAL: Final = Path(__file__).parents[2] / "execution_api/tests/data/openapi"
METHODS: Final = frozenset({"get", "put", "post", "patch", "delete", "head"})

# What no route has: Airflow adds it to its document for generators of clients.
ADDED: Final = frozenset(
    {"BundleInfo", "DagAttributeTypes", "TaskInstance", "TerminalTIState", "TriggerRule", "WeightRule"}
)

# What the real server takes and shows in every version, by the version that is the first to have it.
TOO_NEW: Final = {
    **dict.fromkeys(
        (f"TI{kind}StatePayload.rendered_map_index" for kind in ("Terminal", "Success", "Deferred", "Retry")),
        "2025-04-28",
    ),
    **dict.fromkeys((f"TriggerDAGRunPayload.{key}" for key in ("note", "partition_key", "run_after")), "2026-04-06"),
    **dict.fromkeys((f"TIRetryStatePayload.retry_{key}" for key in ("delay_seconds", "reason")), "2026-06-30"),
    **dict.fromkeys(
        (
            f"TIAwaitingInputStatePayload.{key}"
            for key in ("state", "timeout", "next_method", "next_kwargs", "rendered_map_index")
        ),
        "2026-06-30",
    ),
}


def operations(document: dict[str, Any]) -> set[str]:
    return {f"{method} {path}" for path, item in document["paths"].items() for method in METHODS & item.keys()}


def fields(document: dict[str, Any]) -> set[str]:
    schemas = {name: one for name, one in document["components"]["schemas"].items() if name not in ADDED}
    return {f"{name}.{key}" for name, schema in schemas.items() for key in schema.get("properties", {})}


@pytest.fixture(scope="module")
def gates() -> Gates:
    return timeline.compile(Contract.of(create_app(), sends=[TaskInstance]))


@pytest.mark.parametrize("version", sorted(timeline.values))
def test_a_document_has_the_operations_and_fields_of_the_real_one(version: str, gates: Gates) -> None:
    real = json.loads((REAL / f"{version}.json").read_text(encoding="utf-8"))
    ours = dict(gates.contract(version))

    assert operations(ours) == operations(real)
    assert fields(real) - fields(ours) == {name for name, since in TOO_NEW.items() if version < since}
    assert fields(ours) - fields(real) == set()
