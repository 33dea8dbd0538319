"""A field of a form with a file for a text, or in other bytes: read as the version's server read it."""

from __future__ import annotations

import gc
from enum import IntEnum
from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, File, Form, Header, UploadFile
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.old_client import OLD, timeline_of
from timegate import endpoint, on
from timegate.asgi import TimegateMiddleware


class Kind(IntEnum):
    small = 1
    large = 2


def old() -> FastAPI:
    app = FastAPI()

    @app.post("/form")
    async def form(
        *,
        title: Annotated[str, Form()] = "",
        size: Annotated[int, Form()] = 0,
        kind: Annotated[Kind, Form()] = Kind.small,
        sizes: Annotated[list[int], Form(default_factory=list)],
        doc: UploadFile | None = None,
    ) -> Any:
        return [title, size, kind, sizes, doc and (await doc.read()).decode()]

    return app


def head() -> TimegateMiddleware:
    app = FastAPI()

    @app.post("/form")
    async def form(
        *,
        name: Annotated[str, Form()] = "",
        size: Annotated[str, Form()] = "0",
        kind: Annotated[Kind, Form()] = Kind.small,
        sizes: Annotated[list[int], Form(default_factory=list)],
        file: UploadFile | None = None,
    ) -> Any:
        return [name, int(size), kind, sizes, file and (await file.read()).decode()]

    subject = endpoint("/form", "POST").form
    facts = (
        subject("title").renamed(to="name"),
        subject("size").retyped(was=int, to_head=str),
        subject("doc").renamed(to="file"),
    )
    return TimegateMiddleware(app, timeline=timeline_of(*facts))


def told(app: Any, parts: list[tuple[str, str | bytes]]) -> tuple[int, Any]:
    """The status, and what was read or what is told; bytes are a file."""
    files = [(name, ("a.txt", item) if isinstance(item, bytes) else (None, item)) for name, item in parts]
    response = Caller(app, headers={"API-Version": OLD}).post("/form", files=files)
    said = response.json()
    if response.status_code == 422:
        said = [(error["type"], error["loc"]) for error in said["detail"]]
    return response.status_code, said


def last(name: str, text: str) -> list[list[tuple[str, str | bytes]]]:
    return [[(name, text), (name, b"7")], [(name, b"7"), (name, text)], [(name, b"7")]]


CASES = [
    *last("title", "x"), *last("size", "3"), *last("kind", "2"), *last("sizes", "5"), *last("doc", "x"),
    [("sizes", "5"), ("sizes", b"7"), ("sizes", "6")],
    [("kind", b"2"), ("size", b"2"), ("title", b"2")],
    [("doc", b"1"), ("doc", b"2"), ("title", b"2"), ("title", "x")],
]  # fmt: skip


@pytest.mark.parametrize("parts", CASES, ids=str)
def test_a_field_with_texts_and_files_is_read_as_the_old_server_read_it(parts: list[tuple[str, str | bytes]]) -> None:
    status, before = told(old(), parts)
    now = told(head(), parts)
    if status == 200:
        assert now == (200, before)
    else:
        assert now[0] == 422
        # What only head refuses is told with the next try.
        assert now[1]
        assert all(one in before for one in now[1])


@pytest.mark.parametrize("body", [b"title=\xff&size=2", "title=é&size=2".encode(), b"title=%FF+%C3%A9", b"title=%E9"])
def test_bytes_of_a_coded_form_are_read_as_the_old_server_read_them(body: bytes) -> None:
    read = [
        Caller(app, headers={"API-Version": OLD, "Content-Type": "application/x-www-form-urlencoded"})
        .post("/form", content=body)
        .json()
        for app in (old(), head())
    ]
    assert read[0] == read[1]
    assert read[0][0] != ""


# Starlette before 1.0 does not close the files of a form that it could not read to its end.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
def test_a_file_that_is_required_counts_as_sent_whatever_becomes_of_its_field() -> None:
    app = FastAPI()

    @app.post("/form")
    async def form(scan: UploadFile, title: Annotated[str, Form()]) -> Any:
        return [(await scan.read()).decode(), title]

    subject = endpoint("/form", "POST").form
    facts = (
        subject("picture").renamed(to="scan"),
        subject("proof").removed(was=UploadFile, required=True, loses="nobody looks at it"),
    )
    gate = TimegateMiddleware(app, timeline=timeline_of(*facts))
    parts: list[tuple[str, str | bytes]] = [("picture", b"1"), ("proof", b"2"), ("title", "t")]
    assert told(gate, parts) == (200, ["1", "t"])
    assert told(gate, [parts[0], parts[2]]) == (422, [("missing", ["body", "proof"])])
    gc.collect()


