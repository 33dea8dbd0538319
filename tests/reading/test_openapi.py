"""A head contract is read from an OpenAPI document instead of an app."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import Any

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, Field

from timegate import Contract
from timegate.errors import CompileError, DeclarationError

PET: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"const": "pet"},
        "petName": {"type": "string"},
        "home": {"type": "object", "properties": {"street": {"type": "string"}}, "required": ["street"]},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
        "any": True,
    },
    "required": ["kind"],
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "servers": [{"url": "/v1"}],
    "tags": [{"name": "pets"}],
    "paths": {
        "/pets/{id}": {
            "summary": "One pet",
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"$ref": "#/components/parameters/Deep"},
            ],
            "put": {
                "operationId": "put",
                "parameters": [{"name": "X-Why", "in": "header", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"$ref": "#/components/requestBodies/Pet"},
                "responses": {
                    "404": {"$ref": "#/components/responses/Missing"},
                    "200": {
                        "description": "the pet",
                        "headers": {"X-Count": {"schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Any"}},
                            "image/png": {},
                        },
                    },
                    "204": {"description": "nothing"},
                },
            },
        },
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "parameters": {"Deep": {"name": "deep", "in": "query", "style": "form", "schema": {"type": "boolean"}}},
        "requestBodies": {
            "Pet": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}
        },
        "responses": {
            "Missing": {
                "description": "no such pet",
                "content": {
                    "application/problem+json": {
                        "schema": {"type": "object", "properties": {"detail": {"type": "string"}}}
                    }
                },
            }
        },
        "schemas": {
            "Pet": PET,
            "Stone": {"type": "object", "properties": {"kind": {"const": "stone"}}, "required": ["kind"]},
            "Any": {
                "oneOf": [{"$ref": "#/components/schemas/Pet"}, {"$ref": "#/components/schemas/Stone"}],
                "discriminator": {"propertyName": "kind", "mapping": {"pet": "Pet", "stone": "Stone"}},
            },
            "Unused": {"type": "object"},
        },
    },
}


class Pet(BaseModel):
    kind: str
    name: str = Field(alias="petName")


def changed(**schemas: Any) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    document["components"]["schemas"].update(schemas)
    return document


def problem(document: dict[str, Any]) -> str:
    with pytest.raises(CompileError) as caught:
        Contract.from_openapi(document)
    (fault,) = caught.value.faults
    return f"{fault.place}: {fault.problem}"


def test_shared_parts_are_put_in_place_and_the_rest_is_unchanged() -> None:
    contract = Contract.from_openapi(DOCUMENT)
    validate(contract.document)
    (operation,) = contract.wire.operations
    rendered = contract.document["paths"]["/pets/{id}"]
    assert contract.document["servers"] == [{"url": "/v1"}]
    assert contract.document["components"]["securitySchemes"] == DOCUMENT["components"]["securitySchemes"]
    assert rendered["summary"] == "One pet"
    assert [(one["in"], one["name"], one["required"]) for one in rendered["put"]["parameters"]] == [
        ("path", "id", True),
        ("query", "deep", False),
        ("header", "X-Why", True),
    ]
    assert rendered["put"]["parameters"][1]["style"] == "form"
    given = DOCUMENT["paths"]["/pets/{id}"]["put"]["responses"]
    assert rendered["put"]["responses"]["200"] == given["200"]
    assert rendered["put"]["responses"]["204"] == given["204"]
    assert rendered["put"]["responses"]["404"] == DOCUMENT["components"]["responses"]["Missing"]
    assert (operation.key, operation.success) == ("PUT /pets/{id}", "200")


def test_components_that_nothing_reaches_are_left_out() -> None:
    schemas = Contract.from_openapi(DOCUMENT).document["components"]["schemas"]
    assert set(schemas) == {"Pet-Input", "Pet-Output", "Stone", "Any"}


def test_an_inline_object_is_a_component_that_is_rendered_inline() -> None:
    contract = Contract.from_openapi(DOCUMENT)
    home = contract.wire.requests["Pet.home"]
    assert (home.inline, home.required) == (True, ["street"])
    assert contract.wire.requests["Pet"].properties["home"] == {"$ref": "#/components/schemas/Pet.home"}
    assert contract.document["components"]["schemas"]["Pet-Input"]["properties"]["home"] == PET["properties"]["home"]
    assert "PUT /pets/{id} 404" in contract.wire.responses


def test_a_discriminator_is_kept_with_its_mapping() -> None:
    schemas = Contract.from_openapi(DOCUMENT).document["components"]["schemas"]
    assert schemas["Any"]["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"pet": "#/components/schemas/Pet-Output", "stone": "#/components/schemas/Stone"},
    }


def test_a_class_gives_the_python_names_of_its_component() -> None:
    contract = Contract.from_openapi(DOCUMENT, types={Pet: "Pet"})
    assert contract.head.schema_of("responses", Pet) == {"$ref": "#/components/schemas/Pet"}
    assert contract.wire.requests["Pet"].model is Pet
    assert contract.wire.requests["Pet"].wire_name("name") == "petName"
    assert contract.wire.responses["Pet"].wire_name("name") == "petName"


def test_payloads_without_an_operation_are_given_by_name_or_class() -> None:
    contract = Contract.from_openapi(DOCUMENT, types={Pet: "Pet"}, sends=["Unused"], receives=[Pet])
    assert contract.wire.sends == ({"$ref": "#/components/schemas/Unused"},)
    assert contract.wire.receives == ({"$ref": "#/components/schemas/Pet"},)
    assert "Unused" in contract.document["components"]["schemas"]


def test_a_document_without_paths_is_one_of_payloads_that_go_both_ways() -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != "paths"}
    contract = Contract.from_openapi(document)
    validate(contract.document)
    assert len(contract.wire.sends) == len(contract.wire.receives) == 4


def test_names_that_are_no_components_are_refused() -> None:
    with pytest.raises(DeclarationError, match="no component has this name"):
        Contract.from_openapi(DOCUMENT, types={Pet: "Cat"})
    with pytest.raises(DeclarationError, match="'Cat' is no component"):
        Contract.from_openapi(DOCUMENT, sends=["Cat"])


def test_openapi_3_0_is_read_like_its_equal_in_3_1() -> None:
    document = changed(
        Pet={
            "type": "object",
            "properties": {
                "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True},
                "kind": {"type": "string", "enum": ["a", None], "nullable": True, "description": "which"},
                "stone": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Stone"}]},
            },
        },
        Stone={"type": "object", "properties": {"kind": {"enum": ["stone"]}}, "required": ["kind"]},
    )
    document["openapi"] = "3.0.3"
    contract = Contract.from_openapi(document)
    validate(contract.document)
    assert contract.document["openapi"] == "3.1.0"
    assert contract.wire.requests["Pet"].properties == {
        "size": {"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]},
        "kind": {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}], "description": "which"},
        "stone": {"anyOf": [{"allOf": [{"$ref": "#/components/schemas/Stone"}]}, {"type": "null"}]},
    }


@pytest.mark.parametrize("version", ["2.0", "4.0.0", None])
def test_another_version_of_openapi_is_refused(version: str | None) -> None:
    assert "is not read" in problem({**DOCUMENT, "openapi": version})


@pytest.mark.parametrize(
    "target", ["#/components/schemas/Missing", "#/components/schemas/Pet/properties/home", "other.json", "#/$defs/x"]
)
def test_a_reference_to_no_component_is_refused(target: str) -> None:
    document = changed(Stone={"type": "object", "properties": {"x": {"$ref": target}}})
    assert problem(document) == f"#/components/schemas/Stone/properties/x: it refers to {target}"


def test_two_kinds_of_json_with_different_schemas_are_apart() -> None:
    document = deepcopy(DOCUMENT)
    content = document["components"]["requestBodies"]["Pet"]["content"]
    content["application/merge-patch+json"] = {"schema": {"type": "object"}}
    bodies = [one.request for one in Contract.from_openapi(document).wire.operations if one.request is not None]
    assert {"application/merge-patch+json": {"type": "object"}} in [body.apart for body in bodies]


def test_the_given_document_is_not_modified_and_the_contract_pickles() -> None:
    document = deepcopy(DOCUMENT)
    contract = Contract.from_openapi(document, types={Pet: "Pet"})
    assert document == DOCUMENT
    contract.document["paths"].clear()
    assert document == DOCUMENT
    assert pickle.loads(pickle.dumps(contract)).render(contract.wire) == contract.render(contract.wire)


def test_inline_objects_whose_places_read_alike_are_two_components() -> None:
    first, second = ({"type": "object", "properties": {name: {"type": "string"}}} for name in ("first", "second"))
    held = {"items": first, "additionalProperties": second}
    schemas: dict[str, Any] = {
        "Either": held,
        "Named": {"properties": {"*": first}, "additionalProperties": second, "type": "object"},
        "Dotted": {"type": "object", "properties": {"a": first}},
        "Dotted.a": second,
    }
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas}}
    assert Contract.from_openapi(document).document["components"]["schemas"] == schemas


@pytest.mark.parametrize("status", ["default", "Default", "DEFAULT"])
def test_a_default_response_is_the_default_however_it_is_written(status: str) -> None:
    document = deepcopy(DOCUMENT)
    responses: dict[str, Any] = document["paths"]["/pets/{id}"]["put"]["responses"]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    responses[status] = {"description": "other", "content": content}
    operations = Contract.from_openapi(document).wire.operations
    assert all("default" in one.responses for one in operations if one.key == "PUT /pets/{id}")
