"""A header parameter with several names is written under one that head reads."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from pydantic import AliasChoices

from tests.silence.exchanges import exchange, gated
from timegate import endpoint


def app_of(marker: Any) -> FastAPI:
    app = FastAPI()

    async def read(item_values: str = "none came") -> str:
        return item_values

    kind: Any = Annotated
    read.__annotations__["item_values"] = kind[str, marker]
    app.add_api_route("/read", read)
    return app


MARKERS = {
    "choices": Header(validation_alias=AliasChoices("item_values", "X-Tag")),
    "as it is": Header(convert_underscores=False),
    "alias": Header(alias="item_values"),
    "alias with hyphens": Header(alias="Item-Values"),
    "validation alias": Header(validation_alias="item_values"),
    "converted": Header(),
}


@pytest.mark.parametrize("marker", MARKERS.values(), ids=MARKERS)
def test_a_renamed_header_field_reaches_head_under_a_name_that_it_reads(marker: Any) -> None:
    app = app_of(marker)
    read = [name for name in ("item_values", "item-values", "x-tag") if sent(app, name) == "v"]
    (named, *_) = [name for name in read if "_" in name] or read
    served = gated(app, endpoint("/read", "GET").header("x-old").renamed(to=named))
    assert sent(served, "x-old") == "v"
    assert [sent(served, name) for name in read] == ["none came"] * len(read)


def sent(app: Any, name: str) -> str:
    response = exchange(app, "GET", "/read", headers={name: "v"})
    assert response.status == 200
    text: str = response.json()
    return text
