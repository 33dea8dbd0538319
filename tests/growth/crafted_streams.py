"""Streams of lines and of events, in as many parts as their size allows, beside bodies that are converted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import fastapi
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from tests.growth.crafted import Crafted, posting
from tests.growth.crafted_bodies import dumped
from tests.growth.crafted_models import RENAMED, Item
from tests.growth.exchanges import VERSION, Request

LINE: Final = dumped({"sku": 1}) + b"\n"
EVENT: Final = b"data: " + dumped({"sku": 1}) + b"\n\n"


def streaming(media: str) -> Callable[[FastAPI], None]:
    """An operation that takes an object which changed, and streams what no schema describes."""

    def declare(app: FastAPI) -> None:
        async def post(body: Item) -> Any: ...

        described: dict[int | str, dict[str, Any]] = {200: {"content": {media: {}}}}
        app.post("/items", response_class=StreamingResponse, responses=described)(post)

    return declare


def reading(app: FastAPI) -> None:
    """An operation that reads the request itself, and gives an object which changed."""

    async def post(request: fastapi.Request) -> Item:
        return Item()

    app.post("/items")(post)


def typed(media: str) -> tuple[bytes, bytes]:
    return b"content-type", media.encode()


def streamed(media: str, part: bytes, size: int) -> Request:
    """A response of many parts."""
    parts = [part] * (size // len(part))
    return Request(parts=[dumped({"article": 1})], response=parts, response_headers=[typed(media)])


def sending(media: str, told: int, size: int) -> Request:
    """A request of many parts."""
    parts = [LINE] * (size // len(LINE))
    return Request(headers=[VERSION, typed(media)], parts=parts, response=[dumped({"sku": 1})], told=told)


LINES: Final = "application/x-ndjson"
EVENTS: Final = "text/event-stream"

STREAMS: Final[dict[str, Crafted]] = {
    "lines that are streamed, back": Crafted(lambda: [RENAMED], streaming(LINES), partial(streamed, LINES, LINE)),
    "events that are streamed, back": Crafted(lambda: [RENAMED], streaming(EVENTS), partial(streamed, EVENTS, EVENT)),
    "lines that a handler reads itself": Crafted(lambda: [RENAMED], reading, partial(sending, LINES, 200)),
    "lines where an object is wanted": Crafted(lambda: [RENAMED], posting(Item), partial(sending, LINES, 415)),
    "lines that say they are one object": Crafted(
        lambda: [RENAMED], posting(Item), partial(sending, "application/json", 400)
    ),
}
