"""Forms and files as FastAPI and Starlette themselves read them: fields are converted, and files stream, untouched."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, File, Form, UploadFile
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.datastructures import UploadFile as StarletteFile
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.asgi.calling import Caller, files_left_open
from tests.sentences import shows
from timegate import CompileError, Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.gates import Gates

NEW, OLD = "2025-06-01", "2025-01-01"
LONG = bytes(range(256)) * 8192
"""Two megabytes that are no text."""


class Login(BaseModel):
    name: str
    age: int = 1
    tags: list[str] = []


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


class Pieces:
    """Notes how large each piece of a request is that reaches the app.

    Args:
        app: the app.
        sizes: of the pieces.
    """

    def __init__(self, app: ASGIApp, *, sizes: list[int]) -> None:
        self.app, self.sizes = app, sizes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted() -> Message:
            message = await receive()
            self.sizes.append(len(message.get("body", b"")))
            return message

        await self.app(scope, noted if scope["type"] == "http" else receive, send)


def fastapi() -> FastAPI:
    made = FastAPI()

    @made.post("/login")
    def login(login: Annotated[Login, Form()]) -> dict[str, Any]:
        return login.model_dump()

    @made.post("/plain")
    def plain(name: Annotated[str, Form()], age: Annotated[int, Form()] = 1) -> dict[str, Any]:
        return {"name": name, "age": age}

    @made.post("/upload")
    async def upload(
        title: Annotated[str, Form()], picture: UploadFile, more: Annotated[list[UploadFile] | None, File()] = None
    ) -> dict[str, Any]:
        raw = await picture.read()
        return {
            "title": title,
            "file": picture.filename,
            "type": picture.content_type,
            "sha": hashlib.sha256(raw).hexdigest(),
            "more": [one.filename for one in more or ()],
        }

    return made


def client_of(*facts: Fact, version: str = OLD, sizes: list[int] | None = None, **options: Any) -> Caller:
    served = fastapi()
    served.add_middleware(Pieces, sizes=[] if sizes is None else sizes)
    served.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts), **options)
    return Caller(served, headers={"API-Version": version})


LOGIN, PLAIN, UPLOAD = endpoint("/login", "POST"), endpoint("/plain", "POST"), endpoint("/upload", "POST")


@pytest.mark.parametrize("multipart", [False, True])
@pytest.mark.parametrize(
    ("fact", "sent", "read"),
    [
        (on(Login).renamed("user", to="name"), {"user": "Ada"}, {}),
        (LOGIN.form("user").renamed(to="name"), {"user": "Ada"}, {}),
        (on(Login).defaulted("age", was=9), {"name": "Ada"}, {"age": 9}),
        (on(Login).added("age"), {"name": "Ada", "age": "7"}, {}),
        (LOGIN.form("age").retyped(was=str, to_head=len), {"name": "Ada", "age": "abc"}, {"age": 3}),
        (LOGIN.form("tags").became_list(was=str), {"name": "Ada", "tags": "a"}, {"tags": ["a"]}),
    ],
    ids=["a model renames", "an endpoint renames", "defaulted", "added", "retyped", "became a list"],
)
def test_a_model_of_a_form_is_read_by_fastapi_in_heads_shape(
    fact: Fact, sent: dict[str, str], read: dict[str, Any], multipart: bool
) -> None:
    with client_of(fact) as client:
        parts = {name: (None, value) for name, value in sent.items()} if multipart else None
        response = client.post("/login", files=parts, data=None if multipart else sent)
    assert (response.status_code, response.json()) == (200, {"name": "Ada", "age": 1, "tags": [], **read})


@pytest.mark.parametrize("multipart", [False, True])
def test_fields_that_a_handler_takes_one_by_one_are_converted(multipart: bool) -> None:
    with client_of(PLAIN.form("user").renamed(to="name"), PLAIN.form("age").defaulted(was=9)) as client:
        parts = {"user": (None, "Ada")} if multipart else None
        response = client.post("/plain", files=parts, data=None if multipart else {"user": "Ada"})
        refused = client.post("/plain", data={"name": "Ada"})
    assert response.json() == {"name": "Ada", "age": 9}
    assert refused.status_code == 422
    assert [error["loc"] for error in refused.json()["detail"]] == [["body", "user"]]


def test_what_fastapi_refuses_in_a_form_is_told_in_the_clients_names() -> None:
    with client_of(PLAIN.form("years").renamed(to="age")) as client:
        response = client.post("/plain", data={"name": "Ada", "years": "many"})
    (error,) = response.json()["detail"]
    assert (response.status_code, error["loc"], error["input"]) == (422, ["body", "years"], "many")


FACTS = (UPLOAD.form("name").renamed(to="title"), UPLOAD.form("photo").renamed(to="picture"))


@pytest.mark.parametrize("order", [("name", "photo"), ("photo", "name")])
def test_a_file_reaches_fastapi_byte_for_byte_under_its_new_name(order: tuple[str, str]) -> None:
    parts: dict[str, Any] = {"name": (None, "Tower"), "photo": ("é.png", LONG, "image/png")}
    with client_of(*FACTS) as client:
        response = client.post("/upload", files=[(name, parts[name]) for name in order])
    assert response.json() == {
        "title": "Tower", "file": "é.png", "type": "image/png", "sha": hashlib.sha256(LONG).hexdigest(), "more": [],
    }  # fmt: skip


def test_several_files_of_one_field_keep_their_order() -> None:
    with client_of(*FACTS, UPLOAD.form("others").renamed(to="more")) as client:
        files = [("others", ("b", b"b")), ("photo", ("a", b"a")), ("others", ("c", b"c")), ("name", (None, "t"))]
        assert client.post("/upload", files=files).json()["more"] == ["b", "c"]


def test_files_stream_and_count_against_no_limit() -> None:
    sizes: list[int] = []
    served = fastapi()
    served.add_middleware(Pieces, sizes=sizes)
    served.add_middleware(TimegateMiddleware, timeline=timeline_of(*FACTS), max_body=1000)

    async def chunks() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nTower\r\n'
        yield b'--b\r\nContent-Disposition: form-data; name="photo"; filename="f"\r\n\r\n'
        for start in range(0, len(LONG), 65536):
            yield LONG[start : start + 65536]
        yield b"\r\n--b--\r\n"

    async def sent() -> httpx.Response:
        headers = {"API-Version": OLD, "Content-Type": "multipart/form-data; boundary=b"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://here") as client:
            return await client.post("/upload", content=chunks(), headers=headers)

    assert asyncio.run(sent()).json()["sha"] == hashlib.sha256(LONG).hexdigest()
    assert len(sizes) > 30
    assert max(sizes) < 70_000


def test_the_newest_client_sends_its_form_untouched() -> None:
    with client_of(*FACTS, version=NEW) as client:
        response = client.post("/upload", data={"title": "Tower"}, files={"picture": ("p", LONG)})
    assert response.json()["sha"] == hashlib.sha256(LONG).hexdigest()


def test_old_documents_show_the_old_form() -> None:
    gates = timeline_of(*FACTS).compile(Contract.of(fastapi()))
    body = gates.contract(OLD)["paths"]["/upload"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    schema = gates.contract(OLD)["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert sorted(schema["properties"]) == ["more", "name", "photo"]
    assert schema["required"] == ["name", "photo"]


def starlette() -> Starlette:
    async def upload(request: Request) -> JSONResponse:
        async with request.form() as form:
            found: dict[str, Any] = {}
            for name, value in form.multi_items():
                raw = await value.read() if isinstance(value, StarletteFile) else None
                found[name] = value if raw is None else hashlib.sha256(raw).hexdigest()
            return JSONResponse(found)

    return Starlette(routes=[Route("/upload", upload, methods=["POST"])])


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/upload": {
            "post": {
                "requestBody": {
                    "content": {
                        kind: {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "title": {"type": "string"},
                                    "picture": {"type": "string", "format": "binary"},
                                },
                                "required": ["title"],
                            }
                        }
                        for kind in ("application/x-www-form-urlencoded", "multipart/form-data")
                    }
                },
                "responses": {"200": {"description": "d"}},
            }
        }
    },
}


def test_starlette_reads_forms_and_files_in_heads_shape() -> None:
    served = starlette()
    gates: Gates = timeline_of(*FACTS).compile(Contract.from_openapi(DOCUMENT))
    served.add_middleware(TimegateMiddleware, timeline=gates.timeline, gates=gates)
    with Caller(served, headers={"API-Version": OLD}) as client:
        assert client.post("/upload", data={"name": "Tower"}).json() == {"title": "Tower"}
        response = client.post("/upload", data={"name": "Tower"}, files={"photo": ("p", LONG)})
    assert response.json() == {"title": "Tower", "picture": hashlib.sha256(LONG).hexdigest()}


def test_a_field_that_a_form_of_fastapi_lacks_is_a_fault() -> None:
    with pytest.raises(CompileError, match="there is no such parameter right after this fact"):
        timeline_of(UPLOAD.form("x").renamed(to="nothing")).compile(Contract.of(fastapi()))


def upload(*parts: tuple[str, bytes]) -> bytes:
    fields = (
        b"--b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), data) for head, data in parts
    )
    return b"".join(fields) + b"--b--\r\n"


def priced() -> TimegateMiddleware:
    app = FastAPI()

    @app.post("/form")
    def form(
        cents: Annotated[int, Form()], code: Annotated[str, Form()] = "", doc: UploadFile | None = None
    ) -> dict[str, Any]:
        return {"cents": cents, "code": code, "doc": doc and doc.filename}

    facts = (
        endpoint("/form").form("price").renamed(to="cents"),
        endpoint("/form").form("cents").retyped(was=int, to_head=lambda price: price * 100),
        endpoint("/form").form("code").retyped(was=str, to_head=lambda code: f"A-{code}"),
    )
    return TimegateMiddleware(app, timeline=timeline_of(*facts))


def sent(body: bytes, kind: str = "multipart/form-data; boundary=b") -> httpx.Response:
    async def response() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(priced()), base_url="http://test") as client:
            return await client.post("/form", content=body, headers={"api-version": OLD, "content-type": kind})

    with files_left_open():
        return asyncio.run(response())


@shows(
    "A file in a field that takes a text is a 422.", "a part with `filename*` and no `filename` | it counts as a file"
)
@pytest.mark.parametrize(
    ("head", "kind", "name"),
    [
        ('name="code"; filename="a.txt"', "string_type", "code"),
        ("name=\"code\"; filename*=UTF-8''x", "string_type", "code"),
        ('name="price"; filename="a.txt"', "int_type", "price"),
    ],
)
def test_a_file_is_no_text_of_a_field(head: str, kind: str, name: str) -> None:
    response = sent(upload(('name="price"', b"3"), (head, b"7")))
    errors = [(error["type"], error["loc"]) for error in response.json()["detail"]]
    assert (response.status_code, errors) == (422, [(kind, ["body", name])])


def test_a_file_beside_converted_texts_is_a_file() -> None:
    response = sent(upload(('name="price"', b"3"), ('name="doc"; filename="a.txt"', b"7")))
    assert response.json() == {"cents": 300, "code": "", "doc": "a.txt"}


@pytest.mark.parametrize("charset", ["", "; charset=iso-8859-1", '; charset="ISO-8859-1"', "; charset=no-such"])
def test_a_text_in_another_charset_is_read_as_the_framework_reads_it(charset: str) -> None:
    body = upload(('name="price"', b"3"), ('name="code"', "café".encode("latin-1")))
    response = sent(body, f"multipart/form-data{charset}; boundary=b")
    assert response.json()["code"] == "A-café"
