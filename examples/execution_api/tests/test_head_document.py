"""Our models and operations, and the document that the real server shows at head."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from execution_api import models
from execution_api.routes import CLOSED, OPEN
from pydantic import BaseModel, JsonValue, TypeAdapter

from timegate.starlette import Endpoint, operation_of

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "openapi" / "2026-06-30.json").read_text())
COMPONENTS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path): operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
ROUTES = [*OPEN, *((method, path, endpoint) for method, path, endpoint, _ in CLOSED)]
ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    (method, path.replace(":path}", "}")): endpoint for method, path, endpoint in ROUTES
}

# Where workers wait for tasks: an executor of Airflow has its own ways.
OURS_ALONE = {("GET", "/workloads")}
OUR_MODELS = {"ExecuteTask", "Workloads"}

# Words for people; names for generators of clients.
NOT_COMPARED = {"title", "description", "x-enum-varnames", "$defs"}

# JSON of any form: the real document names it and lists the forms.
ANY: JsonValue = {"$ref": "JsonValue"}

# The real document does not describe these responses; ours does.
UNTYPED_THERE = {
    ("GET", "/health/ping"),
    ("PUT", "/task-instances/{task_instance_id}/rtif"),
    ("PUT", "/variables/{variable_key}"),
    ("POST", "/xcoms/{dag_id}/{run_id}/{task_id}/{key}"),
    ("DELETE", "/xcoms/{dag_id}/{run_id}/{task_id}/{key}"),
}


def plain(schema: JsonValue) -> JsonValue:
    """A schema without words, with one spelling for what may be spelled in two ways."""
    if isinstance(schema, list):
        return [plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    out: dict[str, JsonValue] = {}
    for key, value in schema.items():
        match key, value:
            case _ if key in NOT_COMPARED:
                pass
            case "default", None:  # FastAPI leaves it out of most places
                pass
            case "const", _:
                out["enum"] = [value]
            case "anyOf" | "oneOf", list():
                out["oneOf"] = sorted((plain(arm) for arm in value), key=json.dumps)
            case "$ref", str():
                out["$ref"] = value.rpartition("/")[2]
            case "properties", dict():
                out["properties"] = {name: plain(inner) for name, inner in value.items()}
            case "required", list():
                out["required"] = sorted(value, key=str)
            case _:
                out[key] = plain(value)
    if out.get("additionalProperties") in (True, {}, ANY):  # the default of JSON Schema
        del out["additionalProperties"]
    return {} if out == ANY else out


def of_type(declared: Any) -> list[JsonValue]:
    """The schemas of a type, as it is read and as it is written."""
    adapter: TypeAdapter[Any] = TypeAdapter(declared)
    return [plain(adapter.json_schema(mode=mode)) for mode in ("validation", "serialization")]


def model_names() -> list[str]:
    found = {name: getattr(models, name) for name in models.__all__}
    return [name for name, one in found.items() if isinstance(one, type) and issubclass(one, BaseModel | Enum)]


def test_every_operation_is_there_and_no_other() -> None:
    assert ENDPOINTS.keys() == OPERATIONS.keys() | OURS_ALONE
    assert len(OPERATIONS) == 55


def test_every_component_is_a_model() -> None:
    assert COMPONENTS.keys() - {"JsonValue"} <= set(model_names())


def test_every_other_model_is_a_query() -> None:
    declared = [operation_of(endpoint) for endpoint in ENDPOINTS.values()]
    queries = {one.query.__name__ for one in declared if one is not None and one.query is not None}

    assert set(model_names()) - COMPONENTS.keys() == queries | OUR_MODELS | {"OpenModel", "ClosedModel"}


@pytest.mark.parametrize("name", sorted(COMPONENTS.keys() - {"JsonValue"}))
def test_a_model_is_shaped_as_in_the_document(name: str) -> None:
    assert plain(COMPONENTS[name]) in of_type(getattr(models, name))


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_an_operation_has_the_requests_and_responses_of_the_document(method: str, path: str) -> None:
    there = OPERATIONS[method, path]
    endpoint = ENDPOINTS[method, path]
    here = operation_of(endpoint)

    assert here is not None
    assert getattr(endpoint, "__name__", None) == there["operationId"]
    assert str(here.status) in there["responses"]
    if "requestBody" in there:
        assert_same_body(there["requestBody"], here.request)
    else:
        assert here.request is None
    if (method, path) not in UNTYPED_THERE:
        content = there["responses"][str(here.status)].get("content", {})
        schema = plain(content.get("application/json", {}).get("schema", {}))
        assert schema in of_type_by_name(here.response)
    queries = {one["name"]: one for one in there["parameters"] if one["in"] == "query"}
    assert {name: plain(one["schema"]) for name, one in queries.items()} == properties_of(here.query)
    assert {name for name, one in queries.items() if one.get("required")} == required_of(here.query)


def properties_of(query: Any) -> dict[str, JsonValue]:
    schema: dict[str, Any] = {} if query is None else TypeAdapter(query).json_schema()
    return {name: plain(one) for name, one in schema.get("properties", {}).items()}


def required_of(query: Any) -> set[str]:
    schema: dict[str, Any] = {} if query is None else TypeAdapter(query).json_schema()
    return set(schema.get("required", ()))


def of_type_by_name(declared: Any) -> list[JsonValue]:
    """The schemas of a type, a component of the document by its name."""
    if declared is None:
        return [{}]
    if isinstance(declared, type) and declared.__name__ in COMPONENTS:
        return [{"$ref": declared.__name__}]
    return of_type(declared)


def assert_same_body(there: dict[str, Any], declared: Any) -> None:
    schema = plain(there["content"]["application/json"]["schema"])
    if there.get("required"):
        assert schema in of_type_by_name(declared)
    else:  # JSON of any form, or nothing
        assert (schema, plain(TypeAdapter(declared).json_schema())) == ({}, {"oneOf": [{"type": "null"}, {}]})
