"""One status may have several media types: what no change touches passes, each JSON by its own schema."""

import json
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import OLD, exchange, faults_of, gated, timeline_of
from tests.silence.exchanges import Response as Received
from timegate import Contract, endpoint, on
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
    all_json = {JSON, SCIM, MERGE}.issuperset(media)
    assert any("200 of GET /x" in place for place in contract.opaque) == (not all_json)


def posted_as(app: TimegateMiddleware, media: str, body: object) -> Received:
    return exchange(app, "POST", "/x", body=json.dumps(body).encode(), headers={"content-type": media})


@shows(
    "A contract may declare a schema of its own for each of several JSON media types "
    "(`application/scim+json` beside `application/json`): a body is converted by that of its "
    "`Content-Type`.",
)
@pytest.mark.parametrize(
    ("media", "changed"),
    [((JSON, SCIM), "Error"), ((JSON, SCIM), "Other"), ((SCIM, MERGE), "Error"), ((SCIM, MERGE), "Other")],
)
def test_each_json_is_converted_by_the_schema_of_its_own_media_type(media: tuple[str, str], changed: str) -> None:
    app = served(document_of(*media), on(changed).renamed("text", to="message"))
    for kind, name in zip(media, ("Error", "Other"), strict=True):
        key = "text" if name == changed else "message"
        for spelling in (kind, f"{kind};charset=utf-8", kind.upper()):
            assert sent_as(app, spelling).json() == {key: "no"}
            response = posted_as(app, spelling, {key: "a"})
            # The document declares no response of it, so that what head got comes back.
            assert (response.status, response.json()) == (200, {"message": "a"})
            assert posted_as(app, spelling, ["no object"]).status == (422 if name == changed else 200)


def test_json_lines_pass_while_json_is_converted() -> None:
    app = served(document_of(JSON, LINES), on("Error").renamed("text", to="message"))
    assert sent_as(app, JSON).json() == {"text": "no"}
    assert sent_as(app, LINES).content == b'{"message": "no"}'


def test_an_old_document_shows_each_json_by_its_own_old_schema() -> None:
    gates = timeline_of(on("Other").renamed("text", to="message")).compile(
        Contract.from_openapi(document_of(JSON, SCIM))
    )
    content = gates.contract(OLD)["paths"]["/x"]["get"]["responses"]["200"]["content"]
    assert content == document_of(JSON, SCIM)["paths"]["/x"]["get"]["responses"]["200"]["content"]
    schemas = gates.contract(OLD)["components"]["schemas"]
    assert {name: [*one["properties"]] for name, one in schemas.items()} == {"Error": ["message"], "Other": ["text"]}


def test_an_example_of_another_json_is_converted_by_its_own_schema() -> None:
    document = document_of(JSON, SCIM)
    for around in document["paths"]["/x"]["get"]["responses"]["200"]["content"].values():
        around["example"] = {"message": "no"}
    gates = timeline_of(on("Other").renamed("text", to="message")).compile(Contract.from_openapi(document))
    content = gates.contract(OLD)["paths"]["/x"]["get"]["responses"]["200"]["content"]
    assert (content[JSON]["example"], content[SCIM]["example"]) == ({"message": "no"}, {"text": "no"})


@shows("`enveloped` and `rewritten` are about the first, `application/json` where it is declared.")
@pytest.mark.parametrize("media", [(JSON, SCIM), (SCIM, JSON)])
def test_a_fact_of_the_whole_body_is_about_the_first_json(media: tuple[str, str]) -> None:
    fact = endpoint("/x", "GET").rewritten(response=lambda body: {"text": body["message"]}, was=dict[str, str])
    app = served(document_of(*media), fact)
    assert (sent_as(app, JSON).json(), sent_as(app, SCIM).json()) == ({"text": "no"}, {"message": "no"})


