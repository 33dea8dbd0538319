"""Each body that a document declares by hand is converted, refused or listed, in whatever form it is written."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, on


class Item(BaseModel):
    sku: str = "s"


RENAMED = on(Item).renamed("article", to="sku")
ITEM: Any = {"$ref": "#/components/schemas/Item"}
HELD: Any = {"type": "object", "properties": {"item": ITEM}}


class Edited(FastAPI):
    """An app whose own document is FastAPI's with an edit."""

    edit: Callable[[dict[str, Any]], None]

    def openapi(self) -> dict[str, Any]:
        document = get_openapi(title="Items", version="1", routes=self.routes)
        self.edit(document)
        return document


def response_of(schema: Any) -> dict[str, Any]:
    return {"description": "By hand.", "content": {"application/json": {"schema": schema}}}


class NotFound(Exception):
    """What the handler in `documented` responds to."""


def documented(status: str, response: Any, sent: Any, **components: Any) -> FastAPI:
    """An app whose own document has a response that no route declares."""
    app = Edited()

    @app.get("/items")
    def items() -> Item:
        return Item()

    @app.get("/x")
    def x() -> int:
        raise HTTPException(404) if sent is None else NotFound

    @app.exception_handler(NotFound)
    async def not_found(request: Any, error: Exception) -> Response:
        return JSONResponse(sent, 404)

    def edit(document: dict[str, Any]) -> None:
        document["paths"]["/x"]["get"]["responses"][status] = response
        for part, shared in components.items():
            document["components"].setdefault(part, {}).update(shared)

    app.edit = edit
    return app


SHARED = {"responses": {"Missing": response_of(ITEM), "Alias": {"$ref": "#/components/responses/Missing"}}}


@shows("A schema by hand counts wherever the app's own document has it, also behind a `$ref`.")
@pytest.mark.parametrize(
    ("status", "response", "components"),
    [
        ("404", response_of(ITEM), {}),
        ("404", {"$ref": "#/components/responses/Missing"}, SHARED),
        ("404", {"$ref": "#/components/responses/Alias"}, SHARED),
        ("4xx", {"$ref": "#/components/responses/Missing"}, SHARED),
        ("default", response_of(ITEM), {}),
    ],
)
def test_a_response_is_converted_wherever_the_document_has_it(
    status: str, response: Any, components: dict[str, Any]
) -> None:
    app = documented(status, response, {"sku": "x"}, **components)
    assert Contract.of(app).opaque == ()
    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"article": "x"}


@pytest.mark.parametrize(
    "held",
    [
        HELD,
        {"type": ["object", "null"], "properties": {"item": ITEM}},
        {"type": "object", "properties": {"item": {"$ref": "#/components/schemas/Alias"}}},
        {"type": "object", "properties": {"item": {"allOf": [ITEM, True]}, "other": True}},
    ],
)
def test_a_class_in_a_component_that_is_none_is_converted(held: Any) -> None:
    schemas = {"Held": held, "Alias": ITEM}
    app = documented("404", response_of({"$ref": "#/components/schemas/Held"}), {"item": {"sku": "x"}}, schemas=schemas)
    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"item": {"article": "x"}}


def test_a_class_in_a_component_that_holds_itself_is_converted_and_the_rest_is_listed() -> None:
    tree = {"type": "object", "properties": {"item": ITEM, "below": {"$ref": "#/components/schemas/Tree"}}}
    response = response_of({"$ref": "#/components/schemas/Tree"})
    app = documented("404", response, {"item": {"sku": "x"}}, schemas={"Tree": tree})
    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"item": {"article": "x"}}
    assert Contract.of(app).opaque == ("404 of GET /x: below",)


def test_a_class_of_which_the_document_shows_more_is_converted() -> None:
    more = {"title": "Item", "type": "object", "properties": {"sku": {"type": "string"}, "_links": {"type": "object"}}}
    app = documented("404", response_of(ITEM), {"sku": "x"}, schemas={"Item": more})
    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"article": "x"}


@pytest.mark.parametrize(
    "response",
    [
        {"$ref": "https://example.com/responses.yaml#/Missing"},
        {"$ref": "#/components/responses/Nowhere"},
        response_of({"$ref": "https://example.com/item.json"}),
        response_of({"$ref": "#/components/schemas/Nowhere"}),
        response_of({}),
        response_of(True),
        {"description": "By hand.", "content": {"application/json": {"example": {"sku": "x"}}}},
    ],
)
def test_a_response_that_may_be_anything_is_listed(response: Any) -> None:
    assert Contract.of(documented("404", response, None)).opaque == ("404 of GET /x",)


@pytest.mark.parametrize("content", [None, {}])
def test_content_that_is_empty_is_none(content: Any) -> None:
    app = FastAPI()

    @app.get("/x", responses={404: {"description": "By hand.", "content": content}})
    def x() -> Item:
        return Item()

    assert Contract.of(app).opaque == ()
    assert exchange(gated(app, RENAMED), "GET", "/x").json() == {"article": "s"}


