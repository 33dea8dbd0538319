"""One status may have several media types: what no change touches passes, each JSON by its own schema."""

import json
from typing import Any

import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel

from tests.silence.exchanges import OLD, exchange, faults_of, gated, timeline_of
from tests.silence.exchanges import Response as Received
from timegate import Contract, on
from timegate.asgi import TimegateMiddleware

JSON, SCIM, LINES = "application/json", "application/scim+json", "application/x-ndjson"
MERGE = "application/merge-patch+json"


def schema_of(key: str) -> dict[str, Any]:
    return {"type": "object", "properties": {key: {"type": "string"}}}


def document_of(*media: str, same: bool = False) -> dict[str, Any]:
    """A document whose operation sends and receives each media type by a component of its own."""
    names = {kind: "Error" if same else ("Error", "Other")[min(index, 1)] for index, kind in enumerate(media)}
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}} for kind, name in names.items()}
    responses = {"200": {"description": "", "content": content}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/x": {"get": {"responses": responses}, "post": {"requestBody": {"content": content}, "responses": {}}}
        },
        "components": {"schemas": {"Error": schema_of("message"), "Other": schema_of("message")}},
    }


async def echoing(scope: Any, receive: Any, send: Any) -> None:
    """Sends what it received, or what the query names as its media type."""
    if scope["type"] != "http":
        return
    body = (await receive())["body"] or b'{"message": "no"}'
    media = scope["query_string"] or dict(scope["headers"]).get(b"content-type", b"")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", media)]})
    await send({"type": "http.response.body", "body": body})


def served(document: dict[str, Any], *facts: Any) -> TimegateMiddleware:
    gates = timeline_of(*facts).compile(Contract.from_openapi(document))
    return TimegateMiddleware(echoing, timeline=gates.timeline, gates=gates)


def sent_as(app: TimegateMiddleware, media: str) -> Received:
    return exchange(app, "GET", f"/x?{media}")


@pytest.mark.parametrize(
    "media", [(JSON, SCIM), (SCIM, JSON), (JSON, LINES), (LINES, JSON), (SCIM, MERGE), (LINES, "a/b")]
)
def test_a_document_with_several_media_types_is_read_and_shown(media: tuple[str, ...]) -> None:
    document = document_of(*media)
    contract = Contract.from_openapi(document)
    assert contract.document["paths"]["/x"]["get"]["responses"] == document["paths"]["/x"]["get"]["responses"]
    assert any("200 of GET /x" in place for place in contract.opaque)


def test_json_of_another_schema_passes_while_json_is_converted() -> None:
    app = served(document_of(JSON, SCIM), on("Error").renamed("text", to="message"))
    assert sent_as(app, JSON).json() == {"text": "no"}
    assert sent_as(app, SCIM).json() == {"message": "no"}
    assert sent_as(app, f"{SCIM};charset=utf-8").json() == {"message": "no"}
    for media, key in ((JSON, "text"), (SCIM, "message")):
        body = json.dumps({key: "a"}).encode()
        response = exchange(app, "POST", "/x", body=body, headers={"content-type": media})
        assert (response.status, json.loads(response.content)) == (200, {"message": "a"})


def test_json_lines_pass_while_json_is_converted() -> None:
    app = served(document_of(JSON, LINES), on("Error").renamed("text", to="message"))
    assert sent_as(app, JSON).json() == {"text": "no"}
    assert sent_as(app, LINES).content == b'{"message": "no"}'


@pytest.mark.parametrize("other", [SCIM, LINES])
def test_a_change_of_what_is_not_converted_is_refused_by_its_media_type(other: str) -> None:
    faults = faults_of(Contract.from_openapi(document_of(JSON, other)), on("Other").renamed("text", to="message"))
    assert faults
    assert all(f"Other changes and is reached through {other}" in fault.problem for fault in faults)


def test_json_of_one_schema_is_converted_whatever_its_media_type() -> None:
    app = served(document_of(JSON, SCIM, same=True), on("Error").renamed("text", to="message"))
    assert sent_as(app, JSON).json() == sent_as(app, SCIM).json() == {"text": "no"}


def test_json_that_the_contract_does_not_declare_is_converted() -> None:
    app = served(document_of(JSON, SCIM), on("Error").renamed("text", to="message"))
    assert sent_as(app, "application/problem+json").json() == {"text": "no"}


def test_untouched_media_types_pass_both() -> None:
    app = served(document_of(JSON, SCIM), on("Error").was_named("OldError"))
    assert sent_as(app, JSON).json() == sent_as(app, SCIM).json() == {"message": "no"}


class Item(BaseModel):
    name: str = "a"


class Failure(BaseModel):
    name: str = "b"


def app_of(media: str) -> FastAPI:
    """An app whose route declares another media type with a schema of its own."""
    app = FastAPI()

    @app.get("/failure")
    async def failure() -> Failure:
        return Failure()

    content = {media: {"schema": {"$ref": "#/components/schemas/Failure"}}}

    @app.get("/item", response_model=Item, responses={200: {"content": content}})
    async def item(other: bool = False) -> Any:
        return Response(b'{"name": "b"}', media_type=media) if other else Item()

    return app


@pytest.mark.parametrize("media", [SCIM, LINES])
def test_a_route_may_declare_another_media_type_with_a_schema_of_its_own(media: str) -> None:
    app = gated(app_of(media), on(Item).renamed("title", to="name"))
    assert exchange(app, "GET", "/item").json() == {"title": "a"}
    assert exchange(app, "GET", "/item?other=true").json() == {"name": "b"}
    shown = timeline_of(on(Item).renamed("title", to="name")).compile(Contract.of(app_of(media))).contract(OLD)
    assert shown["paths"]["/item"] == app_of(media).openapi()["paths"]["/item"]
    faults = faults_of(Contract.of(app_of(media)), on(Failure).renamed("title", to="name"))
    assert [f"Failure changes and is reached through {media}" in fault.problem for fault in faults] == [True]
