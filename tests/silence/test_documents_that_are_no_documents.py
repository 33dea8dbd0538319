"""A document either compiles or is refused with faults: no other exception leaves the compiler."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.silence.documents import A, document, faults_of, json_of, named
from tests.silence.exchanges import OLD, timeline_of
from timegate import CompileError, Contract, DeclarationError, Gates, enum, on


def compiled(document: Any) -> Gates:
    gates = timeline_of(on("A").renamed("w", to="y")).compile(Contract.from_openapi(document))
    gates.contract(OLD)
    return gates


@pytest.mark.parametrize("given", [None, [], "x", b"x", 7, 1.5, True, {}, {"openapi": None}, {"openapi": "4.0.0"}])
def test_what_is_no_openapi_document_is_refused(given: Any) -> None:
    with pytest.raises((CompileError, DeclarationError)):
        Contract.from_openapi(given)


def with_paths(paths: Any) -> dict[str, Any]:
    return {**document({"A": A}), "paths": paths}


def with_operation(operation: Any) -> dict[str, Any]:
    return with_paths({"/a": {"post": operation}})


NO_OBJECTS: dict[str, dict[str, Any]] = {
    "paths are null": with_paths(None),
    "paths are a list": with_paths([]),
    "a path is null": with_paths({"/a": None}),
    "a path is a text": with_paths({"/a": "x"}),
    "a path's name is a number": with_paths({7: {}}),
    "a method is null": with_paths({"/a": {"get": None}}),
    "a method is a list": with_paths({"/a": {"get": []}}),
    "parameters are null": with_operation({"parameters": None, "responses": {}}),
    "a parameter is null": with_operation({"parameters": [None], "responses": {}}),
    "a parameter has no name": with_operation({"parameters": [{"in": "query", "schema": {}}], "responses": {}}),
    "a parameter has no place": with_operation({"parameters": [{"name": "q", "schema": {}}], "responses": {}}),
    "a parameter's name is a number": with_operation(
        {"parameters": [{"in": "header", "name": 7, "schema": {}}], "responses": {}}
    ),
    "responses are null": with_operation({"responses": None}),
    "responses are a list": with_operation({"responses": []}),
    "a response is null": with_operation({"responses": {"200": None}}),
    "content is null": with_operation({"responses": {"200": {"content": None}}}),
    "content is a text": with_operation({"responses": {"200": {"content": "x"}}}),
    "a media type is null": with_operation({"responses": {"200": {"content": {"application/json": None}}}}),
    "a body is null": with_operation({"requestBody": None, "responses": {}}),
    "a body is a list": with_operation({"requestBody": [], "responses": {}}),
    "components are null": {**document({"A": A}), "components": None},
    "components are a list": {**document({"A": A}), "components": []},
    "schemas are null": document(None),
    "schemas are a list": document([A]),
    "a component is null": document({"A": A, "B": None}),
    "a component is a text": document({"A": A, "B": "x"}),
    "a component is a list": document({"A": A, "B": [A]}),
    "properties are a list": document({"A": {"type": "object", "properties": ["x"]}}),
    "properties are null": document({"A": {"type": "object", "properties": None}}),
    "a property is null": document({"A": {**A, "properties": {**A["properties"], "z": None}}}),
    "required is a number": document({"A": {**A, "required": 7}}),
    "required holds a list": document({"A": {**A, "required": [["x"]]}}),
    "a type is a number": document({"A": {**A, "type": 7}}),
    "a type holds a list": document({"A": {**A, "type": [["object"]]}}),
    "anyOf is an object": document({"A": A}, {"anyOf": named("A")}),
    "anyOf holds null": document({"A": A}, {"anyOf": [None, named("A")]}),
    "allOf is null": document({"A": A}, {"allOf": None}),
    "an enum is null": document({"A": A, "E": {"enum": None}}),
    "a discriminator is a text": document({"A": A, "B": A}, {"oneOf": [named("A"), named("B")], "discriminator": "k"}),
    "a mapping is null": document(
        {"A": A, "B": A}, {"oneOf": [named("A"), named("B")], "discriminator": {"propertyName": "k", "mapping": None}}
    ),
    "a tag's name is a list": document(
        {"A": A, "B": A}, {"oneOf": [named("A"), named("B")], "discriminator": {"propertyName": []}}
    ),
    "a reference is null": document({"A": A}, {"$ref": None}),
    "a reference is a number": document({"A": A}, {"$ref": 7}),
    "a reference leads nowhere": document({"A": A}, named("Nobody")),
    "a reference leads into a component": document({"A": A}, {"$ref": "#/components/schemas/A/properties/y"}),
}


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_a_place_that_holds_something_else_than_it_must_is_a_fault(name: str) -> None:
    assert faults_of(lambda: compiled(NO_OBJECTS[name])) > 0


def test_all_such_places_are_told_at_once() -> None:
    wrong = document({"A": A, "B": None, "C": 7})
    wrong["paths"]["/b"] = {"get": None}
    with pytest.raises(CompileError) as refused:
        compiled(wrong)
    assert len(refused.value.faults) == 3


UNUSUAL: dict[str, dict[str, Any]] = {
    "a component that is true": document({"A": A, "Anything": True}),
    "a component that is false": document({"A": A, "Nothing": False}),
    "a property that is true": document({"A": {**A, "properties": {**A["properties"], "z": True}}}),
    "a status that is a number": with_operation({"responses": {200: {"description": "", **json_of(named("A"))}}}),
    "an example that is a date": document({"A": {**A, "example": dt.date(2026, 1, 1)}}),
    "a deep example": document({"A": {**A, "example": [[[[[[1]]]]]]}}),
    "a component that is itself": document({"A": A, "Z": named("Z")}),
    "a chain of references": document(
        {"A": A, **{f"C{index}": named(f"C{index + 1}") for index in range(500)}, "C500": named("A")}, named("C0")
    ),
    "a chain of models": document(
        {
            "A": A,
            **{f"C{index}": {"type": "object", "properties": {"n": named(f"C{index + 1}")}} for index in range(500)},
            "C500": named("A"),
        },
        named("C0"),
    ),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_and_valid_compiles(name: str) -> None:
    assert compiled(UNUSUAL[name]).upgrade("A", {"w": 1}, from_version=OLD) == {"y": 1}


def nested(keyword: str, levels: int) -> Any:
    schema: Any = named("A")
    for _ in range(levels):
        if keyword in ("anyOf", "allOf", "oneOf", "prefixItems"):
            schema = {keyword: [schema]}
        elif keyword == "properties":
            schema = {"type": "object", "properties": {"a": schema}}
        else:
            schema = {"type": "array" if keyword == "items" else "object", keyword: schema}
    return schema


KEYWORDS = ["items", "prefixItems", "properties", "additionalProperties", "anyOf", "oneOf", "allOf", "not"]


@pytest.mark.parametrize("levels", [25, 60, 300, 5000])
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_schema_of_sixty_levels_compiles_and_one_of_three_hundred_is_a_fault(keyword: str, levels: int) -> None:
    faults = faults_of(lambda: compiled(document({"A": A}, nested(keyword, levels))))
    # No program follows a `not`.
    assert (faults > 0) == (levels >= 300 or keyword == "not")


@pytest.mark.parametrize("keyword", ["items", "prefixItems", "properties", "additionalProperties", "anyOf"])
def test_a_schema_of_sixty_levels_is_gated(keyword: str) -> None:
    wrap: dict[str, Callable[[Any], Any]] = {
        "items": lambda inner: [inner],
        "prefixItems": lambda inner: [inner],
        "properties": lambda inner: {"a": inner},
        "additionalProperties": lambda inner: {"k": inner},
        "anyOf": lambda inner: inner,
    }
    sent, received = {"w": 1}, {"y": 1}
    for _ in range(60):
        sent, received = wrap[keyword](sent), wrap[keyword](received)
    schemas = {"A": A, "Deep": {"type": "object", "properties": {"deep": nested(keyword, 60)}}}
    gates = compiled(document(schemas, named("Deep")))
    assert gates.upgrade("Deep", {"deep": sent}, from_version=OLD) == {"deep": received}
    assert gates.downgrade("Deep", {"deep": received}, to_version=OLD) == {"deep": sent}


@pytest.mark.parametrize("where", ["example", "x-deep"])
def test_what_is_no_schema_is_one_fault_where_it_is_too_deep(where: str) -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert faults_of(lambda: compiled(document({"A": {**A, where: deep}}))) == 1


def test_an_object_that_holds_itself_is_a_fault() -> None:
    wrong = document({"A": copy.deepcopy(A)})
    schemas = wrong["components"]["schemas"]
    schemas["A"]["properties"]["z"] = schemas["A"]
    assert faults_of(lambda: compiled(wrong)) > 0


ENDLESS: dict[str, Any] = {
    "a union of itself": {"Z": {"anyOf": [named("Z"), named("A")]}},
    "two unions of each other": {"Y": {"anyOf": [named("Z"), named("A")]}, "Z": {"oneOf": [named("Y"), named("A")]}},
    "references to each other in a union": {"Y": named("X"), "X": named("Y"), "Z": {"anyOf": [named("Y"), named("A")]}},
    "a part of itself": {"Z": {"allOf": [named("Z"), named("A")]}},
    "a chain of optional components": {
        **{f"C{index}": {"anyOf": [named(f"C{index + 1}"), {"type": "null"}]} for index in range(400)},
        "C400": named("A"),
        "Z": named("C0"),
    },
}


FAULTY = {"references to each other in a union", "a chain of optional components"}


@pytest.mark.parametrize("name", ENDLESS)
def test_components_without_an_end_compile_or_are_a_fault(name: str) -> None:
    faults = faults_of(lambda: compiled(document({"A": A, **ENDLESS[name]}, named("Z"))))
    assert faults == (1 if name in FAULTY else 0)


def info_of(place: Any) -> dict[str, Any]:
    rule = {"type": "object", "properties": {"type": {"type": "string"}}}
    info = {"properties": {"ruleset_id": {"type": "integer"}}}
    return document({"Rule": rule, "Rule2": rule, "Info": info}, place)


ONE, TWO = {"allOf": [named("Rule"), named("Info")]}, {"allOf": [named("Rule2"), named("Info")]}


@pytest.mark.parametrize(
    ("place", "faults"),
    [
        (ONE, 0),
        ({"anyOf": [ONE, TWO]}, 1),
        ({"oneOf": [ONE, TWO]}, 1),
        ({"type": "array", "items": {"oneOf": [ONE, TWO]}}, 1),
    ],
)
def test_arms_that_are_no_components_compile_or_are_a_fault(place: Any, faults: int) -> None:
    timeline = timeline_of(on("Info").renamed("id", to="ruleset_id"))
    assert faults_of(lambda: timeline.compile(Contract.from_openapi(info_of(place))).contract(OLD)) == faults


@pytest.mark.parametrize("constant", [[1], {"a": 1}, [[1], {"a": [1]}], None, 1.5])
def test_a_constant_of_any_kind_compiles_or_is_a_fault(constant: Any) -> None:
    tagged = {**A, "properties": {**A["properties"], "k": {"const": constant}}}
    other = {"type": "object", "properties": {"k": {"const": ["other"]}, "n": {"type": "integer"}}}
    assert faults_of(lambda: compiled(document({"A": tagged, "B": other}, {"anyOf": [named("A"), named("B")]}))) == 0
    members = document({"A": A, "E": {"enum": [constant, "a"]}}, {"anyOf": [named("A"), named("E")]})
    faults = faults_of(lambda: timeline_of(enum("E").renamed("b", to="a")).compile(Contract.from_openapi(members)))
    assert faults == (1 if constant == {"a": 1} else 0)


@pytest.mark.parametrize(
    "place",
    [
        {"type": "array", "items": [named("A")]},
        {"$dynamicRef": "#A"},
        {"type": "object", "patternProperties": {"^a": named("A")}},
        {"type": "array", "contains": named("A")},
        {"if": named("A"), "then": named("A")},
        {"type": "object", "dependentSchemas": {"a": named("A")}},
    ],
    ids=str,
)
def test_a_form_that_no_gate_walks_is_a_fault_where_it_leads_to_a_changed_component(place: Any) -> None:
    holder = {"type": "object", "properties": {"deep": place, "a": named("A")}}
    assert faults_of(lambda: compiled(document({"A": A, "B": holder}, named("B")))) > 0
