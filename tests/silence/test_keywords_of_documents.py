"""At a place that a change reaches, each keyword of a document's schema is followed, or refused at the start."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sentences import shows
from tests.silence.exchanges import OLD, exchange, faults_of, timeline_of
from timegate import Contract, Timeline, on
from timegate.asgi import TimegateMiddleware

M = {"$ref": "#/components/schemas/M"}
PLAIN = {"$ref": "#/components/schemas/Plain"}
RENAMED = on("M").renamed("old", to="new")


def document(schema: Any, **components: Any) -> dict[str, Any]:
    """A document whose one request has a schema; ``M`` changes and ``Plain`` does not."""
    schemas = {
        "M": {"type": "object", "properties": {"new": {"type": "integer"}}},
        "Plain": {"type": "object", "properties": {"new": {"type": "integer"}}},
        **components,
    }
    content = {"content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"post": {"requestBody": content, "responses": {"200": {"description": ""}}}}},
        "components": {"schemas": schemas},
    }


def upgraded(contract: Contract, body: Any) -> Any:
    """What reaches an app of a body that an old client sends; the status where it does not reach it."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(json.loads((await receive())["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    served = TimegateMiddleware(app, timeline=timeline_of(RENAMED), contract=contract)
    status = exchange(served, "POST", "/x", body=body).status
    return seen[0] if seen else status


def kept(inner: Any) -> dict[str, Any]:
    """A schema with two keywords that no program follows."""
    return {"type": "object", "if": {"properties": {"a": inner}}, "then": {"properties": {"b": inner}}}


# Each schema by the place of the reference that no program follows, with what the fault calls the way to it.
UNFOLLOWED: dict[str, tuple[Any, str]] = {
    "if": ({"properties": {"b": M}, "if": {"properties": {"c": M}}}, "if"),
    "then": ({"properties": {"b": M}, "then": {"properties": {"c": M}}}, "then"),
    "else": ({"properties": {"b": M}, "else": M}, "else"),
    "then without properties": ({"if": {"required": ["k"]}, "then": M}, "then"),
    "dependentSchemas": ({"properties": {"b": M}, "dependentSchemas": {"b": {"properties": {"c": M}}}}, "dependent"),
    "unevaluatedProperties": ({"properties": {"b": M}, "unevaluatedProperties": M}, "unevaluatedProperties"),
    "unevaluatedItems": ({"prefixItems": [M], "unevaluatedItems": M}, "unevaluatedItems"),
    "patternProperties": ({"properties": {"b": M}, "patternProperties": {"^x": M}}, "patternProperties"),
    "other keys than those of patterns": (
        {"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": M},
        "additionalProperties beside patternProperties",
    ),
    "propertyNames": ({"properties": {"b": M}, "propertyNames": {"anyOf": [M]}}, "propertyNames beside properties"),
    "contains": ({"items": M, "contains": M}, "contains"),
    "not": ({"properties": {"b": M}, "not": M}, "not"),
    "items of an object": (
        {"type": ["object", "array"], "properties": {"b": M}, "items": M},
        "items beside properties",
    ),
    "properties beside $ref": ({**M, "properties": {"z": M}}, "$ref beside properties"),
    "items beside $ref": ({**M, "items": M}, "items beside $ref"),
    "allOf beside $ref": ({**PLAIN, "allOf": [M]}, "allOf beside $ref"),
    "items beside anyOf": ({"anyOf": [M, {"type": "array"}], "items": M}, "items beside anyOf"),
    "oneOf beside anyOf": ({"anyOf": [PLAIN, {"type": "array"}], "oneOf": [M]}, "oneOf beside anyOf"),
    "beside an arm": ({"anyOf": [{**M, "not": M}, {"type": "null"}]}, "not"),
}


@shows(
    "in an OpenAPI document, a component that changes behind a keyword that no program follows (`if`, "
    "`dependentSchemas`, `patternProperties`, `contains`, `not` …), beside `$ref`, `anyOf` or `oneOf`,",
)
@pytest.mark.parametrize(("schema", "way"), UNFOLLOWED.values(), ids=UNFOLLOWED)
@pytest.mark.parametrize("named", [False, True], ids=["in place", "component"])
def test_a_change_behind_a_keyword_that_no_program_follows_is_refused(schema: Any, way: str, *, named: bool) -> None:
    given = document({"$ref": "#/components/schemas/C"}, C=schema) if named else document(schema)
    faults = faults_of(Contract.from_openapi(given), RENAMED)
    assert faults
    assert all(fault.change.endswith("Changed") and fault.place and fault.remedy for fault in faults)
    assert any(f"M changes and is reached through {way}" in fault.problem for fault in faults)


@pytest.mark.parametrize("schema", [schema for schema, _ in UNFOLLOWED.values()], ids=UNFOLLOWED)
def test_the_same_keywords_pass_where_nothing_changes(schema: Any) -> None:
    schema = json.loads(json.dumps(schema).replace("schemas/M", "schemas/Plain"))
    given = {"type": "object", "properties": {"changed": M, "other": schema}}
    contract = Contract.from_openapi(document(given))
    sent = {"changed": {"old": 1}, "other": [{"old": 1}]}
    assert upgraded(contract, sent) == {"changed": {"new": 1}, "other": [{"old": 1}]}


@pytest.mark.parametrize("kinds", [["object", "array"], ["array", "object", "null"], ["string", "object", "array"]])
def test_a_schema_of_several_types_says_of_its_objects_which_fields_they_have(kinds: list[str]) -> None:
    schema = {"type": kinds, "properties": {"m": M}, "items": {"type": "integer"}}
    contract = Contract.from_openapi(document(schema))
    assert upgraded(contract, {"m": {"old": 1}}) == {"m": {"new": 1}}
    assert upgraded(contract, [1]) == [1]
    assert upgraded(contract, 1) == 422


def test_a_changed_component_of_several_types_stays_what_it_is_where_it_is_no_object() -> None:
    both = {"type": ["object", "string"], "properties": {"new": {"type": "integer"}}}
    gates = Timeline(*timeline_of(RENAMED)).compile(Contract.from_openapi(document({"items": M}, M=both)))
    assert gates.upgrade("M", {"old": 1}, from_version=OLD) == {"new": 1}
    assert gates.upgrade("M", "text", from_version=OLD) == "text"


def test_each_keyword_on_the_way_is_told_at_once() -> None:
    found = faults_of(Contract.from_openapi(document(kept(M))), RENAMED)
    assert sorted(fault.problem.split("through ")[1].split(",")[0] for fault in found) == ["if", "then"]
