"""Forms of requests: their fields are converted like parameters, and files pass while they arrive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import BaseModel

from tests.sentences import shows
from timegate import CompileError, Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.extend import DeclaredBody, DeclaredOperation, contract_of

NEW, OLD = "2025-06-01", "2025-01-01"
BOUNDARY = "b-7"
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", f"multipart/form-data; boundary={BOUNDARY}"

FILE: dict[str, Any] = {"type": "string", "format": "binary"}
UPLOAD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "size": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "picture": FILE,
        "secret": {"type": "string"},
    },
    "required": ["title"],
}


def document(*media: str) -> dict[str, Any]:
    content = {one: {"schema": {"$ref": "#/components/schemas/Upload"}} for one in media}
    responses = {"200": {"description": "d"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/upload": {"post": {"requestBody": {"content": content}, "responses": responses}}},
        "components": {"schemas": {"Upload": UPLOAD}},
    }


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


class App:
    """An app that reads a form, and responds with what it has found."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.headers: dict[str, str] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the client has gone")
            self.chunks.append(message["body"])
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(self.fields()).encode()})

    def fields(self) -> list[list[str]]:
        body, kind = b"".join(self.chunks), self.headers["content-type"]
        if kind == URLENCODED:
            return [list(pair) for pair in parse_qsl(body.decode(), keep_blank_values=True)]
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        found: list[list[str]] = []
        for part in message.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            payload: Any = part.get_payload(decode=True)
            found.append([name, payload.decode("utf-8"), *filter(None, [part.get_filename()])])
        return found


def part(name: str, value: str | bytes, *, file: str = "") -> bytes:
    named = f'; filename="{file}"\r\nContent-Type: image/png' if file else ""
    raw = value if isinstance(value, bytes) else value.encode()
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + raw + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def post(
    body: bytes | list[bytes],
    kind: str,
    *facts: Fact,
    version: str = OLD,
    app: App | None = None,
    media: tuple[str, ...] = (URLENCODED, "multipart/form-data"),
    on_receive: Callable[[int], None] = lambda _: None,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    **options: Any,
) -> tuple[int, Any]:
    """Send a form in one piece or in several; returns status and body."""
    pieces = [body] if isinstance(body, bytes) else body
    gated = TimegateMiddleware(
        app or App(), timeline=timeline_of(*facts), contract=Contract.from_openapi(document(*media)), **options
    )
    sent: list[Any] = []
    index = 0

    async def receive() -> Any:
        nonlocal index
        on_receive(index)
        index += 1
        if index > len(pieces):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces[index - 1], "more_body": index < len(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    fields = [(b"api-version", version.encode()), (b"content-type", kind.encode()), *headers]
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": "/upload", "raw_path": b"/upload", "query_string": b"",
        "headers": [*fields, (b"content-length", b"%d" % sum(map(len, pieces)))], "root_path": "",
    }  # fmt: skip
    call: Callable[..., Awaitable[None]] = gated
    asyncio.run(asyncio.wait_for(_called(call, scope, receive, send), 10))
    start, *rest = sent
    return start["status"], json.loads(b"".join(one["body"] for one in rest) or b"null")


