"""What a status declares beside its JSON, or in its place: it is listed, and refused where a part of it changes."""

from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, exchange, faults_of, gated
from timegate import Contract, on


class Item(BaseModel):
    sku: str


RENAMED = on(Item).renamed("article", to="sku")
ITEM: dict[str, Any] = {"$ref": "#/components/schemas/Item"}
LINES = "application/x-ndjson"
NOBODY_KNOWS: dict[str, Any] = {"$ref": "#/components/schemas/Why"}


def contract_of(status: int | str, content: dict[str, Any]) -> Contract:
    app = FastAPI()

    @app.get("/x", responses={status: {"description": "x", "content": content}})
    def get() -> Item:
        return Item(sku="a")

    return Contract.of(app)


@pytest.mark.parametrize("schema", [ITEM, {"type": "array", "items": ITEM}, {"properties": {"item": ITEM}}])
@pytest.mark.parametrize("status", [200, 201, 303, 404, 500, "4XX", "default"])
def test_what_changes_in_another_media_type_is_refused_at_every_status(status: int | str, schema: Any) -> None:
    contract = contract_of(status, {LINES: {"schema": schema}})
    assert contract.opaque == (f"{status} of GET /x",)
    (fault,) = faults_of(contract, RENAMED)
    assert f"Item changes and is reached through {LINES}" in str(fault)


def test_a_stream_that_is_shown_by_its_items_is_refused_where_they_change() -> None:
    contract = contract_of(404, {"application/jsonl": {"itemSchema": ITEM}})
    assert contract.opaque == ("404 of GET /x",)
    (fault,) = faults_of(contract, RENAMED)
    assert "Item changes and is reached through application/jsonl" in str(fault)


def test_a_response_by_hand_is_that_of_its_own_route_where_two_share_a_path() -> None:
    app = FastAPI()

    def by_hand(schema: Any) -> dict[int | str, dict[str, Any]]:
        return {404: {"description": "x", "content": {"application/json": {"schema": schema}}}}

    @app.get("/x/{number:int}", responses=by_hand(ITEM))
    def by_number(number: int) -> Item:
        raise HTTPException(404)

    @app.get("/x/{name}", responses=by_hand({"type": "object"}))
    def by_name(name: str) -> int:
        raise HTTPException(404)

    @app.exception_handler(404)
    def not_found(_: Any, __: Any) -> Response:
        return JSONResponse({"sku": "a"}, 404)

    assert exchange(gated(app, RENAMED), "GET", "/x/1").json() == {"article": "a"}
    assert exchange(gated(app, RENAMED), "GET", "/x/one").json() == {"sku": "a"}


@pytest.mark.parametrize("other", [NOBODY_KNOWS, {"$ref": "#/components/schemas/HTTPValidationError"}])
def test_what_changes_beside_a_component_that_nobody_knows_is_refused(other: Any) -> None:
    schema = {"type": "object", "properties": {"item": ITEM, "why": other}}
    contract = contract_of(404, {"application/json": {"schema": schema}})
    assert contract.opaque == ("404 of GET /x",)
    (fault,) = faults_of(contract, RENAMED)
    assert "Item changes" in str(fault)


@pytest.mark.parametrize("schema", [ITEM, {"type": "array", "items": ITEM}, {"properties": {"item": ITEM}}])
def test_a_response_that_refers_to_what_only_requests_have_is_listed_and_shown(schema: Any) -> None:
    app = FastAPI()

    @app.post("/x", responses={409: {"description": "x", "content": {"application/json": {"schema": schema}}}})
    def post(item: Item) -> int:
        raise HTTPException(409)

    assert Contract.of(app).opaque == ("409 of POST /x",)
    for version in (OLD, NEW):
        document = exchange(gated(app, RENAMED), "GET", "/openapi.json", version=version).json()
        assert document["paths"]["/x"]["post"]["responses"]["409"]["content"]["application/json"]["schema"] == schema


@pytest.mark.parametrize("shown", [{"include_in_schema": False}, {}])
def test_a_response_that_is_declared_by_hand_is_gated_where_no_document_shows_it(shown: dict[str, Any]) -> None:
    app = FastAPI(openapi_url="/openapi.json" if shown else None)

    @app.get("/x", responses={404: {"description": "x", "content": {"application/json": {"schema": ITEM}}}}, **shown)
    def get() -> Response:
        return JSONResponse({"sku": "a"}, 404)

    @app.get("/y")
    def other() -> Item:
        return Item(sku="a")

    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"article": "a"}


def test_a_component_that_is_a_boolean_says_nothing_of_its_class() -> None:
    app = FastAPI()

    @app.get("/x")
    def get() -> Item:
        return Item(sku="a")

    document = app.openapi()
    document["components"]["schemas"]["Item"] = True
    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"article": "a"}


@shows("a response of a media type other than JSON that the contract declares without a schema,")
@pytest.mark.parametrize("media", [LINES, "text/csv", "application/*", "*/*", "application/json-seq"])
def test_a_media_type_without_a_schema_may_hold_anything(media: str) -> None:
    contract = contract_of(200, {media: {}})
    assert contract.opaque == ("200 of GET /x",)
    assert faults_of(contract, RENAMED) == ()


@pytest.mark.parametrize("content", [{"image/png": {}}, {"text/csv": {"schema": {"type": "string"}}}])
def test_a_picture_and_what_a_schema_describes_are_not_listed(content: dict[str, Any]) -> None:
    assert contract_of(200, content).opaque == ()