@shows("a file in a field that takes a text | without the file: `input` is null")
def test_a_file_is_not_repeated() -> None:
    response = Caller(head(), headers={"API-Version": OLD}).post("/form", files=[("size", ("a.txt", b"7"))])
    assert [error["input"] for error in response.json()["detail"]] == [None]


@shows("a header or cookie model that lacks a parameter | without the other header fields or cookies")
@pytest.mark.parametrize("place", [Cookie, Header])
def test_a_model_that_lacks_a_parameter_is_told_without_the_others(place: Any) -> None:
    class Asked(BaseModel):
        lang: str = "en"
        theme: str

    async def ask(asked: Any) -> None: ...

    ask.__annotations__["asked"] = Annotated[Asked, place()]
    app = FastAPI()
    app.get("/asked")(ask)
    gated = TimegateMiddleware(
        app, timeline=timeline_of(on(Asked).removed("tongue", was=str, required=True, loses="none"))
    )
    headers = {"API-Version": OLD, "theme": "dark", "cookie": "theme=dark"}
    (error,) = Caller(gated, headers=headers).get("/asked").json()["detail"]
    assert (error["type"], error["loc"]) == ("missing", [place.__name__.lower(), "tongue"])
    assert error["input"] is None


@shows("a multipart form | what stands before its first part is passed over")
def test_what_stands_before_the_first_part_is_passed_over() -> None:
    body = b'before\r\n--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nt\r\n--b--\r\n'
    client = Caller(head(), headers={"API-Version": OLD, "Content-Type": "multipart/form-data; boundary=b"})
    assert client.post("/form", content=body).json() == ["t", 0, 1, [], None]


def test_a_request_without_a_form_gets_what_facts_fill_in() -> None:
    app = FastAPI()

    @app.post("/form")
    async def form(size: Annotated[int, Form()]) -> int:
        return size

    fact = endpoint("/form", "POST").form("size").became_required(default=7)
    gate = TimegateMiddleware(app, timeline=timeline_of(fact))
    assert Caller(gate, headers={"API-Version": OLD}).post("/form").json() == 7


@pytest.mark.parametrize("kind", [int, Kind, list[Kind], Annotated[str, Form()]])
def test_a_file_for_a_text_that_head_does_not_take_any_more_is_a_422(kind: Any) -> None:
    fact = endpoint("/form", "POST").form("gone").removed(was=kind, loses="nobody asks for it")
    app = FastAPI()

    @app.post("/form")
    async def form(title: Annotated[str, Form()]) -> str:
        return title

    gate = TimegateMiddleware(app, timeline=timeline_of(fact))
    assert told(gate, [("title", "t"), ("gone", b"1")])[0] == 422
    assert told(gate, [("title", "t"), ("gone", "1")]) == (200, "t")


def test_a_text_for_a_file_that_was_removed_is_refused_as_the_old_server_refused_it() -> None:
    app, before = FastAPI(), FastAPI()

    @before.post("/form")
    async def old_form(
        *,
        # FastAPI 0.115 reads the bytes of files only where the first field is a file.
        many: Annotated[list[UploadFile] | None, File()] = None,
        scan: UploadFile | None = None,
        raw: Annotated[bytes, File()] = b"",
        title: Annotated[str, Form()],
    ) -> str:
        return title

    @app.post("/form")
    async def form(title: Annotated[str, Form()]) -> str:
        return title

    removed = [
        endpoint("/form", "POST").form(name).removed(was=kind, required=False, loses="nobody asks")
        for name, kind in {"scan": UploadFile | None, "many": list[UploadFile] | None, "raw": bytes}.items()
    ]
    now = TimegateMiddleware(app, timeline=timeline_of(*removed))
    cases: list[list[tuple[str, str | bytes]]] = [
        [("scan", "x")], [("scan", b"x")], [("many", "x")], [("many", b"x"), ("many", "y")], [("many", b"x")],
        [("raw", "x")], [("raw", b"x")], [("scan", b"x"), ("scan", "y")], [("scan", "y"), ("scan", b"x")],
        [("scan", "")],
    ]  # fmt: skip
    for parts in cases:
        assert told(now, [("title", "t"), *parts]) == told(before, [("title", "t"), *parts]), parts
    files = [("title", (None, "t")), ("scan", (None, "x"))]
    texts = [Caller(one, headers={"API-Version": OLD}).post("/form", files=files).json() for one in (before, now)]
    assert [one["detail"][0]["msg"] for one in texts] == [texts[0]["detail"][0]["msg"]] * 2


@shows("empty | passes")
@pytest.mark.parametrize("media", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded"])
def test_an_empty_form_has_no_fields(media: str) -> None:
    headers = {"API-Version": OLD, "Content-Type": media}
    responses = [Caller(app, headers=headers).post("/form", content=b"") for app in (old(), head())]
    assert [one.status_code for one in responses] == [200, 200]
    assert responses[0].json() == responses[1].json()
