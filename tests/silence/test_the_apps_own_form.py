"""An app that has its own handler of validation errors tells old clients everything that is wrong in its form."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, change_of, exchange, gated
from tests.silence.own_form import FACTS, NO_MEMBER, Item, Kind, Refusal, names, own, refused, shop
from timegate import Timeline, Version, current_version, endpoint, enum, on
from timegate.asgi import Problem, TimegateMiddleware
from timegate.starlette import operation


class Told(BaseModel):
    sku: str
    kind: Kind = Kind.a


class Wrong(BaseModel):
    loc: list[str | int]
    why: str


class Wrongs(BaseModel):
    errors: list[Wrong]


PLAIN = {"content-type": "text/plain"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@shows(
    "A FastAPI app may have its own handler of `RequestValidationError`: it responds to what timegate refuses too, and "
)
@pytest.mark.parametrize(
    ("method", "target", "sent", "fields"),
    [
        ("POST", "/items", {"body": NO_MEMBER}, ["body.kind"]),
        ("POST", "/kinds?kind=c", {"body": {}}, ["query.kind"]),
        ("GET", "/items/c", {}, ["path.kind"]),
        ("POST", "/form", {"body": b"kind=c", "headers": FORM, "untyped": True}, ["body.kind"]),
    ],
)
@pytest.mark.parametrize("is_async", [True, False])
def test_what_timegate_refuses_has_the_form_of_the_apps_own(
    method: str, target: str, sent: Any, fields: list[str], is_async: bool
) -> None:
    def plain(request: Request, error: RequestValidationError) -> Response:
        return refused(error)

    response = exchange(gated(shop(own if is_async else plain), *FACTS), method, target, **sent)
    assert (response.status, response.headers["content-type"]) == (422, "application/json")
    assert response.json() == {"message": "invalid", "fields": fields}
    assert response.headers["api-version"] == "2025-01-01"


def test_the_status_and_the_header_fields_are_those_of_the_handler() -> None:
    done: list[str] = []

    async def bad(request: Request, error: RequestValidationError) -> Response:
        response = refused(error, 400)
        response.headers["x-why"] = "invalid"
        response.background = BackgroundTask(done.append, current_version() or "")
        return response

    response = exchange(gated(shop(bad, status=400), *FACTS), "POST", "/items", body=NO_MEMBER)
    assert (response.status, response.headers["x-why"]) == (400, "invalid")
    assert response.json() == {"message": "invalid", "fields": ["body.kind"]}
    assert done == ["2025-01-01"]


def test_the_model_of_the_form_is_downgraded_and_the_places_are_not_renamed_again() -> None:
    """What old clients call `sku` is `kind` at head, and what head calls `sku` is their `article`."""

    async def handle(request: Request, error: RequestValidationError) -> Response:
        wrong = [Wrong(loc=list(one["loc"]), why=one["type"]) for one in error.errors()]
        return JSONResponse(Wrongs(errors=wrong).model_dump(), 422)

    app = FastAPI(exception_handlers={RequestValidationError: handle})

    @app.post("/items", responses={422: {"model": Wrongs}})
    def add(item: Told) -> Told:
        return item

    newest = change_of(
        on(Told).renamed("article", to="sku"),
        on(Wrong).renamed("reason", to="why"),
        enum(Kind).grew("c", seen_as="a"),
    )
    middle = change_of(on(Told).renamed("sku", to="kind"))
    timeline = Timeline(Version(NEW, newest), Version("2025-06-01", middle), Version(OLD))
    served = TimegateMiddleware(app, timeline=timeline)
    response = exchange(served, "POST", "/items", body={"article": "x", "sku": "c"})
    assert (response.status, response.json()) == (422, {"errors": [{"loc": ["body", "sku"], "reason": "enum"}]})


@shows("and gets the errors, the body and the request in the client's names.")
def test_a_handler_gets_the_request_and_the_body_of_the_client() -> None:
    seen: list[Any] = []

    async def handle(request: Request, error: RequestValidationError) -> Response:
        seen.append((error.body, request.url.path, request.path_params, request.scope["route"].path, request.app.title))
        seen.append((error.errors(), await request.body()))
        return refused(error)

    app = gated(shop(handle, title="Shop"), *FACTS)
    assert exchange(app, "POST", "/items", body=NO_MEMBER).status == 422
    (error,) = seen[1][0]
    assert seen[0] == (NO_MEMBER, "/items", {}, "/items", "Shop")
    assert error["loc"] == ("body", "kind")
    assert (error["type"], error["input"], error["ctx"]) == ("enum", "c", {"expected": "'a'"})
    assert seen[1][1] == b'{"article": "x", "kind": "c"}'
    seen.clear()
    # FastAPI reads the body before it looks at the parameters.
    assert exchange(app, "POST", "/kinds?kind=c", body={"x": 1}).status == 422
    assert (seen[0][0], seen[1][1]) == ({"x": 1}, b'{"x": 1}')
    seen.clear()
    assert exchange(app, "POST", "/kinds?kind=c", body=b"{}", headers=PLAIN, untyped=True).status == 422
    assert seen[0][0] == b"{}"
    seen.clear()
    assert exchange(app, "GET", "/items/c").status == 422
    assert (seen[0][0], seen[0][2]) == (None, {"kind": "c"})
    seen.clear()
    assert exchange(app, "POST", "/form", body=b"kind=c&tag=1&tag=2", headers=FORM, untyped=True).status == 422
    assert seen[0][0] == FormData([("kind", "c"), ("tag", "1"), ("tag", "2")])


def test_a_handler_that_calls_fastapis_own_tells_in_its_form() -> None:
    logged: list[list[str]] = []

    async def logs(request: Request, error: RequestValidationError) -> Response:
        logged.append(names(error))
        return await request_validation_exception_handler(request, error)

    app = FastAPI(exception_handlers={RequestValidationError: logs})

    @app.post("/items")
    def add(item: Item) -> Item:
        return item

    response = exchange(gated(app, *FACTS), "POST", "/items", body=NO_MEMBER)
    (error,) = response.json()["detail"]
    assert (response.status, error["loc"], error["type"], error["input"]) == (422, ["body", "kind"], "enum", "c")
    assert logged == [["body.kind"]]


@shows("Where `problems=` is given, it decides on the form of what timegate refuses.")
def test_problems_decide_where_they_are_given() -> None:
    def as_name(problem: Problem) -> tuple[str, dict[str, object]]:
        return "application/json", {"name": problem.name}

    response = exchange(gated(shop(own), *FACTS, problems=as_name), "POST", "/items", body=NO_MEMBER)
    assert (response.status, response.json()) == (422, {"name": "request-refused"})


def test_a_fact_about_the_status_holds_for_what_the_handler_sends() -> None:
    fact = endpoint("/items", "POST").status(422, was=409)
    response = exchange(gated(shop(own), *FACTS, fact), "POST", "/items", body=NO_MEMBER)
    assert (response.status, response.json()) == (409, {"message": "invalid", "fields": ["body.kind"]})


async def broken(request: Request, error: RequestValidationError) -> Response:
    raise LookupError("the handler is broken")


@shows("A handler that fails is a 500.")
@pytest.mark.parametrize("is_around", [True, False])
@pytest.mark.parametrize("is_handled", [True, False])
def test_a_handler_that_fails_is_the_servers_fault(is_around: bool, is_handled: bool) -> None:
    async def last(request: Request, error: Exception) -> Response:
        return JSONResponse({"oh": str(error)}, 500)

    app = shop(broken)
    if is_handled:
        app.add_exception_handler(500, last)
    served: Any = gated(app, *FACTS)
    if not is_around:
        app.add_middleware(TimegateMiddleware, timeline=served.timeline)
        served = app
    sent: list[Any] = []

    async def keeping(scope: Any, receive: Any, send: Any) -> None:
        async def kept(message: Any) -> None:
            sent.append(message)
            await send(message)

        await served(scope, receive, kept)

    with pytest.raises(LookupError, match="the handler is broken"):
        exchange(keeping, "POST", "/items", body=NO_MEMBER)
    assert sent[0]["status"] == 500
    assert sent[1]["body"] == (b'{"oh":"the handler is broken"}' if is_handled else b"Internal Server Error")


@shows("The app's middleware behind timegate does not see what timegate refuses.")
def test_the_middleware_of_an_app_behind_timegate_sees_no_request_that_timegate_refuses() -> None:
    app = shop(own)
    seen: list[str] = []

    class Seeing:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["method"])
            await self.app(scope, receive, send)

    app.add_middleware(Seeing)
    served = gated(app, *FACTS)
    assert exchange(served, "POST", "/items", body=NO_MEMBER).status == 422
    assert seen == []
    assert exchange(served, "POST", "/items", body={"article": "x"}).status == 200
    assert seen == ["POST"]


def test_an_app_without_any_handler_of_validation_errors_fails() -> None:
    app = shop(own)
    del app.exception_handlers[RequestValidationError]
    with pytest.raises(RequestValidationError):
        exchange(gated(app, *FACTS), "POST", "/items", body=NO_MEMBER)


def test_an_operation_of_starlettes_has_its_own_form_in_any_app() -> None:
    @operation(request=Item)
    async def add(request: Request, *, body: Item) -> Response:
        return Response()

    app = FastAPI(exception_handlers={RequestValidationError: own})
    app.add_route("/items", add, methods=["POST"])
    handlers: dict[Any, Any] = {RequestValidationError: own}
    plain = Starlette(routes=[Route("/items", add, methods=["POST"])], exception_handlers=handlers)
    for served in (app, plain):
        response = exchange(gated(served, *FACTS), "POST", "/items", body=NO_MEMBER)
        (error,) = response.json()["detail"]
        assert (response.status, error["loc"], error["type"]) == (422, ["body", "kind"], "enum")


def test_errors_that_are_too_large_are_told_in_the_form_too() -> None:
    async def repeats(request: Request, error: RequestValidationError) -> Response:
        texts = [str(one.get("input", "")) for one in error.errors()]
        return JSONResponse(Refusal(message="".join(texts) * 1000, fields=names(error)).model_dump(), 422)

    app = gated(shop(repeats), *FACTS, max_body=2000)
    response = exchange(app, "POST", "/items", body={"article": "x", "n": "no"})
    assert (response.status, response.json()) == (422, {"message": "", "fields": ["body"]})
    # What it makes of timegate's errors may be too large as well.
    response = exchange(app, "POST", "/items", body={"article": "x", "kind": "no"})
    (error,) = response.json()["detail"]
    assert (response.status, error["type"]) == (422, "more_errors")
