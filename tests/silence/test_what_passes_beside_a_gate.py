"""What the page on what is not gated says of things beside the bodies of operations."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import OLD, exchange, gated, timeline_of
from timegate import Contract, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation


class Item(BaseModel):
    sku: str


RENAMED = on(Item).renamed("article", to="sku")


@shows(
    "what the app's handler of all exceptions (`@app.exception_handler(Exception)`) sends, with `app.add_middleware`: "
    "Starlette runs it outside of all middleware",
    "| a handler of exceptions of your own, or the middleware around the app",
)
@pytest.mark.parametrize(
    ("path", "inside", "around"),
    [("/all", {"sku": "a"}, {"article": "a"}), ("/own", {"article": "a"}, {"article": "a"})],
)
def test_what_a_handler_of_all_exceptions_sends_passes_inside_the_app(path: str, inside: Any, around: Any) -> None:
    class Own(Exception):
        pass

    def failing() -> FastAPI:
        app = FastAPI(responses={500: {"model": Item}})

        async def handled(request: Request, error: Exception) -> JSONResponse:
            return JSONResponse({"sku": "a"}, 500)

        app.add_exception_handler(Exception, handled)
        app.add_exception_handler(Own, handled)

        @app.get("/all")
        def fails() -> int:
            raise ValueError

        @app.get("/own")
        def fails_by_its_own() -> int:
            raise Own

        return app

    app = failing()
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    wrapped = TimegateMiddleware(failing(), timeline=timeline_of(RENAMED))
    for served, body in ((app, inside), (wrapped, around)):
        sent: list[Any] = []
        served_raising = raising_nothing(served, sent)
        response = exchange(served_raising, "GET", path)
        assert (response.status, response.json()) == (500, body)


def raising_nothing(app: Any, raised: list[Any]) -> Any:
    """As a server does: what an app raises after its response goes to the log."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except ValueError as error:
            raised.append(error)

    return serve


@shows("JSON that an app sends with a status for which a document declares no content | declare it")
def test_json_with_a_status_without_content_in_a_document_passes() -> None:
    item = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}

    def sent(responses: Any) -> Any:
        document = {
            "openapi": "3.1.0",
            "info": {"title": "x", "version": "1"},
            "paths": {"/x": {"get": {"responses": {"default": {"description": "", **content}, **responses}}}},
            "components": {"schemas": {"Item": item}},
        }

        async def get(request: Any) -> Response:
            return JSONResponse({"sku": "a"})

        app = Starlette(routes=[Route("/x", get)])
        contract = Contract.from_openapi(document)
        fact = on("Item").renamed("article", to="sku")
        return exchange(TimegateMiddleware(app, timeline=timeline_of(fact), contract=contract), "GET", "/x").json()

    assert sent({"200": {"description": ""}}) == {"sku": "a"}
    assert sent({"200": {"description": "", **content}}) == {"article": "a"}


@shows("of an operation that has moved, the path in a push (`http.response.push`) and in a cookie (`Path=`): head's")
def test_the_paths_in_a_push_and_in_a_cookie_stay_heads() -> None:
    app = FastAPI()

    @app.get("/items/{key}")
    def get(key: str, response: Response) -> Item:
        response.set_cookie("seen", "1", path=f"/items/{key}")
        return Item(sku=key)

    async def pushing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.push", "path": scope["path"], "headers": []})
        await app(scope, receive, send)

    moved = endpoint("/things/{key}").moved(to="/items/{key}")
    served, sent = TimegateMiddleware(pushing, timeline=timeline_of(moved, RENAMED), contract=app), list[Any]()

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            sent.append(message)
            if message["type"] != "http.response.push":
                await send(message)

        await served(scope, receive, sending)

    response = exchange(noted, "GET", "/things/7", version=OLD)
    assert (response.json(), "Path=/items/7" in response.headers["set-cookie"]) == ({"article": "7"}, True)
    assert (sent[0]["type"], sent[0]["path"]) == ("http.response.push", "/items/7")


class Loose(BaseModel):
    sku: str = ""


class Unwrapping(APIRoute):
    """Takes the body out of its envelope before the handler reads it."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        async def unwrapped() -> Any:
            message = await receive()
            return {**message, "body": message["body"].removeprefix(b'{"data":').removesuffix(b"}")}

        headers = [item for item in scope["headers"] if item[0] != b"content-length"]
        await super().handle({**scope, "headers": headers}, unwrapped, send)


@shows("a body that the `handle` of a class of FastAPI's routes changes, of which `Contract.opaque` says nothing")
def test_a_body_that_the_handle_of_a_route_unwraps_is_not_gated() -> None:
    app, router = FastAPI(), APIRouter(route_class=Unwrapping)

    @router.post("/items")
    def add(item: Loose) -> Loose:
        return item

    app.include_router(router)
    assert Contract.of(app).opaque == ()
    served = gated(app, on(Loose).renamed("article", to="sku"))
    assert exchange(served, "POST", "/items", body={"data": {"sku": "a"}}).json() == {"article": "a"}
    assert exchange(served, "POST", "/items", body={"data": {"article": "a"}}).json() == {"article": ""}


@shows("in a 422 of `@operation`, the name of a class in `ctx`: head's")
def test_the_name_of_a_class_in_a_422_of_starlette_is_heads() -> None:
    class Order(BaseModel):
        item: Item

    @operation(request=Order)
    async def post(request: Any, *, body: Order) -> None: ...

    served = gated(Starlette(routes=[Route("/orders", post, methods=["POST"])]), on(Item).was_named("Thing"))
    response = exchange(served, "POST", "/orders", body={"item": 5})
    assert (response.status, response.json()["detail"][0]["ctx"]) == (422, {"class_name": "Item"})


@shows("a quotation mark in the name of a file | the app gets `%22` for it, as browsers write it")
@pytest.mark.parametrize("mark", ['\\"', "%22"])
def test_a_quotation_mark_in_the_name_of_a_file_is_written_as_browsers_write_it(mark: str) -> None:
    app = FastAPI()

    @app.post("/files")
    def post(sku: Annotated[str, Form()], file: Annotated[UploadFile, File()]) -> list[str | None]:
        return [sku, file.filename]

    served = gated(app, endpoint("/files", "POST").form("article").renamed(to="sku"))
    parts = ('"article"\r\n\r\na', f'"file"; filename="a{mark}b.txt"\r\n\r\nx')
    lines = "".join(f"--x\r\ncontent-disposition: form-data; name={part}\r\n" for part in parts)
    kind = {"content-type": "multipart/form-data; boundary=x"}
    response = exchange(served, "POST", "/files", body=f"{lines}--x--\r\n".encode(), headers=kind, untyped=True)
    assert response.json() == ["a", "a%22b.txt"]
