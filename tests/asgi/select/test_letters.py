"""A version may have letters that are no ASCII: a header field has them in UTF-8 or in latin-1, responses in UTF-8."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware, first_of, header, media_type, path, query

pytestmark = pytest.mark.anyio


class Item(BaseModel):
    sku: str = "a-7"


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


def season(version: str) -> int:
    return ("mai", "\u00e9t\u00e9", "\u79cb").index(version)


def api(**options: Any) -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/item")
    async def item() -> Item:
        return Item()

    timeline = Timeline(Version("\u79cb", Skus), Version("\u00e9t\u00e9"), Version("mai"), scheme=season)
    app.add_middleware(TimegateMiddleware, timeline=timeline, **options)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test")


SUMMER, AUTUMN = "\u00e9t\u00e9".encode(), "\u79cb".encode()


@pytest.mark.parametrize("select", [header("API-Version"), first_of(header("API-Version"), query("version"))])
@pytest.mark.parametrize(
    ("sent", "told", "key"),
    [(SUMMER, SUMMER, "article"), ("\u00e9t\u00e9".encode("latin-1"), SUMMER, "article"), (AUTUMN, AUTUMN, "sku")],
)
async def test_in_a_header_field(select: Any, sent: bytes, told: bytes, key: str) -> None:
    async with api(select=select) as client:
        responses = [await client.get("/item", headers=[(b"API-Version", sent)]) for _ in range(2)]
        twice = await client.get("/item", headers=[(b"API-Version", sent)] * 2)
    for response in (*responses, twice):
        assert response.json() == {key: "a-7"}
        assert [value for name, value in response.headers.raw if name.lower() == b"api-version"] == [told]


async def test_in_a_media_type() -> None:
    async with api(select=media_type("version")) as client:
        accept = b'application/json; version="' + SUMMER + b'"'
        assert (await client.get("/item", headers=[(b"Accept", accept)])).json() == {"article": "a-7"}


async def test_in_a_path_and_in_a_query() -> None:
    async with api(select=first_of(path("/{version}"), query("version"))) as client:
        assert (await client.get("/\u00e9t\u00e9/item")).json() == {"article": "a-7"}
        assert (await client.get("/item", params={"version": "\u00e9t\u00e9"})).json() == {"article": "a-7"}


async def test_that_no_version_has_are_a_problem() -> None:
    async with api() as client:
        for sent in (b"\xe9", b"\xff\xfe", "\u00e0".encode()):
            response = await client.get("/item", headers=[(b"API-Version", sent)])
            assert (response.status_code, response.json()["type"]) == (400, "urn:timegate:problem:version-unknown")
