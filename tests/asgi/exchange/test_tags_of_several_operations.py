"""A tag that a client got at a path can be sent there, whichever operations of the path a change touches."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, gated
from timegate import on


class Text(BaseModel):
    text: str


class Receipt(BaseModel):
    saved: bool


TOUCHED: dict[str, tuple[Any, ...]] = {
    "nothing": (),
    "what is got": (on(Text).renamed("words", to="text"),),
    "what is put": (on(Receipt).renamed("ok", to="saved"),),
}
TOUCHED["both"] = (*TOUCHED["what is got"], *TOUCHED["what is put"])


def library() -> FastAPI:
    app = FastAPI()

    @app.get("/texts/{key}")
    async def get(key: str, response: Response) -> Text:
        response.headers["ETag"] = '"v1"'
        return Text(text=key)

    @app.put("/texts/{number}")
    async def put(number: str, request: Request, response: Response) -> Receipt:
        response.status_code = 200 if request.headers["If-Match"] in ('"v1"', "*") else 412
        response.headers["ETag"] = '"v1"'
        return Receipt(saved=True)

    @app.delete("/texts/{number}")
    async def delete(request: Request, response: Response) -> None:
        response.status_code = 204 if request.headers["If-Match"] in ('"v1"', "*") else 412

    return app


def send(client: Client, method: str, tag: str) -> int:
    return client.request(method, "/texts/1", headers={"If-Match": tag}).status_code


@pytest.mark.parametrize("version", [HEAD, OLD])
@pytest.mark.parametrize("touched", TOUCHED)
def test_a_tag_that_was_got_matches(touched: str, version: str) -> None:
    client = Client(gated(library(), *TOUCHED[touched]), version)
    tag = client.get("/texts/1").headers["ETag"]
    assert (send(client, "PUT", tag), send(client, "DELETE", tag)) == (200, 204)
    put = client.request("PUT", "/texts/1", headers={"If-Match": tag}).headers["ETag"]
    assert (send(client, "PUT", put), send(client, "DELETE", put)) == (200, 204)
    for other in ('"v0"', '"v0;2025-01-01"'):
        assert (send(client, "PUT", other), send(client, "DELETE", other)) == (412, 412)


@shows(
    "Where no change touches what a `GET` of the path responds with, tags are the same in all versions, and pass.",
    "So does a tag without a version at an operation whose own response no change touches.",
)
def test_a_tag_of_another_version_matches_only_where_both_get_the_same() -> None:
    statuses: dict[str, Any] = {}
    for touched, facts in TOUCHED.items():
        app = gated(library(), *facts)
        tag = Client(app, HEAD).get("/texts/1").headers["ETag"]
        statuses[touched] = send(Client(app, OLD), "PUT", tag)
    assert statuses == {"nothing": 200, "what is got": 200, "what is put": 200, "both": 412}
