"""If a future release of FastAPI renames, replaces or hides what the reader needs, the app does not start."""

import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import BaseRoute

from tests.reading.operations import never, operations, problem
from tests.sentences import shows
from timegate import CompileError
from timegate.reading.fastapi import fastapi_operations


class Item(BaseModel):
    name: str


def showing(document: dict[str, Any]) -> Callable[[FastAPI], dict[str, Any]]:
    """What a release may have in the place of `FastAPI.openapi`."""
    return lambda _: document


def test_a_path_of_the_document_that_no_route_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()

    @app.get("/items")
    def items() -> Item:
        raise never

    document = app.openapi()
    document["paths"]["/unlisted"] = {"get": {"responses": {}}}
    monkeypatch.setattr(FastAPI, "openapi", showing(document))
    assert problem(app) == ("GET /unlisted: its OpenAPI document shows an operation, which timegate does not find")


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"requestBody": {"content": {"application/json": {"schema": {}}}}}, "a body of the request"),
        ({"parameters": [{"in": "query", "name": "limit"}]}, "the query parameters limit"),
        (
            {"parameters": [{"in": "header", "name": "a"}, {"in": "header", "name": "b"}]},
            "the header parameters a, b",
        ),
        (
            {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}},
            "the body of its 200",
        ),
    ],
    ids=["body", "query", "headers", "response"],
)
def test_a_document_with_more_than_its_routes_declare_is_refused(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], shown: str
) -> None:
    async def ready(request_id: Annotated[str, Header()] = "") -> Response:
        raise never

    app = FastAPI()
    app.add_api_route("/items", ready)
    assert operations(app).keys() == {"GET /items"}
    document = app.openapi()
    document["paths"]["/items"]["get"].update(more)
    monkeypatch.setattr(FastAPI, "openapi", showing(document))
    assert problem(app) == f"GET /items: its OpenAPI document shows {shown}, which timegate does not find"


@pytest.mark.parametrize("part", ["requestBody", "parameters", "responses"])
def test_what_a_user_added_to_the_document_by_hand_is_accepted(part: str) -> None:
    async def ready() -> Response:
        raise never

    content = {"content": {"application/json": {"schema": {"type": "object"}}}}
    extra: dict[str, Any] = {
        "requestBody": content,
        "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
        "responses": {"200": content},
    }
    app = FastAPI()
    app.add_api_route("/items", ready, openapi_extra={part: extra[part]})
    assert operations(app).keys() == {"GET /items"}


@shows("or a document of a FastAPI release that timegate does not know.")
def test_a_document_of_a_kind_that_is_not_known_is_refused() -> None:
    app = FastAPI()

    @app.get("/items")
    def items() -> Item:
        raise never

    app.openapi_schema = {**app.openapi(), "openapi": "4.0.0"}
    assert problem(app) == (
        "the OpenAPI document of the app: it is OpenAPI 4.0.0, which this release of timegate does not know"
    )


def test_a_route_without_the_attributes_that_are_read_is_refused() -> None:
    app = FastAPI()

    class Narrow(APIRoute):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            del self.body_field

    app.router.route_class = Narrow

    @app.get("/items")
    def items() -> Item:
        raise never

    with pytest.raises(CompileError, match="has no `body_field` any more"):
        list(fastapi_operations(app))


@shows("a route or a document of a FastAPI release")
def test_a_kind_of_route_that_is_not_known_is_refused() -> None:
    class Lazy(BaseRoute):
        __module__ = "fastapi.routing"

    app = FastAPI(routes=[Lazy()])
    assert "has a kind of route that this release of timegate does not know" in problem(app)


def test_a_custom_route_class_is_accepted() -> None:
    class Own(BaseRoute):
        pass

    assert operations(FastAPI(routes=[Own()])) == {}


@pytest.mark.parametrize("version", ["0.137.0", "0.137.1"])
def test_the_releases_that_hide_included_routers_are_refused(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["fastapi"], "__version__", version)
    assert "hides the routes of included routers" in problem(FastAPI())


def test_the_route_iterator_of_a_newer_release_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()

    @app.get("/items")
    def items() -> Item:
        raise never

    def contexts(routes: Any) -> Iterator[Any]:
        for route in routes:
            if isinstance(route, APIRoute):
                held = {name: getattr(route, name) for name in vars(route)}
                yield SimpleNamespace(**{**held, "path": "/prefixed", "original_route": route})

    monkeypatch.setattr(sys.modules["fastapi.routing"], "iter_route_contexts", contexts, raising=False)
    assert [declared.key for declared, _ in fastapi_operations(app)] == ["GET /prefixed"]