async def _called(call: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    await call(*arguments)


FORM = endpoint("/upload", "POST")
REPEATED = [["tags", "b"], ["tags", "a"], ["title", ""]]
RENAMED = (FORM.form("name").renamed(to="title"), FORM.form("photo").renamed(to="picture"))


@shows(
    "Forms** (`application/x-www-form-urlencoded`, `multipart/form-data`) change like parameters: each "
    "field is a text, read by its type.",
)
@pytest.mark.parametrize(
    ("fact", "sent", "expected"),
    [
        (FORM.form("name").renamed(to="title"), "name=a+b&size=2&x=1", [["title", "a b"], ["size", "2"], ["x", "1"]]),
        (FORM.form("secret").added(), "title=a&secret=s", [["title", "a"]]),
        (FORM.form("secret").added(default="no"), "title=a", [["title", "a"], ["secret", "no"]]),
        (FORM.form("size").retyped(was=str, to_head=len), "title=a&size=abc", [["title", "a"], ["size", "3"]]),
        (FORM.form("size").defaulted(was=5), "title=a", [["title", "a"], ["size", "5"]]),
        (FORM.form("title").became_required(default="none"), "size=2", [["size", "2"], ["title", "none"]]),
        (FORM.form("tags").became_list(), "title=a&tags=x&tags=y", [["title", "a"], ["tags", "y"]]),
        (
            FORM.form("label").renamed(to="tags"),
            "label=b&title=&label=a",
            [["tags", "b"], ["tags", "a"], ["title", ""]],
        ),
        (FORM.form("old").removed(was=int, loses="unused"), "title=a&old=3", [["title", "a"]]),
        (on("Upload").renamed("name", to="title"), "name=a", [["title", "a"]]),
    ],
)
@pytest.mark.parametrize("multipart", [False, True])
def test_each_fact_holds_for_a_field_of_a_form(fact: Fact, sent: str, expected: list[Any], multipart: bool) -> None:
    body = sent.encode()
    if multipart:
        body = b"".join(part(name, value) for name, value in parse_qsl(sent, keep_blank_values=True)) + END
    assert post(body, MULTIPART if multipart else URLENCODED, fact) == (200, expected)


def test_the_newest_clients_form_is_not_read() -> None:
    app = App()
    body = b"title=a&size=2"
    assert post(body, URLENCODED, *RENAMED, version=NEW, app=app)[0] == 200
    assert app.chunks == [body]


PICTURE = bytes(range(32, 127)) * 3 + b"\r\n--b-\r\n--" + b"\r\n\r\n--b-8"


@shows(
    "Files are not kept: a file reaches the app under head's name while it arrives, byte for byte, and the "
    "other fields follow at the end of the form.",
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_a_file_passes_whatever_the_pieces_in_which_it_arrives(size: int) -> None:
    body = part("name", "a") + part("photo", PICTURE, file='p "1".png') + part("size", "2") + END
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    status, found = post(pieces, MULTIPART, *RENAMED)
    assert status == 200
    assert found[0][:2] == ["picture", PICTURE.decode()]
    assert found[1:] == [["title", "a"], ["size", "2"]]


@shows(
    "Files are not kept: a file reaches the app under head's name while it arrives, byte for byte, and the "
    "other fields follow at the end of the form.",
)
def test_a_file_reaches_the_app_before_the_form_has_ended() -> None:
    app, seen = App(), list[int]()
    big = b"x" * 100_000
    pieces = [part("photo", big, file="p.png")[:-2], big, b"\r\n" + part("name", "a") + END]

    def note(_: int) -> None:
        seen.append(sum(map(len, app.chunks)))

    post(pieces, MULTIPART, *RENAMED, app=app, on_receive=note)
    assert seen[1] > 99_000
    assert seen[2] > 199_000
    assert "content-length" not in app.headers


@shows("`max_body` counts the fields and the headers of all parts, not the files.")
def test_a_file_of_any_size_passes_and_the_fields_are_limited() -> None:
    big = part("photo", b"x" * 5_000, file="p.png")
    assert post(big + part("name", "a") + END, MULTIPART, *RENAMED, max_body=1_000)[0] == 200
    status, problem = post(big + part("name", "a" * 2_000) + END, MULTIPART, *RENAMED, max_body=1_000)
    assert (status, problem["title"]) == (413, "The body is too large")
    assert post(b"name=" + b"a" * 2_000, URLENCODED, *RENAMED, max_body=1_000)[0] == 413


def test_a_file_that_the_version_does_not_have_never_reaches_the_app() -> None:
    body = part("picture", b"forged", file="f.png") + part("title", "a") + END
    assert post(body, MULTIPART, FORM.form("picture").added()) == (200, [["title", "a"]])
    removed = FORM.form("scan").removed(was=bytes, loses="nobody reads it")
    body = part("scan", b"old", file="f.png") + part("title", "a") + part("picture", b"new", file="n.png") + END
    assert post(body, MULTIPART, removed) == (200, [["picture", "new", "n.png"], ["title", "a"]])


def test_what_the_version_does_not_admit_is_told_at_its_place() -> None:
    fact = FORM.form("size").retyped(was=int, to_head=str)
    for body, kind in ((b"title=a&size=x", URLENCODED), (part("title", "a") + part("size", "x") + END, MULTIPART)):
        status, problem = post(body, kind, fact)
        assert (status, problem["title"]) == (422, "The request does not fit its version")
        assert "/size" in json.dumps(problem)


def test_a_file_is_not_repeated_in_what_is_told_of_a_form() -> None:
    fact = FORM.form("size").retyped(was=int, to_head=str)
    body = part("title", "a") + part("size", b"12", file="s.txt") + part("picture", b"x", file="p.png") + END
    status, problem = post(body, MULTIPART, fact)
    (told,) = problem["errors"]
    assert (status, told["loc"], told["input"]) == (422, ["body", "size"], None)


NAMELESS = b"--b-7\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b-7--"


@shows(
    "Another media type,", "a multipart form that is cut off, or with a part that does not say clearly what it is | 400"
)
@pytest.mark.parametrize(
    ("body", "kind", "status", "detail"),
    [
        (b"{}", "application/json", 415, "A body at this place must be a form"),
        (part("name", "a"), MULTIPART, 400, "The multipart form is cut off."),
        (b"nothing", MULTIPART, 400, "The multipart form is cut off."),
        (
            b"--b-7\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b-7--",
            MULTIPART,
            400,
            "The body is no multipart form.",
        ),
        (b"--b-7\r\n" + b"a" * 20_000, MULTIPART, 400, "The body is no multipart form."),
        (b"", "multipart/form-data", 400, "The Content-Type of the form names no boundary."),
    ],
)
def test_a_body_that_is_no_form_is_refused(body: bytes, kind: str, status: int, detail: str) -> None:
    found, problem = post(body, kind, *RENAMED)
    assert found == status
    assert problem["detail"].startswith(detail)


@shows("a multipart form with a line that begins as its boundary and goes on | 400")
@pytest.mark.parametrize("more", [b"x", b"x\r\n", b"-"])
def test_a_line_that_begins_as_the_boundary_and_goes_on_is_refused(more: bytes) -> None:
    body = part("title", b"a\r\n--" + BOUNDARY.encode() + more) + END
    assert post(body, MULTIPART, *RENAMED)[0] == 400


@shows("or a coded form, is a 415.")
def test_a_coded_form_is_refused() -> None:
    assert post(b"name=a", URLENCODED, *RENAMED, headers=((b"content-encoding", b"gzip"),))[0] == 415


def test_old_documents_have_the_old_fields() -> None:
    gates = timeline_of(*RENAMED, FORM.form("secret").added()).compile(Contract.from_openapi(document(URLENCODED)))
    content = gates.contract(OLD)["paths"]["/upload"]["post"]["requestBody"]["content"]
    assert content[URLENCODED]["schema"]["properties"].keys() == {"name", "size", "tags", "photo"}


def test_a_class_that_is_a_form_here_and_json_there_is_converted_in_both() -> None:
    both = document(URLENCODED)
    json_body = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Upload"}}}}}
    both["paths"]["/json"] = {"post": {**json_body, "responses": {"200": {"description": "d"}}}}
    change = on("Upload").renamed("name", to="title")
    gates = timeline_of(change).compile(Contract.from_openapi(both))
    form, body = gates.operations(OLD)
    assert form.form is not None
    assert form.form.program({"name": "a", "size": "2"}) == {"title": "a", "size": "2"}
    assert form.request is None
    assert body.request is not None
    assert body.request({"name": "a", "size": 2}) == {"title": "a", "size": 2}
    only_form = timeline_of(FORM.form("name").renamed(to="title")).compile(Contract.from_openapi(both))
    assert only_form.operations(OLD)[1].request is None


def test_a_field_of_a_body_that_is_no_form_is_refused_with_what_to_write_instead() -> None:
    contract = Contract.from_openapi(document("application/json"))
    with pytest.raises(CompileError) as caught:
        timeline_of(RENAMED[0]).compile(contract)
    (fault,) = caught.value.faults
    assert (fault.place, fault.remedy) == (
        "POST /upload form title", "its body is no form: write on(Model)… about the model of the body",
    )  # fmt: skip


class Login(BaseModel):
    user: str
    tries: int = 0


def test_a_class_that_an_app_reads_from_a_form_changes_by_the_facts_about_the_class() -> None:
    declared = DeclaredOperation(
        method="POST", path="/login", request=DeclaredBody(kind=Login, media=(URLENCODED,)), responses={"204": None}
    )
    gates = timeline_of(on(Login).renamed("name", to="user")).compile(contract_of([declared]))
    (gate,) = gates.operations(OLD)
    assert gate.form is not None
    assert gate.form.program({"name": "ada", "tries": "2", "user": "forged"}) == {"user": "ada", "tries": "2"}
    (head,) = gates.operations(NEW)
    assert head.form is None
