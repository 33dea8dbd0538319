"""Header fields of responses that are as bad as their size allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from fastapi import FastAPI

from tests.growth.crafted import Crafted
from tests.growth.crafted_models import RENAMED, Item
from tests.growth.crafted_parameters import fields_of, one_field
from tests.growth.exchanges import JSON, VERSION, Headers, Request
from timegate import endpoint

Fields: TypeAlias = Callable[[int], Headers]
"""About so many bytes of header fields."""

HEADER: Final = endpoint("/items").response_header
MOVED: Final = endpoint("/old/{run_id}").moved(to="/runs/{run_id}")


def operations(app: FastAPI) -> None:
    @app.get("/items")
    async def items() -> Item:
        return Item()

    @app.get("/runs/{run_id:path}")
    async def run(run_id: str) -> Item:
        return Item()


def none(size: int) -> Headers:
    return ()


def responding(headers: Fields, *facts: Any, beside: Fields = none) -> Crafted:
    """A response of so many bytes of header fields.

    Args:
        headers: the header fields of a response.
        facts: what changed.
        beside: more header fields of the request.
    """

    def request(size: int) -> Request:
        sent: Headers = (VERSION, *beside(size), (b"host", b"test"))
        fields: Headers = (*headers(size), JSON)
        return Request(method="GET", path="/items", headers=sent, response_headers=fields, response=[b"{}"])

    return Crafted(lambda: facts, operations, request)


def doubled(value: str) -> str:
    return value + value


RESPONSE_HEADERS: Final[dict[str, Crafted]] = {
    "a header field of a response many times": responding(fields_of(b"new", b"a"), HEADER("old").renamed(to="new")),
    "many header fields of a response": responding(
        lambda size: [(b"x-%06d" % index, b"1") for index in range(size // 9)], HEADER("old").renamed(to="x-000000")
    ),
    "a header field of a response that is written anew many times": responding(
        fields_of(b"new", b"a"), HEADER("new").retyped(was=str, to_old=doubled)
    ),
    "a header field of a response that was no list": responding(
        one_field(b"new", b'"a,"'), HEADER("new").became_list()
    ),
    "a header field of a response that was no list, in many lines": responding(
        fields_of(b"new", b" ,"), HEADER("new").became_list()
    ),
    "a text in a header field of a response that is never closed": responding(
        lambda size: [(b"new", b'"' + b"\\a" * (size // 2))], HEADER("new").became_list()
    ),
    "a header field of a response that old clients lack": responding(fields_of(b"new", b"a"), HEADER("new").added()),
    "many links": responding(one_field(b"link", b"</runs/1>; rel=next"), MOVED, RENAMED),
    "many lines of links": responding(fields_of(b"link", b"<http://test/runs/1>"), MOVED, RENAMED),
    "many links that are never closed": responding(one_field(b"link", b"<</runs/1"), MOVED, RENAMED),
    "a long link": responding(lambda size: [(b"link", b"</runs/" + b"a/" * (size // 2) + b">")], MOVED, RENAMED),
    "many links for a request of many header fields": responding(
        fields_of(b"link", b"<http://test/runs/1>"), MOVED, RENAMED, beside=fields_of(b"x", b"1")
    ),
    "many fields of what varies": responding(one_field(b"vary", b"x-a"), RENAMED),
    "many lines of what varies": responding(fields_of(b"vary", b"x-a"), RENAMED),
    "many methods that are allowed": responding(one_field(b"allow", b"GET"), MOVED, RENAMED),
    "many tags of one response": responding(fields_of(b"etag", b'"a"'), RENAMED),
    "a long tag": responding(lambda size: [(b"etag", b'"' + b"a" * size + b'"')], RENAMED),
    "many types of one response": responding(fields_of(*JSON), HEADER("old").renamed(to="new")),
}
"""Each worst case by its name."""
