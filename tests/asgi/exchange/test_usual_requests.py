"""Design: what makes the usual request fast changes nothing for an unusual one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Match

from tests.asgi.models import JSON, NEW, OLD, Thing, asked, timeline
from timegate import Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware, header
from timegate.asgi.message.body import read_body

pytestmark = pytest.mark.anyio

BODY = b'{"id":"1","old":"kept"}'


def gated(app: FastAPI, **options: Any) -> TimegateMiddleware:
    return TimegateMiddleware(app, timeline=timeline(), contract=app, **options)


async def test_a_route_whose_last_segment_is_literal_is_found_before_one_that_takes_any() -> None:
    app = FastAPI()

    @app.get("/{tenant}/users")
    async def users(tenant: str) -> list[Thing]:
        return [Thing(id="users")]

    @app.get("/{tenant}/orders")
    async def orders(tenant: str) -> list[Thing]:
        return [Thing(id="orders")]

    @app.get("/admin/{name}")
    async def admin(name: str) -> list[dict[str, str]]:
        return [{"id": "admin"}]

    client = gated(app)
    for path, expected in [
        ("/admin/orders", [{"id": "orders", "old": "n"}]),
        ("/admin/users", [{"id": "users", "old": "n"}]),
        ("/admin/7", [{"id": "admin"}]),
    ]:
        assert json.loads((await asked(client, "GET", path))[2]) == expected


async def test_a_route_that_decides_by_itself_is_asked_whatever_its_methods_are_said_to_be() -> None:
    class AnyMethod(APIRoute):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            match, child = super().matches(scope)
            return (Match.FULL if match is Match.PARTIAL else match), child

        async def handle(self, scope: Any, receive: Any, send: Any) -> None:
            await Response(b'{"id":"1","new":"its own"}', media_type="application/json")(scope, receive, send)

    app = FastAPI()

    async def first() -> Thing:
        return Thing(id="never called")

    app.router.routes.append(AnyMethod("/things", first, methods=["GET"]))

    @app.post("/things")
    async def create(thing: Thing) -> Thing:
        return thing

    client = gated(app)
    # Head's router gives it to the first route, which the contract does not know to response a POST.
    assert json.loads((await asked(client, "POST", "/things", JSON, body=BODY))[2]) == {"id": "1", "new": "its own"}


async def test_a_field_without_a_name_selects_nothing() -> None:
    app = FastAPI()

    @app.get("/things")
    async def things() -> Thing:
        return Thing(id="1")

    def newest(scope: Any) -> str:
        return NEW

    pinned = gated(app, select=newest)
    assert json.loads((await asked(pinned, "GET", "/things", (b"", OLD.encode())))[2]) == {"id": "1", "new": "n"}


async def test_nothing_is_kept_of_empty_parts_of_a_body() -> None:
    class Part(bytes):
        alive = 0

        def __init__(self, *_: object) -> None:
            Part.alive += 1

        def __del__(self) -> None:
            Part.alive -= 1

    given, most = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal given, most
        given += 1
        most = max(most, Part.alive)
        return {"type": "http.request", "body": Part(b""), "more_body": given < 1000}

    assert await read_body(await receive(), receive, limit=100) == b""
    assert given == 1000
    assert most <= 2


async def test_the_program_of_the_fields_sees_a_condition_in_heads_words_and_one_length_is_left() -> None:
    class Told(VersionChange):
        """`If-Match` is now told as `X-Tag`, and `old` is called `new`."""

        changes = (
            on(Thing).renamed("old", to="new"),
            endpoint("/things", "PUT").header("if-match").renamed(to="x-tag"),
        )

    app = FastAPI()
    seen: list[list[tuple[bytes, bytes]]] = []

    @app.put("/things")
    async def put(thing: Thing, x_tag: Annotated[str | None, Header()] = None) -> Thing:
        return Thing(id=str(x_tag), new=thing.new)

    async def spying(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["headers"])
        await app(scope, receive, send)

    told = Timeline(Version(NEW, Told), Version(OLD))
    client = TimegateMiddleware(spying, timeline=told, contract=app, select=header("API-Version"))
    length = (b"content-length", str(len(BODY)).encode())
    response = await asked(client, "PUT", "/things", JSON, length, (b"if-match", f'"abc;{OLD}"'.encode()), body=BODY)
    assert json.loads(response[2]) == {"id": '"abc"', "old": "kept"}
    assert [value for name, value in seen[0] if name == b"content-length"] == [b"23"]


def _encoded(kind: Callable[[bytes], Any]) -> Callable[[Any], Any]:
    def encode(value: Any) -> Any:
        return kind(json.dumps(value, separators=(",", ":")).encode())

    return encode


@pytest.mark.parametrize("kind", [bytes, bytearray])
async def test_an_encoder_may_give_any_bytes(kind: Callable[[bytes], Any]) -> None:
    app = FastAPI()

    @app.get("/things")
    async def things() -> Thing:
        return Thing(id="1")

    status, _, body = await asked(gated(app, encoder=_encoded(kind)), "GET", "/things")
    assert (status, bytes(body)) == (200, b'{"id":"1","old":"n"}')


async def test_an_app_that_goes_on_after_the_end_of_its_response_is_stopped() -> None:
    app = FastAPI()

    @app.get("/things")
    async def things() -> Thing:
        return Thing(id="1")

    turns = 0

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        nonlocal turns
        await send({"type": "http.response.start", "status": 200, "headers": [JSON]})
        await send({"type": "http.response.body", "body": b'{"id":"1","new":"n"}', "more_body": False})
        for _ in range(1000):
            turns += 1
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    client = TimegateMiddleware(endless, timeline=timeline(), contract=app)
    assert (await asked(client, "GET", "/things"))[2] == b'{"id":"1","old":"n"}'
    assert turns == 1


async def test_a_length_that_is_said_twice_is_refused_by_the_larger_one() -> None:
    app = FastAPI()

    @app.post("/things")
    async def create(thing: Thing) -> Thing:
        return thing

    lengths = [(b"content-length", b"999"), (b"content-length", b"23")]
    status, _, _ = await asked(gated(app, max_body=200), "POST", "/things", JSON, *lengths, body=BODY)
    assert status == 413
