"""A client that was generated from its version's document can read every response of the server."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from execution_api.versions import timeline
from execution_api.versions.serving import gates
from pydantic import JsonValue, TypeAdapter, ValidationError

from examples.execution_api.tests.client_models.generate import FOLDER, file_of, models_of
from examples.execution_api.tests.payloads import Operation, operations_at
from examples.execution_api.tests.test_payload_snapshots import SNAPSHOTS

VERSIONS = list(timeline.values)


def reader(version: str, operation: Operation, status: int) -> TypeAdapter[Any] | None:
    """The generated type of a response; None if the document declares no body."""
    described: Any = gates().contract(version)["paths"][operation.path][operation.method.lower()]
    response: dict[str, Any] | None = described["responses"].get(str(status))
    if response is None or "content" not in response:
        return None
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    if not schema:
        return TypeAdapter(Any)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
    elif schema.get("type") == "integer":
        return TypeAdapter(int)
    else:
        words = described["operationId"].split("_")
        name = f"{''.join(word.capitalize() for word in words)}Response{status}"
    return TypeAdapter(getattr(importlib.import_module(f"{__package__}.client_models.{file_of(version).stem}"), name))


def responses_at(version: str) -> Iterator[tuple[Operation, str, int, JsonValue]]:
    """Each response with a body that is written down for a version, with its operation and its situation."""
    for operation in operations_at(version):
        written = json.loads((SNAPSHOTS / version / f"{operation.name}.json").read_text())
        for exchange in written["exchanges"]:
            received = exchange["receives"]
            if "json" in received:
                response = json.loads(json.dumps(received["json"]).replace("<the moment of the request>", MOMENT))
                yield operation, exchange["situation"], received["status"], response


MOMENT = "2026-01-02T03:04:05Z"
NOT_DESCRIBED = {400, 401, 403, 404, 409, 410}
"""Error responses that any operation may give and documents need not declare, as the real server's do not."""


@pytest.mark.parametrize("version", VERSIONS)
def test_models_are_generated_from_todays_document_of_their_version(version: str) -> None:
    assert file_of(version).read_text() == models_of(version), "stale: `make clients` writes them anew"


def test_every_version_has_models_and_no_other() -> None:
    assert sorted(FOLDER.glob("v*.py")) == sorted(file_of(version) for version in VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_response_parses_with_the_models_of_its_version(version: str) -> None:
    parsed, undescribed = 0, set[int]()
    for operation, situation, status, response in responses_at(version):
        models = reader(version, operation, status)
        if models is None:
            undescribed.add(status)
            continue
        try:
            models.validate_json(json.dumps(response))
        except ValidationError as error:
            raise AssertionError(f"{operation.name}, {situation}, {status}") from error
        parsed += 1

    assert undescribed <= NOT_DESCRIBED
    assert parsed >= 60


@pytest.mark.parametrize("version", VERSIONS)
def test_a_response_with_more_than_its_version_knows_does_not_parse(version: str) -> None:
    (start,) = (one for one in operations_at(version) if one.name == "task-instances.task_instance_id.run.PATCH")
    (context, *_) = (
        response for one, _, status, response in responses_at(version) if (one.name, status) == (start.name, 200)
    )
    assert isinstance(context, dict)
    models = reader(version, start, 200)
    assert models is not None
    models.validate_json(json.dumps(context))

    with pytest.raises(ValidationError, match="extra_forbidden"):
        models.validate_json(json.dumps({**context, "not_known_then": None}))
