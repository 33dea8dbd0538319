"""Everything that Starlette routes declare with ``@operation`` is on the wire at head."""

from __future__ import annotations

import functools
import pickle
from dataclasses import dataclass

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.websockets import WebSocket
from typing_extensions import TypedDict

from tests.reading.operations import never
from timegate import Contract
from timegate.errors import CompileError
from timegate.starlette import operation
from timegate.wire.wire import Operation


class Item(BaseModel):
    name: str
    kids: list[Item] = []


class Problem(BaseModel):
    detail: str


class Filter(BaseModel):
    limit: int = Field(10, description="how many")
    of: str


@dataclass
class Page:
    page: int = 1


class Marks(TypedDict):
    mark: str


@operation(request=Item, response=Item, status=201, errors={404: Problem, 409: None}, query=Filter)
async def create(request: Request, *, body: Item, query: Filter) -> Item:
    """Create an item."""
    raise never


@operation(response=list[Item])
async def listed(request: Request) -> list[Item]:
    raise never


@operation(request=Item | None)
def maybe(request: Request, *, body: Item | None) -> None:
    raise never


@operation(query=Page)
def paged(request: Request, *, query: Page) -> None:
    raise never


@operation(query=Marks)
def marked(request: Request, *, query: Marks) -> None:
    raise never


@operation(query=int)
def numbered(request: Request, *, query: int) -> None:
    raise never


async def undeclared(request: Request) -> Response:
    raise never


async def socket(websocket: WebSocket) -> None:
    raise never


class Endpoint(HTTPEndpoint):
    @operation(response=Item)
    async def get(self, request: Request) -> Item:
        raise never

    @operation(request=Item)
    async def put(self, request: Request, *, body: Item) -> None:
        raise never

    async def delete(self, request: Request) -> Response:
        raise never


def operations(*routes: Route | Mount | Host | WebSocketRoute) -> dict[str, Operation]:
    return {operation.key: operation for operation in Contract.of(Starlette(routes=list(routes))).wire.operations}


def test_routes_with_a_declaration_are_read_in_their_order_and_others_are_not() -> None:
    found = operations(
        Route("/b", create, methods=["POST"]),
        Route("/undeclared", undeclared),
        WebSocketRoute("/socket", socket),
        Host("example.org", app=Router([Route("/of-a-host", listed)])),
        Route("/a", listed),
    )
    assert list(found) == ["POST /b", "GET /a"]


def test_a_mounts_routes_are_read_under_its_prefix() -> None:
    inner = Mount("/{tenant}/", routes=[Route("/items/{key:path}", listed), Route("/", maybe, methods=["POST"])])
    found = operations(Mount("/api", routes=[inner]))
    assert list(found) == ["GET /api/{tenant}/items/{key:path}", "POST /api/{tenant}/"]


def test_a_get_route_responds_to_head_without_an_operation_for_it() -> None:
    assert list(operations(Route("/a", listed))) == ["GET /a"]
    assert list(operations(Route("/a", listed, methods=["HEAD"]))) == ["HEAD /a"]


def test_each_method_of_a_route_is_an_operation() -> None:
    contract = Contract.of(Starlette(routes=[Route("/a", maybe, methods=["PUT", "POST"])]))
    assert [operation.key for operation in contract.wire.operations] == ["POST /a", "PUT /a"]
    item = contract.document["paths"]["/a"]
    assert (item["post"]["operationId"], item["put"]["operationId"]) == ("maybe", "maybe_put")


def test_the_declared_methods_of_a_class_are_operations() -> None:
    assert list(operations(Route("/a", Endpoint))) == ["GET /a", "PUT /a"]


def test_a_partial_is_read_through() -> None:
    assert list(operations(Route("/a", functools.partial(listed)))) == ["GET /a"]


def test_of_two_routes_with_one_key_the_first_is_reached() -> None:
    found = operations(Route("/a", listed), Route("/b", listed), Route("/a", paged))
    assert list(found) == ["GET /a", "GET /b"]
    response = found["GET /a"].responses["200"]
    assert response is not None
    assert response.schema["type"] == "array"


def test_types_are_read_by_place() -> None:
    (found,) = operations(Route("/items/{n:int}", create, methods=["POST"])).values()
    assert found.request is not None
    assert (found.request.schema, found.request.required) == ({"$ref": "#/components/schemas/Item"}, True)
    assert {status: response and response.schema for status, response in found.responses.items()} == {
        "201": {"$ref": "#/components/schemas/Item"},
        "404": {"$ref": "#/components/schemas/Problem"},
        "409": None,
    }
    assert found.success == "201"


def test_a_body_that_may_be_none_is_not_required() -> None:
    (found,) = operations(Route("/a", maybe, methods=["POST"])).values()
    assert found.request is not None
    assert not found.request.required


def test_the_class_of_the_query_is_that_of_its_component() -> None:
    contract = Contract.of(
        Starlette(routes=[Route("/a", create, methods=["POST"]), Route("/b", paged), Route("/c", marked)])
    )
    queries = [contract.wire.requests[operation.query] for operation in contract.wire.operations]
    assert [query.model for query in queries] == [Filter, Page, Marks]
    assert [list(query.properties) for query in queries] == [["limit", "of"], ["page"], ["mark"]]


def test_a_query_that_is_no_object_is_refused() -> None:
    with pytest.raises(CompileError, match="declared by a type without fields"):
        operations(Route("/a", numbered))


def test_the_document_shows_what_is_declared() -> None:
    document = Contract.of(Starlette(routes=[Route("/items/{n:int}/{key:path}", create, methods=["POST"])])).document
    validate(document)
    post = document["paths"]["/items/{n}/{key}"]["post"]
    assert (post["summary"], post["description"], post["operationId"]) == ("Create", "Create an item.", "create")
    assert post["parameters"] == [
        {"name": "n", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}},
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "how many",
            "schema": {"default": 10, "description": "how many", "title": "Limit", "type": "integer"},
        },
        {"name": "of", "in": "query", "required": True, "schema": {"title": "Of", "type": "string"}},
    ]
    assert list(post["responses"]) == ["201", "404", "409", "422"]
    assert post["responses"]["409"] == {"description": "Conflict"}
    assert post["responses"]["422"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}
    }
    assert {"HTTPValidationError", "ValidationError"} <= document["components"]["schemas"].keys()


def test_an_operation_without_input_has_no_422_response() -> None:
    document = Contract.of(Starlette(routes=[Route("/a", listed)])).document
    assert list(document["paths"]["/a"]["get"]["responses"]) == ["200"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_contract_holds_no_app_and_pickles() -> None:
    contract = Contract.of(Starlette(routes=[Route("/a", create, methods=["POST"])]))
    assert pickle.loads(pickle.dumps(contract)).document == contract.document
