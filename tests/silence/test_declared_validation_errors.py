"""A 422 that an app declares is converted like any other response, and tells places in the names of the client."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.sentences import shows
from tests.silence.exchanges import annotate
from tests.silence.old_client import Client, old_client
from tests.silence.own_form import told_by_its_routes
from timegate import endpoint, on, sibling


class Item(BaseModel):
    sku: str


class Entry(BaseModel):
    pointer: str
    message: str


class Refusal(BaseModel):
    title: str
    errors: list[Entry]


class OwnEntry(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class OwnErrors(BaseModel):
    detail: list[OwnEntry]


def refusal_of(message: str, key: object = "sku") -> Response:
    return JSONResponse(Refusal(title="No", errors=[Entry(pointer=f"/{key}", message=message)]).model_dump(), 422)


def shop(model: type[BaseModel], *, handles: bool) -> FastAPI:
    app = FastAPI()

    @app.post("/items", responses={422: {"model": model}})
    async def add(item: Item) -> Any:
        return refusal_of("there is none") if item.sku == "none" else item.sku

    async def handle(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refusal_of(error.errors()[0]["msg"], error.errors()[0]["loc"][-1])

    if handles:
        app.add_exception_handler(RequestValidationError, handle)
    return app


RENAMED = (on(Entry).renamed("text", to="message"), on(Refusal).renamed("name", to="title"))
ARTICLE = on(Item).renamed("article", to="sku")


def client(*facts: Any, model: type[BaseModel] = Refusal, handles: bool = True) -> Client:
    return old_client(shop(model, handles=handles), *facts)


@shows("A model that the app declares for its 422 is converted besides, as for any other status.")
@pytest.mark.parametrize("facts", [RENAMED, (*RENAMED, ARTICLE)])
@pytest.mark.parametrize(("sent", "text"), [("none", "there is none"), (5, "Input should be a valid string")])
def test_the_declared_model_of_a_422_is_converted_whatever_else_changes(facts: Any, sent: Any, text: str) -> None:
    key = "article" if ARTICLE in facts else "sku"
    response = client(*facts).post("/items", {key: sent})
    assert (response.status_code, response.json()) == (
        422,
        {"name": "No", "errors": [{"pointer": f"/{key}", "text": text}]},
    )


def test_what_no_change_of_the_model_touches_is_only_told_in_the_names_of_the_client() -> None:
    response = client(ARTICLE).post("/items", {"article": "none"})
    assert response.json() == {"title": "No", "errors": [{"pointer": "/article", "message": "there is none"}]}


def test_a_declared_model_in_the_form_of_the_framework_is_converted_too() -> None:
    old = client(on(OwnEntry).renamed("message", to="msg"), ARTICLE, model=OwnErrors, handles=False)
    (told,) = old.post("/items", {"article": 5}).json()["detail"]
    assert (told["loc"], told["message"]) == (["body", "article"], "Input should be a valid string")
    assert "msg" not in told


@pytest.mark.parametrize("facts", [RENAMED, (*RENAMED, ARTICLE)])
def test_where_the_framework_responds_in_place_of_the_declared_model_its_validation_errors_are_sent(facts: Any) -> None:
    key = "article" if ARTICLE in facts else "sku"
    response = client(*facts, handles=False).post("/items", {key: 5})
    assert response.status_code == 422
    assert [(one["loc"], one["msg"]) for one in response.json()["detail"]] == [
        (["body", key], "Input should be a valid string")
    ]


@pytest.mark.parametrize("key", ["sku", "article"])
def test_a_change_that_needs_the_declared_model_does_not_turn_the_errors_of_the_framework_into_a_500(key: str) -> None:
    facts = [on(Refusal).removed("summary", was=str, backfill=sibling("title")), *([ARTICLE] * (key == "article"))]
    response = client(*facts, handles=False).post("/items", {key: 5})
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["body", key])


class Page(BaseModel):
    detail: list[OwnEntry] | str


class Wrapped(BaseModel):
    error: OwnErrors


def with_400(model: type[BaseModel] | None, *, status: int | str = 400, wrapped: bool = False) -> FastAPI:
    """An app that tells validation errors with 400, by a class of its routes, as FastAPI's documentation shows."""
    declared: Any = {} if model is None else {status: {"model": model}}

    def told_by(error: RequestValidationError) -> Response:
        told = {"detail": [{key: one[key] for key in ("type", "loc", "msg", "input")} for one in error.errors()]}
        return JSONResponse({"error": told} if wrapped else told, 400)

    app = FastAPI()
    app.router.route_class = told_by_its_routes(told_by)

    @app.post("/items", responses=declared)
    async def add(item: Item) -> Any:
        raise HTTPException(400, "there is none")

    return app


