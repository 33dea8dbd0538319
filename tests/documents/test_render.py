"""The OpenAPI document of a version describes exactly what is on the wire at that version."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from openapi_spec_validator import validate
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from timegate import Contract, Internal, Timeline, Version, VersionChange, endpoint
from timegate.history.schema_edits import with_property_renamed
from timegate.starlette import operation
from timegate.wire.wire import Component, Wire

never = NotImplementedError("documents only")


class Leaf(BaseModel):
    size: int


class Same(BaseModel):
    leaf: Leaf


class Defaulted(BaseModel):
    size: int = 1


class Differing(BaseModel):
    changed: Changed


class Changed(BaseModel):
    size: Annotated[str, Field(validation_alias="sizeIn", serialization_alias="sizeOut")]


class Recursive(BaseModel):
    kids: list[Recursive] = []


class Kept(BaseModel):
    name: str
    secret: Annotated[str, Internal()]
    held: Annotated[Leaf | None, Internal()] = None


class Odd(BaseModel):
    count: int = Field(0, json_schema_extra={"default": None})
    maybe: int | None = None


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Owner(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Filter(BaseModel):
    limit: int = 10
    secret: Annotated[str, Internal()] = ""


@operation(request=Same, response=Leaf, status=201, errors={404: Odd}, query=Filter)
async def create(request: Request, *, body: Same, query: Filter) -> Leaf:
    raise never


def app_contract() -> Contract:
    return Contract.of(Starlette(routes=[Route("/a/{id:int}", create, methods=["POST"])]))


def shown(*types: Any) -> set[str]:
    document = Contract.of_types(*types).document
    validate(document)
    return set(document["components"]["schemas"])


def edited(wire: Wire, name: str, **changes: Any) -> Wire:
    """Change a component of a wire on each side that has it."""
    requests: list[Component] = [replace(wire.requests[name], **changes)] if name in wire.requests else []
    responses: list[Component] = [replace(wire.responses[name], **changes)] if name in wire.responses else []
    return wire.edited("requests", *requests).edited("responses", *responses)


def test_a_component_alike_in_both_directions_is_shown_once() -> None:
    assert shown(Same) == {"Same", "Leaf"}


def test_a_component_that_differs_by_direction_makes_its_holders_differ() -> None:
    assert shown(Differing, Leaf) == {
        "Changed-Input",
        "Changed-Output",
        "Differing-Input",
        "Differing-Output",
        "Leaf",
    }


def test_a_recursive_component_is_shown_for_each_direction_as_fastapi_does() -> None:
    document = Contract.of_types(Recursive).document
    schemas = document["components"]["schemas"]
    assert set(schemas) == {"Recursive-Input", "Recursive-Output"}
    assert schemas["Recursive-Input"]["properties"]["kids"]["items"] == {"$ref": "#/components/schemas/Recursive-Input"}


def test_a_change_on_one_side_alone_splits_what_was_shown_once() -> None:
    contract = Contract.of_types(Same)
    leaf = contract.wire.responses["Leaf"]
    schemas = contract.render(contract.wire.edited("responses", with_property_renamed(leaf, "size", "width")))
    names = schemas["components"]["schemas"]
    assert set(names) == {"Leaf-Input", "Leaf-Output", "Same-Input", "Same-Output"}
    assert list(names["Leaf-Output"]["properties"]) == ["width"]
    assert names["Same-Output"]["properties"]["leaf"] == {"$ref": "#/components/schemas/Leaf-Output"}


def test_a_component_is_shown_under_the_name_of_its_version() -> None:
    contract = Contract.of_types(Owner)
    document = contract.render(edited(contract.wire, "Cat", display_name="Feline"))
    pet = document["components"]["schemas"]["Owner"]["properties"]["pet"]
    assert pet["discriminator"]["mapping"] == {
        "cat": "#/components/schemas/Feline",
        "dog": "#/components/schemas/Dog",
    }
    assert set(document["components"]["schemas"]) == {"Feline", "Dog", "Owner"}


def test_two_components_with_one_name_are_named_by_their_modules() -> None:
    contract = Contract.of_types(Owner)
    document = contract.render(edited(edited(contract.wire, "Cat", display_name="Pet"), "Dog", display_name="Pet"))
    names = set(document["components"]["schemas"]) - {"Owner"}
    assert {name.rpartition("__")[2] for name in names} == {"Cat", "Dog"}
    validate(document)


def test_internal_fields_and_what_only_they_hold_are_not_shown() -> None:
    document = Contract.of_types(Kept).document
    assert document["components"]["schemas"] == {
        "Kept": {
            "properties": {"name": {"title": "Name", "type": "string"}},
            "required": ["name"],
            "title": "Kept",
            "type": "object",
        }
    }


def test_an_internal_query_parameter_is_not_shown() -> None:
    rendered = app_contract().document["paths"]["/a/{id}"]["post"]
    assert [parameter["name"] for parameter in rendered["parameters"]] == ["id", "limit"]


def test_a_default_that_no_client_can_send_is_not_shown() -> None:
    properties = Contract.of_types(Odd).document["components"]["schemas"]["Odd"]["properties"]
    assert "default" not in properties["count"]
    assert properties["maybe"]["default"] is None


def test_an_operation_that_a_version_lacks_is_not_shown_with_any_of_its_components() -> None:
    contract = app_contract()
    (found,) = contract.wire.operations
    gone = replace(contract.wire, operations=(replace(found, exists=False),))
    document = contract.render(gone)
    validate(document)
    assert document["paths"] == {}
    assert "components" not in document


def test_an_operation_on_another_path_has_the_parameters_of_that_path() -> None:
    contract = app_contract()
    (found,) = contract.wire.operations
    document = contract.render(replace(contract.wire, operations=(replace(found, path="/b/{new}/{key:path}"),)))
    validate(document)
    parameters = document["paths"]["/b/{new}/{key}"]["post"]["parameters"]
    assert [(one["in"], one["name"], one["schema"]) for one in parameters[:2]] == [
        ("path", "new", {"type": "string"}),
        ("path", "key", {"type": "string"}),
    ]


def test_a_query_parameter_that_was_in_the_path_is_shown_there() -> None:
    class Moved(VersionChange):
        """The limit was in the path."""

        changes = (endpoint("/a/{id}/{most}", "POST").moved(to="/a/{id}?limit={most}"),)

    gates = Timeline(Version("2026-02-01", Moved), Version("2026-01-01")).compile(app_contract())
    document = gates.contract("2026-01-01")
    validate(document)
    parameters = document["paths"]["/a/{id}/{most}"]["post"]["parameters"]
    assert [(one["in"], one["name"], one["schema"]["type"]) for one in parameters] == [
        ("path", "id", "integer"),
        ("path", "most", "integer"),
    ]


def test_a_response_with_another_status_keeps_its_texts() -> None:
    contract = app_contract()
    (found,) = contract.wire.operations
    by_status = {"200": found.responses["201"], "404": found.responses["404"]}
    document = contract.render(replace(contract.wire, operations=(replace(found, responses=by_status),)))
    responses = document["paths"]["/a/{id}"]["post"]["responses"]
    assert list(responses) == ["200", "404", "422"]
    assert responses["200"]["description"] == "Successful Response"


def test_rendering_a_version_does_not_change_it() -> None:
    contract = app_contract()
    before = repr(contract.wire)
    contract.render(contract.wire)["paths"].clear()
    assert repr(contract.wire) == before
    assert contract.render(contract.wire) == contract.document