@pytest.mark.parametrize("schema", [{"anyOf": [ITEM, True]}, {"oneOf": [ITEM, False]}])
def test_a_boolean_beside_a_class_is_refused_as_any_other_schema(schema: Any) -> None:
    app = FastAPI()

    @app.get("/x", responses={404: {"description": "By hand.", "content": {"application/json": {"schema": schema}}}})
    def x() -> Item:
        return Item()

    assert faults_of(Contract.of(app), RENAMED)


class Job(BaseModel):
    id: int
    state: str = "new"


class Failed(BaseModel):
    message: str = ""
    code: int = 0


OF_JOBS = (
    on(Job).added("state"),
    on(Job).removed("name", was=str, backfill="n", loses="old clients show it"),
)
OF_ERRORS = on(Failed).added("code")
QUEUED: Any = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {"id": {"type": "integer"}, "state": {"type": "string"}},
}
CODE: Any = {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}


@pytest.mark.parametrize("status", [202, "2XX"])
def test_a_success_that_is_declared_by_hand_is_no_model_of_another_status(status: int | str) -> None:
    app = FastAPI()

    @app.post("/jobs", response_model=Job, responses={status: response_of(QUEUED)})
    def start() -> Any:
        return JSONResponse({"id": 1, "state": "queued"}, 202)

    response = exchange(gated(app, *OF_JOBS), "POST", "/jobs")
    assert (response.status, response.json()) == (202, {"id": 1, "state": "queued"})


def test_an_error_that_is_declared_by_hand_is_not_the_default() -> None:
    app = FastAPI()

    @app.get("/x", responses={"default": {"model": Failed}, 404: response_of(CODE)})
    def x(status: int) -> Response:
        return JSONResponse({"code": 7}, status)

    served = gated(app, OF_ERRORS)
    assert exchange(served, "GET", "/x?status=404").json() == {"code": 7}
    assert exchange(served, "GET", "/x?status=409").json() == {}


def test_a_success_that_is_declared_as_a_text_passes_and_is_listed() -> None:
    app = FastAPI()

    later = {"description": "Later.", "content": {"text/plain": dict[str, Any]()}}

    @app.post("/jobs", response_model=Job, responses={202: later})
    def start() -> Any:
        return PlainTextResponse("later", 202)

    assert Contract.of(app).opaque == ("202 of POST /jobs",)
    assert exchange(gated(app, *OF_JOBS), "POST", "/jobs").content == b"later"


@shows("So is a success status whose JSON is declared without a schema.")
def test_a_success_without_a_schema_of_its_own_is_converted_as_the_declared_one() -> None:
    app = FastAPI()

    @app.put("/items", responses={201: {"content": {"application/json": {"example": {"sku": "x"}}}}})
    def put(response: Response) -> Item:
        response.status_code = 201
        return Item()

    response = exchange(gated(app, RENAMED), "PUT", "/items")
    assert (response.status, response.json()) == (201, {"article": "s"})


def edited(change: Callable[[dict[str, Any]], None]) -> FastAPI:
    """An app whose own document is FastAPI's with an edit."""
    app = Edited()

    @app.get("/items")
    def items() -> Item:
        return Item()

    app.edit = change
    return app


def with_a_shared_body(document: dict[str, Any]) -> None:
    document["components"]["requestBodies"] = {"Items": {"content": {"application/json": {"schema": ITEM}}}}
    document["paths"]["/items"]["get"]["requestBody"] = {"$ref": "#/components/requestBodies/Items"}


def with_a_shared_parameter(document: dict[str, Any]) -> None:
    document["components"]["parameters"] = {"Page": {"in": "query", "name": "page", "schema": {"type": "string"}}}
    document["paths"]["/items"]["get"]["parameters"] = [{"$ref": "#/components/parameters/Page"}]


def with_a_parameter_of_the_path(document: dict[str, Any]) -> None:
    document["paths"]["/items"]["parameters"] = [{"in": "query", "name": "page", "schema": {"type": "string"}}]


def with_a_shared_path(document: dict[str, Any]) -> None:
    document["components"]["pathItems"] = {"More": {"get": {"responses": {"200": response_of(ITEM)}}}}
    document["paths"]["/more"] = {"$ref": "#/components/pathItems/More"}


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        (with_a_shared_body, "GET /items: its document shows a body of the request, and no route declares it"),
        (with_a_shared_parameter, "GET /items: its document shows the query parameters page, and no route declares it"),
        (
            with_a_parameter_of_the_path,
            "GET /items: its document shows the query parameters page, and no route declares it",
        ),
        (with_a_shared_path, "GET /more: its document shows an operation, and no route declares it"),
    ],
)
def test_what_no_route_declares_is_listed_also_where_the_document_shares_it(
    change: Callable[[dict[str, Any]], None], listed: str
) -> None:
    assert Contract.of(edited(change)).opaque == (listed,)
