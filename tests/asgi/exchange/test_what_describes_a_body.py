"""What describes the bytes of a body goes where the body is converted, and stays where it passes."""

from __future__ import annotations

import gzip
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from tests.asgi.exchange.test_conversation import scope_of, talk
from tests.sentences import shows
from tests.silence.exchanges import NEW, exchange, gated, timeline_of
from timegate import Contract, endpoint, on

pytestmark = pytest.mark.anyio


class Item(BaseModel):
    sku: str = ""


RENAMED = on(Item).renamed("article", to="sku")
DIGESTS = dict.fromkeys(("content-md5", "digest", "repr-digest", "content-digest"), "x")


def told() -> FastAPI:
    """An app that tells which header fields about a body it got."""
    app = FastAPI()

    def of_the_body(request: Request) -> list[str]:
        return sorted(name for name in request.headers if name in DIGESTS or name.startswith(("content-", "transfer-")))

    @app.post("/json")
    def json(body: Item, request: Request) -> list[str]:
        return of_the_body(request)

    @app.post("/maybe")
    def maybe(request: Request, body: Item | None = None) -> list[str]:
        return of_the_body(request)

    @app.post("/untouched")
    def untouched(body: dict[str, str], request: Request) -> list[str]:
        return of_the_body(request)

    return app


BODY = b'{"article": "a"}'


@shows("and digests from requests whose body is converted.")
@pytest.mark.parametrize(
    ("target", "version", "body", "kept"),
    [
        ("/json", "2025-01-01", BODY, []),
        ("/json", "2025-01-01", gzip.compress(BODY, mtime=0), []),
        ("/json", NEW, b'{"sku": "a"}', [*DIGESTS]),
        ("/untouched", "2025-01-01", BODY, [*DIGESTS]),
        ("/maybe", "2025-01-01", b"", [*DIGESTS]),
    ],
    ids=["converted", "converted and compressed", "today's", "untouched", "none"],
)
def test_a_digest_of_a_body_reaches_the_app_with_the_body_alone(
    target: str, version: str, body: bytes, kept: list[str]
) -> None:
    coding = {"content-encoding": "gzip"} if body[:1] == b"\x1f" else {}
    response = exchange(gated(told(), RENAMED), "POST", target, body=body, version=version, headers=DIGESTS | coding)
    assert response.status == 200
    assert [name for name in response.json() if name in DIGESTS] == sorted(kept)
    assert not {"content-encoding", "transfer-encoding"} & set(response.json())


def test_a_digest_of_a_form_does_not_reach_the_app() -> None:
    app = FastAPI()

    @app.post("/form")
    def form(body: Annotated[Item, Form()], request: Request) -> list[Any]:
        return [body.sku, request.headers.get("content-digest"), request.headers["content-length"]]

    fields = {"content-type": "application/x-www-form-urlencoded", "content-digest": "x"}
    response = exchange(gated(app, RENAMED), "POST", "/form", body=b"article=a", headers=fields, untyped=True)
    assert response.json() == ["a", None, str(len("sku=a"))]


class Trailing:
    """Sends trailers after each response, as a middleware that signs or times it may."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"trailer", b"x-sum")], "trailers": True}
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": False})

        await self.app(scope, receive, sending)


@shows("A converted response has no trailers.")
@pytest.mark.parametrize(("version", "kept"), [("2025-01-01", False), (NEW, True)])
async def test_a_server_waits_for_no_trailers_that_a_converted_response_has_lost(version: str, kept: bool) -> None:
    app = FastAPI()

    @app.get("/items")
    def items() -> Item:
        return Item(sku="a")

    app.add_middleware(Trailing)
    start, *others = await talk(gated(app, RENAMED), scope_of("GET", "/items", version=version))
    assert start.get("trailers", False) is kept
    assert any(name == b"trailer" for name, _ in start["headers"]) is kept
    assert any(message["type"] == "http.response.trailers" for message in others) is kept


class InPieces(JSONResponse):
    """A response whose body comes in three messages."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in (self.body[:3], self.body[3:]):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@shows("Where head's status or the version's has no body (204, 205, 304), what head sends is left out.")
@pytest.mark.parametrize("was", [204, 205, 304])
@pytest.mark.parametrize("facts", [(), (RENAMED,)])
@pytest.mark.parametrize("kind", [JSONResponse, InPieces])
def test_a_response_whose_old_status_has_no_body_has_none(
    was: int, facts: tuple[Any, ...], kind: type[JSONResponse]
) -> None:
    app = FastAPI()

    @app.delete("/items", response_model=Item)
    def delete() -> Response:
        return kind({"sku": "a"}, headers={"etag": '"e"', "x-kept": "1"})

    served = gated(app, *facts, endpoint("/items", "DELETE").status(200, was=was))
    response = exchange(served, "DELETE", "/items")
    assert (response.status, response.content, response.headers["x-kept"]) == (was, b"", "1")
    assert not {"content-length", "content-type"} & response.headers.keys()
    assert response.headers["api-version"] == "2025-01-01"
    head = exchange(served, "DELETE", "/items", version=NEW)
    assert (head.status, head.content, head.headers["content-length"]) == (200, b'{"sku":"a"}', "11")


@shows("Where head's status or the version's has no body (204, 205, 304), what head sends is left out.")
@pytest.mark.parametrize("status", [102, 204, 205, 304])
@pytest.mark.parametrize("kind", [JSONResponse, InPieces])
def test_a_body_that_an_app_sends_with_a_status_that_has_none_reaches_no_old_client(
    status: int, kind: type[JSONResponse]
) -> None:
    app = FastAPI()

    @app.get("/items", response_model=Item)
    def items() -> Response:
        return kind({"sku": "a"}, status_code=status, headers={"content-length": "11", "x-kept": "1"})

    response = exchange(gated(app, RENAMED), "GET", "/items")
    assert (response.status, response.content, response.headers["x-kept"]) == (status, b"", "1")
    assert response.headers.get("content-length", "0") == "0"
    assert ("content-type" in response.headers) is (status == 304)
    head = exchange(gated(app, RENAMED), "GET", "/items", version=NEW)
    assert (head.status, head.content) == (status, b'{"sku":"a"}')


def test_a_response_that_has_no_body_today_is_an_empty_one_and_not_json() -> None:
    app = FastAPI()

    @app.delete("/items", status_code=204, response_model=None)
    def delete() -> None:
        return None

    response = exchange(gated(app, endpoint("/items", "DELETE").status(204, was=200)), "DELETE", "/items")
    assert (response.status, response.content, response.headers["content-length"]) == (200, b"", "0")
    assert "content-type" not in response.headers


def test_the_old_document_shows_no_body_where_the_old_status_has_none() -> None:
    app = FastAPI()

    @app.delete("/items")
    def delete() -> Item:
        return Item(sku="a")

    gates = timeline_of(endpoint("/items", "DELETE").status(200, was=204)).compile(Contract.of(app))
    old, head = (gates.contract(one)["paths"]["/items"]["delete"]["responses"] for one in ("2025-01-01", NEW))
    assert "content" not in old["204"]
    assert "200" not in old
    assert "content" in head["200"]
