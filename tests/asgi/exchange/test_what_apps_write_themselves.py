"""What an app writes itself, in a header field or in a validation error, is no reason to fail."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Form, HTTPException, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.exchanges import exchange, gated
from timegate import endpoint, on


class Item(BaseModel):
    sku: int = 0


def test_a_converted_response_has_a_length_and_no_transfer_coding_of_the_apps() -> None:
    app = FastAPI()

    @app.get("/items", response_model=Item)
    async def get() -> Response:
        # As a handler writes it that passes on what another server sent.
        response = Response(b'{"sku":1}', media_type="application/json", headers={"transfer-encoding": "chunked"})
        del response.headers["content-length"]
        return response

    response = exchange(gated(app, on(Item).renamed("article", to="sku")), "GET", "/items")
    assert response.json() == {"article": 1}
    assert response.headers["content-length"] == str(len(response.content))
    assert "transfer-encoding" not in response.headers


@pytest.mark.parametrize("kind", [{"code": 7}, [1], None, 3])
def test_a_validation_error_whose_type_is_no_text_is_told_at_the_clients_name(kind: object) -> None:
    app = FastAPI()

    @app.post("/items")
    async def post(body: Item) -> Item:
        raise HTTPException(422, detail=[{"loc": ["body", "sku"], "type": kind, "msg": "no"}])

    response = exchange(gated(app, on(Item).renamed("article", to="sku")), "POST", "/items", body={"article": 1})
    assert response.status == 422
    assert response.json() == {"detail": [{"loc": ["body", "article"], "type": kind, "msg": "no"}]}


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("</items/1>; rel=next", "</articles/1>; rel=next"),
        ("</items/1>, </items/2>; rel=last", "</articles/1>, </articles/2>; rel=last"),
        ("<" * 20_000, "<" * 20_000),
        ("<</items/1>", "<</articles/1>"),
    ],
)
def test_a_link_is_converted_and_what_only_begins_like_one_is_not(link: str, shown: str) -> None:
    app = FastAPI()

    @app.get("/items/{item}")
    async def get(item: int, response: Response) -> int:
        response.headers["Link"] = link
        return item

    served = gated(app, endpoint("/articles/{item}").moved(to="/items/{item}"))
    assert exchange(served, "GET", "/articles/1").headers["link"] == shown


@shows("and so is a `body` that a handler of validation errors repeats.")
def test_a_body_that_a_handler_of_validation_errors_repeats_is_the_clients_own() -> None:
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": jsonable_encoder(error.errors()), "body": error.body}, status_code=422)

    @app.post("/items")
    async def post(body: Item) -> Item:
        return body

    served = gated(app, on(Item).renamed("article", to="sku"))
    response = exchange(served, "POST", "/items", body={"article": "none", "note": "kept by nobody"})
    assert response.status == 422
    assert response.json()["detail"][0]["loc"] == ["body", "article"]
    assert response.json()["body"] == {"article": "none", "note": "kept by nobody"}


def test_another_body_in_a_handlers_validation_errors_is_the_apps() -> None:
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": jsonable_encoder(error.errors()), "body": {"sku": "ours"}}, status_code=422)

    @app.post("/items")
    async def post(body: Item) -> Item:
        return body

    served = gated(app, on(Item).renamed("article", to="sku"))
    assert exchange(served, "POST", "/items", body={"article": "none"}).json()["body"] == {"sku": "ours"}


class Entry(BaseModel):
    sku: str
    tags: list[str] = []
    stock: int


def repeating() -> FastAPI:
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def repeated(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(jsonable_encoder({"detail": error.errors(), "body": error.body}), status_code=422)

    return app


@shows("Of a form, it has null for each file.")
@pytest.mark.parametrize("as_model", [True, False])
def test_a_form_that_a_handler_repeats_is_the_clients(as_model: bool) -> None:
    app = repeating()
    if as_model:

        @app.post("/items")
        async def by_model(entry: Annotated[Entry, Form()]) -> None: ...

        gate = gated(app, on(Entry).renamed("article", to="sku"))
    else:

        @app.post("/items")
        async def by_fields(sku: Annotated[str, Form()], stock: Annotated[int, Form()]) -> None: ...

        gate = gated(app, endpoint("/items", "POST").form("article").renamed(to="sku"))

    def told(body: bytes, kind: str) -> object:
        response = exchange(gate, "POST", "/items", body=body, headers={"content-type": kind}, untyped=True)
        assert (response.status, b"sku" in response.content) == (422, False)
        return response.json()["body"]

    plain = "application/x-www-form-urlencoded"
    assert told(b"article=a&stock=no", plain) == {"article": "a", "stock": "no"}
    assert told(b"article=a&article=b&stock=1&stock=no", plain) == {"article": "b", "stock": "no"}
    assert told(b"stock=no", plain) == {"stock": "no"}
    parts = ('"article"\r\n\r\na', '"stock"\r\n\r\nno', '"picture"; filename="p.png"\r\n\r\npng')
    lines = "".join(f"--x\r\ncontent-disposition: form-data; name={part}\r\n" for part in parts)
    sent = {"article": "a", "stock": "no", "picture": None}
    assert told(f"{lines}--x--\r\n".encode(), "multipart/form-data; boundary=x") == sent


class Long(BaseModel):
    sku: str
    stock: int
    price: int
    text: str = ""


@shows("One entry stands for validation errors that are larger than `max_body`.")
def test_validation_errors_that_are_larger_than_max_body_are_told_by_one_entry() -> None:
    app = FastAPI()

    @app.post("/items")
    async def post(item: Long) -> Long:
        return item

    gate = gated(app, on(Long).renamed("article", to="sku"), max_body=20_000)
    one = {"type": "more_errors", "loc": ["body"], "msg": "The validation errors are too large to be told."}
    for size, is_told in ((7_000, True), (11_000, False), (19_000, False)):
        response = exchange(gate, "POST", "/items", body={"article": "a", "text": "t" * size})
        detail = response.json()["detail"]
        assert (response.status, len(detail) == 2, detail == [one]) == (422, is_told, not is_told)
    full = {"article": "a", "stock": 1, "price": 1, "text": "t" * 19_000}
    assert exchange(gate, "POST", "/items", body=full).json() == full


@pytest.mark.parametrize(
    "place", [["body", "tags", -1], ["body", "tags", 10**30], ["body", None], ["body", ["x"]], ["body", {"a": 1}], []]
)
def test_a_validation_error_at_no_place_of_a_request_is_no_reason_to_fail(place: list[object]) -> None:
    app = FastAPI()

    @app.post("/items")
    async def post(body: Entry) -> Entry:
        told = [{"loc": place, "type": "x", "msg": "m"}, {"loc": ["body", "sku"], "type": "x", "msg": "m"}]
        raise HTTPException(422, detail=told)

    served = gated(app, on(Entry).renamed("article", to="sku"))
    response = exchange(served, "POST", "/items", body={"article": "a", "stock": 1})
    assert (response.status, response.json()["detail"][1]["loc"]) == (422, ["body", "article"])


def test_a_header_field_that_a_function_gives_a_line_break_is_not_sent() -> None:
    app = FastAPI()

    @app.get("/items")
    def get(name: str, response: Response) -> int:
        response.headers["X-Name"] = name.encode().hex()
        return 1

    fact = endpoint("/items").response_header("X-Name").retyped(to_old=lambda value: bytes.fromhex(value).decode())
    served = gated(app, fact)
    assert exchange(served, "GET", "/items?name=a").headers["x-name"] == "a"
    for name in ("a%0D%0ASet-Cookie:%20b=1", "a%0Ab", "a%00b"):
        response = exchange(served, "GET", f"/items?name={name}")
        assert (response.status, "x-name" in response.headers) == (500, False)
