"""A shop whose handler of validation errors writes the places as texts, and what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Body, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from timegate import enum, on


class Kind(StrEnum):
    a = "a"
    c = "c"


class Item(BaseModel):
    sku: str
    kind: Kind = Kind.a
    n: int = 0


class Refusal(BaseModel):
    message: str
    fields: list[str]


FACTS = (on(Item).renamed("article", to="sku"), enum(Kind).grew("c", seen_as="a"))
NO_MEMBER = {"article": "x", "kind": "c"}
TAGS = ["t"]


def names(error: RequestValidationError) -> list[str]:
    return [".".join(map(str, one["loc"])) for one in error.errors()]


def refused(error: RequestValidationError, status: int = 422) -> Response:
    return JSONResponse(Refusal(message="invalid", fields=names(error)).model_dump(), status)


def shop(handler: Any, *, status: int = 422, **settings: Any) -> FastAPI:
    app = FastAPI(exception_handlers={RequestValidationError: handler}, **settings)

    @app.post("/items", responses={status: {"model": Refusal}})
    def add(item: Item, n: int = 0) -> Item:
        return item

    @app.post("/kinds", responses={status: {"model": Refusal}})
    def add_of_kind(item: Annotated[dict[str, int], Body()], kind: Kind = Kind.a) -> Kind:
        return kind

    @app.get("/items/{kind}", responses={status: {"model": Refusal}})
    def search(kind: Kind) -> Kind:
        return kind

    @app.post("/form", responses={status: {"model": Refusal}})
    def sent(kind: Annotated[Kind, Form()], tag: Annotated[list[str], Form()] = TAGS) -> Kind:
        return kind

    return app


async def own(request: Request, error: RequestValidationError) -> Response:
    return refused(error)


def told_by_its_routes(telling: Callable[[RequestValidationError], Response]) -> type[APIRoute]:
    """A class of routes that tells validation errors itself, as FastAPI's documentation shows."""

    class Telling(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            theirs = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await theirs(request)
                except RequestValidationError as error:
                    return telling(error)

            return handler

    return Telling