@shows(
    "Of another status (4xx) they are converted if its declared model lists them: in `detail` or `errors`, "
    "each with `loc` or `pointer`.",
    "| of another status, declare a model that [lists them](http.md#errors)",
)
@pytest.mark.parametrize("model", [OwnErrors, Page])
@pytest.mark.parametrize("status", [400, "4XX", "default"])
def test_validation_errors_with_another_status_are_told_in_the_clients_names_where_they_are_declared(
    model: type[BaseModel], status: int | str
) -> None:
    old = old_client(with_400(model, status=status), ARTICLE)
    response = old.post("/items", {"article": 5})
    (told,) = response.json()["detail"]
    assert (response.status_code, told["loc"], told["input"]) == (400, ["body", "article"], 5)
    # What the app says of another failure is none.
    assert old.post("/items", {"article": "none"}).json() == {"detail": "there is none"}


def test_a_declared_model_with_another_status_is_converted_besides() -> None:
    old = old_client(with_400(OwnErrors), on(OwnEntry).renamed("message", to="msg"), ARTICLE)
    (told,) = old.post("/items", {"article": 5}).json()["detail"]
    assert (told["loc"], told["message"]) == (["body", "article"], "Input should be a valid string")


def test_a_400_that_repeats_what_is_no_json_is_no_fault_of_the_server() -> None:
    sent = b'{"article": [Infinity]}'
    old = old_client(with_400(OwnErrors), ARTICLE)
    assert old.request("POST", "/items", content=sent, headers={"content-type": "application/json"}).status_code == 400


@shows(
    "validation errors that the app sends by other means than a handler of `RequestValidationError`, with another "
    "status than 422 (400), or deeper in the body than in `detail` or `errors`, or as texts: they have head's names",
)
@pytest.mark.parametrize(("model", "wrapped"), [(None, False), (Wrapped, True)])
def test_validation_errors_that_no_declared_model_lists_pass_as_they_are(
    model: type[BaseModel] | None, wrapped: bool
) -> None:
    response = old_client(with_400(model, wrapped=wrapped), ARTICLE).post("/items", {"article": 5})
    body = response.json()
    (told,) = (body["error"] if wrapped else body)["detail"]
    assert (response.status_code, told["loc"]) == (400, ["body", "sku"])


@shows("or what a fact says that it was")
@pytest.mark.parametrize("sent", [{"article": 5}, {"article": "a", "size": "large"}])
def test_a_422_of_ours_has_the_status_that_the_apps_own_had(sent: Any) -> None:
    class Sized(BaseModel):
        sku: str
        size: int = 0

    app = FastAPI()

    async def add(item: Any) -> int:
        return 1

    annotate(add, "item", Sized, None)
    app.add_api_route("/items", add, methods=["POST"], responses={422: {"model": OwnErrors}})
    facts = (
        on(Sized).renamed("article", to="sku"),
        on(Sized).retyped("size", was=int, to_head=lambda size: size, to_old=lambda size: size),
        endpoint("/items", "POST").status(422, was=400),
    )
    response = old_client(app, *facts).post("/items", sent)
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (400, ["body", [*sent][-1]])


class Failed(BaseModel):
    detail: str


@pytest.mark.parametrize("status", [422, "4XX", "default"])
def test_the_frameworks_own_list_is_no_text_that_a_declared_error_has(status: int | str) -> None:
    app = FastAPI()

    @app.get("/items", responses={status: {"model": Failed}})
    def items(count: int) -> int:
        raise HTTPException(422, "too many") if count > 9 else HTTPException(status_code=400)

    client = old_client(app, on(Failed).renamed("message", to="detail"))
    assert client.get("/items?count=10").json() == {"message": "too many"}
    assert client.get("/items?count=x").json()["detail"][0]["loc"] == ["query", "count"]
