"""Queries, paths and header fields that are as bad as their size allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Header, Query

from tests.growth.crafted import Crafted
from tests.growth.crafted_bodies import dumped
from tests.growth.crafted_models import RENAMED, Item, Page
from tests.growth.exchanges import JSON, VERSION, Request
from timegate import endpoint, on


def asking(
    declare: Callable[[FastAPI], None],
    query: Callable[[int], str],
    *facts: Any,
    entries: Callable[[str], Iterable[Any]] | None = None,
    told: int = 200,
) -> Crafted:
    """A query string; with entries, the app finds validation errors in it."""

    def request(size: int) -> Request:
        text = query(size)
        if entries is None:
            return Request(method="GET", query=text.encode(), headers=(VERSION,), told=told)
        response = dumped({"detail": list(entries(text))})
        return Request(method="GET", query=text.encode(), headers=(VERSION,), status=422, told=422, response=[response])

    return Crafted(lambda: facts, declare, request)


def with_headers(
    declare: Callable[[FastAPI], None],
    headers: Callable[[int], list[tuple[bytes, bytes]]],
    *facts: Any,
    told: int = 200,
    method: str = "GET",
    body: bytes = b"",
) -> Crafted:
    """A list of header fields, and a response that is gated."""

    def request(size: int) -> Request:
        return Request(method=method, headers=headers(size), told=told, parts=[body], response=[b"{}"])

    return Crafted(lambda: facts, declare, request)


def ids(app: FastAPI) -> None:
    @app.get("/items")
    async def get(numbers: Annotated[list[int], Query(default_factory=list)], limit: int = 1) -> int:
        return 1


def pages(app: FastAPI) -> None:
    @app.get("/items")
    async def get(page: Annotated[Page, Query()]) -> int:
        return 1


def traced(app: FastAPI) -> None:
    @app.get("/items")
    async def get(trace: Annotated[list[str], Header(default_factory=list)]) -> Item:
        return Item()


def posted_item(app: FastAPI) -> None:
    @app.post("/items")
    async def post(body: Item) -> Item:
        return body


def repeated(text: str) -> Callable[[int], str]:
    """A query string of one parameter, again and again."""
    return lambda size: "&".join([text] * max(1, size // (len(text) + 1)))


def numbered(text: str) -> Callable[[int], str]:
    """A query string of many parameters."""
    return lambda size: "&".join(f"{text}{index}={index}" for index in range(max(1, size // (2 * len(text) + 9))))


def fields_of(name: bytes, value: bytes, *others: tuple[bytes, bytes]) -> Callable[[int], list[tuple[bytes, bytes]]]:
    """A header field, again and again."""
    return lambda size: [*others, *[(name, value)] * max(1, size // (len(name) + len(value)))]


def one_field(name: bytes, value: bytes, *others: tuple[bytes, bytes]) -> Callable[[int], list[tuple[bytes, bytes]]]:
    """A header field with a long list in it."""
    return lambda size: [*others, (name, b", ".join([value] * max(1, size // (len(value) + 2))))]


def moved_runs(app: FastAPI) -> None:
    @app.get("/runs/{run_id:path}")
    async def get(run_id: str) -> int:
        return 1


def files(app: FastAPI) -> None:
    @app.get("/files/{name:path}")
    async def get(name: str) -> Item:
        return Item()


NUMBERS: Final = endpoint("/items").query("ids").renamed(to="numbers")
HEADER: Final = endpoint("/items").header("hops").renamed(to="trace")

PARAMETERS: Final[dict[str, Crafted]] = {
    "one parameter many times": asking(ids, repeated("ids=1"), NUMBERS),
    "many parameters": asking(ids, numbered("name"), NUMBERS),
    "many parameters of a model": asking(pages, numbered("name"), on(Page).renamed("numbers", to="ids")),
    "a long escaped value": asking(ids, lambda size: "ids=" + quote("\u00e9" * (size // 6)), NUMBERS),
    "many separators": asking(ids, lambda size: "&" * size, NUMBERS),
    "a header many times": with_headers(traced, fields_of(b"hops", b"a", VERSION), HEADER),
    "many headers": with_headers(
        traced, lambda size: [VERSION, *[(b"x-%d" % i, b"1") for i in range(size // 8)]], HEADER
    ),
    "a long header": with_headers(traced, one_field(b"hops", b"a", VERSION), HEADER),
    "many tags in If-None-Match": with_headers(
        traced, one_field(b"if-none-match", b'"a;2025-01-01"', VERSION), RENAMED
    ),
    "many lines of If-None-Match": with_headers(traced, fields_of(b"if-none-match", b'"a"', VERSION), RENAMED),
    "many lines of If-Match": with_headers(traced, fields_of(b"if-match", b'"a"', VERSION), RENAMED),
    "an If-None-Match that is never closed": with_headers(
        traced, lambda size: [VERSION, (b"if-none-match", b'"' + b"a" * size)], RENAMED
    ),
    "many lengths": with_headers(
        posted_item,
        fields_of(b"content-length", b"13", VERSION, JSON),
        RENAMED,
        method="POST",
        body=b'{"article":1}',
    ),
    "many codings": with_headers(
        posted_item,
        one_field(b"content-encoding", b"identity", VERSION, JSON),
        RENAMED,
        method="POST",
        body=b'{"article":1}',
    ),
    "many content types": with_headers(
        posted_item, fields_of(*JSON, VERSION), RENAMED, method="POST", body=b'{"article":1}', told=415
    ),
    "a version many times": with_headers(traced, fields_of(*VERSION), RENAMED),
    "many versions": with_headers(
        traced, lambda size: [(b"api-version", b"2025-%06d" % i) for i in range(size // 22)], RENAMED, told=400
    ),
    "many versions in one field": with_headers(
        traced, lambda size: [(b"api-version", b", ".join(b"%06d" % i for i in range(size // 8)))], RENAMED, told=400
    ),
    "a long path": Crafted(
        lambda: [RENAMED],
        files,
        lambda size: Request(method="GET", path="/files/" + "a/" * (size // 2), response=[b"{}"]),
    ),
    "a long path that has moved": Crafted(
        lambda: [endpoint("/old/{run_id:path}").moved(to="/runs/{run_id}")],
        moved_runs,
        lambda size: Request(method="GET", path="/old/" + "a/" * (size // 2), headers=(VERSION,)),
    ),
    "a path that nobody knows": Crafted(
        lambda: [RENAMED],
        files,
        lambda size: Request(method="GET", path="/" * size, headers=(VERSION,), response=[b"{}"]),
    ),
}
