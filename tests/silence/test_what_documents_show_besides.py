"""What a document shows and no gate converts is listed, or refused where it changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import faults_of
from timegate import CompileError, Contract, on

M = {"$ref": "#/components/schemas/M"}
TEXT = {"type": "string"}
RENAMED = on("M").renamed("old", to="new")


def document(*parameters: Any, path: str = "/x", **more: Any) -> dict[str, Any]:
    """A document of one operation, whose response is the component that changes."""
    shown = {"200": {"description": "", "content": {"application/json": {"schema": M}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {
            "schemas": {
                "M": {"type": "object", "properties": {"new": {"type": "integer"}}},
                "Plain": {"type": "object", "properties": {"new": {"type": "integer"}}},
                "Color": {"type": "string", "enum": ["red"]},
            }
        },
        "paths": {path: {"get": {"parameters": list(parameters), "responses": shown, **more}}},
    }


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


OBJECTS: dict[str, Any] = {
    "content": {"in": "query", **content(M)},
    "deepObject": {"in": "query", "style": "deepObject", "explode": True, "schema": M},
    "form": {"in": "query", "schema": M},
    "an object in place": {"in": "query", "schema": {"type": "object", "properties": {"m": M}}},
    "items": {"in": "query", "schema": {"type": "array", "items": M}},
    "an arm": {"in": "query", "schema": {"anyOf": [TEXT, M]}},
    "values": {"in": "query", "schema": {"additionalProperties": M}},
    "a header field": {"in": "header", "schema": M},
    "content of a header field": {"in": "header", **content(M)},
    "a path": {"in": "path", "schema": M, "required": True},
    "content of a path": {"in": "path", "required": True, **content(M)},
}


def given(parameter: Any) -> dict[str, Any]:
    return document({"name": "p", **parameter}, path="/x/{p}" if parameter["in"] == "path" else "/x")


PLACES = {"query": "query of GET /x: p", "header": "headers of GET /x: p", "path": "path of GET /x/{p}: p"}


@shows("or in a parameter that is no plain text (`content`, `deepObject`, an object);")
@pytest.mark.parametrize("parameter", OBJECTS.values(), ids=OBJECTS)
def test_an_object_in_a_parameter_is_listed_and_its_change_refused(parameter: Any) -> None:
    contract = Contract.from_openapi(given(parameter))
    assert contract.opaque == (PLACES[parameter["in"]],)
    (fault,) = faults_of(contract, RENAMED)
    assert "M changes and is reached through a parameter that is no plain text (its field p)" in fault.problem
    assert fault.change.endswith("Changed")
    assert fault.place
    assert fault.remedy


@pytest.mark.parametrize("parameter", OBJECTS.values(), ids=OBJECTS)
def test_such_a_parameter_is_not_refused_where_nothing_in_it_changes(parameter: Any) -> None:
    plain = json.loads(json.dumps(parameter).replace("schemas/M", "schemas/Plain"))
    contract = Contract.from_openapi(given(plain))
    assert contract.opaque == (PLACES[parameter["in"]],)
    assert faults_of(contract, RENAMED) == ()


@pytest.mark.parametrize(
    "schema", [TEXT, {}, True, {"$ref": "#/components/schemas/Color"}, {"type": "array", "items": TEXT}]
)
def test_a_parameter_of_texts_is_gated_and_not_listed(schema: Any) -> None:
    listed = Contract.from_openapi(document({"name": "p", "in": "query", "schema": schema})).opaque
    assert listed == (("query of GET /x: p",) if schema in ({}, True) else ())


def test_webhooks_and_callbacks_of_a_document_are_payloads_and_not_listed() -> None:
    callback = {"{$url}/done": {"post": {"requestBody": content(M), "responses": {}}}}
    shown = document(callbacks={"done": callback})
    shown["webhooks"] = {"hook": {"post": {"requestBody": content(M), "responses": {}}}}
    contract = Contract.from_openapi(shown)
    assert contract.opaque == ()
    assert faults_of(contract, RENAMED) == ()


@pytest.mark.parametrize("broken", [None, [], "text"])
def test_webhooks_and_callbacks_that_are_none_are_not_listed(broken: Any) -> None:
    assert Contract.from_openapi({**document(callbacks=broken), "webhooks": broken}).opaque == ()


class Order(BaseModel):
    new: int = 0


def test_webhooks_and_callbacks_of_an_app_are_payloads_and_not_listed() -> None:
    app, callbacks = FastAPI(), APIRouter()

    @app.webhooks.post("hook")
    def hook(body: Order) -> None: ...

    @callbacks.post("{$url}/done")
    def done(body: Order) -> Order:
        return body

    @app.get("/x", callbacks=callbacks.routes)
    def read() -> Order:
        return Order()

    assert Contract.of(app).opaque == ()


@pytest.mark.parametrize("method", ["POST", "Get"])
@pytest.mark.parametrize("place", ["path", "shared"])
def test_a_method_in_capitals_is_refused_with_its_place(method: str, place: str) -> None:
    shown: Any = document()
    item: Any = {method: {"responses": {}}}
    if place == "path":
        shown["paths"]["/y"] = item
    else:
        shown["components"]["pathItems"] = {"y": item}
    with pytest.raises(CompileError) as refused:
        Contract.from_openapi(shown)
    (fault,) = refused.value.faults
    pointer = "#/paths/~1y" if place == "path" else "#/components/pathItems/y"
    assert (fault.place, fault.remedy) == (f"{pointer}/{method}", f'write "{method.lower()}": …')
