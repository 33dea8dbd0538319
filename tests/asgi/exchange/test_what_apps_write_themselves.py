"""What an app writes itself, in a header field or in a validation error, is no reason to fail."""

import pytest
from fastapi import FastAPI, HTTPException, Request, Response
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