@shows("`enveloped` and `rewritten` are about the first,")
@pytest.mark.parametrize("media", [(JSON, SCIM), (SCIM, JSON)])
def test_an_envelope_is_that_of_the_first_json(media: tuple[str, str]) -> None:
    document = document_of(*media)
    for schema in document["components"]["schemas"].values():
        schema["required"] = ["message"]
    app = served(document, endpoint("/x", "GET").enveloped("message"))
    assert (sent_as(app, JSON).json(), sent_as(app, SCIM).json()) == ("no", {"message": "no"})


def test_an_error_of_another_json_is_converted() -> None:
    document = document_of(JSON, SCIM)
    operation = document["paths"]["/x"]["get"]
    operation["responses"] = {"400": operation["responses"]["200"]}

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        async def as_error(message: Any) -> None:
            await send({**message, "status": 400} if message["type"].endswith("start") else message)

        await echoing(scope, receive, as_error)

    gates = timeline_of(on("Other").renamed("text", to="message")).compile(Contract.from_openapi(document))
    app = TimegateMiddleware(failing, timeline=gates.timeline, gates=gates)
    assert (sent_as(app, SCIM).status, sent_as(app, SCIM).json()) == (400, {"text": "no"})
    assert sent_as(app, JSON).json() == {"message": "no"}


def test_a_change_of_what_is_not_json_is_refused_by_its_media_type() -> None:
    faults = faults_of(Contract.from_openapi(document_of(JSON, LINES)), on("Other").renamed("text", to="message"))
    assert faults
    assert all(f"Other changes and is reached through {LINES}" in fault.problem for fault in faults)
    assert all("give that media type a component of its own" in fault.remedy for fault in faults)


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


@shows("a body is converted by that of its `Content-Type`.")
def test_json_that_a_route_declares_beside_its_own_is_converted_by_its_own_schema() -> None:
    app = gated(app_of(SCIM), on(Failure).renamed("title", to="name"))
    assert exchange(app, "GET", "/item").json() == {"name": "a"}
    assert exchange(app, "GET", "/item?other=true").json() == {"title": "b"}


def test_lines_that_a_route_declares_beside_its_json_are_refused_if_they_change() -> None:
    faults = faults_of(Contract.of(app_of(LINES)), on(Failure).renamed("title", to="name"))
    assert [f"Failure changes and is reached through {LINES}" in fault.problem for fault in faults] == [True]


def test_a_page_that_is_made_of_a_model_is_refused_if_that_changes_and_its_remedy_helps() -> None:
    def pages(**options: Any) -> FastAPI:
        app = FastAPI()

        @app.get("/item")
        async def item() -> Item:
            return Item()

        @app.get("/page", response_class=HTMLResponse, **options)
        async def page() -> Any:
            return HTMLResponse("<p>a</p>")

        return app

    fact = on(Item).renamed("title", to="name")
    (fault,) = faults_of(Contract.of(pages(response_model=Item)), fact)
    assert "Item changes and is reached through text/html" in fault.problem
    assert "or none (response_model=None)" in fault.remedy
    app = gated(pages(response_model=None), fact)
    assert exchange(app, "GET", "/item").json() == {"title": "a"}
    assert exchange(app, "GET", "/page").content == b"<p>a</p>"


@pytest.mark.parametrize(("media", "key"), [(JSON, "text"), (SCIM, "words")])
def test_a_validation_error_of_head_is_told_by_the_schema_of_the_media_type(media: str, key: str) -> None:
    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        body = b'{"detail": [{"type": "string_type", "loc": ["body", "message"], "msg": "Input should be a string"}]}'
        await send({"type": "http.response.start", "status": 422, "headers": [(b"content-type", JSON.encode())]})
        await send({"type": "http.response.body", "body": body})

    facts = on("Error").renamed("text", to="message"), on("Other").renamed("words", to="message")
    gates = timeline_of(*facts).compile(Contract.from_openapi(document_of(JSON, SCIM)))
    app = TimegateMiddleware(refusing, timeline=gates.timeline, gates=gates)
    response = posted_as(app, media, {key: 1})
    assert (response.status, response.json()["detail"][0]["loc"]) == (422, ["body", key])
